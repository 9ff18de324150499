"""Which days are whole: the same of an answer and of the record that holds it, on every day the clock may make."""

import datetime as dt
import itertools

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.sources.days import complete_days, held_parts, parts_of, whole_series
from electricity_optimizer.sources.records import GridForecastRecord, PriceRecord, completed, series_id
from electricity_optimizer.timeline import UTC, interval_starts, local_day
from electricity_optimizer.warehouse import Warehouse
from electricity_optimizer.warehouse.engine import make_engine
from electricity_optimizer.warehouse.migrate import migrate
from electricity_optimizer.warehouse.payloads import FileStore

BERLIN, LONDON, HELSINKI = "Europe/Berlin", "Europe/London", "Europe/Helsinki"
DAYS = [dt.date(2021, 3, 28), dt.date(2021, 10, 31), dt.date(2025, 10, 26), dt.date(2026, 3, 29), dt.date(2026, 5, 4), dt.date(2026, 5, 5)]
NOW = dt.datetime(2026, 6, 1, tzinfo=UTC)
FIRST, LAST = min(DAYS), max(DAYS)
TOGETHER = ("all",)
APART = ("load", "wind", "solar")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("days")
    engine = make_engine(f"sqlite:///{folder / 'warehouse.db'}")
    migrate(engine)
    yield Warehouse(engine, FileStore(folder / "payloads"), FileStore(folder / "models"))
    engine.dispose()


def prices(area, tz, day, minutes, without=(), null=(), source="omie"):
    """The intervals of a day but for those `without`; the price is null where said."""
    starts = [start for k, start in enumerate(interval_starts(day, tz, minutes)) if k not in without]
    values = [None if k in null else 50.0 + k for k in range(len(starts))]
    frame = pl.DataFrame({"start_utc": starts, "price": values}, schema={"start_utc": pl.Datetime("us", "UTC"), "price": pl.Float64})
    return completed(
        frame.with_columns(end_utc=pl.col("start_utc") + pl.duration(minutes=minutes), delivery_date=local_day("start_utc", tz)),
        PriceRecord, series_id=series_id(source, area, minutes), source=source, area=area, resolution_s=minutes * 60, currency="EUR",
        licence="none", redistributable=False, parser_version=1,
    )  # fmt: skip


def grid(area, day, quantity, kind="forecast", without=()):
    """Hours of one quantity, or of all of them, of a day."""
    starts = [start for k, start in enumerate(interval_starts(day, BERLIN, 60)) if k not in without]
    frame = pl.DataFrame({"start_utc": starts}, schema={"start_utc": pl.Datetime("us", "UTC")})
    return completed(
        frame.with_columns(end_utc=pl.col("start_utc") + pl.duration(hours=1), delivery_date=local_day("start_utc", BERLIN)),
        GridForecastRecord, series_id=series_id("entsoe", area, 60, market=f"grid_{kind}", auction=quantity, currency="-"),
        source="entsoe", area=area, kind=kind, load_mw=1.0, wind_mw=None, solar_mw=None, licence="none", redistributable=False,
        parser_version=1,
    )  # fmt: skip


series = st.fixed_dictionaries(
    {
        "day": st.sampled_from(DAYS),
        "minutes": st.sampled_from([15, 30, 60]),
        "without": st.sets(st.integers(0, 99), max_size=2) | st.just(set()),
        "null": st.sets(st.integers(0, 99), max_size=2) | st.just(set()),
        "source": st.sampled_from(["omie", "entsoe"]),
    }
)
areas = itertools.count()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(series, min_size=1, max_size=5, unique_by=lambda one: (one["day"], one["minutes"], one["source"])),
    st.sampled_from([BERLIN, LONDON, HELSINKI]),
)
def test_what_an_answer_holds_whole_the_record_of_it_holds_whole(warehouse, told, tz):
    area = f"Z{next(areas)}"
    frame = pl.concat(prices(area, tz, **one) for one in told)
    warehouse.record("price_record", frame, now=NOW)
    held = held_parts(warehouse.held("price_record", area, FIRST, LAST), "prices", tz, [None])
    for source in {one["source"] for one in told}:
        of_source = frame.filter(pl.col("source") == source)
        assert set(held.get(source, {})) == complete_days(of_source, "prices", tz)
    whole = {one["day"] for one in told if not clipped(one, tz)}
    assert complete_days(frame, "prices", tz) == whole


def clipped(one, tz):
    """Whether an interval of the day is left out or has no price."""
    count = len(interval_starts(one["day"], tz, one["minutes"]))
    left = count - len({k for k in one["without"] if k < count})
    return left < count or any(k < left for k in one["null"])


@pytest.mark.parametrize(("minutes", "counts"), [(15, (92, 100)), (30, (46, 50)), (60, (23, 25))])
def test_days_with_a_change_of_the_clock_are_whole_with_their_own_number_of_intervals(minutes, counts):
    for day, count in zip((dt.date(2026, 3, 29), dt.date(2025, 10, 26)), counts, strict=True):
        frame = prices("DE-LU", BERLIN, day, minutes)
        assert frame.height == count
        assert complete_days(frame, "prices", BERLIN) == {day}
        assert complete_days(frame.filter(pl.int_range(pl.len()) != count // 2), "prices", BERLIN) == set()


def test_a_gap_that_an_overlap_makes_up_for_is_still_a_gap():
    frame = prices("DE-LU", BERLIN, DAYS[4], 60)
    longer = frame.with_columns(
        end_utc=pl.when(pl.int_range(pl.len()) == 4).then(pl.col("end_utc") + pl.duration(hours=1)).otherwise("end_utc")
    )
    assert complete_days(longer.filter(pl.int_range(pl.len()) != 9), "prices", BERLIN) == set()


def test_a_whole_series_does_not_take_the_rest_of_its_day_along():
    frame = pl.concat([prices("DE-LU", BERLIN, DAYS[4], 60), prices("DE-LU", BERLIN, DAYS[4], 15, without={7})])
    assert whole_series(frame, "prices", BERLIN)["series_id"].to_list() == [series_id("omie", "DE-LU", 60)]


def test_a_day_of_another_clock_is_not_whole():
    assert complete_days(prices("GB", LONDON, DAYS[4], 30), "prices", BERLIN) == set()


@pytest.mark.parametrize(
    ("quantities", "parts"),
    [
        (TOGETHER, {"load", "wind", "solar"}),
        (("forecast",), {"load", "wind", "solar"}),  # as files and the simulator name it
        (APART, {"load", "wind", "solar"}),
        (("load",), {"load"}),
        (("load", "wind_onshore"), {"load"}),
        (("wind_onshore", "wind_offshore"), {"wind"}),
    ],
)
def test_of_the_grid_a_day_has_the_parts_that_its_series_hold(quantities, parts):
    frame = pl.concat(grid("DE-LU", DAYS[4], quantity) for quantity in quantities)
    found = parts_of(whole_series(frame, "grid_forecasts", BERLIN), "grid_forecasts")
    assert found == {DAYS[4]: parts}


def test_a_past_day_of_the_grid_is_held_where_what_was_forecast_and_what_came_are_there(warehouse):
    area, both, lone = f"Z{next(areas)}", DAYS[4], DAYS[5]
    for day, quantity, kind in (
        (both, "load", "forecast"),
        (both, "load", "actual"),
        (both, "wind", "forecast"),
        (lone, "load", "forecast"),
    ):
        warehouse.record("grid_forecast_record", grid(area, day, quantity, kind), now=NOW)
    held = warehouse.held("grid_forecast_record", area, FIRST, LAST)
    assert held_parts(held, "grid_forecasts", BERLIN, ["forecast", "actual"]) == {"entsoe": {both: {"load"}}}
    assert held_parts(held, "grid_forecasts", BERLIN, ["forecast"]) == {"entsoe": {both: {"load", "wind"}, lone: {"load"}}}
