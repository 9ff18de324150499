"""Small frames that the tests of the warehouse write."""

import datetime as dt

import polars as pl

from electricity_optimizer.sources.records import PriceRecord, completed, series_id
from electricity_optimizer.timeline import UTC, UTC_DTYPE, interval_starts

DAY = dt.date(2026, 5, 4)
MORNING = dt.datetime(2026, 5, 3, 10, tzinfo=UTC)
NOON = dt.datetime(2026, 5, 3, 12, tzinfo=UTC)
EVENING = dt.datetime(2026, 5, 3, 18, tzinfo=UTC)


def price_rows(day: dt.date = DAY, price: float | None = 80.0, *, zone: str = "DE-LU") -> pl.DataFrame:
    """The hours of one delivery day at one price, as published under `prices`."""
    starts = interval_starts(day, "Europe/Berlin", 60)
    return pl.DataFrame({"start": starts}).with_columns(
        zone=pl.lit(zone),
        delivery_day=pl.lit(day),
        resolution_minutes=60,
        price_eur_mwh=pl.lit(price, dtype=pl.Float64),
        price=pl.lit(price, dtype=pl.Float64),
        currency=pl.lit("EUR"),
        fx_rate=pl.lit(None, dtype=pl.Float64),
        fx_date=pl.lit(None, dtype=pl.Date),
        source=pl.lit("energy-charts"),
        derivation=pl.lit("published"),
        status=pl.lit("final"),
        licence=pl.lit("CC BY 4.0"),
        redistributable=pl.lit(value=True),
        synthetic=pl.lit(value=False),
    )


def price_records(day: dt.date = DAY, prices: tuple[float | None, ...] = (80.0, 81.5), *, payload: str = "a" * 64) -> pl.DataFrame:
    """The first hours of one delivery day, as a source said them."""
    starts = interval_starts(day, "Europe/Berlin", 60)[: len(prices)]
    frame = pl.DataFrame({"start_utc": starts, "price": prices}, schema_overrides={"price": pl.Float64, "start_utc": UTC_DTYPE})
    return completed(
        frame.with_columns(end_utc=pl.col("start_utc").dt.offset_by("1h")),
        PriceRecord,
        series_id=series_id("energy-charts", "DE-LU", 60),
        source="energy-charts",
        area="DE-LU",
        delivery_date=day,
        resolution_s=3600,
        currency="EUR",
        licence="CC BY 4.0",
        redistributable=True,
        payload_sha256=payload,
        parser_version=1,
    )
