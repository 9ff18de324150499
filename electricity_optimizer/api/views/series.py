"""Prices, forecasts, and both blended: rows of a zone read from committed versions, in the unit asked for."""

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from electricity_optimizer.api.blend import blended, nothing_known
from electricity_optimizer.api.query import UNITS, Asked
from electricity_optimizer.api.store import Store
from electricity_optimizer.api.views.horizon import ENSEMBLE, Horizon, horizon

WIDEST = dt.timedelta(hours=1)
"""The longest market time unit: a row may begin so much before the first interval asked for."""


@dataclass(frozen=True)
class Subject:
    """What a route speaks about: published prices, the forecast, or prices with the forecast after them."""

    name: str
    assets: tuple[str, ...]

    @property
    def prices(self) -> bool:
        """Whether published prices belong to it."""
        return "prices" in self.assets

    @property
    def forecast(self) -> bool:
        """Whether the forecast belongs to it."""
        return "price_forecasts" in self.assets

    def end(self, known: Horizon) -> dt.datetime | None:
        """How far it reaches."""
        return known.end if self.prices and self.forecast else known.known_until if self.prices else known.forecast_until


PRICES = Subject("prices", ("prices",))
FORECAST = Subject("forecast", ("price_forecasts",))
CURVE = Subject("curve", ("prices", "price_forecasts"))


@dataclass(frozen=True)
class Series:
    """One page of an answer: rows of `blend.blended` with values in the asked unit, and where the whole range ends."""

    asked: Asked
    subject: Subject
    rows: pl.DataFrame
    known: Horizon
    end: dt.datetime
    next_start: dt.datetime | None
    withheld: tuple[str, ...]


def series(store: Store, subject: Subject, asked: Asked, now: dt.datetime) -> Series:
    """The page of `subject` that `asked` means at `now`; files hold the whole range."""
    known = horizon(store, asked.zone, asked.as_of)
    reach = asked.end or subject.end(known) or asked.start
    first = asked.cursor or asked.start
    page = reach if asked.format != "json" else min(reach, first + dt.timedelta(minutes=asked.minutes * asked.limit))
    last = max(first, page)
    prices, withheld = _prices(store, asked, first, last) if subject.prices else (nothing_known(), ())
    forecast = _forecast(store, asked, first, last) if subject.forecast else nothing_known()
    rows = blended(prices, forecast, first, last, asked.minutes, asked.as_of or now)
    return Series(asked, subject, _in_unit(rows, asked.unit), known, reach, last if last < reach else None, withheld)


def of_day(asked: Asked, start: dt.datetime, end: dt.datetime) -> Asked:
    """The same question about another range."""
    return replace(asked, start=start, end=end, cursor=None)


def _prices(store: Store, asked: Asked, first: dt.datetime, last: dt.datetime) -> tuple[pl.DataFrame, tuple[str, ...]]:
    rows = store.warehouse.read_between("prices", asked.zone.key, first - WIDEST, last, as_of=asked.as_of).select(
        "start", pl.col("resolution_minutes").alias("minutes"), pl.col("price_eur_mwh").alias("value"),
        pl.lit(None, pl.Float64).alias("p10"), pl.lit(None, pl.Float64).alias("p90"), "source", "licence", "synthetic",
        "redistributable",
    )  # fmt: skip
    if not asked.open_access:
        return rows.drop("redistributable"), ()
    barred = rows.filter(~pl.col("redistributable"))["source"].unique().sort()
    return rows.filter("redistributable").drop("redistributable"), tuple(barred)


def _forecast(store: Store, asked: Asked, first: dt.datetime, last: dt.datetime) -> pl.DataFrame:
    rows = store.warehouse.read_between("price_forecasts", asked.zone.key, first - WIDEST, last, as_of=asked.as_of)
    return rows.filter(pl.col("model") == ENSEMBLE).sort("start", "issued_at").select(
        "start", pl.col("resolution_minutes").alias("minutes"), pl.col("value_eur_mwh").alias("value"),
        pl.col("q10").alias("p10"), pl.col("q90").alias("p90"), pl.lit(ENSEMBLE).alias("source"),
        pl.lit(None, pl.String).alias("licence"), "synthetic",
    )  # fmt: skip


def _in_unit(rows: pl.DataFrame, unit: str) -> pl.DataFrame:
    divisor, decimals = UNITS[unit]
    return rows.with_columns((pl.col("value", "p10", "p90") / divisor).round(decimals))
