"""Days for the tests of the suites: real prices of DE-LU, and weather and forecasts made to look like a real spring."""

import datetime as dt
import math
from pathlib import Path

import polars as pl

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer.market.unify import PRICE_SCHEMA, at_unit
from electricity_optimizer.market.weather import WEATHER_SCHEMA
from electricity_optimizer.quality.evidence import Evidence
from electricity_optimizer.sources.records import PriceRecord, WeatherRecord, completed, series_id
from electricity_optimizer.timeline import delivery_days, gate_closure, interval_starts, local_day, range_bounds
from electricity_optimizer.warehouse.tables import QUANTILES

DE_LU = zone("DE-LU")
ONE_DAY = dt.timedelta(days=1)


def real_records(shared: Path, first: dt.date, last: dt.date, source: str = "energy-charts") -> pl.DataFrame:
    """Rows of `price_record`: the real quarter hours of DE-LU."""
    start, end = range_bounds(first, last, DE_LU.tz)
    frame = pl.read_parquet(shared / "data" / "de_lu_energycharts_15min_202510_202605.parquet")
    return price_records(
        frame.select(start_utc="utc", price="price").filter(pl.col("start_utc") >= start, pl.col("start_utc") < end), source
    )


def price_records(frame: pl.DataFrame, source: str, place: Zone = DE_LU, minutes: int = 15) -> pl.DataFrame:
    """Rows of `price_record` from columns start_utc and price."""
    made = frame.with_columns(end_utc=pl.col("start_utc") + pl.duration(minutes=minutes), delivery_date=local_day("start_utc", place.tz))
    constants = {
        "series_id": series_id(source, place.key, minutes, market="day_ahead", auction=place.auctions[0], currency=place.currency),
        "source": source,
        "area": place.key,
        "resolution_s": minutes * 60,
        "currency": place.currency,
        "auction": place.auctions[0],
        "licence": "CC BY 4.0",
        "redistributable": True,
        "parser_version": 1,
    }
    return completed(made, PriceRecord, **constants)


def real_prices(shared: Path, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Rows of table `price`: the real quarter hours of DE-LU."""
    return at_unit(real_records(shared, first, last), zone=DE_LU).cast(PRICE_SCHEMA)


def known_prices(before: pl.DataFrame, others: pl.DataFrame | None = None) -> Evidence:
    """What is known beside prices."""
    return Evidence(before, price_records(pl.DataFrame(schema={"start_utc": pl.Datetime("us", "UTC"), "price": pl.Float64}), "none")
                    if others is None else others, pl.DataFrame())  # fmt: skip


def spring_weather(first: dt.date, last: dt.date) -> pl.DataFrame:
    """Rows of table `weather`: hours of a spring with warm and cool days."""
    rows = []
    for day in delivery_days(first, last):
        phase = day.toordinal()
        for start in interval_starts(day, DE_LU.tz, 60):
            sun = max(0.0, math.sin((start.hour - 5) / 13 * math.pi)) if 5 <= start.hour <= 18 else 0.0
            warm = 9 + 4 * math.sin(phase / 3) + 5 * math.sin((start.hour - 9) / 12 * math.pi)
            rows.append((day, start, round(warm, 1), round(4 + 2 * math.sin(phase + start.hour / 5), 1), round(520 * sun, 1)))
    names = ["delivery_day", "start", "temperature_c", "wind_speed_ms", "radiation_w_m2"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    constants = {"zone": "DE-LU", "resolution_minutes": 60, "kind": "forecast", "source": "open-meteo", "synthetic": False}
    return (
        frame.with_columns(**{name: pl.lit(value) for name, value in constants.items()}).select(WEATHER_SCHEMA.names()).cast(WEATHER_SCHEMA)
    )


def weather_records(rows: pl.DataFrame, source: str) -> pl.DataFrame:
    """Rows of `weather_record` of another source that says what `rows` say."""
    frame = rows.select(
        "temperature_c", "wind_speed_ms", "radiation_w_m2", "kind", start_utc="start", delivery_date="delivery_day",
        end_utc=pl.col("start").dt.offset_by("1h"),
    )  # fmt: skip
    constants = {
        "series_id": f"{source}:DE-LU", "source": source, "area": "DE-LU", "licence": "x", "redistributable": True, "parser_version": 1,
    }  # fmt: skip
    return completed(frame, WeatherRecord, **constants)


def forecasts_from(prices: pl.DataFrame) -> pl.DataFrame:
    """Rows of table `forecast`: an ensemble in quarter hours with a band, and an hourly member; they repeat yesterday, a tenth off."""
    later = prices.with_columns(pl.col("delivery_day") + ONE_DAY)
    parts = []
    for day in later["delivery_day"].unique().sort():
        values = later.filter(pl.col("delivery_day") == day)["price"].to_list()
        parts += [_issue(day, ENSEMBLE, 15, values), _issue(day, "naive", 60, values[::4])]
    return pl.concat(parts, how="diagonal")


def _issue(day: dt.date, model: str, minutes: int, values: list[float]) -> pl.DataFrame:
    starts = interval_starts(day, DE_LU.tz, minutes)
    said = [value * 1.1 + 1 for value in (values * 2)[: len(starts)]]
    frame = pl.DataFrame({"start": starts, "value_eur_mwh": said}).with_columns(
        zone=pl.lit("DE-LU"),
        delivery_day=pl.lit(day),
        resolution_minutes=pl.lit(minutes, dtype=pl.Int64),
        model=pl.lit(model),
        issued_at=pl.lit(gate_closure(day, DE_LU.tz)),
        horizon_days=pl.lit(1, dtype=pl.Int64),
        synthetic=pl.lit(value=False),
    )
    if model != ENSEMBLE:
        return frame
    return frame.with_columns((pl.col("value_eur_mwh") + 2 * (k - 9)).alias(name) for k, name in enumerate(QUANTILES))
