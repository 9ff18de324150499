"""Windows of time by month, kind of day and hours of the wall clock, and the table that says which of them holds when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from electricity_optimizer.tariffs.clock import DAY, HOLIDAY, Clock, Integers, clock_time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS_OF_DAY: dict[str, tuple[int, ...]] = {
    **{name: (number,) for number, name in enumerate(DAYS)},
    "weekday": (0, 1, 2, 3, 4),
    "weekend": (5, 6),
    "holiday": (HOLIDAY,),
}
SAID = (*DAYS, "a holiday")
HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
MONTHS = re.compile(r"(\d{1,2})-(\d{1,2})")

DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekday", "weekend", "holiday"]


def _months(given: Any) -> Any:
    """A season "10-3" as its months, over the end of the year too."""
    if not isinstance(given, str):
        return given
    found = MONTHS.fullmatch(given)
    if found is None or not all(1 <= int(month) <= 12 for month in found.groups()):
        raise ValueError(f"'{given}' is no season; write it like \"10-3\", or a list of months")
    first, last = (int(month) for month in found.groups())
    return tuple((first - 1 + offset) % 12 + 1 for offset in range((last - first) % 12 + 1))


def _hours(given: Any) -> Any:
    """Ranges of the clock as pairs of minutes, one over midnight as two."""
    texts = [given] if isinstance(given, str) else given
    return tuple(pair for text in texts for pair in _range(text)) if isinstance(texts, list | tuple) else given


def _range(text: Any) -> list[tuple[int, int]]:
    found = HOURS.fullmatch(text) if isinstance(text, str) else None
    numbers = [int(number) for number in found.groups()] if found else [0, 0, 0, 0]
    begin, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if found is None or begin == end or begin >= DAY or end > DAY:
        raise ValueError(f'\'{text}\' is no range of hours; write it like "22:00-06:00", the whole day as "00:00-24:00"')
    return [(begin, end)] if begin < end else [(begin, DAY), *([(0, end)] if end else [])]


class Window(BaseModel):
    """When something holds: in these months, on these kinds of day, in these hours of the wall clock. A field left out means always.

    `weekday` (Monday to Friday) and `weekend` do not hold public holidays where the tariff names a country of holidays: `holiday` does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], BeforeValidator(_months), Field(min_length=1)] = tuple(range(1, 13))
    days: Annotated[tuple[DayName, ...], Field(min_length=1)] = ("weekday", "weekend", "holiday")
    hours: Annotated[tuple[tuple[int, int], ...], BeforeValidator(_hours), Field(min_length=1)] = ((0, DAY),)

    @model_validator(mode="after")
    def _holidays_are_known(self, info: ValidationInfo) -> Self:
        if "days" in self.model_fields_set and "holiday" in self.days and not country_of(info):
            raise ValueError('days names holidays of no country; write holidays = "DE" (or another) beside the tariff\'s name')
        return self

    @property
    def kinds_of_day(self) -> list[int]:
        """Its days as numbers of kinds of day."""
        return sorted({number for name in self.days for number in KINDS_OF_DAY[name]})


def country_of(info: ValidationInfo) -> str | None:
    """Country whose holidays count in the tariff that is being read."""
    return (info.context or {}).get("holidays")


@dataclass(frozen=True, eq=False)
class Schedule:
    """Numbers by month, kind of day and slot of the day: slot k begins at minute `boundaries[k]` and lasts until the next one."""

    boundaries: tuple[int, ...]
    table: np.ndarray[tuple[int, int, int], np.dtype[np.int64]]

    def at(self, clock: Clock, what: str) -> Integers:
        """The number at each interval. Raises InputError naming `what` where one would hold two."""
        clock.fits(self.boundaries, what)
        slots = np.searchsorted(self.boundaries, clock.minute_of_day, side="right") - 1
        return self.table[clock.months, clock.kinds_of_day, slots]


def covering(windows: Sequence[Window], names: Sequence[str], *, default: bool, holidays: bool) -> Schedule:
    """The number of the window that holds at each time; where none does and there is a `default`, their count.

    Raises ValueError naming windows and time where two hold, or none without a default.
    """
    counts = _count(windows)
    kinds = 8 if holidays else 7
    twice = np.argwhere(counts.table[:, :kinds] > 1)
    if len(twice):
        held = [name for window, name in zip(windows, names, strict=True) if _holds(window, *_place(counts, twice[0]))]
        raise ValueError(f"windows '{held[0]}' and '{held[1]}' overlap {_said(counts, twice[0])}")
    none = np.argwhere(counts.table[:, :kinds] == 0)
    if len(none) and not default:
        raise ValueError(f"no window holds {_said(counts, none[0])}; widen one, or name a default")
    table = np.full_like(counts.table, len(windows))
    for number, window in enumerate(windows):
        table[_mask(window, counts)] = number
    return Schedule(counts.boundaries, table)


def union(windows: Sequence[Window]) -> Schedule:
    """1 where any of the windows holds, 0 elsewhere; no windows hold always."""
    found = _count(windows or [Window()])
    return Schedule(found.boundaries, np.minimum(found.table, 1))


def _count(windows: Sequence[Window]) -> Schedule:
    boundaries = tuple(sorted({0, *(edge for window in windows for pair in window.hours for edge in pair)} - {DAY}))
    empty = Schedule(boundaries, np.zeros((12, 8, len(boundaries)), dtype=np.int64))
    for window in windows:
        empty.table[_mask(window, empty)] += 1
    return empty


def _mask(window: Window, schedule: Schedule) -> np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]:
    mask = np.zeros(schedule.table.shape, dtype=np.bool_)
    slots = [k for k, edge in enumerate(schedule.boundaries) if any(begin <= edge < end for begin, end in window.hours)]
    mask[np.ix_([month - 1 for month in window.months], window.kinds_of_day, slots)] = True
    return mask


def _place(schedule: Schedule, cell: Any) -> tuple[int, int, int]:
    month, kind, slot = (int(number) for number in cell)
    return month + 1, kind, schedule.boundaries[slot]


def _holds(window: Window, month: int, kind: int, minute: int) -> bool:
    return month in window.months and kind in window.kinds_of_day and any(begin <= minute < end for begin, end in window.hours)


def _said(schedule: Schedule, cell: Any) -> str:
    month, kind, minute = _place(schedule, cell)
    return f"in month {month} on {SAID[kind]} at {clock_time(minute)}"
