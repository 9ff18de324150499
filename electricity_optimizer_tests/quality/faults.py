"""A time with a fault on every second day: it goes through the library at once, as the gate does it, and each day must fail by itself."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from electricity_optimizer.quality.run import Rule, Verdict
from electricity_optimizer_tests.quality.days import ONE_DAY

Fault = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""What becomes of a day: its rows, and those of the day before."""
Faults = Mapping[str, tuple[Fault, set[str]]]
"""Faults by name, with the expectations that each of them fails, and no others."""

FIRST = dt.date(2026, 3, 7)
BEFORE = FIRST - 15 * ONE_DAY
FIFTH = pl.int_range(pl.len()) == 5

LEVEL, REPEATED = "the level is that of the days before", "the day before is not repeated"
GAP, MIDNIGHT = "intervals follow without gap or overlap", "the day begins at local midnight"
OTHER_DAY, WHOLE = "rows lie in their delivery day", "every delivery day is whole"
TWICE, UNSAID, SIMULATED = "no interval comes twice", "a source is named", "nothing is simulated"


def columns(**values: pl.Expr) -> Fault:
    """The day with other values."""
    return lambda day, _: day.with_columns(**values)


def yesterday(*names: str) -> Fault:
    """The day with the values of the day before."""
    return lambda day, before: day.with_columns(before[name] for name in names)


def nothing(day: pl.DataFrame, _before: pl.DataFrame) -> pl.DataFrame:
    """A good day."""
    return day


def day_of(faults: Faults, name: str) -> dt.date:
    """The day on which a fault happens; those before and after it are good."""
    return FIRST + (2 * list(faults).index(name) + 1) * ONE_DAY


def last_day(faults: Faults) -> dt.date:
    """The good day after the last fault."""
    return FIRST + 2 * len(faults) * ONE_DAY


def spoilt(rows: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """`rows` with each fault on its day."""
    days = {key[0]: frame for key, frame in rows.group_by(["delivery_day"], maintain_order=True)}
    for name, (spoil, _) in faults.items():
        day = day_of(faults, name)
        days[day] = spoil(days[day], days[day - ONE_DAY])
    return pl.concat(days.values(), how="vertical_relaxed")


def failed(verdicts: Sequence[Verdict], day: dt.date) -> dict[str, str]:
    """Expectations that `day` does not meet, with what was observed."""
    return {one.name: one.observed for one in verdicts if one.day == day and not one.passed}


def refused_good_days(verdicts: Sequence[Verdict], faults: Faults) -> list[Verdict]:
    """Why days without a fault are refused; true spikes are flagged."""
    faulty = {day_of(faults, name) for name in faults}
    assert {one.day for one in verdicts} - faulty == {FIRST + 2 * k * ONE_DAY for k in range(len(faults) + 1)}
    return [one for one in verdicts if one.day not in faulty and one.refuses and not one.passed]


def unseen(rules: Sequence[Rule], faults: Faults) -> set[str]:
    """Rules that no fault breaks."""
    return {rule.name for rule in rules} - set().union(*(names for _, names in faults.values()))
