"""What the forecasts of a zone are held to, and where they fall short: the step "verify accuracy" of the six-hour chain.

Judged is the ensemble a day ahead over 30 days, once most of them are known. An ensemble that is no better than the naive forecast is an
error. A band that holds too often or too seldom, and a percentage error above the owner's target, are warnings; that target counts only
where prices are far from zero, because a percentage of nearly nothing says nothing.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from electricity_optimizer.forecasting.learning.mape import MAPE_FLOOR_EUR_MWH
from electricity_optimizer.forecasting.learning.observation import Observed
from electricity_optimizer.forecasting.learning.scores import ALL_HOURS
from electricity_optimizer.forecasting.walk import ENSEMBLE

JUDGED_DAYS = 30
LEAST_HOURS = 24 * 24
"""Known hours below which the 30 days are not judged."""
RMAE_BELOW = 1.0
COVERAGE_90_WITHIN = (0.84, 0.96)
"""Two standard errors about 0.9: the hours of 30 days say as much as about 100 independent ones (measured on the open benchmark)."""
MAPE_BELOW_PERCENT = 10.0
FAR_FROM_ZERO = 2 * MAPE_FLOOR_EUR_MWH
SHARE_FAR_FROM_ZERO = 0.95
"""The MAPE target counts where this share of the hours costs `FAR_FROM_ZERO` or more."""


@dataclass(frozen=True)
class Shortfall:
    """One target that was missed; `serious` when the forecast is of no use as it is."""

    text: str
    serious: bool


def judged_row(accuracy: pl.DataFrame) -> dict[str, Any] | None:
    """The row of `accuracy` (one day of one zone) that is judged; None when there is none or too few of its hours are known."""
    rows = accuracy.filter(
        pl.col("model") == ENSEMBLE, pl.col("window_days") == JUDGED_DAYS, pl.col("horizon_days") == 1, pl.col("hour") == ALL_HOURS
    )
    return rows.row(0, named=True) if rows.height and rows["count"][0] >= LEAST_HOURS else None


def far_from_zero(found: Observed, last: dt.date) -> bool:
    """Whether nearly every price of the judged days was far enough from zero for percentages."""
    ensemble = found.of(ENSEMBLE)
    prices = np.zeros(0) if ensemble is None else ensemble.window(last, JUDGED_DAYS).actual.ravel()
    prices = prices[np.isfinite(prices)]
    return prices.size > 0 and float((prices >= FAR_FROM_ZERO).mean()) >= SHARE_FAR_FROM_ZERO


def shortfalls(row: Mapping[str, Any], *, percentages: bool) -> list[Shortfall]:
    """Targets that the judged row misses; `percentages`: whether the MAPE target counts."""
    found, (low, high) = [], COVERAGE_90_WITHIN
    rmae, coverage, mape = (row[name] for name in ("rmae", "coverage_90", "mape"))
    if rmae is not None and rmae >= RMAE_BELOW:
        found.append(Shortfall(f"rMAE {rmae:.3f} over {JUDGED_DAYS} days, no better than the naive forecast", serious=True))
    if coverage is not None and not low <= coverage <= high:
        found.append(Shortfall(f"the 90 % band held {coverage:.1%} of the hours, outside {low:.0%} to {high:.0%}", serious=False))
    if percentages and mape is not None and mape >= MAPE_BELOW_PERCENT:
        found.append(Shortfall(f"MAPE {mape:.1f} %, the target is below {MAPE_BELOW_PERCENT:.0f} %", serious=False))
    return found
