"""What is known beside the rows that are judged: the days before them, and what other sources say of the same days."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.quality.levels import RECENT_DAYS
from electricity_optimizer.warehouse import Warehouse

RECORDS = {"prices": "price_record", "weather": "weather_record"}
"""The record of each asset that several sources may speak of."""


@dataclass(frozen=True)
class Evidence:
    """`before`: published rows of the asset, of the fortnight before. `others`: records of all sources of the days that are judged.

    `prices`: published prices up to the last day that is judged, which forecasts are compared with.
    """

    before: pl.DataFrame
    others: pl.DataFrame
    prices: pl.DataFrame


def gather(house: Warehouse, asset: str, zone: Zone, first: dt.date, last: dt.date) -> Evidence:
    """What is known beside the rows of `asset` of the delivery days `first` to `last`."""
    earlier, eve = first - dt.timedelta(days=RECENT_DAYS), first - dt.timedelta(days=1)
    record = RECORDS.get(asset)
    return Evidence(
        before=house.read(asset, zone.key, earlier, eve),
        others=house.records(record, zone.key, first, last) if record else pl.DataFrame(),
        prices=house.read("prices", zone.key, earlier, last) if asset == "price_forecasts" else pl.DataFrame(),
    )
