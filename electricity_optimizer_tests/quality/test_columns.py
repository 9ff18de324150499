"""What the calendar expects of a day: every zone, every length of day and of interval."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.zones import Zone, zone, zones
from electricity_optimizer.quality.columns import with_calendar, with_days
from electricity_optimizer.timeline import interval_starts

CHANGES = [dt.date(2025, 10, 26), dt.date(2026, 3, 29), dt.date(2021, 10, 31), dt.date(2022, 3, 27)]
DAYS = st.one_of(st.sampled_from(CHANGES), st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 31)))
PLACES = st.sampled_from(sorted(zones())).map(zone)


def intervals(day: dt.date, place: Zone, minutes: int) -> pl.DataFrame:
    return pl.DataFrame({"start": interval_starts(day, place.tz, minutes)}).with_columns(
        zone=pl.lit(place.key), delivery_day=pl.lit(day), resolution_minutes=pl.lit(minutes, dtype=pl.Int64)
    )


def complaints(frame: pl.DataFrame) -> dict[str, object]:
    """Columns that say that something is wrong, with the first value that does."""
    wrong = {name: frame[name].drop_nulls().filter(frame[name].drop_nulls() != 0) for name in
             ("gap_minutes", "missing_intervals", "minutes_after_midnight")}  # fmt: skip
    other = frame.filter(pl.col("local_day") != pl.col("delivery_day"))["local_day"]
    return {name: values[0] for name, values in {**wrong, "local_day": other}.items() if len(values)}


@settings(deadline=None, max_examples=60)
@given(DAYS, PLACES)
def test_a_whole_day_has_nothing_against_it_in_any_zone(day: dt.date, place: Zone) -> None:
    assert complaints(with_calendar(intervals(day, place, place.resolution_on(day)), place)) == {}


@settings(deadline=None, max_examples=60)
@given(DAYS, PLACES, st.data())
def test_an_interval_too_few_is_seen_wherever_it_lacks(day: dt.date, place: Zone, data: st.DataObject) -> None:
    whole = intervals(day, place, place.resolution_on(day))
    lost = data.draw(st.integers(0, whole.height - 1))
    found = complaints(with_calendar(whole.filter(pl.int_range(pl.len()) != lost), place))
    assert found["missing_intervals"] == 1
    assert set(found) - {"missing_intervals"} == (
        {"minutes_after_midnight"} if lost == 0 else {"gap_minutes"} if lost < whole.height - 1 else set()
    )


@pytest.mark.parametrize(("day", "rows"), [(dt.date(2025, 10, 26), 100), (dt.date(2026, 3, 29), 92), (dt.date(2026, 5, 4), 96)])
def test_a_day_of_another_length_is_seen(day: dt.date, rows: int) -> None:
    place = zone("DE-LU")
    usual = pl.concat([intervals(day, place, 15), intervals(day + dt.timedelta(days=1), place, 15)]).head(96)
    found = complaints(with_calendar(usual.with_columns(delivery_day=pl.lit(day)), place))
    assert found.get("missing_intervals", 0) == rows - 96


def test_the_gap_between_two_days_concerns_neither() -> None:
    place = zone("DE-LU")
    days = pl.concat([intervals(dt.date(2026, 5, day), place, 15) for day in (4, 7)])
    assert complaints(with_calendar(days, place)) == {}


def test_what_is_said_of_a_day_stands_in_its_first_row() -> None:
    rows = pl.DataFrame({"delivery_day": [dt.date(2026, 5, 4)] * 3 + [dt.date(2026, 5, 5)] * 2})
    days = pl.DataFrame({"delivery_day": [dt.date(2026, 5, 5), dt.date(2026, 5, 4)], "spikes": [7, 3]})
    assert with_days(rows, days)["spikes"].to_list() == [3, None, None, 7, None]
