"""Every day on which a clock changes, 2020 to 2027, in every zone and from every resolution: right data pass, a hole or a double never.

The days before and after stand beside them; 16 days a zone, three resolutions.
"""

import datetime as dt
import itertools

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import Zone, zone, zones
from electricity_optimizer.market.choice import choose
from electricity_optimizer.timeline import delivery_days, interval_count, interval_starts
from electricity_optimizer_tests.market.records_of_prices import records

FIRST, LAST = dt.date(2020, 1, 1), dt.date(2027, 12, 31)
COUNTS = {15: {92, 100}, 30: {46, 50}, 60: {23, 25}}


def changes(place: Zone) -> list[dt.date]:
    return [day for day in delivery_days(FIRST, LAST) if interval_count(day, place.tz, 60) != 24]


def sent(place: Zone, day: dt.date, minutes: int) -> pl.DataFrame:
    return records(day, minutes, place.price_sources[1], place=place, market="intraday" if place.key == "GB" else "day_ahead")


def published(rows: pl.DataFrame, place: Zone) -> dict[dt.date, pl.DataFrame | None]:
    found = choose(rows, zone=place, first=FIRST, last=LAST)
    return {choice.day: choice.frame for choice in found}


@pytest.mark.parametrize("minutes", [15, 30, 60])
@pytest.mark.parametrize("key", sorted(zones()))
def test_right_data_pass_and_a_hole_or_a_double_is_never_published(key: str, minutes: int) -> None:
    place = zone(key)
    days = changes(place)
    assert len(days) == 16
    assert {interval_count(day, place.tz, minutes) for day in days} == COUNTS[minutes]
    right = {day: sent(place, day, minutes) for day in days}
    found = published(pl.concat(right.values()), place)
    for day in days:
        assert found[day] is not None, day
        assert found[day]["start"].to_list() == interval_starts(day, place.tz, place.resolution_on(day))
        assert found[day]["price"].null_count() == 0

    places = itertools.cycle([0, 1, 2, 5, 8, 11, -1])
    at = {day: next(places) % rows.height for day, rows in right.items()}
    holes = pl.concat(rows.filter(pl.int_range(pl.len()) != at[day]) for day, rows in right.items())
    doubles = pl.concat([*right.values(), *(rows[at[day] : at[day] + 1] for day, rows in right.items())])
    moved = pl.concat([holes, *(rows[at[day] - 1 : at[day]] if at[day] else rows[1:2] for day, rows in right.items())])
    for wrong in (holes, doubles, moved):
        # of an index that only lacks its end the day goes on: it is left out
        assert {frame is None for frame in published(wrong, place).values()} == {True}


@pytest.mark.parametrize("key", sorted(zones()))
def test_a_day_cut_by_utc_or_by_24_hours_is_never_published(key: str) -> None:
    """The two usual mistakes: days of UTC, and 24 hours from midnight on every day."""
    place = zone(key)
    for day in changes(place):
        rows = sent(place, day, 60)
        if rows.height == 25:
            assert published(rows.head(24), place).get(day) is None
        of_utc = pl.DataFrame({"start_utc": interval_starts(day, "UTC", 60)}).with_columns(
            end_utc=pl.col("start_utc") + pl.duration(hours=1)
        )
        shaped = of_utc.join(rows.drop("start_utc", "end_utc")[:1], how="cross").with_columns(price=pl.int_range(24).cast(pl.Float64))
        assert published(shaped.select(rows.columns), place).get(day) is None
