"""What the suite of forecasts looks at: rows of table `forecast`, all models of a zone, with what is known beside them."""

from itertools import pairwise

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer.quality.columns import DAY, with_calendar, with_days, with_simulated
from electricity_optimizer.quality.evidence import Evidence
from electricity_optimizer.quality.levels import level_columns
from electricity_optimizer.quality.repeats import repeated_columns

VALUE = "value_eur_mwh"


def prepare(rows: pl.DataFrame, zone: Zone, known: Evidence) -> pl.DataFrame:
    """`rows` of one zone with the columns that the rules read; `known.prices` are the published prices of the days before each."""
    ensemble, before = _day_ahead(rows), _day_ahead(known.before)
    days = (
        _of_days(rows)
        .join(level_columns(_as_prices(ensemble), _actual(known.prices)), on=DAY, how="left")
        .join(repeated_columns(ensemble, before, [VALUE], zone), on=DAY, how="left")
    )
    calendar = with_calendar(rows, zone, series="model", unit=pl.col("resolution_minutes"))
    return _with_quantiles(with_simulated(with_days(calendar, days)))


def _of_days(rows: pl.DataFrame) -> pl.DataFrame:
    """Per day: how many different values the ensemble has, and which models say something."""
    mine = pl.col(VALUE).filter(pl.col("model") == ENSEMBLE)
    return rows.group_by(DAY, maintain_order=True).agg(
        ensemble_intervals=mine.count(),
        different_values=mine.drop_nulls().n_unique(),
        models=pl.col("model").unique().sort().str.join(", "),
    )


def _with_quantiles(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each row: how often its quantiles cross, how many lack beside others, how wide they are, and how early it was issued.

    Members may be coarser than the market, the ensemble may not.
    """
    levels = sorted(name for name in rows.columns if name.startswith("q") and name[1:].isdigit())
    crossings = [(pl.col(low) > pl.col(high)).fill_null(value=False) for low, high in pairwise(levels)]
    lacking = pl.sum_horizontal(pl.lit(0), *(pl.col(name).is_null() for name in levels))
    width = (pl.col(levels[-1]) - pl.col(levels[0])) if levels else pl.lit(None, pl.Float64)
    end = pl.col("start") + pl.duration(minutes="resolution_minutes")
    return rows.with_columns(
        crossings=pl.sum_horizontal(pl.lit(0), *crossings),
        lacking_quantiles=pl.when(lacking < len(levels)).then(lacking).otherwise(0),
        band_eur_mwh=width,
        ensemble_minutes=pl.when(pl.col("model") == ENSEMBLE).then("resolution_minutes").otherwise("market_minutes"),
        minutes_ahead=(end - pl.col("issued_at")).dt.total_minutes(),
    )


def _day_ahead(rows: pl.DataFrame) -> pl.DataFrame:
    """The ensemble for the day after the last known price: a model may well say the same of two days that lie further ahead."""
    return rows.filter(pl.col("model") == ENSEMBLE, pl.col("horizon_days") <= 1)


def _as_prices(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(DAY, "start", "synthetic", source=pl.lit(ENSEMBLE), price=VALUE)


def _actual(prices: pl.DataFrame) -> pl.DataFrame:
    return prices.select(DAY, "start", "synthetic", "source", price="price_eur_mwh")
