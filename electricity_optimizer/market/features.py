"""Hourly table of what is known of a zone hour by hour: price, day-ahead forecasts, weather, neighbours' prices, fuels, holiday.

Every UTC hour of the delivery days has a row, also days whose price is not known yet: there it is null. Only forecasts enter, never
actual values of load, wind or sun: a later reader of the table sees no more than was known before the auction. `docs/FEATURES.md`
tells of each column what it is, when it is known and who reads it.

Simulated inputs are kept apart from a real market: where a zone's prices or grid forecasts are real, simulated ones stay null, for a
model would learn from noise and the whole table would have to be called synthetic.
"""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.market.grid import QUANTITIES, forecasts
from electricity_optimizer.market.resample import resample
from electricity_optimizer.timeline import UTC_DTYPE, delivery_days, grid, local_day, range_bounds

INPUTS = ("load_forecast_mw", "wind_forecast_mw", "solar_forecast_mw")
WEATHER = ("temperature_c", "wind_speed_ms", "radiation_w_m2")
NEIGHBOUR = "neighbour_price_eur_mwh"
FUELS = {"gas": "gas_eur_mwh", "carbon": "carbon_eur_t"}
FUEL_DAYS = 14
"""A fuel's price is the last one known, over Christmas too; an older one says nothing of today."""
SCHEMA = pl.Schema(
    {
        "zone": pl.String(),
        "delivery_day": pl.Date(),
        "start": UTC_DTYPE,
        "resolution_minutes": pl.Int64(),
        "price_eur_mwh": pl.Float64(),
        **dict.fromkeys((*INPUTS, *WEATHER, NEIGHBOUR, *FUELS.values()), pl.Float64()),
        "is_holiday": pl.Boolean(),
        "synthetic": pl.Boolean(),
    }
)
"""Columns of the table `features`, without its version."""


def features(
    zone: Zone,
    first: dt.date,
    last: dt.date,
    *,
    prices: pl.DataFrame,
    weather: pl.DataFrame,
    grid_records: pl.DataFrame,
    neighbours: Sequence[pl.DataFrame] = (),
    fuels: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Rows of the table `features` for the delivery days `first` to `last`, ascending.

    `prices` and `weather` are rows of those tables, `grid_records` current rows of `grid_forecast_record`, `neighbours` rows of the
    table `price` of each zone whose auction ends before our gate closes (`catalog.zones.early_neighbours`), `fuels` current rows of
    `fuel_record`; any of them may hold more days or none. `synthetic` is true where anything simulated went into the row.
    """
    hours = pl.DataFrame([grid(*range_bounds(first, last, zone.tz), 60)]).with_columns(local_day("start", zone.tz).alias("delivery_day"))
    price = _hourly_price(prices)
    known = grid_records.filter(pl.col("kind") == "forecast")
    real = not (price.filter(~pl.col("price_synthetic")).is_empty() and known.filter(~pl.col("synthetic")).is_empty())
    if real:
        known = known.filter(~pl.col("synthetic"))
        weather = weather.filter(~pl.col("synthetic"))
    inputs = _hourly_inputs(known)
    joined = (
        hours.join(price, on="start", how="left")
        .join(inputs, on="start", how="left")
        .join(weather.select("start", *WEATHER, pl.col("synthetic").alias("weather_synthetic")), on="start", how="left")
        .join(_neighbour_price(neighbours), on="start", how="left")
        .join(_known_fuels(fuels, first, last), on="delivery_day", how="left")
    )
    special = {day: is_holiday(zone.country, day) for day in delivery_days(first, last)}
    return joined.select(
        pl.lit(zone.key).alias("zone"),
        "delivery_day",
        "start",
        pl.lit(60).alias("resolution_minutes"),
        "price_eur_mwh",
        *INPUTS,
        *WEATHER,
        NEIGHBOUR,
        *FUELS.values(),
        pl.col("delivery_day").replace_strict(special, return_dtype=pl.Boolean).alias("is_holiday"),
        pl.any_horizontal(pl.col("price_synthetic", "grid_synthetic", "weather_synthetic").fill_null(value=False)).alias("synthetic"),
    ).cast(SCHEMA)


def _hourly_price(prices: pl.DataFrame) -> pl.DataFrame:
    hourly = resample(prices.select("start", "resolution_minutes", "price_eur_mwh", "synthetic"), 60)
    return hourly.select("start", "price_eur_mwh", pl.col("synthetic").alias("price_synthetic"))


def _hourly_inputs(records: pl.DataFrame) -> pl.DataFrame:
    """Hourly means of the forecasts; an hour of which a part is missing is null."""
    names = dict(zip(QUANTITIES, INPUTS, strict=True)) | {"synthetic": "grid_synthetic"}
    return resample(forecasts(records).rename(names), 60).drop("resolution_minutes")


def _neighbour_price(neighbours: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Mean of the neighbours' real prices by hour: the delivery hour itself, for their auction ended before."""
    empty = pl.DataFrame(schema={"start": UTC_DTYPE, NEIGHBOUR: pl.Float64()})
    real = [
        _hourly_price(frame.filter(~pl.col("synthetic"))).select("start", pl.col("price_eur_mwh").alias(NEIGHBOUR)) for frame in neighbours
    ]
    return pl.concat([empty, *real]).drop_nulls().group_by("start", maintain_order=True).agg(pl.col(NEIGHBOUR).implode().list.mean())


def _known_fuels(fuels: pl.DataFrame | None, first: dt.date, last: dt.date) -> pl.DataFrame:
    """A row a delivery day with the price of each fuel that was the last known at its gate closure: of the day before or earlier."""
    days = pl.DataFrame({"delivery_day": list(delivery_days(first, last))}, schema={"delivery_day": pl.Date()})
    days = days.with_columns(before=pl.col("delivery_day") - pl.duration(days=1))
    for fuel, name in FUELS.items():
        if fuels is None:
            days = days.with_columns(pl.lit(None, pl.Float64()).alias(name))
            continue
        said = fuels.filter(pl.col("fuel") == fuel).drop_nulls("price").sort("delivery_date")
        prices = said.select(pl.col("delivery_date").alias("before"), pl.col("price").alias(name))
        days = days.join_asof(prices, on="before", strategy="backward", tolerance=f"{FUEL_DAYS}d")
    return days.drop("before")
