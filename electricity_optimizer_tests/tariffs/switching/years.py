"""Years that can be worked out by head: a plain market, a site that takes 1 kWh in each quarter hour, priced years."""

import datetime as dt

import numpy as np
import polars as pl

from electricity_optimizer.tariffs.switching.priced import PricedYear
from electricity_optimizer.tariffs.switching.year import Usage, YearSteps
from electricity_optimizer.timeline import grid, range_bounds

TZ = "Europe/Berlin"
TODAY = dt.date(2026, 5, 20)
YEAR = YearSteps(TODAY - dt.timedelta(days=365), TODAY - dt.timedelta(days=1), TZ)


def hourly_market(first: dt.date, last: dt.date, *, mean: float = 80.0) -> pl.DataFrame:
    """Cheap nights, dear evenings, dearer winters; each day a little different, the same on every run."""
    starts = grid(*range_bounds(first, last, TZ), 60)
    hour = starts.dt.convert_time_zone(TZ).dt.hour().to_numpy()
    day = starts.dt.convert_time_zone(TZ).dt.ordinal_day().to_numpy()
    price = mean + 40 * np.sin((hour - 13) / 24 * 2 * np.pi) + 15 * np.cos(day / 365 * 2 * np.pi) + 10 * np.sin(day * 1.7)
    return pl.DataFrame({"start": starts, "resolution_minutes": 60, "price_eur_mwh": price})


def even_usage(steps: YearSteps, kwh: float = 1.0, *, planned: bool = True) -> Usage:
    """The same import in each quarter hour, nothing else."""
    days, count = len(steps.days), len(steps.starts)
    return Usage(np.full(count, kwh), np.zeros(count), np.zeros(days), np.zeros((days, 2)), np.full(days, planned))


def priced(a_day: float, scenarios: list[float] | None = None) -> PricedYear:
    """A year that costs the same on each day, by default the same in each price year."""
    total = 365 * a_day
    drawn = np.full(100, total) if scenarios is None else np.array(scenarios)
    return PricedYear(np.full(365, a_day), total, {}, drawn, dynamic=scenarios is not None, r_squared=None)
