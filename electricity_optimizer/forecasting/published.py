"""Between published rows and the shapes of this room: frames in, frames out, no I/O.

Members are kept by the hour; the ensemble at the zone's market time unit with its quantiles. The columns are those of the table
`forecast` without `version_id`; what came of a forecast is in `observation.py`.

The same rows give the same bits: groups and joins keep their order and a mean is taken row by row (`_mean`). Else polars adds up a large
group in the parts its threads made, the last bit changes from run to run, and the same input would make a new version.
"""

import datetime as dt

import polars as pl

from electricity_optimizer.forecasting.days import Array
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.quantiles import COLUMNS
from electricity_optimizer.forecasting.shape import Shape, flat_shape, to_market_time_units
from electricity_optimizer.forecasting.walk import ENSEMBLE, DayForecast
from electricity_optimizer.timeline import local_hour


def history_of(forecasts: pl.DataFrame, tz: str) -> MemberHistory:
    """What members and ensemble forecast a day ahead on past days, from published forecast rows of any resolution.

    Quantiles are taken of the members only: those of the ensemble belong to its market time units.
    """
    day_ahead = forecasts.filter(pl.col("horizon_days") == 1)
    if day_ahead.is_empty():
        return MemberHistory()
    rows = day_ahead.with_columns(pl.col("delivery_day").alias("day"), hour=local_hour("start", tz).cast(pl.Int64))
    hour = ("day", "model", "hour")
    points = rows.group_by(hour, maintain_order=True).agg(_mean(pl.col("value_eur_mwh")).alias("price"))
    sure = rows.filter(pl.col("model") != ENSEMBLE, pl.col(COLUMNS[0]).is_not_null())
    fans = sure.group_by(hour, maintain_order=True).agg(_mean(pl.col(name)).alias(name) for name in COLUMNS)
    return MemberHistory.from_frame(points.join(fans, on=hour, how="left", maintain_order="left").sort(hour))


def forecast_rows(
    forecast: DayForecast, *, zone: str, tz: str, minutes: int, shape: Shape, issued_at: dt.datetime, synthetic: bool
) -> pl.DataFrame:
    """Rows of the table `forecast` for one issue: members by the hour (quantiles of those that give them), the ensemble by `minutes`.

    The band of a step is that of its hour, widened by what the steps scatter within it.
    """
    parts = [_member_rows(forecast, name, tz) for name in forecast.members]
    shape = shape.following(forecast.point)
    ensemble = _rows(forecast.day, tz, minutes, forecast.point, shape.deviation).with_columns(model=pl.lit(ENSEMBLE))
    if forecast.quantiles is not None:
        band = shape.band(forecast.point, forecast.quantiles, forecast.levels)
        for name, units in zip(COLUMNS, band, strict=True):
            column = _rows(forecast.day, tz, minutes, forecast.point, units - forecast.point[:, None])["value_eur_mwh"]
            ensemble = ensemble.with_columns(column.alias(name))
    return pl.concat([*parts, ensemble], how="diagonal").with_columns(
        zone=pl.lit(zone),
        delivery_day=pl.lit(forecast.day),
        issued_at=pl.lit(issued_at),
        horizon_days=pl.lit(forecast.horizon_days),
        synthetic=pl.lit(synthetic),
    )


def _member_rows(forecast: DayForecast, name: str, tz: str) -> pl.DataFrame:
    rows = _rows(forecast.day, tz, 60, forecast.members[name], flat_shape(60)).with_columns(model=pl.lit(name))
    if name not in forecast.fans:
        return rows
    columns = [_rows(forecast.day, tz, 60, hourly, flat_shape(60))["value_eur_mwh"] for hourly in forecast.fans[name]]
    return rows.with_columns(column.alias(level) for level, column in zip(COLUMNS, columns, strict=True))


def _rows(day: dt.date, tz: str, minutes: int, hourly: Array, shape: Array) -> pl.DataFrame:
    starts, values = zip(*to_market_time_units(day, tz, minutes, hourly, shape), strict=True)
    return pl.DataFrame({"start": starts, "value_eur_mwh": values}).with_columns(resolution_minutes=pl.lit(minutes))


def _mean(values: pl.Expr) -> pl.Expr:
    """Mean of a group in the order of its rows; unknown values do not count."""
    return values.implode().list.mean()
