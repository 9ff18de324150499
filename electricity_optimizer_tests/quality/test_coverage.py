"""What a zone has of a day as a whole: there, in time, far enough, fresh; as it was at the end of that day."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.quality.coverage import coverage, reach
from electricity_optimizer.quality.judgement import judged
from electricity_optimizer.quality.suites import COVERAGE, COVERED
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import UTC, delivery_days, gate_closure
from electricity_optimizer.warehouse import Part, Warehouse, open_warehouse
from electricity_optimizer_tests.quality.days import DE_LU, ONE_DAY, forecasts_from, real_prices, spring_weather

TODAY = dt.date(2026, 3, 20)
NOON, EVENING = dt.datetime(2026, 3, 20, 11, tzinfo=UTC), dt.datetime(2026, 3, 20, 17, tzinfo=UTC)  # 12:00 and 18:00 in Berlin


@pytest.fixture
def house(tmp_path: Path) -> Warehouse:
    return open_warehouse(load_settings(home=tmp_path))


def publish(house: Warehouse, asset: str, rows: pl.DataFrame, now: dt.datetime) -> None:
    parts = [Part("DE-LU", str(key[0]), frame) for key, frame in rows.group_by(["delivery_day"], maintain_order=True)]
    house.publish(asset, parts, run_id="test", now=now)


def a_day(shared: Path, asset: str, day: dt.date) -> pl.DataFrame:
    if asset == "weather":
        return spring_weather(day, day)
    return real_prices(shared, day, day) if asset == "prices" else forecasts_from(real_prices(shared, day - ONE_DAY, day - ONE_DAY))


def live(house: Warehouse, shared: Path, first: dt.date, last: dt.date, without: dt.date | None = None) -> None:
    """Each day published when it normally is: at noon of the day before."""
    for day in delivery_days(first, last):
        for asset in COVERED:
            if day != without:
                publish(house, asset, a_day(shared, asset, day), gate_closure(day, DE_LU.tz) + dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("last", "now", "behind", "said"),
    [
        (TODAY, NOON, 0, "to the end of 2026-03-20, due to the end of 2026-03-20"),
        (TODAY, EVENING, 1, "to the end of 2026-03-20, due to the end of 2026-03-21"),
        (TODAY + ONE_DAY, EVENING, 0, "to the end of 2026-03-21, due to the end of 2026-03-21"),
        (TODAY - ONE_DAY, NOON, 1, "to the end of 2026-03-19, due to the end of 2026-03-20"),
    ],
)
def test_prices_reach_the_end_of_today_and_of_tomorrow_from_three_in_the_afternoon(
    house: Warehouse, shared: Path, last: dt.date, now: dt.datetime, behind: int, said: str
) -> None:
    publish(house, "prices", real_prices(shared, TODAY - 3 * ONE_DAY, last), NOON)
    found = reach(house, "prices", DE_LU, now)
    assert (found.days_behind, str(found)) == (behind, said)
    assert found.has_today == (last >= TODAY)


def test_tomorrow_counts_for_nothing_while_today_is_missing(house: Warehouse, shared: Path) -> None:
    for day in (TODAY - ONE_DAY, TODAY + ONE_DAY):
        publish(house, "prices", real_prices(shared, day, day), NOON)
    found = reach(house, "prices", DE_LU, NOON)
    assert (found.until, found.has_today) == (TODAY - ONE_DAY, False)


def test_a_zone_without_anything_is_a_fortnight_behind(house: Warehouse) -> None:
    found = reach(house, "prices", zone("ES"), NOON)
    assert (found.days_behind, str(found)) == (14, "nothing, due to the end of 2026-03-20")


def test_a_day_that_ran_as_it_should_meets_every_expectation(house: Warehouse, shared: Path) -> None:
    live(house, shared, TODAY - 3 * ONE_DAY, TODAY + ONE_DAY)
    found = judged("coverage", [coverage(house, DE_LU, TODAY - ONE_DAY, TODAY, EVENING)])
    assert [one for one in found if not one.passed] == []
    said = {one.name: one.observed for one in found if one.day == TODAY}
    assert said["prices came in time"] == "known by 2026-03-19 14:00 UTC"
    assert said["prices are there"] == "96 rows, version 1"
    assert said["prices are no older than 36 hours"] == "2026-03-20 12:00 UTC"


def test_the_report_of_a_day_is_the_same_a_month_later(house: Warehouse, shared: Path) -> None:
    live(house, shared, TODAY - 3 * ONE_DAY, TODAY + ONE_DAY)
    night = dt.datetime(2026, 3, 21, 4, tzinfo=UTC)
    then = coverage(house, DE_LU, TODAY, TODAY, night)
    live(house, shared, TODAY + 2 * ONE_DAY, TODAY + 4 * ONE_DAY)
    assert coverage(house, DE_LU, TODAY, TODAY, night + 30 * ONE_DAY).equals(then)


def test_days_that_were_loaded_later_are_neither_late_nor_behind(house: Warehouse, shared: Path) -> None:
    publish(house, "prices", real_prices(shared, TODAY - 30 * ONE_DAY, TODAY), EVENING)
    day = TODAY - 10 * ONE_DAY
    row = coverage(house, DE_LU, day, day, EVENING).row(0, named=True)
    assert (row["in_time"], row["prices_days_behind"], row["prices_there"]) == (None, None, True)
    assert row["weather_there"] is None  # never had any


def test_each_expectation_of_the_day_as_a_whole_is_seen_failing(house: Warehouse, shared: Path) -> None:
    """Given a pipeline that stopped for three days and then missed a day of every asset."""
    live(house, shared, TODAY - 9 * ONE_DAY, TODAY, without=TODAY - 2 * ONE_DAY)
    stopped = dt.datetime(2026, 3, 23, 17, tzinfo=UTC)
    rows = coverage(house, DE_LU, TODAY - 2 * ONE_DAY, TODAY + 3 * ONE_DAY, stopped)
    failed = {(one.day, one.name): one.observed for one in judged("coverage", [rows]) if not one.passed}
    assert {name for _, name in failed} == {rule.name for rule in COVERAGE}
    assert failed[TODAY - 2 * ONE_DAY, "prices are there"] == "nothing"
    assert failed[TODAY - 2 * ONE_DAY, "prices came in time"] == "not known by 2026-03-17 14:00 UTC"
    assert failed[TODAY + 3 * ONE_DAY, "prices reach as far as they should"] == "to the end of 2026-03-20, due to the end of 2026-03-24"
