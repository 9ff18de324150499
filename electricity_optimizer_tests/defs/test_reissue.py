"""When a forecast is issued anew: the day ahead until its gate closes, the days after it now and then, and never without a change."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.defs.reissue import standing_issue
from electricity_optimizer.timeline import UTC, day_start, gate_closure

TZ = "Europe/Berlin"
DAY = dt.date(2026, 3, 29)
GATE = gate_closure(DAY, TZ)
HOUR = dt.timedelta(hours=1)
EMPTY = pl.DataFrame()


def issue(issued_at: dt.datetime, value: float = 50.0, horizon: int = 1, **more: float) -> pl.DataFrame:
    start = day_start(DAY, TZ)
    return pl.DataFrame({"start": [start, start + HOUR], "model": "ensemble", "value_eur_mwh": [value, value + 1], **more}).with_columns(
        issued_at=pl.lit(issued_at), horizon_days=horizon, resolution_minutes=60, synthetic=False, zone=pl.lit("DE-LU")
    )


def stands(issued: pl.DataFrame, fresh: pl.DataFrame, now: dt.datetime) -> bool:
    return standing_issue(issued, fresh, gate=GATE, now=now) is issued


def test_the_first_issue_is_published() -> None:
    fresh = issue(GATE)
    assert standing_issue(EMPTY, fresh, gate=GATE, now=GATE) is fresh


@pytest.mark.parametrize(("horizon", "later"), [(1, HOUR), (3, 24 * HOUR)])
def test_an_issue_that_says_the_same_keeps_its_time(horizon: int, later: dt.timedelta) -> None:
    then = GATE - 48 * HOUR
    assert stands(issue(then, horizon=horizon, q10=40.0), issue(then + later, horizon=horizon, q10=40.0), then + later)
    assert stands(issue(then, horizon=horizon), issue(then + later, horizon=horizon).reverse(), then + later)  # rows in another order


def test_a_change_of_the_band_alone_is_a_change() -> None:
    then = GATE - 4 * HOUR
    assert not stands(issue(then, q10=40.0), issue(then + HOUR, q10=41.0), then + HOUR)


def test_the_day_ahead_is_issued_with_every_change_until_its_gate_closes_and_is_frozen_then() -> None:
    issued = issue(GATE - 2 * HOUR)
    assert not stands(issued, issue(GATE - HOUR, 51.0), GATE - HOUR)
    assert stands(issued, issue(GATE, 51.0), GATE)
    assert stands(issued, issue(GATE, 51.0), GATE + 48 * HOUR)


def test_a_reconstruction_of_the_past_may_be_made_again() -> None:
    later = GATE + 1000 * HOUR
    assert not stands(issue(GATE), issue(GATE, 51.0), later)


def test_the_days_after_it_are_issued_every_six_hours_or_when_a_price_day_became_known() -> None:
    then = dt.datetime(2026, 3, 26, 6, 10, tzinfo=UTC)
    issued = issue(then, horizon=3)
    assert stands(issued, issue(then + 5 * HOUR, 51.0, horizon=3), then + 5 * HOUR)
    assert not stands(issued, issue(then + 6 * HOUR, 51.0, horizon=3), then + 6 * HOUR)
    assert not stands(issued, issue(then + HOUR, horizon=2), then + HOUR)
    assert not stands(issued, issue(then + HOUR, horizon=1), then + HOUR)


def test_a_nearer_issue_is_never_replaced_by_one_from_further_away() -> None:
    then = GATE - 30 * HOUR
    assert stands(issue(then, horizon=2), issue(then + 20 * HOUR, 51.0, horizon=3), then + 20 * HOUR)
