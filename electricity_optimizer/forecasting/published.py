"""Between published rows and the shapes of this room: frames in, frames out, no I/O.

Members are kept by the hour; the ensemble at the zone's market time unit with its quantiles. The columns are those of the tables
`features`, `forecast`, `observation`, `accuracy` without `version_id`.

The same rows give the same bits: groups and joins keep their order and a mean is taken row by row (`_mean`). Else polars adds up a large
group in the parts its threads made, the last bit changes from run to run, and the same input would make a new version.
"""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from electricity_optimizer.forecasting.days import HOURS, Array, DayTable, day_table
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.shape import Shape, flat_shape, to_market_time_units
from electricity_optimizer.forecasting.walk import ENSEMBLE, DayForecast
from electricity_optimizer.timeline import local_hour

INPUTS = ("load_forecast_mw", "wind_forecast_mw", "solar_forecast_mw")
"""Known-ahead inputs of the models: day-ahead forecasts of the grid, published before gate closure."""


def feature_table(features: pl.DataFrame, tz: str) -> DayTable:
    """Day table of published hourly features; an input that is never known is left out."""
    known = [name for name in INPUTS if features[name].is_not_null().any()]
    return day_table(features.select("start", pl.col("price_eur_mwh").alias("price"), *known), tz, inputs=known)


def history_of(forecasts: pl.DataFrame, tz: str) -> MemberHistory:
    """What members and ensemble forecast a day ahead on past days, from published forecast rows of any resolution."""
    day_ahead = forecasts.filter(pl.col("horizon_days") == 1)
    if day_ahead.is_empty():
        return MemberHistory()
    hours = (
        day_ahead.with_columns(hour=local_hour("start", tz).cast(pl.Int64))
        .group_by("delivery_day", "hour", "model", maintain_order=True)
        .agg(_mean(pl.col("value_eur_mwh")).alias("price"))
    )
    return MemberHistory.from_frame(hours.rename({"delivery_day": "day"}).sort("day", "model", "hour"))


def forecast_rows(
    forecast: DayForecast, *, zone: str, tz: str, minutes: int, shape: Shape, issued_at: dt.datetime, synthetic: bool
) -> pl.DataFrame:
    """Rows of the table `forecast` for one issue: members by the hour, the ensemble by `minutes` with quantiles.

    The band of a step is that of its hour, widened by what the steps scatter within it.
    """
    parts = [
        _rows(forecast.day, tz, 60, values, flat_shape(60)).with_columns(model=pl.lit(name)) for name, values in forecast.members.items()
    ]
    shape = shape.following(forecast.point)
    ensemble = _rows(forecast.day, tz, minutes, forecast.point, shape.deviation).with_columns(model=pl.lit(ENSEMBLE))
    if forecast.quantiles is not None:
        band = shape.band(forecast.point, forecast.quantiles, forecast.levels)
        for level, units in zip(forecast.levels, band, strict=True):
            column = _rows(forecast.day, tz, minutes, forecast.point, units - forecast.point[:, None])["value_eur_mwh"]
            ensemble = ensemble.with_columns(column.alias(f"q{round(level * 100):02d}"))
    return pl.concat([*parts, ensemble], how="diagonal").with_columns(
        zone=pl.lit(zone),
        delivery_day=pl.lit(forecast.day),
        issued_at=pl.lit(issued_at),
        horizon_days=pl.lit(forecast.horizon_days),
        synthetic=pl.lit(synthetic),
    )


def _rows(day: dt.date, tz: str, minutes: int, hourly: Array, shape: Array) -> pl.DataFrame:
    starts, values = zip(*to_market_time_units(day, tz, minutes, hourly, shape), strict=True)
    return pl.DataFrame({"start": starts, "value_eur_mwh": values}).with_columns(resolution_minutes=pl.lit(minutes))


def observe(forecasts: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table `observation`: each forecast interval with the mean actual price in it; intervals without a price are left out."""
    hourly = prices.group_by(pl.col("start").dt.truncate("1h"), maintain_order=True).agg(
        _mean(pl.col("price_eur_mwh")).alias("actual_eur_mwh")
    )
    as_priced = prices.select("start", "resolution_minutes", pl.col("price_eur_mwh").alias("actual_eur_mwh"))
    finest = forecasts.join(as_priced, on=["start", "resolution_minutes"], how="inner", maintain_order="left")
    unpriced = forecasts.join(as_priced, on=["start", "resolution_minutes"], how="anti", maintain_order="left")
    coarser = unpriced.join(hourly, on="start", how="inner", maintain_order="left")
    rows = pl.concat([finest, coarser.filter(pl.col("resolution_minutes") == 60)], how="diagonal").drop_nulls("actual_eur_mwh")
    return rows.with_columns(
        _pinball().alias("pinball"),
        _inside("q25", "q75").alias("in_50"),
        _inside("q10", "q90").alias("in_80"),
        _inside("q05", "q95").alias("in_90"),
    ).select(
        "zone", "delivery_day", "start", "resolution_minutes", "model", "issued_at", "horizon_days",
        "value_eur_mwh", "actual_eur_mwh", "pinball", "in_50", "in_80", "in_90",
    )  # fmt: skip


def _pinball() -> pl.Expr:
    losses = []
    for percent in range(5, 100, 5):
        above = pl.col("actual_eur_mwh") - pl.col(f"q{percent:02d}")
        losses.append(pl.max_horizontal(above * percent / 100, above * (percent / 100 - 1)))
    return pl.when(pl.col("q50").is_not_null()).then(pl.mean_horizontal(losses))


def _inside(low: str, high: str) -> pl.Expr:
    return pl.col("actual_eur_mwh").is_between(pl.col(low), pl.col(high))


def accuracy_rows(observations: pl.DataFrame, naive: pl.DataFrame, window_days: int) -> pl.DataFrame:
    """Measures per model over `observations`, with rMAE against the `naive` hourly forecasts of the same hours.

    Point measures are taken on hourly means for every model, so that an ensemble at 15 minutes and an hourly member compare; pinball
    and coverage at the resolution of the issue.
    """
    hourly = observations.group_by("model", pl.col("start").dt.truncate("1h"), maintain_order=True).agg(
        _mean(pl.col("value_eur_mwh")), _mean(pl.col("actual_eur_mwh"))
    )
    error = pl.col("value_eur_mwh") - pl.col("actual_eur_mwh")
    size = pl.col("value_eur_mwh").abs() + pl.col("actual_eur_mwh").abs()
    naive_error = (pl.col("naive") - pl.col("actual_eur_mwh")).abs()
    points = (
        hourly.join(naive.select("start", pl.col("value_eur_mwh").alias("naive")), on="start", how="left", maintain_order="left")
        .group_by("model", maintain_order=True)
        .agg(
            count=pl.len(),
            mae=_mean(error.abs()),
            rmae=_mean(error.abs().filter(pl.col("naive").is_not_null())) / _mean(naive_error),
            rmse=_mean(error**2).sqrt(),
            smape=_mean((200 * error.abs() / size).filter(size > 0)).fill_null(0.0),
        )
    )
    bands = observations.group_by("model", maintain_order=True).agg(
        _mean(pl.col("pinball")),
        coverage_50=pl.col("in_50").mean(),
        coverage_80=pl.col("in_80").mean(),
        coverage_90=pl.col("in_90").mean(),
    )
    whole = {"window_days": window_days, "horizon_days": 1, "hour": -1}
    return points.join(bands, on="model").with_columns(**{name: pl.lit(value) for name, value in whole.items()}).sort("model")


def bias_rows(observations: pl.DataFrame, tz: str) -> pl.DataFrame:
    """Mean of forecast minus actual by model and local hour: what a forecast is systematically off."""
    return (
        observations.with_columns(hour=local_hour("start", tz).cast(pl.Int64))
        .group_by("model", "hour", maintain_order=True)
        .agg(bias_eur_mwh=_mean(pl.col("value_eur_mwh") - pl.col("actual_eur_mwh")), count=pl.len())
        .sort("model", "hour")
    )


def residuals_by_model(observations: pl.DataFrame, tz: str, last: dt.date, days: int) -> Mapping[str, Array]:
    """Actual minus forecast of each hourly member, (days, 24), for the `days` up to `last`; NaN where unknown."""
    members = observations.filter(pl.col("model") != ENSEMBLE).with_columns(hour=local_hour("start", tz).cast(pl.Int64))
    first = last - dt.timedelta(days=days - 1)
    residuals = {}
    for (name,), rows in (
        members.filter(pl.col("delivery_day").is_between(first, last)).sort("model").group_by(["model"], maintain_order=True)
    ):
        grid = np.full((days, HOURS), np.nan)
        hourly = rows.group_by("delivery_day", "hour", maintain_order=True).agg(
            _mean(pl.col("actual_eur_mwh") - pl.col("value_eur_mwh")).alias("residual")
        )
        grid[(hourly["delivery_day"] - first).dt.total_days().to_numpy(), hourly["hour"].to_numpy()] = hourly["residual"].to_numpy()
        residuals[str(name)] = grid
    return residuals


def _mean(values: pl.Expr) -> pl.Expr:
    """Mean of a group in the order of its rows; unknown values do not count."""
    return values.implode().list.mean()
