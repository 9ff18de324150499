"""Day-ahead prices as interval starts and values: what the answers of the keyless European upstreams have in common.

A start is a whole number of seconds since 1970. The upstreams send no ends: the length of an interval is told by the spacing of the
starts within one delivery day, for the market time unit changes at midnight only, and never exceeds the zone's unit of that day. So a
quarter-hourly day with holes has holes and no hours.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self
from zoneinfo import ZoneInfo

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.reading.json_answer import is_number
from electricity_optimizer.sources.records import PriceRecord, series_id
from electricity_optimizer.timeline import UTC

CENTRAL_EUROPE = "Europe/Brussels"
"""The clock of the auction, for an area that is no zone of ours."""
STEPS_S = (900, 1800, 3600)
EARLIEST_S, LATEST_S = 946_684_800, 4_102_444_800
"""The years 2000 to 2100: an instant outside is in another unit (milliseconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What the prices of one area in one answer have in common; see `PriceRecord`. `tz` is the clock that cuts the delivery days."""

    source: str
    area: str
    source_area: str
    tz: str
    unit_raw: str
    licence: str
    attribution: str | None
    redistributable: bool
    parser_version: int
    currency: str = "EUR"
    status: str = "final"
    published_at: dt.datetime | None = None

    @classmethod
    def of(cls, name: str, area: str, version: int, *, source_area: str = "", unit_raw: str = "EUR/MWh") -> Self:
        """Prices of the upstream `name` in euros, under the licence of its catalogue entry."""
        entry, zone = source(name), zones().get(area)
        return cls(
            source=name,
            area=area,
            source_area=source_area or area,
            tz=zone.tz if zone else CENTRAL_EUROPE,
            unit_raw=unit_raw,
            licence=entry.licence,
            attribution=entry.attribution or None,
            redistributable=entry.redistributable,
            parser_version=version,
        )

    def changed(self, **changes: object) -> Self:
        """The same series with other values of some fields."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names and values are those of the fields

    def records(self, starts: Sequence[int], prices: Sequence[float | None], *, step_s: int | None = None) -> list[PriceRecord]:
        """Records of ascending `starts`, each `step_s` long where the answer says so, else as long as the spacing of its day tells.

        Raises SchemaChangedError for starts that do not ascend or lie on no market time unit, and for a price that is no number.
        """
        check_starts(starts, self.source)
        check_values(prices, self.source)
        days = local_days(starts, self.tz)
        lengths = [step_s] * len(starts) if step_s else steps(starts, days, self.source, self._unit_s)
        check_aligned(starts, lengths, self.source)
        return [self._record(*row) for row in zip(starts, lengths, days, prices, strict=True)]

    def of_spans(self, spans: Sequence[tuple[int, int, float | None]]) -> list[PriceRecord]:
        """Records of ascending (start, end, price) where the answer states both ends. Raises SchemaChangedError as `records` does."""
        starts, lengths = [start for start, _, _ in spans], [end - start for start, end, _ in spans]
        check_starts(starts, self.source)
        check_values([price for _, _, price in spans], self.source)
        if any(length not in STEPS_S for length in lengths):
            raise SchemaChangedError("an interval is as long as no market time unit", where=self.source)
        if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(spans)):
            raise SchemaChangedError("intervals overlap", where=self.source)
        check_aligned(starts, lengths, self.source)
        days = local_days(starts, self.tz)
        return [self._record(*row) for row in zip(starts, lengths, days, [price for _, _, price in spans], strict=True)]

    def _record(self, start_s: int, step_s: int, day: dt.date, price: float | None) -> PriceRecord:
        begin = dt.datetime.fromtimestamp(start_s, UTC)
        return PriceRecord(
            series_id=series_id(self.source, self.area, step_s // 60, currency=self.currency),
            start_utc=begin,
            end_utc=begin + dt.timedelta(seconds=step_s),
            source=self.source,
            area=self.area,
            source_area=self.source_area,
            delivery_date=day,
            resolution_s=step_s,
            price=None if price is None else float(price),
            currency=self.currency,
            price_raw=None if price is None else str(price),
            unit_raw=self.unit_raw,
            status=self.status,
            published_at=self.published_at,
            licence=self.licence,
            attribution=self.attribution,
            redistributable=self.redistributable,
            parser_version=self.parser_version,
        )

    def _unit_s(self, day: dt.date) -> int:
        zone = zones().get(self.area)
        return zone.resolution_on(day) * 60 if zone else 3600


def check_starts(starts: Sequence[int], where: str) -> None:
    """Raises SchemaChangedError unless `starts` are whole seconds of this century that ascend."""
    if not all(isinstance(start, int) and EARLIEST_S <= start < LATEST_S for start in starts):
        raise SchemaChangedError("an interval starts at no whole second of this century", where=where)
    if any(later <= earlier for earlier, later in itertools.pairwise(starts)):
        raise SchemaChangedError("intervals do not ascend", where=where)


def check_values(values: Sequence[object], where: str) -> None:
    """Raises SchemaChangedError unless each value is a number or null."""
    if not all(value is None or is_number(value) for value in values):
        raise SchemaChangedError("a value is not a number", where=where)


def check_aligned(starts: Sequence[int], lengths: Sequence[int], where: str) -> None:
    """Raises SchemaChangedError for a start that is no multiple of its interval's length: every market begins its units at full ones."""
    if any(start % length for start, length in zip(starts, lengths, strict=True)):
        raise SchemaChangedError("an interval starts beside its market time unit", where=where)


def local_days(starts: Sequence[int], tz: str) -> list[dt.date]:
    """The delivery day of each start."""
    clock = ZoneInfo(tz)
    return [dt.datetime.fromtimestamp(start, clock).date() for start in starts]


def steps(starts: Sequence[int], days: Sequence[dt.date], where: str, longest_s: Callable[[dt.date], int] | None = None) -> list[int]:
    """Length of each interval in seconds: the smallest spacing within its delivery day, at most `longest_s` of that day.

    A day with a single interval takes the length of the day before (or after), else the longest. Raises SchemaChangedError for a
    spacing that is no market time unit.
    """
    per_day: dict[dt.date, int | None] = {}
    for day, group in itertools.groupby(zip(days, starts, strict=True), key=lambda pair: pair[0]):
        seconds = [start for _, start in group]
        spacing = min((later - earlier for earlier, later in itertools.pairwise(seconds)), default=None)
        per_day[day] = spacing if spacing is None or longest_s is None else min(spacing, longest_s(day))
    known = [step for step in per_day.values() if step is not None]
    if any(step not in STEPS_S for step in known):
        raise SchemaChangedError(f"spacing of {min(known)} s is no market time unit", where=where)
    usual = known[0] if known else 3600
    lengths: dict[dt.date, int] = {}
    for day, step in per_day.items():
        usual = step or (usual if longest_s is None else min(usual, longest_s(day)))
        lengths[day] = usual
    return [lengths[day] for day in days]
