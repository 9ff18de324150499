"""The suites applied: rows of an asset with what is known beside them, judged by the rules of its suite."""

import datetime as dt
from collections.abc import Callable, Sequence

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.quality import forecasts, prices, weather
from electricity_optimizer.quality.evidence import Evidence, gather
from electricity_optimizer.quality.run import Rule, Verdict, judge
from electricity_optimizer.quality.suites import COVERAGE, FORECASTS, PRICES, WEATHER
from electricity_optimizer.warehouse import Warehouse

SUITES: dict[str, tuple[Rule, ...]] = {"prices": PRICES, "weather": WEATHER, "price_forecasts": FORECASTS, "coverage": COVERAGE}
"""The rules of each asset, and of the day as a whole."""

PREPARED: dict[str, Callable[[pl.DataFrame, Zone, Evidence], pl.DataFrame]] = {
    "prices": prices.prepare,
    "weather": weather.prepare,
    "price_forecasts": forecasts.prepare,
}
"""What makes the columns that the rules of an asset read."""


def prepared(house: Warehouse, asset: str, zone: Zone, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` of whole delivery days of one zone, published or about to be, as the rules of `asset` read them."""
    if rows.is_empty():
        return rows
    days = rows["delivery_day"]
    return PREPARED[asset](rows, zone, gather(house, asset, zone, days.min(), days.max()))  # type: ignore[arg-type]  # a column of dates


def published(house: Warehouse, asset: str, zone: Zone, first: dt.date, last: dt.date) -> pl.DataFrame:
    """The published rows of `asset`, as its rules read them."""
    return prepared(house, asset, zone, house.read(asset, zone.key, first, last))


def judged(asset: str, frames: Sequence[pl.DataFrame]) -> list[Verdict]:
    """The verdicts on prepared frames of several zones, in one validation."""
    known = [frame for frame in frames if frame.height]
    return judge(pl.concat(known, how="diagonal_relaxed"), SUITES[asset]) if known else []
