"""What was known of a day's inputs when its gate closed: a revision that came later must not change a forecast that is made again.

An input is revised after gate closure too (an upstream writes the forecast of load anew during the day). Where an earlier word is on
record, that one counts. Where the record of a day began later (a backfill, a given file) nothing was known then, and the newest word
stands: a correction of what was wrong counts.
"""

import datetime as dt

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.warehouse import Warehouse

KEY = ("series_id", "start_utc")


def records_at_gate(house: Warehouse, table: str, place: Zone, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Rows of a record for the delivery days `first` to `last`, each day as it was known when its gate closed."""
    rows = house.records(table, place.key, first, last)
    late = _late(rows.filter(pl.col("revision") > 1), place, "delivery_date", "valid_from")
    for day in late:
        known = house.records(table, place.key, day, day, as_of=place.gate_closure(day))
        others = rows.join(known.select(KEY), on=list(KEY), how="anti", maintain_order="left")
        rows = pl.concat([others, known])
    return rows.sort(KEY) if late else rows


def prices_at_gate(house: Warehouse, neighbour: Zone, place: Zone, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Published prices of `neighbour` for the days `first` to `last`, each day as it was known when the gate of `place` closed.

    A day that was first published later stands as it is now.
    """
    rows = house.read("prices", neighbour.key, first, last)
    versions = house.versions("prices", neighbour.key, first, last).filter(pl.col("version") > 1)
    for day in _late(versions.with_columns(pl.col("partition").str.to_date()), place, "partition", "committed_at"):
        known = house.read("prices", neighbour.key, day, day, as_of=place.gate_closure(day))
        if known.height:
            rows = pl.concat([rows.filter(pl.col("delivery_day") != day), known])
    return rows.sort("start")


def _late(rows: pl.DataFrame, place: Zone, day: str, came: str) -> list[dt.date]:
    """Days of which something came after their gate closed."""
    newest = rows.group_by(day).agg(pl.col(came).max()).sort(day)
    return [of for of, moment in newest.iter_rows() if moment > place.gate_closure(of)]
