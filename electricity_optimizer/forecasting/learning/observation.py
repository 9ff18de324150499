"""What came of a forecast: each issued interval beside the price that was paid, and the same as arrays by day and hour.

Frames have the columns of the tables `forecast`, `price` and `observation` without `version_id`. Of each delivery day, model and
horizon there is one issue: the last one that was made with that horizon. It was frozen when it was made.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.forecasting.robust import mean_known
from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer.timeline import local_hour

PLACES = 2
"""Places of an hour on the clock: the second one is for the doubled hour of autumn."""
FIELDS = {
    "value": "value_eur_mwh", "actual": "actual_eur_mwh", "pinball": "pinball", "in_50": "in_50", "in_80": "in_80", "in_90": "in_90",
}  # fmt: skip
"""Arrays of `Observed` and the columns they come from."""


def observe(forecasts: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table `observation`: each forecast interval with the mean actual price in it; intervals without a price are left out.

    `forecasts` may hold issues of several horizons, at most one of each for an interval and model.
    """
    priced = prices.drop_nulls("price_eur_mwh")
    hourly = priced.group_by(pl.col("start").dt.truncate("1h"), maintain_order=True).agg(
        _mean(pl.col("price_eur_mwh")).alias("actual_eur_mwh")
    )
    as_priced = priced.select("start", "resolution_minutes", pl.col("price_eur_mwh").alias("actual_eur_mwh"))
    alike = ["start", "resolution_minutes"]
    finest = forecasts.join(as_priced, on=alike, how="inner", maintain_order="left")
    unpriced = forecasts.filter(pl.col("resolution_minutes") == 60).join(as_priced, on=alike, how="anti", maintain_order="left")
    coarser = unpriced.join(hourly, on="start", how="inner", maintain_order="left")
    rows = pl.concat([finest, coarser], how="diagonal")
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


def _mean(values: pl.Expr) -> pl.Expr:
    """Mean of a group in the order of its rows: else the last bit hangs on how the threads share a large group."""
    return values.implode().list.mean()


@dataclass(frozen=True)
class Observed:
    """Observations as arrays (models, horizons, days, 24 local hours, `PLACES`), hourly means, NaN where nothing is known.

    Hours are compared, so that an ensemble at 15 minutes and a member by the hour are; pinball and the shares inside the bands were
    taken at the resolution of the issue before.
    """

    models: tuple[str, ...]
    horizons: tuple[int, ...]
    first_day: dt.date
    value: Array
    actual: Array
    pinball: Array
    in_50: Array
    in_80: Array
    in_90: Array

    @property
    def days(self) -> list[dt.date]:
        """Days on which anything was observed, ascending."""
        known = np.isfinite(self.value).any(axis=(0, 1, 3, 4))
        return [self.first_day + dt.timedelta(days=int(offset)) for offset in np.flatnonzero(known)]

    def window(self, last: dt.date, days: int) -> "Observed":
        """The `days` up to `last`; fewer where the record begins later."""
        end = (last - self.first_day).days + 1
        begin = max(end - days, 0)
        parts = (np.ascontiguousarray(getattr(self, name)[:, :, begin:end]) for name in FIELDS)
        return Observed(self.models, self.horizons, self.first_day + dt.timedelta(days=begin), *parts)

    def of(self, model: str, horizon_days: int = 1) -> "Observed | None":
        """One model at one horizon, both axes kept; None when it was never observed."""
        if model not in self.models or horizon_days not in self.horizons:
            return None
        row, column = self.models.index(model), self.horizons.index(horizon_days)
        parts = (getattr(self, name)[row : row + 1, column : column + 1] for name in FIELDS)
        return Observed((model,), (horizon_days,), self.first_day, *parts)


def observed(observations: pl.DataFrame, tz: str, first: dt.date, last: dt.date) -> Observed:
    """Arrays of the observations of the delivery days `first` to `last`; hours are the clock's in `tz`."""
    rows = observations.filter(pl.col("delivery_day").is_between(first, last))
    models, horizons = (tuple(sorted(rows[name].unique())) for name in ("model", "horizon_days"))
    shape = (len(models), len(horizons), (last - first).days + 1, HOURS, PLACES)
    place = _places(rows, tz, models, horizons, first, shape)
    return Observed(models, horizons, first, *(_means(rows[name].cast(pl.Float64), place, shape) for name in FIELDS.values()))


def _places(
    rows: pl.DataFrame, tz: str, models: tuple[str, ...], horizons: tuple[int, ...], first: dt.date, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    """Flat position of each row. The doubled hour's second pass begins an hour after its first, so it comes second in its day."""
    hour, day = local_hour("start", tz).cast(pl.Int64), pl.col("delivery_day")
    beginning = pl.col("start").dt.truncate("1h")
    second = (beginning > beginning.min().over("delivery_day", hour)).cast(pl.Int64)
    found = rows.select(
        pl.col("model").replace_strict(list(models), list(range(len(models))), return_dtype=pl.Int64).alias("model"),
        pl.col("horizon_days").replace_strict(list(horizons), list(range(len(horizons))), return_dtype=pl.Int64).alias("horizon"),
        (day - first).dt.total_days().alias("day"),
        hour.alias("hour"),
        second.alias("place"),
    )
    return np.ravel_multi_index(tuple(found[name].to_numpy() for name in found.columns), shape) if rows.height else np.zeros(0, np.int64)


def _means(values: pl.Series, place: NDArray[np.int64], shape: tuple[int, ...]) -> Array:
    """Means of the known values at each position; added up row by row, so the same rows give the same bits."""
    known = values.is_not_null().to_numpy()
    number, size = values.to_numpy()[known], int(np.prod(shape))
    totals, counts = (np.bincount(place[known], weights=weights, minlength=size) for weights in (number, None))
    means = np.full(size, np.nan)
    np.divide(totals, counts, out=means, where=counts > 0)
    return means.reshape(shape)


def residuals_by_model(found: Observed, last: dt.date, days: int) -> dict[str, Array]:
    """Actual minus forecast a day ahead of each member, (days, 24), for the `days` up to `last`; NaN where unknown, no member all NaN."""
    members = {name: residuals_of(found, name, last, days) for name in found.models if name != ENSEMBLE}
    return {name: residuals for name, residuals in members.items() if np.isfinite(residuals).any()}


def residuals_of(found: Observed, model: str, last: dt.date, days: int) -> Array:
    """Actual minus forecast a day ahead of one model, as in `residuals_by_model`; of a doubled hour the mean."""
    residuals, one = np.full((days, HOURS), np.nan), found.of(model)
    if one is not None:
        part = one.window(last, days)
        by_hour = mean_known((part.actual - part.value)[0, 0], axis=-1)
        residuals[days - len(by_hour) :] = by_hour
    return residuals


def mean_errors(residuals: Mapping[str, Array]) -> dict[str, float]:
    """Mean absolute error by name of residuals as `residuals_by_model` gives them."""
    return {name: float(mean_known(np.abs(values).ravel(), axis=-1)) for name, values in residuals.items()}
