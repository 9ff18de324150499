"""Price records for tests of the market room: one series of one source on one day."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.sources.records import PriceRecord, completed, series_id
from electricity_optimizer.timeline import interval_starts

DE = zone("DE-LU")


def records(
    day: dt.date,
    minutes: int,
    source: str = "energy-charts",
    prices: Sequence[float | None] | None = None,
    *,
    place: Zone = DE,
    **more: object,
) -> pl.DataFrame:
    """Rows of `price_record` of `place` on `day`, at `minutes`, priced 0, 1, 2, ... where not given."""
    starts = interval_starts(day, place.tz, minutes)
    given = [float(k) for k in range(len(starts))] if prices is None else list(prices)
    frame = pl.DataFrame({"start_utc": starts, "price": given}, schema_overrides={"price": pl.Float64})
    frame = frame.with_columns(end_utc=pl.col("start_utc") + pl.duration(minutes=minutes))
    market, auction = str(more.get("market", "day_ahead")), str(more.get("auction", place.auctions[0]))
    currency = str(more.get("currency", place.currency))
    constants = {
        "series_id": series_id(source, place.key, minutes, market=market, auction=auction, currency=currency),
        "source": source,
        "area": place.key,
        "delivery_date": day,
        "resolution_s": minutes * 60,
        "currency": currency,
        "auction": auction,
        "licence": "CC BY 4.0",
        "redistributable": True,
        "parser_version": 1,
    }
    return completed(frame, PriceRecord, **{**constants, **more})


def rates(*fixed: tuple[dt.date, float], currency: str = "GBP") -> pl.DataFrame:
    """Rows of `exchange_rate_record`, as far as the market room reads them."""
    return pl.DataFrame({"area": currency, "delivery_date": [day for day, _ in fixed], "rate": [rate for _, rate in fixed]})
