"""A meter's intervals beside the market's prices, as exact decimals: what a bill is computed from."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.clock import Clock, Period
from electricity_optimizer.tariffs.component import ZERO
from electricity_optimizer.tariffs.series import checked_market, checked_meter
from electricity_optimizer.timeline import day_start, delivery_day

Decimals = list[Decimal]


@dataclass(frozen=True, eq=False)
class Usage:
    """Import and export (kWh) and market price (EUR per MWh, None where unknown) at the intervals of `clock`, which are whole local days.

    `used_kwh` was imported in the period of the first interval before it.
    """

    clock: Clock
    minutes: int
    imported: Decimals
    exported: Decimals
    spot: list[Decimal | None]
    used_kwh: Decimal = ZERO

    def use_before(self, period: Period) -> Decimals:
        """Import in the local day or month of each interval before it."""
        return self._use_by_month if period == "month" else self._use_by_day

    def use_after(self, period: Period) -> Decimals:
        """The same with the import of the interval itself."""
        return [used + energy for used, energy in zip(self.use_before(period), self.imported, strict=True)]

    @cached_property
    def _use_by_month(self) -> Decimals:
        return self._use("month")

    @cached_property
    def _use_by_day(self) -> Decimals:
        return self._use("day")

    def _use(self, period: Period) -> Decimals:
        found, used, last = [], self.used_kwh, None
        for number, energy in zip(self.clock.periods(period).tolist(), self.imported, strict=True):
            if last is not None and number != last:
                used = ZERO
            found.append(used)
            used, last = used + energy, number
        return found


def read_usage(meter: pl.DataFrame, market: pl.DataFrame | None, tz: str, country: str | None, used_kwh: Decimal = ZERO) -> Usage:
    """The metered energy (start UTC, import_kwh, export_kwh) with the price of the market interval that each interval lies in.

    A float counts as the decimal it is written as. Raises InputError where the meter has a gap, does not cover whole local days of `tz`,
    or has longer intervals than the market, which would blur its prices.
    """
    if not (used_kwh.is_finite() and used_kwh >= 0):
        raise InputError(f"{used_kwh} is no use so far", where="used_kwh", remedy="give kWh since the month began, 0 or more")
    energy = checked_meter(meter)
    clock = Clock.of(energy["start"], tz, country)
    minutes = _regular(energy["start"], clock.minutes)
    for edge in (energy["start"][0], energy["start"][-1] + dt.timedelta(minutes=minutes)):
        if edge != day_start(delivery_day(edge, tz), tz):
            raise InputError(
                f"begins or ends at {edge.isoformat()}, which is no midnight in {tz}", where="meter.start", remedy="give whole local days"
            )
    spot: list[Decimal | None] = [None] * energy.height if market is None else _spot(energy["start"], minutes, checked_market(market))
    return Usage(clock, minutes, decimals(energy["import_kwh"]), decimals(energy["export_kwh"]), spot, used_kwh)


def decimals(values: pl.Series) -> Decimals:
    """Numbers as exact decimals, a float as the shortest decimal that reads as it."""
    return [value if isinstance(value, Decimal) else Decimal(repr(value)) for value in values.to_list()]


def _regular(starts: pl.Series, minutes: int | None) -> int:
    if minutes is None or minutes < 1:
        raise InputError("holds no two intervals", where="meter.start", remedy="give the intervals of whole local days")
    gaps = starts.filter(starts.diff() > dt.timedelta(minutes=minutes))
    if len(gaps):
        raise InputError(f"has a gap before {gaps[0].isoformat()}", where="meter.start", remedy="fill it: a bill is over every interval")
    return minutes


def _spot(starts: pl.Series, minutes: int, market: pl.DataFrame) -> list[Decimal | None]:
    """The price at each start. A market interval ends where the next begins, or is as long as the one before it if that is shorter."""
    following = pl.col("start").diff().shift(-1)
    length = pl.min_horizontal(following, pl.col("start").diff()).fill_null(pl.duration(hours=1))
    priced = market.with_columns(end=pl.col("start") + length)
    meant = pl.DataFrame({"start": starts}).join_asof(priced, on="start", strategy="backward")
    inside = priced.filter(
        (pl.col("end") - pl.col("start") < pl.duration(minutes=minutes)) & pl.col("start").is_between(starts[0], starts[-1])
    )
    if inside.height:
        what = f"intervals of {minutes} min are longer than the market's from {inside['start'][0].isoformat()}"
        raise InputError(what, where="meter.start", remedy="give the meter at the market's resolution")
    known = meant.select(pl.when(pl.col("start") < pl.col("end")).then(pl.col("price_eur_mwh"))).to_series()
    return [None if value is None else value if isinstance(value, Decimal) else Decimal(repr(value)) for value in known.to_list()]
