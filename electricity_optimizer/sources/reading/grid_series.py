"""Load, wind and sun as an upstream sends them apart: a series for each quantity, so that one answer never revises another.

Wind comes as two answers where the zone has turbines at sea: `wind_onshore` and `wind_offshore` are series of their own, each with
its part in `wind_mw`, and neither is the wind of the zone. `market.grid` adds them up where both are there. A zone without turbines
at sea has one series `wind`, which is the whole.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.sources.reading.day_ahead import CENTRAL_EUROPE, check_aligned, check_starts, check_values, local_days, steps
from electricity_optimizer.sources.records import GridForecastRecord, series_id
from electricity_optimizer.timeline import UTC

COLUMNS = ("load_mw", "wind_mw", "solar_mw")
COLUMN_OF = {"load": "load_mw", "wind": "wind_mw", "wind_onshore": "wind_mw", "wind_offshore": "wind_mw", "solar": "solar_mw"}
"""The column of each quantity that is sent apart; the quantity is the `auction` of its series."""
TOGETHER = "all"
"""The `auction` of a series whose answers hold every quantity."""
HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSeries:
    """What the values of one series of one answer have in common; `kind` is forecast or actual."""

    source: str
    area: str
    kind: str
    quantity: str
    licence: str
    redistributable: bool
    parser_version: int

    @property
    def tz(self) -> str:
        """The clock that cuts the delivery days."""
        zone = zones().get(self.area)
        return zone.tz if zone else CENTRAL_EUROPE

    def one(self, starts: Sequence[int], values: Sequence[float | None], *, step_s: int | None = None) -> list[GridForecastRecord]:
        """Records of one quantity in MW; see `records`."""
        return self.records(starts, {COLUMN_OF[self.quantity]: values}, step_s=step_s)

    def records(
        self, starts: Sequence[int], columns: Mapping[str, Sequence[float | None]], *, step_s: int | None = None
    ) -> list[GridForecastRecord]:
        """Records of ascending `starts` with the values of `columns` in MW, other columns null.

        Intervals are `step_s` long where that is known, else as long as the spacing within their day tells. Raises SchemaChangedError
        for starts that do not ascend or are not aligned, and for a value that is no number.
        """
        check_starts(starts, self.source)
        for values in columns.values():
            check_values(values, self.source)
        days = local_days(starts, self.tz)
        lengths = [step_s] * len(starts) if step_s else steps(starts, days, self.source, lambda _: HOUR_S)
        check_aligned(starts, lengths, self.source)
        empty: Sequence[float | None] = [None] * len(starts)
        by_column = [columns.get(column, empty) for column in COLUMNS]
        return [self._record(*row) for row in zip(starts, lengths, days, *by_column, strict=True)]

    def _record(
        self, start_s: int, step_s: int, day: dt.date, load: float | None, wind: float | None, solar: float | None
    ) -> GridForecastRecord:
        begin = dt.datetime.fromtimestamp(start_s, UTC)
        return GridForecastRecord(
            series_id=series_id(self.source, self.area, step_s // 60, market=f"grid_{self.kind}", auction=self.quantity, currency="-"),
            start_utc=begin,
            end_utc=begin + dt.timedelta(seconds=step_s),
            source=self.source,
            area=self.area,
            delivery_date=day,
            kind=self.kind,
            load_mw=None if load is None else float(load),
            wind_mw=None if wind is None else float(wind),
            solar_mw=None if solar is None else float(solar),
            licence=self.licence,
            redistributable=self.redistributable,
            parser_version=self.parser_version,
        )
