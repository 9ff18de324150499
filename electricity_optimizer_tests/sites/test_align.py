"""Series of any resolution at the steps of a plan."""

import datetime as dt

import polars as pl

from electricity_optimizer.sites import day_steps
from electricity_optimizer.sites.align import at_steps
from electricity_optimizer.timeline import grid, range_bounds

TZ = "Europe/Berlin"
LAST_HOURLY, FIRST_QUARTERLY = dt.date(2025, 9, 30), dt.date(2025, 10, 1)


def series(minutes: int, day: dt.date) -> pl.DataFrame:
    starts = grid(*range_bounds(day, day, TZ), minutes)
    return pl.DataFrame({"start": starts, "value": [float(k) for k in range(len(starts))]})


def test_an_hour_holds_for_its_four_quarters() -> None:
    found = at_steps(series(60, LAST_HOURLY), day_steps(LAST_HOURLY, TZ), ["value"])["value"]
    assert found[:9].to_list() == [0.0] * 4 + [1.0] * 4 + [2.0]
    assert found.null_count() == 0


def test_the_change_to_quarter_hours_falls_between_two_days() -> None:
    both = pl.concat([series(60, LAST_HOURLY), series(15, FIRST_QUARTERLY)])
    for day in (LAST_HOURLY, FIRST_QUARTERLY):
        assert at_steps(both, day_steps(day, TZ), ["value"])["value"].null_count() == 0


def test_a_gap_is_never_bridged() -> None:
    holed = series(15, FIRST_QUARTERLY).filter(pl.col("value") != 7)
    found = at_steps(holed, day_steps(FIRST_QUARTERLY, TZ), ["value"])["value"]
    assert found.to_list()[6:9] == [6.0, None, 8.0]


def test_nothing_known_is_null_at_every_step() -> None:
    assert at_steps(series(15, LAST_HOURLY), day_steps(FIRST_QUARTERLY, TZ), ["value"])["value"].null_count() == 96
