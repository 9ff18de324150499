"""Checks that gate the publication of a day's prices."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.market.check import check_prices, refused
from electricity_optimizer.market.unify import other_sources, unify
from electricity_optimizer.sources import files
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer_tests.market.records_of_prices import records

DE = zone("DE-LU")
DAY = dt.date(2026, 5, 20)


def usual(day=DAY, factor=1.0, base=40.0):
    """A day of prices 40 to 135 with an evening peak, a little different every day."""
    return unify(records(day, 15, prices=[factor * (base + k + day.day / 7) for k in range(96)]), zone=DE)


def history(days=14):
    return pl.concat([usual(DAY - dt.timedelta(days=k)) for k in range(days, 0, -1)])


def failed(frame, day=DAY, **known):
    return [result.name for result in check_prices(frame, zone=DE, day=day, **known) if not result.passed]


def test_a_usual_day_passes_everything():
    results = check_prices(usual(), zone=DE, day=DAY, previous=history())
    assert [result.name for result in results if not result.passed] == []
    assert {result.zone for result in results} == {"DE-LU"}
    assert {result.day for result in results} == {DAY}


def test_without_history_or_a_second_source_the_rest_is_still_checked():
    assert failed(usual()) == []


@pytest.mark.parametrize("keep", [slice(0, 95), slice(1, 96), slice(0, 0)])
def test_a_day_that_is_not_tiled_is_refused(keep):
    assert "tiling" in failed(usual()[keep])


def test_hours_where_quarters_are_due_are_refused():
    hourly = usual().gather_every(4).with_columns(resolution_minutes=pl.lit(60, dtype=pl.Int64))
    results = check_prices(hourly, zone=DE, day=DAY)
    assert results[0].detail == "24 of 96 intervals of 15 min"
    assert results[0] in refused(results)


@pytest.mark.parametrize(("day", "count"), [("2025-10-26", 100), ("2026-03-29", 92)])
def test_days_of_a_clock_change_have_their_own_count(day, count):
    day = dt.date.fromisoformat(day)
    frame = unify(records(day, 15), zone=DE)
    assert check_prices(frame, zone=DE, day=day)[0].detail == f"{count} of {count} intervals of 15 min"
    assert failed(frame, day=day) == []


def test_a_null_is_refused():
    frame = usual().with_columns(price=pl.when(pl.int_range(pl.len()) == 7).then(None).otherwise("price"))
    assert failed(frame) == ["complete"]


@pytest.mark.parametrize("price", [-500.01, 4000.01])
def test_a_price_outside_the_harmonised_limits_is_refused(price):
    frame = usual().with_columns(price=pl.when(pl.int_range(pl.len()) == 7).then(price).otherwise("price"))
    assert "bounds" in failed(frame)


def test_the_limits_themselves_are_prices():
    frame = usual().with_columns(price=pl.when(pl.int_range(pl.len()) == 7).then(-500.0).otherwise("price"))
    assert failed(frame) == []


def test_one_price_all_day_is_refused():
    assert failed(usual().with_columns(price=pl.lit(50.0))) == ["not_constant"]


def test_a_copy_of_yesterday_is_refused():
    yesterday = usual(DAY - dt.timedelta(days=1))
    copied = usual().with_columns(price=yesterday["price"])
    assert failed(copied, previous=history()) == ["not_yesterday"]


@pytest.mark.parametrize("factor", [0.1, 0.001, 10.0])
def test_another_unit_is_refused(factor):
    names = failed(usual(factor=factor), previous=history())
    assert "unit" in names


def test_a_glut_is_low_and_true():
    glut = usual().with_columns(price=pl.col("price") / 40 - 2)
    assert failed(glut, previous=history()) == []


def test_a_spike_is_flagged_and_kept():
    frame = usual().with_columns(price=pl.when(pl.int_range(pl.len()) >= 92).then(900.0).otherwise("price"))
    results = check_prices(frame, zone=DE, day=DAY, previous=history())
    assert [result.name for result in results if not result.passed] == ["spikes"]
    assert refused(results) == []
    assert results[-1].detail.startswith("4 above ")


def test_two_sources_of_one_auction_agree_but_for_rounding():
    def both(shift):
        mine = records(DAY, 15, "files", [40.0 + k for k in range(96)])
        other = records(DAY, 15, "energy-charts", [40.0 + k + shift for k in range(96)])
        return pl.concat([mine, other])

    for shift, expected in ((0.01, []), (0.5, ["sources_agree"])):
        sent = both(shift)
        assert failed(unify(sent, zone=DE), other_sources=other_sources(sent, zone=DE)) == expected


@pytest.mark.parametrize("name", ["de_lu_energycharts_hourly_2020_202509.parquet", "de_lu_energycharts_15min_202510_202605.parquet"])
def test_no_real_day_of_six_years_is_refused(shared, name):
    frame = unify(files.read_file(shared / "data" / name, DE, "DE-LU").prices, zone=DE)
    days = {key[0]: rows for key, rows in frame.partition_by("delivery_day", as_dict=True).items()}
    wrong = []
    for day, rows in days.items():
        before = [days[day - dt.timedelta(days=k)] for k in range(14, 0, -1) if day - dt.timedelta(days=k) in days]
        wrong += refused(check_prices(rows, zone=DE, day=day, previous=pl.concat(before) if before else None))
    assert wrong == []
    assert len(days) in {2100, 243}


@pytest.mark.parametrize("factor", [10, 1000])
def test_a_scaled_day_is_refused_although_it_has_negative_prices(factor: int) -> None:
    day = dt.date(2026, 6, 1)
    shape = np.concatenate([np.full(40, 130.0), np.full(26, -35.0), np.full(30, 160.0)])
    before = pl.concat(_day(day - dt.timedelta(days=back), shape + back) for back in range(1, 15))
    found = check_prices(_day(day, shape / factor), zone=zone("DE-LU"), day=day, previous=before)
    assert "unit" in [result.name for result in refused(found)]


def _day(day: dt.date, prices: np.ndarray) -> pl.DataFrame:
    starts = interval_starts(day, "Europe/Berlin", 15)
    return pl.DataFrame({"start": starts, "price": prices, "delivery_day": day, "resolution_minutes": 15, "zone": "DE-LU"})
