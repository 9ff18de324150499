"""Meters for tests: the real household of the shared data, and a simulated one whose habits are known."""

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.forecasting.sites.days import MeterDays, meter_days
from electricity_optimizer.timeline import UTC_DTYPE, grid, range_bounds

TZ = "Europe/Paris"
HOUSEHOLD = "data/household_emhass_30min_2024_2025.parquet"
FIRST, LAST = dt.date(2024, 2, 29), dt.date(2025, 2, 26)


def household(shared: Path) -> MeterDays:
    """Load of the real household in kW; its prior is the plain mean."""
    read = pl.read_parquet(shared / HOUSEHOLD).select(
        pl.col("utc").cast(UTC_DTYPE).alias("half"), (pl.col("power_load_no_var_loads") / 1000).alias("value")
    )
    steps = grid(*range_bounds(FIRST, LAST, TZ), 15).to_frame().with_columns(pl.col("start").dt.truncate("30m").alias("half"))
    frame = steps.join(read, on="half", how="left", maintain_order="left").with_columns(prior=pl.lit(0.9))
    return meter_days(frame, TZ, (FIRST, LAST), lambda day: is_holiday("FR", day))


def simulated(days: int = 60, *, seed: int = 5, noise: float = 0.2) -> MeterDays:
    """A load that lives by the clock, twice as much at weekends, twice its prior, with lognormal noise; temperature is an input."""
    first = dt.date(2026, 1, 5)
    span = (first, first + dt.timedelta(days=days - 1))
    start = grid(*range_bounds(*span, TZ), 15)
    wall = start.dt.convert_time_zone(TZ).dt
    hours = wall.hour().to_numpy() + wall.minute().to_numpy() / 60
    weekend = wall.weekday().to_numpy() > 5
    habit = (0.5 + np.exp(-((hours - 19) ** 2) / 8)) * np.where(weekend, 2.0, 1.0)
    random = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "start": start,
            "value": habit * random.lognormal(0, noise, len(start)),
            "prior": 0.25 + 0.5 * np.exp(-((hours - 18) ** 2) / 8),
            "temperature_c": 5 + 3 * np.sin(hours / 24 * 2 * np.pi),
        }
    )
    return meter_days(frame, TZ, span, lambda day: is_holiday("FR", day), inputs=["temperature_c"])


def roof(days: int = 60, *, shade: float = 0.5, seed: int = 3) -> MeterDays:
    """A sun whose afternoon is shaded to `shade` of the prior, under clouds; its limit is 5 kW."""
    first = dt.date(2026, 5, 4)
    span = (first, first + dt.timedelta(days=days - 1))
    start = grid(*range_bounds(*span, TZ), 15)
    hours = start.dt.hour().to_numpy() + start.dt.minute().to_numpy() / 60
    random = np.random.default_rng(seed)
    cloud = np.repeat(random.uniform(0.3, 1.0, days + 1), 96)[: len(start)]
    prior = np.clip(4.5 * np.sin((hours - 5) / 14 * np.pi), 0, None) * (hours > 5) * (hours < 19) * cloud
    value = prior * np.where(hours > 13, shade, 1.0) * random.uniform(0.9, 1.1, len(start))
    frame = pl.DataFrame({"start": start, "value": value, "prior": prior, "elevation": 60 * np.sin((hours - 5) / 14 * np.pi)})
    return meter_days(frame, TZ, span, lambda day: is_holiday("FR", day), inputs=["elevation"], limit=5.0)


def other_future(days: MeterDays, day: dt.date) -> MeterDays:
    """The same meter with everything after the issue for `day` changed: readings from noon before, inputs and priors after it."""
    row = days.row(day)
    value, prior = days.value.copy(), days.prior.copy()
    inputs = {name: values.copy() for name, values in days.inputs.items()}
    value[row - 1, 48:] += 7.0
    value[row:] = 99.0
    for table in (prior, *inputs.values()):
        table[row + 1 :] = -3.0
    return MeterDays(days.first_day, days.tz, value, prior, inputs, days.kinds, days.limit)
