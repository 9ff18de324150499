"""How good the forecasts have been: the newest scores of every model of a zone."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from electricity_optimizer.api.envelope import Answer, told
from electricity_optimizer.api.store import Store
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.forecasting.learning.mape import MAPE_FLOOR_EUR_MWH

ASSET = "forecast_accuracy"
SCORES = ("mae", "rmae", "rmse", "smape", "mape", "pinball", "coverage_50", "coverage_80", "coverage_90", "dm_p_value")
ALL_HOURS = -1
REFERENCES = {
    "reference": "rmae is the error relative to the naive forecast of the same hours and horizon; below 1 is better than naive",
    "mape_floor_eur_mwh": MAPE_FLOOR_EUR_MWH,
    "mape_reference": "mape is in per cent of the actual price, which counts as mape_floor_eur_mwh at least",
    "dm_reference": "dm_p_value is the chance of so small an error if the model were no better than the ensemble (Diebold-Mariano)",
}


@dataclass(frozen=True)
class Choice:
    """Which scores are asked for; the default is every model and window, a day ahead, over all hours."""

    model: str | None = None
    window_days: int | None = None
    horizon_days: int = 1
    hour: int = ALL_HOURS
    by_hour: bool = False

    def where(self) -> dict[str, list[object]]:
        """Wanted values by column."""
        hours = list(range(24)) if self.by_hour else [self.hour]
        wanted: dict[str, list[object]] = {"horizon_days": [self.horizon_days], "hour": list(hours)}
        if self.model is not None:
            wanted["model"] = [self.model]
        if self.window_days is not None:
            wanted["window_days"] = [self.window_days]
        return wanted


def accuracy(store: Store, zone: Zone, choice: Choice, version: str) -> Answer:
    """{meta, data: [...]}: errors in EUR/MWh over the last `window_days` delivery days; empty before the first observation."""
    versions = store.warehouse.versions(ASSET, zone.key).filter(pl.col("rows") > 0)
    day = dt.date.fromisoformat(versions["partition"][-1]) if versions.height else None
    rows = store.warehouse.read(ASSET, zone.key, day, day, where=choice.where())
    table = rows.sort("window_days", "hour", "mae").select(
        pl.col("delivery_day").cast(pl.String), "model", "window_days", "horizon_days", "hour", "count", pl.col(SCORES).round(6)
    )
    newest = versions.tail(1).row(0, named=True) if versions.height else None
    return {
        "meta": {
            "zone": zone.key, "unit": "EUR/MWh", "version": version, "stale": False, "until": rows["delivery_day"].max(),
            "computed_at": told(newest["committed_at"] if newest else None, "UTC"), **REFERENCES,
        },
        "data": table.to_dicts(),
    }  # fmt: skip
