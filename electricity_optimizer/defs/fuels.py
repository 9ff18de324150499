"""Prices of fuels from given files into the record: gas and emission allowances have no upstream of their own."""

import datetime as dt

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.sources import files
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.warehouse import KeptPayload


def record_fuels(desk: Desk, zone: Zone, last: dt.date, run_id: str) -> None:
    """Record what the files of `zone` say of the days up to `last`. Raises InputError for a faulty file."""
    for content in files.fuel_prices(desk.settings, zone, last):
        if content.fuels is None or content.fuels.is_empty():
            continue
        kept = KeptPayload("", files.NAME, content.name, desk.now(), str(Outcome.OK))
        sha256 = desk.warehouse.store_payload(content.body, kept)
        rows = content.fuels.with_columns(payload_sha256=pl.lit(sha256))
        desk.warehouse.record("fuel_record", rows, now=desk.now(), run_id=run_id)
