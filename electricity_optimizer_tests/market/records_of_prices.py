"""Price records for tests of the market room: one series on one day."""

import datetime as dt

import polars as pl

from electricity_optimizer.sources.records import PriceRecord, completed, series_id
from electricity_optimizer.timeline import interval_starts


def records(day: dt.date, minutes: int, source: str = "energy-charts", prices=None, **more) -> pl.DataFrame:
    """Rows of `price_record` of DE-LU on `day`, at `minutes`, priced 0, 1, 2, ... where not given."""
    starts = interval_starts(day, "Europe/Berlin", minutes)
    frame = pl.DataFrame(
        {"start_utc": starts, "price": prices or [float(k) for k in range(len(starts))]}, schema_overrides={"price": pl.Float64}
    )
    frame = frame.with_columns(end_utc=pl.col("start_utc") + pl.duration(minutes=minutes))
    constants = {
        "series_id": series_id(source, "DE-LU", minutes),
        "source": source,
        "area": "DE-LU",
        "delivery_date": day,
        "resolution_s": minutes * 60,
        "currency": "EUR",
        "licence": "CC BY 4.0",
        "redistributable": True,
        "parser_version": 1,
    }
    return completed(frame, PriceRecord, **{**constants, **more})
