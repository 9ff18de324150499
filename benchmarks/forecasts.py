"""How good the price forecasts are, and what they cost: the backtest of each open market beside the published forecasts of the same rows.

    python benchmarks/forecasts.py [--market NP ...] [--days N] [--jobs N] [--seed N] [--resume]

- NP, BE, DE, PJM, FR: the last 104 weeks of the open benchmark (Lago, Marcjasz, De Schutter, Weron 2021), every model and the ensemble,
  refitted weekly at least. Peers: the authors' published forecasts, scored by the same code on the same rows, with p-values of Diebold and
  Mariano, and rolling quantiles of their residuals of the 182 days before (so from the 183rd day on) as the peer of the bands.
- DE-LU: the last 120 days by quarter hours, from an hourly and a quarter-hourly history with day-ahead forecasts of load, wind and sun.

The data come from ../shared/data; a market whose file is not there is left out. Each market writes `results/forecasts_<market>.json`
(`forecasts_<market>_<days>d.json` for another number of days): seed, versions, measures, CPU seconds, the numbers to reach and whether
they are. Another run with the same seed gives the same figures but for the CPU seconds. Half an hour of CPU a market.
"""

import argparse
import dataclasses
import datetime as dt
import json
import math
import os
import resource
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view

from electricity_optimizer.commands.backtest_input import ZoneFile, read_zone_file
from electricity_optimizer.commands.backtest_journal import open_journal
from electricity_optimizer.commands.backtest_workers import walk_pieces
from electricity_optimizer.forecasting import backtest, diagnostics
from electricity_optimizer.forecasting.accuracy import pinball, score
from electricity_optimizer.forecasting.backtest_units import at_units, hourly_naive, unit_table
from electricity_optimizer.forecasting.days import Array
from electricity_optimizer.forecasting.learning.significance import diebold_mariano
from electricity_optimizer.forecasting.models.naive import Naive
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.walk import ENSEMBLE

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RESULTS = Path(__file__).parent / "results"
PACKAGES = ("electricity-optimizer", "numpy", "polars", "scikit-learn", "lightgbm", "torch")
MINUTES = 30
"""CPU minutes of a market's full backtest: the limit."""
REFIT_DAYS = 7
UNIT_MARKET, UNIT_DAYS = "DE-LU", 120
RECORD, PERCENTILES = 182, tuple(round(0.01 * k, 2) for k in range(1, 100))


@dataclasses.dataclass(frozen=True)
class Goal:
    """MAE to reach and to aim at over the 104 weeks, and the peer's pinball (99 percentiles, last 546 days): issue 4."""

    must: float
    aim: float
    pinball: float


GOALS = {
    "NP": Goal(1.631, 1.58, 0.704),
    "BE": Goal(5.870, 5.80, 2.327),
    "DE": Goal(3.330, 3.27, 1.391),
    "PJM": Goal(2.862, 2.75, 1.159),
    "FR": Goal(3.866, 3.77, 1.472),
}
RMAE_MUST, RMAE_AIM = 0.48, 0.43
COVERAGE_90 = (0.89, 0.91)
PINBALL_GAIN = 0.03


@dataclasses.dataclass(frozen=True)
class Walked:
    """One market's backtest: its file, the request, all pieces, the hourly results and the CPU seconds of everything."""

    zone: ZoneFile
    request: backtest.Request
    pieces: list[backtest.PieceResult]
    results: Mapping[str, backtest.ModelResult]
    cpu_seconds: float

    @property
    def actual(self) -> Array:
        """Prices of the test days, (days, 24)."""
        return np.array([self.zone.table.price_of(day) for day in self.request.days])

    @property
    def naive(self) -> Array:
        """The naive's forecasts of them."""
        return hourly_naive(self.zone.table, self.request)


def german_quarter_hours(folder: Path) -> Path:
    """DE-LU in one file as a person would make it: prices as they come, hourly inputs repeated on quarter hours."""
    names = ("de_lu_energycharts_hourly_2020_202509", "de_lu_energycharts_15min_202510_202605")
    prices = pl.concat([pl.read_parquet(DATA / f"{name}.parquet").select("utc", "price") for name in names])
    inputs = pl.read_parquet(DATA / "de_lu_exog_2024_2026_hourly.parquet").select(
        pl.col("utc").alias("hour"), "load_forecast_mw", "wind_forecast_mw", "solar_forecast_mw"
    )
    path = folder / "DE-LU.parquet"
    prices.with_columns(hour=pl.col("utc").dt.truncate("1h")).join(inputs, on="hour", how="left").drop("hour").write_parquet(path)
    return path


def walk(market: str, days: int | None, jobs: int, seed: int, *, resume: bool) -> Walked:
    """The backtest as the command does it; stopped, it goes on with `resume`."""
    with tempfile.TemporaryDirectory() as folder:
        zone = read_zone_file(german_quarter_hours(Path(folder)) if market == UNIT_MARKET else DATA / f"epf_{market}.parquet")
    last = backtest.last_priced_day(zone.table)
    first = last - dt.timedelta(days=(days or usual_days(market)) - 1)
    request = backtest.Request(first, last, backtest.NAMES, REFIT_DAYS, seed)
    began = cpu_seconds()
    journal = open_journal(result_path(market, days), zone.table, request, resume=resume)
    wanted = backtest.pieces(request, zone.table)
    pieces = journal.load(wanted)
    done = {piece.piece for piece in pieces}
    before = sum(piece.fit_cpu_seconds + piece.predict_cpu_seconds for piece in pieces)
    pieces += walk_pieces(zone.table, request, [piece for piece in wanted if piece not in done], len(wanted), jobs, journal)
    results = backtest.conclude(zone.table, request, pieces)
    journal.close()
    return Walked(zone, request, pieces, results, before + cpu_seconds() - began)


def cpu_seconds() -> float:
    """CPU seconds of this process and of the workers that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def published(walked: Walked, market: str) -> dict[str, Any]:
    """The authors' forecasts on the same rows: measures, p-values that ours are no better, and their rolling quantiles on the last rows."""
    rows = pl.read_parquet(DATA / f"epf_published_forecasts_{market}.parquet")
    days = rows[rows.columns[-1]].dt.date().unique(maintain_order=True).to_list()
    lear, dnn = (rows[name].to_numpy().reshape(-1, 24) for name in ("LEAR Ensemble", "DNN Ensemble"))
    forecasts = {"LEAR Ensemble": lear, "DNN Ensemble": dnn, "mean of both": (lear + dnn) / 2}
    at = [days.index(day) for day in walked.request.days]
    ours = diagnostics.daily_error(walked.actual, walked.results[ENSEMBLE].point)
    said: dict[str, Any] = {}
    for name, whole in forecasts.items():
        theirs = diagnostics.daily_error(walked.actual, whole[at])
        said[name] = score(walked.actual, whole[at], None, walked.naive)
        said[name]["p_value_ensemble_no_better"] = float(diebold_mariano(theirs, ours))
        said[name] |= rolling_bands(walked, whole, days, at)
    return said


def rolling_bands(walked: Walked, point: Array, days: list[dt.date], at: list[int]) -> dict[str, float]:
    """Pinball and 90 % coverage of a published forecast with quantiles of its residuals by hour over the `RECORD` days before."""
    actual = np.array([walked.zone.table.price_of(day) for day in days])
    known = [row for row in at if row >= RECORD]
    if not known:
        return {}
    windows = sliding_window_view(actual - point, RECORD, axis=0)[[row - RECORD for row in known]]  # (days, 24, 182): the days before
    of_days = {}
    for count, levels in ((19, LEVELS), (99, PERCENTILES)):
        quantiles = point[known][:, None] + np.quantile(windows, levels, axis=-1).transpose(1, 0, 2)
        of_days[f"pinball_{count}_levels"] = float(pinball(actual[known], quantiles, levels).mean())
        if count == 19:
            low, high = quantiles[:, 0], quantiles[:, -1]
            of_days["coverage_90"] = float(((actual[known] >= low) & (actual[known] <= high)).mean())
    return of_days | {"band_days": len(known)}


def without_families(walked: Walked) -> dict[str, Any]:
    """The ensemble formed without each family (lear_56, lear_84, ... are one): its MAE, and the p-value that the family does not help."""
    ours = diagnostics.daily_error(walked.actual, walked.results[ENSEMBLE].point)
    said = {}
    for family in dict.fromkeys(name.split("_")[0] for name in walked.request.members if name != Naive.name):
        rest = [piece for piece in walked.pieces if piece.piece.member.split("_")[0] != family]
        request = dataclasses.replace(walked.request, models=(ENSEMBLE,))
        lesser = backtest.conclude(walked.zone.table, request, rest)[ENSEMBLE]
        p_value = float(diebold_mariano(diagnostics.daily_error(walked.actual, lesser.point), ours))
        said[family] = {"mae": lesser.measures["mae"], "p_value_no_help": p_value}
    return said


def met(value: float | None, limit: float, *, least: float = -math.inf) -> dict[str, Any]:
    """A number to reach: at most `limit`, at least `least`."""
    return {"value": value, "limit": limit if math.isinf(least) else [least, limit], "met": value is not None and least <= value <= limit}


def verdict(walked: Walked, market: str, peers: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of the issue and whether they are reached."""
    goal, ensemble = GOALS[market], walked.results[ENSEMBLE]
    late = np.array([(day - walked.request.last).days > RECORD - backtest.TEST_DAYS for day in walked.request.days])
    of_late = score(walked.actual[late], ensemble.point[late], ensemble.quantiles[late], walked.naive[late])
    mean = peers["mean of both"].get("pinball_19_levels")
    numbers: dict[str, Any] = {
        "mae must": met(ensemble.measures["mae"], goal.must),
        "mae aim": met(ensemble.measures["mae"], goal.aim),
        "coverage_90": met(ensemble.measures["coverage_90"], COVERAGE_90[1], least=COVERAGE_90[0]),
    }
    if mean and of_late["pinball"] is not None:
        ratio = peers["mean of both"]["pinball_99_levels"] / mean  # 99 levels have more of the tails, where the loss is small
        numbers["pinball, 19 levels, against the mean of both published"] = met(of_late["pinball"], mean * (1 - PINBALL_GAIN))
        numbers["pinball as of 99 levels, against the issue's number"] = met(of_late["pinball"] * ratio, goal.pinball * (1 - PINBALL_GAIN))
    return numbers | cost(walked)


def cost(walked: Walked) -> dict[str, Any]:
    """CPU seconds of everything: run-up, processes and the forming of the ensemble too."""
    return {"cpu seconds": met(round(walked.cpu_seconds, 1), MINUTES * 60.0)}


def by_quarter_hours(walked: Walked) -> dict[str, Any]:
    """DE-LU at its market time unit, beside the hours."""
    units = unit_table(walked.zone.prices, walked.zone.tz)
    finer = at_units(units, walked.request, walked.results)
    measures = finer[ENSEMBLE].measures
    goals = {"rmae must": met(measures["rmae"], RMAE_MUST), "rmae aim": met(measures["rmae"], RMAE_AIM)}
    for band, stated in (("coverage_50", 0.5), ("coverage_80", 0.8), ("coverage_90", 0.9)):
        goals[band] = met(measures[band], stated + 0.01, least=stated - 0.01)
    return {"quarter_hours": {name: dict(result.measures) for name, result in finer.items()}, "goals": goals | cost(walked)}


def measure(market: str, days: int | None, jobs: int, seed: int, *, resume: bool) -> dict[str, Any]:
    """Everything about one market."""
    walked = walk(market, days, jobs, seed, resume=resume)
    report: dict[str, Any] = {
        "market": market,
        "test": [str(walked.request.first), str(walked.request.last), len(walked.request.days)],
        "refitted_every_days": REFIT_DAYS,
        "seed": seed,
        "versions": {name: version(name) for name in PACKAGES},
        "hours": {name: dict(result.measures) for name, result in walked.results.items()},
        "ensemble_without": without_families(walked),
    }
    if market == UNIT_MARKET:
        return report | by_quarter_hours(walked)
    peers = published(walked, market) if (DATA / f"epf_published_forecasts_{market}.parquet").is_file() else {"mean of both": {}}
    return report | {"published": peers, "goals": verdict(walked, market, peers)}


def usual_days(market: str) -> int:
    return UNIT_DAYS if market == UNIT_MARKET else backtest.TEST_DAYS


def result_path(market: str, days: int | None) -> Path:
    return RESULTS / (f"forecasts_{market}.json" if days is None else f"forecasts_{market}_{days}d.json")


def available() -> list[str]:
    """The markets whose data are there."""
    units = [UNIT_MARKET] if (DATA / "de_lu_energycharts_15min_202510_202605.parquet").is_file() else []
    return [market for market in GOALS if (DATA / f"epf_{market}.parquet").is_file()] + units


def rounded(value: Any) -> Any:
    """Five figures are enough to compare runs, and NaN has no place in JSON."""
    if isinstance(value, float):
        return float(f"{value:.5g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--market", action="append", choices=[*GOALS, UNIT_MARKET], help="may be repeated; default: all there are data of")
    parser.add_argument("--days", type=int, help="test only the last DAYS days")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on with a stopped run")
    asked = parser.parse_args()
    for market in asked.market or available():
        report = rounded(measure(market, asked.days, asked.jobs, asked.seed, resume=asked.resume))
        result_path(market, asked.days).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
