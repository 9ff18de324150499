"""One day's forecast of forty zones in CPU seconds. Limit: 10.

As the hourly job finds it: the day tables, the record of past forecasts and the fits of yesterday are in memory. Then each zone walks the
day (members with a daily refit are fitted again, all forecast, weights, bands) and its rows by quarter hours are made. Tables: the open
markets there are data of in ../shared/data, each many times with a little noise, so that no two zones are alike; with six years of history
every member takes part. The record is the prices with noise. What one fit of each model costs is said beside it.
"""

import dataclasses
import datetime as dt
import json
import time
from pathlib import Path

import numpy as np
import polars as pl

from electricity_optimizer.forecasting.bands import RECORD_DAYS
from electricity_optimizer.forecasting.days import HOURS, DayTable, day_table
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.protocol import Fitted, Probabilistic
from electricity_optimizer.forecasting.published import forecast_rows
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.shape import learn_shape
from electricity_optimizer.forecasting.walk import ENSEMBLE, fit_members, walk_forward
from electricity_optimizer.timeline import UTC, day_start

ZONES, LIMIT_CPU_SECONDS, SEED = 40, 10.0, 0
MARKETS = ("NP", "BE", "DE")
NOISE = 0.02  # of the standard deviation of a market's prices
ERROR = 0.15  # of it: the record's forecasts
TZ = "Europe/Berlin"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RESULT = Path(__file__).parent / "results" / "forecast_forty_zones.json"


@dataclasses.dataclass(frozen=True)
class Zone:
    """What the job holds of a zone."""

    table: DayTable
    history: MemberHistory
    fitted: dict[str, Fitted]


def market_table(market: str) -> DayTable:
    frame = pl.read_parquet(DATA / f"epf_{market}.parquet").rename({"Date": "start", "Price": "price"})
    return day_table(frame, None)


def zone_like(table: DayTable, fitted: dict[str, Fitted], rng: np.random.Generator) -> Zone:
    """A zone that resembles `table`, with a record of forecasts that were wrong as forecasts are."""
    scale = table.price.std()
    price = table.price + rng.normal(0, NOISE * scale, table.price.shape)
    history, offsets = MemberHistory(), np.sort(rng.normal(0, ERROR * scale, len(LEVELS)))[:, None]
    for back in range(RECORD_DAYS, 0, -1):
        day = table.last_day - dt.timedelta(days=back)
        for name in (*fitted, ENSEMBLE):
            hourly = price[table.row(day)] + rng.normal(0, ERROR * scale, HOURS)
            sure = name == ENSEMBLE or isinstance(MODELS[name], Probabilistic)
            history.add(day, name, hourly, hourly + offsets if sure else None)
    return Zone(DayTable(table.first_day, price, table.inputs), history, dict(fitted))


def fits_of(table: DayTable) -> tuple[dict[str, Fitted], dict[str, float]]:
    """The fits of the day before the last, and their CPU seconds by model."""
    fits: dict[str, Fitted] = {}
    seconds = {}
    for name in MODELS:
        began = time.process_time()
        fits |= fit_members(table, table.last_day - dt.timedelta(days=1), [name], SEED)
        seconds[name] = round(time.process_time() - began, 2)
    return fits, seconds


def forecast(zone: Zone, quarters: pl.DataFrame, seconds: dict[str, float]) -> int:
    """One zone's day; returns the number of its rows."""
    day = zone.table.last_day
    began = time.process_time()
    said = next(walk_forward(zone.table, [day], history=zone.history, fitted=zone.fitted, seed=SEED))
    walked = time.process_time()
    shape = learn_shape(quarters, TZ, before=dt.datetime(2026, 5, 31, 22, tzinfo=UTC))
    rows = forecast_rows(said, zone="ZONE", tz=TZ, minutes=15, shape=shape, issued_at=day_start(day, TZ), synthetic=False)
    seconds["walk"] += walked - began
    seconds["rows"] += time.process_time() - walked
    return rows.height


def main() -> None:
    rng = np.random.default_rng(SEED)
    tables = {market: market_table(market) for market in MARKETS if (DATA / f"epf_{market}.parquet").is_file()}
    fits = {market: fits_of(table) for market, table in tables.items()}
    markets = [list(tables)[k % len(tables)] for k in range(ZONES)]
    zones = [zone_like(tables[market], fits[market][0], rng) for market in markets]
    quarters = pl.read_parquet(DATA / "de_lu_energycharts_15min_202510_202605.parquet").rename({"utc": "start"})
    first = zone_like(tables[markets[0]], fits[markets[0]][0], rng)
    forecast(first, quarters, {"walk": 0.0, "rows": 0.0})  # what is imported and compiled at the first use is not the day's
    seconds = {"walk": 0.0, "rows": 0.0}
    rows = sum(forecast(zone, quarters, seconds) for zone in zones)
    total = sum(seconds.values())
    report = {
        "limit_cpu_seconds": LIMIT_CPU_SECONDS,
        "zones": ZONES,
        "seed": SEED,
        "rows": rows,
        "cpu_seconds": round(total, 2),
        "of which": {name: round(value, 2) for name, value in seconds.items()},
        "met": total <= LIMIT_CPU_SECONDS,
        "one_fit_cpu_seconds": {market: seconds for market, (_, seconds) in fits.items()},
        "refit_days": {name: one.refit_days for name, one in MODELS.items()},
    }
    RESULT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
