"""Issues: what was said of a day at each horizon stays readable after a later issue took its place."""

import datetime as dt
import time

import polars as pl
import pytest

from electricity_optimizer.warehouse import Part, Warehouse

ZONE = "DE-LU"
DAY = dt.date(2026, 5, 20)
HOURS = [dt.datetime(2026, 5, 20, hour, tzinfo=dt.UTC) for hour in range(24)]


def issue(warehouse: Warehouse, horizon_days: int, value: float, at: dt.datetime, *days: dt.date) -> None:
    parts = [_part(horizon_days, value, at, day) for day in days or (DAY,)]
    warehouse.publish("price_forecasts", parts, run_id="run", now=at)


def _part(horizon_days: int, value: float, at: dt.datetime, day: dt.date) -> Part:
    frame = pl.DataFrame({"start": [hour + (day - DAY) for hour in HOURS]}).with_columns(
        zone=pl.lit(ZONE), delivery_day=pl.lit(day), resolution_minutes=60, model=pl.lit("ensemble"), issued_at=pl.lit(at),
        horizon_days=horizon_days, value_eur_mwh=value, synthetic=False,
    )  # fmt: skip
    return Part(ZONE, day.isoformat(), frame)


def at(day: int, hour: int = 10) -> dt.datetime:
    return dt.datetime(2026, 5, day, hour, tzinfo=dt.UTC)


def said(warehouse: Warehouse) -> dict[int, float]:
    rows = warehouse.issues("price_forecasts", ZONE, DAY, DAY)
    assert rows.select("start", "horizon_days").is_unique().all()
    return dict(rows.select("horizon_days", "value_eur_mwh").unique().sort("horizon_days").iter_rows())


def test_each_horizon_keeps_what_was_said_last_at_it(warehouse: Warehouse) -> None:
    issue(warehouse, 3, 30.0, at(17))
    issue(warehouse, 2, 20.0, at(18, 9))
    issue(warehouse, 2, 21.0, at(18, 10))
    issue(warehouse, 1, 10.0, at(19))
    assert said(warehouse) == {1: 10.0, 2: 21.0, 3: 30.0}
    assert warehouse.read("price_forecasts", ZONE, DAY, DAY)["horizon_days"].unique().to_list() == [1]


def test_every_row_says_when_its_issue_was_committed(warehouse: Warehouse) -> None:
    issue(warehouse, 2, 20.0, at(18))
    issue(warehouse, 1, 10.0, at(19))
    rows = warehouse.issues("price_forecasts", ZONE, DAY, DAY)
    assert rows.select("horizon_days", "committed_at").unique().sort("horizon_days").rows() == [(1, at(19)), (2, at(18))]


def test_another_day_another_zone_and_no_rows_are_not_there(warehouse: Warehouse) -> None:
    issue(warehouse, 1, 10.0, at(19), DAY - dt.timedelta(days=1))
    assert warehouse.issues("price_forecasts", ZONE, DAY, DAY).is_empty()
    assert warehouse.issues("price_forecasts", "FR", DAY - dt.timedelta(days=1), DAY).is_empty()


def test_rows_are_read_by_the_values_of_their_columns(warehouse: Warehouse) -> None:
    issue(warehouse, 1, 10.0, at(19))
    issue(warehouse, 1, 11.0, at(20), DAY + dt.timedelta(days=1))
    found = warehouse.read("price_forecasts", ZONE, where={"value_eur_mwh": [11.0, 12.0], "model": ["ensemble"]})
    assert found["delivery_day"].unique().to_list() == [DAY + dt.timedelta(days=1)]
    assert warehouse.read("price_forecasts", ZONE, where={"model": ["naive"]}).is_empty()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_month_of_issues_are_read_in_a_second(warehouse: Warehouse) -> None:
    days = [DAY - dt.timedelta(days=back) for back in range(30)]
    for horizon in (3, 2, 1):
        for hour in range(4):
            issue(warehouse, horizon, float(hour), dt.datetime(2026, 5, 19, hour, tzinfo=dt.UTC), *days)
    began = time.process_time()
    rows = warehouse.issues("price_forecasts", ZONE, days[-1], DAY)
    assert time.process_time() - began < 1.0
    assert rows.height == 30 * 3 * 24
    assert rows["value_eur_mwh"].unique().to_list() == [3.0]
