"""A house in which prices came and forecasts of several horizons had been issued: what the learning assets start from, without a model."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist

import numpy as np
import polars as pl

from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.timeline import UTC, day_start, interval_starts
from electricity_optimizer.warehouse import Part
from electricity_optimizer.warehouse.tables import QUANTILES
from electricity_optimizer_tests.warehouse.frames_of_prices import price_rows

ZONE, TZ = "DE-LU", "Europe/Berlin"
LAST = dt.date(2026, 5, 18)
ONE_DAY = dt.timedelta(days=1)
Errors = Mapping[str, float]
"""How far the forecasts of a model are off on the mean, by model; the ensemble has bands that fit an error of 4."""


def days_to(last: dt.date, count: int) -> list[dt.date]:
    return [last - back * ONE_DAY for back in range(count - 1, -1, -1)]


def seed(
    desk: Desk, errors: Callable[[dt.date], Errors], days: Sequence[dt.date], horizons: Sequence[int] = (1,), zone: str = ZONE
) -> None:
    """Publish hourly prices of `days`, and an issue of each horizon, the farthest first, as it was made then."""
    house = desk.warehouse
    house.publish("prices", [Part(zone, day.isoformat(), _prices(day, zone)) for day in days], run_id="seed", now=desk.now())
    for horizon in sorted(horizons, reverse=True):
        parts = [Part(zone, day.isoformat(), _issue(day, errors(day), horizon, zone)) for day in days]
        house.publish("price_forecasts", parts, run_id="seed", now=desk.now())


def _actual(day: dt.date) -> np.ndarray:
    return np.random.default_rng(day.toordinal()).normal(80, 10, len(interval_starts(day, TZ, 60)))


def _prices(day: dt.date, zone: str) -> pl.DataFrame:
    values = pl.Series(_actual(day))
    return price_rows(day, zone=zone).with_columns(values.alias("price"), values.alias("price_eur_mwh"))


def _issue(day: dt.date, errors: Errors, horizon: int, zone: str) -> pl.DataFrame:
    rng, starts, actual = np.random.default_rng([day.toordinal(), horizon]), interval_starts(day, TZ, 60), _actual(day)
    frames = []
    for model, error in errors.items():
        values = actual + 1.2533 * error * horizon * rng.normal(0, 1, len(starts))
        bands = {name: values + 5.0 * _NORMAL[name] if model == "ensemble" else None for name in QUANTILES}
        frames.append(pl.DataFrame({"start": starts, "value_eur_mwh": values, **bands}).with_columns(model=pl.lit(model)))
    issued = day_start(day - horizon * ONE_DAY, TZ).astimezone(UTC) + dt.timedelta(hours=11)
    return pl.concat(frames, how="vertical_relaxed").with_columns(
        zone=pl.lit(zone), delivery_day=pl.lit(day), resolution_minutes=60, issued_at=pl.lit(issued), horizon_days=horizon, synthetic=False
    )


_NORMAL = {name: NormalDist().inv_cdf(int(name[1:]) / 100) for name in QUANTILES}
