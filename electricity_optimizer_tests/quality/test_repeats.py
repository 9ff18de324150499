"""How much of a day is the day before over again."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.quality.repeats import repeated_columns
from electricity_optimizer.timeline import interval_starts

PLACE = zone("DE-LU")


def day(which: dt.date, values: list[float | None]) -> pl.DataFrame:
    starts = interval_starts(which, PLACE.tz, 60)
    return pl.DataFrame({"start": starts, "price": values[: len(starts)]}, schema_overrides={"price": pl.Float64}).with_columns(
        delivery_day=pl.lit(which)
    )


def share(today: pl.DataFrame, before: pl.DataFrame) -> float | None:
    return repeated_columns(today, before, ["price"], PLACE)["repeated_share"][0]


HOURS = [float(hour) for hour in range(25)]
MONDAY, TUESDAY = dt.date(2026, 5, 4), dt.date(2026, 5, 5)


@pytest.mark.parametrize("changed", [0, 6, 24])
def test_the_share_is_that_of_the_hours_that_are_the_same(changed: int) -> None:
    others = [value + 0.01 if hour < changed else value for hour, value in enumerate(HOURS)]
    assert share(day(TUESDAY, others), day(MONDAY, HOURS)) == pytest.approx(1 - changed / 24)


@pytest.mark.parametrize("change", [dt.date(2026, 3, 29), dt.date(2025, 10, 26)])
def test_a_copy_is_seen_over_a_clock_change(change: dt.date) -> None:
    before = day(change - dt.timedelta(days=1), HOURS)
    clock = pl.col("start").dt.convert_time_zone(PLACE.tz).dt.hour().cast(pl.Float64)
    copy = day(change, HOURS).with_columns(price=clock)
    assert share(copy, before) == 1


def test_days_further_away_unknown_values_and_flat_days_are_no_copies() -> None:
    assert share(day(TUESDAY, HOURS), day(dt.date(2026, 5, 3), HOURS)) is None
    assert share(day(TUESDAY, [None] * 25), day(MONDAY, [None] * 25)) is None
    assert share(day(TUESDAY, [1.0] * 25), day(MONDAY, [1.0] * 25)) is None
    assert share(day(TUESDAY, [None, *HOURS[1:]]), day(MONDAY, [None, *HOURS[1:]])) == pytest.approx(23 / 24)
