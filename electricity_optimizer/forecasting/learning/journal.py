"""The learning journal: what a night taught, in sentences a person reads and numbers a program reads."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from electricity_optimizer.forecasting.bias import CORRECTION
from electricity_optimizer.forecasting.days import Array
from electricity_optimizer.forecasting.learning.drift import Alarm
from electricity_optimizer.forecasting.learning.scores import ALL_HOURS, HOURLY_WINDOW, NAIVE
from electricity_optimizer.forecasting.walk import ENSEMBLE

CHANCE = 0.05
"""p-value below which one model is called better than another."""
REGRESSION = 1.1
"""How much larger a weighted error may be than that of the weights before."""


@dataclass(frozen=True)
class Night:
    """What the journal tells of: rows of accuracy, weights and bias of one zone and day, and the alarms that sound on it.

    `weights` is empty when none were accepted for the day.
    """

    accuracy: pl.DataFrame
    weights: Mapping[str, float]
    bias: pl.DataFrame
    alarms: Sequence[Alarm] = ()


def entry(zone: str, night: Night) -> tuple[str, dict[str, Any]]:
    """Text and details of one night for one zone."""
    last, month = (_of(night.accuracy, days) for days in (1, 30))
    if last is None or month is None:
        return "Nothing could be observed.", {"zone": zone}
    best, worst = _best_and_worst_hour(night.accuracy)
    furthest = _furthest(night.accuracy)
    challenger, over_naive = _challenger(night.accuracy), _over_naive(night.accuracy)
    corrected = _corrected(night.bias)
    sentences = [
        f"The ensemble was off by {last['mae']:.2f} EUR/MWh{_against(last['rmae'])} that day.",
        f"Over 30 days it is off by {month['mae']:.2f}{_against(month['rmae'])}{_coverage(month['coverage_90'])}.",
        f"Its best hour is {_clock(best)}, its worst {_clock(worst)}." if best and worst else "",
        f"{furthest['horizon_days']} days ahead it is off by {furthest['mae']:.2f}{_against(furthest['rmae'])}." if furthest else "",
        _said_of_rivals(challenger, over_naive),
        _said_of_bias(corrected),
        _said_of_weights(night.weights),
        " ".join(alarm.text for alarm in night.alarms) or "No drift.",
    ]
    details = {
        "zone": zone, "day": last, "month": month, "weights": dict(night.weights), "best_hour": best, "worst_hour": worst,
        "furthest": furthest, "better_than_the_ensemble": challenger, "p_value_over_naive": over_naive, "bias_beyond_chance": corrected,
        "drift": [{"kind": alarm.kind, "since": alarm.since.isoformat(), "text": alarm.text} for alarm in night.alarms],
    }  # fmt: skip
    return " ".join(sentence for sentence in sentences if sentence), details


def weight_problems(weights: Mapping[str, Array], before: Mapping[str, float] | None, mae: Mapping[str, float]) -> Sequence[str]:
    """What is wrong with new weights (24,) by model: their sum in an hour, sign, a model never observed, or a regression.

    A regression is a weighted mean error more than a tenth above that of the weights `before` (of the whole day) on the same errors `mae`.
    """
    totals = np.sum([*weights.values()], axis=0) if weights else np.zeros(1)
    furthest = totals[np.argmax(np.abs(np.nan_to_num(totals, nan=np.inf) - 1))]
    problems = [] if math.isclose(furthest, 1, abs_tol=1e-9) else [f"they sum to {furthest:.6f}, not 1"]
    problems += [f"{name} is negative" for name, weight in weights.items() if (weight < 0).any()]
    problems += [f"{name} was never observed" for name in weights if name not in mae]
    if not problems and before and before.keys() <= mae.keys():
        now = sum(float(weight.mean()) * mae[name] for name, weight in weights.items())
        then = sum(weight * mae[name] for name, weight in before.items())
        if now > REGRESSION * then:
            problems.append(f"their weighted error {now:.2f} is over a tenth above the {then:.2f} of the weights before")
    return problems


def _of(accuracy: pl.DataFrame, window_days: int, **where: Any) -> dict[str, Any] | None:
    """The ensemble's row of a window, a day ahead and over all hours unless `where` says otherwise."""
    wanted = {"model": ENSEMBLE, "window_days": window_days, "horizon_days": 1, "hour": ALL_HOURS} | where
    rows = accuracy.filter(pl.col(name).eq(value) for name, value in wanted.items()).drop("zone", "delivery_day", strict=False)
    return rows.row(0, named=True) if rows.height else None


def _best_and_worst_hour(accuracy: pl.DataFrame) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    hours = accuracy.filter(
        pl.col("model") == ENSEMBLE, pl.col("window_days") == HOURLY_WINDOW, pl.col("horizon_days") == 1, pl.col("hour") != ALL_HOURS
    ).sort("mae", "hour")
    if hours.is_empty():
        return None, None
    best, worst = hours.select("hour", "mae").row(0, named=True), hours.select("hour", "mae").row(-1, named=True)
    return best, worst


def _furthest(accuracy: pl.DataFrame) -> dict[str, Any] | None:
    """How the ensemble does at its longest horizon, over 30 days; None when a day ahead is all there is."""
    horizons = accuracy.filter(pl.col("model") == ENSEMBLE, pl.col("window_days") == HOURLY_WINDOW)["horizon_days"]
    longest = int(horizons.max() or 1)  # type: ignore[arg-type]  # polars types the maximum of any column alike
    row = _of(accuracy, HOURLY_WINDOW, horizon_days=longest) if longest > 1 else None
    return row and {name: row[name] for name in ("horizon_days", "mae", "rmae")}


def _challenger(accuracy: pl.DataFrame) -> dict[str, Any] | None:
    """The member that is better than the ensemble by more than chance over 60 days, with its p-value; None without one."""
    rivals = accuracy.filter(
        pl.col("window_days") == 60, pl.col("horizon_days") == 1, pl.col("hour") == ALL_HOURS, pl.col("dm_p_value") < CHANCE
    ).sort("dm_p_value", "model")
    return rivals.select("model", "dm_p_value").row(0, named=True) if rivals.height else None


def _over_naive(accuracy: pl.DataFrame) -> float | None:
    """p-value of the ensemble being better than the naive over 60 days."""
    row = _of(accuracy, 60, model=NAIVE)
    return None if row is None or row["dm_p_value"] is None else 1 - row["dm_p_value"]


def _corrected(bias: pl.DataFrame) -> dict[str, float]:
    """What of the ensemble's bias is beyond chance, forecast minus actual by hour; hours without are left out."""
    rows = bias.filter(pl.col("model") == CORRECTION, pl.col("bias_eur_mwh") != 0).sort("hour")
    return {f"{hour:02d}:00": round(value, 4) for hour, value in rows.select("hour", "bias_eur_mwh").iter_rows()}


def _said_of_rivals(challenger: Mapping[str, Any] | None, over_naive: float | None) -> str:
    if over_naive is None:
        return ""
    surely = "better than the naive" if over_naive < CHANCE else "not yet surely better than the naive"
    rival = "no member is better than it" if challenger is None else f"{challenger['model']} is better than it"
    told = "" if challenger is None else f" ({_p(challenger['dm_p_value'])})"
    return f"Over 60 days it is {surely} ({_p(over_naive)}), and {rival} by more than chance{told} (Diebold-Mariano)."


def _said_of_bias(corrected: Mapping[str, float]) -> str:
    if not corrected:
        return "No hour is off to one side beyond chance."
    hour, value = max(corrected.items(), key=lambda item: abs(item[1]))
    count = "1 hour is" if len(corrected) == 1 else f"{len(corrected)} hours are"
    return f"{count} off to one side beyond chance, most at {hour}: too {'high' if value > 0 else 'low'} by {abs(value):.2f}."


def _said_of_weights(weights: Mapping[str, float]) -> str:
    if not weights:
        return "No new weights were accepted; those before stay."
    best = max(weights, key=lambda name: weights[name])
    return f"{best} has most weight now ({weights[best]:.0%})."


def _clock(row: Mapping[str, Any]) -> str:
    return f"{row['hour']:02d}:00 ({row['mae']:.2f})"


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p {value:.3f}"


def _against(rmae: float | None) -> str:
    return "" if rmae is None else f", {rmae:.2f} of the naive error"


def _coverage(share: float | None) -> str:
    return "" if share is None else f"; its 90 % band held {share:.0%}"
