"""How good the forecasts of a site are: a real household, its last 120 days one by one, refitted weekly, with readings up to the issue.

Load: the prior (profile H25 of the BDEW at a year's energy of this house), the naive (the same time a week before), the blend, the trees
(`learnt`). Sun: the same over two priors, the forecast that came with the data ("sun") and pvlib under a mean sky ("sun without weather").
Scores in kW are over the quarter hours that were metered and, for the sun, in which it is up. The data come from ../shared/data (EMHASS
training sample, MIT).
"""

import datetime as dt
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from pvlib.clearsky import haurwitz

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.catalog.site_devices import Roof
from electricity_optimizer.catalog.sites import Site, site
from electricity_optimizer.forecasting.models.site_load import LOAD_TREES
from electricity_optimizer.forecasting.models.site_models import SEED
from electricity_optimizer.forecasting.models.site_pv import PV_TREES
from electricity_optimizer.forecasting.models.site_trees import SiteTrees
from electricity_optimizer.forecasting.sites.bands import Banded
from electricity_optimizer.forecasting.sites.blend import blend_load, blend_pv
from electricity_optimizer.forecasting.sites.days import MeterDays, meter_days
from electricity_optimizer.forecasting.sites.scores import band_scores, mae, naive
from electricity_optimizer.sites import load_profile, pv_from_weather, sun
from electricity_optimizer.timeline import UTC_DTYPE, grid, range_bounds

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "household_emhass_30min_2024_2025.parquet"
RESULT = Path(__file__).parent / "results" / "site_forecasts.json"
SPAN = (dt.date(2024, 2, 29), dt.date(2025, 2, 26))
TEST_DAYS = 120
REFIT_DAYS = 7
ANNUAL_KWH = 7800  # the mean of the meter, 0.89 kW, over a year
KWP = 5.0  # its highest reading is 4.4 kW
MEAN_SKY = 0.6  # of a clear one, over a year in France
WHERE = "FR"  # the data do not say; the sun culminates as there

Blend = Callable[[MeterDays], Banded]


def house() -> Site:
    """The household as the catalogue would describe it."""
    known = site("house-1")
    load = known.load.model_copy(update={"annual_kwh": ANNUAL_KWH})
    roof = Roof(type="pv", name="roof", kwp=KWP)
    return known.model_copy(update={"zone": WHERE, "load": load, "devices": (roof,)})


def readings(place: Site) -> pl.DataFrame:
    """Quarter hours of the span: load_kw, pv_kw, given_kw (the forecast of the sun in the data), null where missing."""
    read = pl.read_parquet(DATA).select(
        pl.col("utc").cast(UTC_DTYPE).alias("half"),
        (pl.col("power_load_no_var_loads") / 1000).alias("load_kw"),
        (pl.col("power_photovoltaics") / 1000).alias("pv_kw"),
        (pl.col("p_pv_forecast") / 1000).clip(0).alias("given_kw"),
    )
    steps = grid(*range_bounds(*SPAN, place.tz), 15).to_frame().with_columns(pl.col("start").dt.truncate("30m").alias("half"))
    return steps.join(read, on="half", how="left", maintain_order="left").drop("half")


def meters() -> dict[str, tuple[MeterDays, SiteTrees, Blend]]:
    """The tables to forecast, with what forecasts them."""
    place = house()
    frame = readings(place)
    starts = frame["start"]
    elevation, azimuth = sun(place, starts)
    sky = haurwitz(pd.Series(90 - elevation))["ghi"].to_numpy() * MEAN_SKY
    weather = starts.to_frame().with_columns(radiation_w_m2=pl.Series(sky), temperature_c=pl.lit(None, pl.Float64))
    frame = frame.with_columns(
        mean_sky=pv_from_weather(place, weather, starts)["pv_kw"],
        profile=load_profile(place, starts)["load_kw"],
        elevation=pl.Series(elevation),
        azimuth=pl.Series(azimuth),
    )
    up = pl.col("elevation") > 0

    def table(value: pl.Expr, prior: pl.Expr, inputs: list[str], limit: float = np.inf) -> MeterDays:
        holiday = partial(is_holiday, place.place.country)
        return meter_days(frame.with_columns(value=value, prior=prior), place.tz, SPAN, holiday, inputs, limit)

    value, sky_inputs = pl.when(up).then("pv_kw").otherwise(0.0), ["elevation", "azimuth"]
    given = pl.when(up).then(pl.coalesce("given_kw", "mean_sky")).otherwise(0.0)
    return {
        "load": (table(pl.col("load_kw"), pl.col("profile"), []), LOAD_TREES, blend_load),
        "sun": (table(value, given, sky_inputs, KWP), PV_TREES, blend_pv),
        "sun without weather": (table(value, pl.col("mean_sky"), sky_inputs, KWP), PV_TREES, blend_pv),
    }


def walk(days: MeterDays, trees: SiteTrees, blend: Blend) -> dict[str, dict[str, Any]]:
    """Scores of each method over the test days, each forecast as it would have been issued."""
    began, fitting, fitted = time.process_time(), 0.0, None
    learnt, blended = [], []
    for offset in range(TEST_DAYS):
        known = days.known_for(days.last_day - dt.timedelta(days=TEST_DAYS - 1 - offset))
        if offset % REFIT_DAYS == 0:
            before = time.process_time()
            fitted = trees.fit(known, SEED)
            fitting += time.process_time() - before
        assert fitted is not None
        learnt.append(trees.predict(fitted, known))
        blended.append(blend(known))
    actual = np.where(days.dark, np.nan, days.value)[-TEST_DAYS:]
    fits = -(-TEST_DAYS // REFIT_DAYS)
    return {
        "prior": {"mae": mae(actual, days.prior[-TEST_DAYS:])},
        "naive": {"mae": mae(actual, naive(days)[-TEST_DAYS:])},
        "blend": band_scores(actual, stacked(blended)),
        "learnt": band_scores(actual, stacked(learnt)),
        "meter": {"mean_kw": float(np.nanmean(actual)), "share_known": float(np.isfinite(actual[~days.dark[-TEST_DAYS:]]).mean())},
        "cpu_seconds": {"a fit": round(fitting / fits, 2), "all": round(time.process_time() - began, 1)},
    }


def stacked(days: list[Banded]) -> Banded:
    return Banded(*(np.stack([getattr(day, name) for day in days]) for name in ("low", "middle", "high")))


def main() -> None:
    results: dict[str, Any] = {}
    for name, (days, trees, blend) in meters().items():
        results[name] = found = walk(days, trees, blend)
        print(f"{name}: mean {found['meter']['mean_kw']:.3f} kW, {found['cpu_seconds']['all']} CPU s")
        for method in ("prior", "naive", "blend", "learnt"):
            scores = {"pinball": None, "coverage_80": None, **found[method]}
            told = "  ".join(f"{key} {value:.4f}" for key, value in scores.items() if value is not None)
            print(f"  {method:8} {told}")
    facts = {
        "seed": SEED,
        "test_days": TEST_DAYS,
        "refit_days": REFIT_DAYS,
        "last_day": SPAN[1].isoformat(),
        "issued": "12:00 the day before",
    }
    RESULT.write_text(json.dumps({**facts, "kw": results}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
