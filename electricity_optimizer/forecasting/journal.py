"""The learning journal: what a night taught, in sentences a person reads and numbers a program reads."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl


def entry(zone: str, accuracy: pl.DataFrame, weights: Mapping[str, float], bias: pl.DataFrame) -> tuple[str, dict[str, Any]]:
    """Text and details of one night for one zone, from rows of accuracy (windows of 1 and 30 days), weights and bias."""
    last, month = (_of(accuracy, "ensemble", days) for days in (1, 30))
    sentences = []
    if last:
        sentences.append(f"The ensemble was off by {last['mae']:.2f} EUR/MWh{_against(last['rmae'])} that day.")
    if month:
        sentences.append(f"Over 30 days it is off by {month['mae']:.2f}{_against(month['rmae'])}{_coverage(month['coverage_90'])}.")
    if weights:
        best = max(weights, key=lambda name: weights[name])
        sentences.append(f"{best} has most weight now ({weights[best]:.0%}).")
    worst = _worst_hour(bias)
    if worst:
        sentences.append(f"It errs most at {worst['hour']:02d}:00, by {worst['bias_eur_mwh']:+.2f} on average.")
    details = {"zone": zone, "day": last, "month": month, "weights": dict(weights), "worst_hour": worst}
    return " ".join(sentences) or "Nothing could be observed.", details


def weight_problems(weights: Mapping[str, float], before: Mapping[str, float] | None, mae: Mapping[str, float]) -> Sequence[str]:
    """What is wrong with new weights: sum, sign, a model unknown to accuracy, or a regression against the weights before.

    A regression is a weighted mean error more than a tenth above that of `before` on the same errors.
    """
    problems = []
    if abs(sum(weights.values()) - 1) > 1e-9:
        problems.append(f"they sum to {sum(weights.values()):.6f}, not 1")
    problems += [f"{name} is negative" for name, weight in weights.items() if weight < 0]
    problems += [f"{name} was never observed" for name in weights if name not in mae]
    if not problems and before and before.keys() <= mae.keys():
        now, then = (sum(weight * mae[name] for name, weight in mix.items()) for mix in (weights, before))
        if now > 1.1 * then:
            problems.append(f"their weighted error {now:.2f} is over a tenth above the {then:.2f} of the weights before")
    return problems


def _of(accuracy: pl.DataFrame, model: str, window_days: int) -> dict[str, Any] | None:
    rows = accuracy.filter(pl.col("model") == model, pl.col("window_days") == window_days).drop("delivery_day", strict=False)
    return rows.row(0, named=True) if rows.height else None


def _worst_hour(bias: pl.DataFrame) -> dict[str, Any] | None:
    rows = bias.filter(pl.col("model") == "ensemble").sort(pl.col("bias_eur_mwh").abs(), descending=True)
    return rows.row(0, named=True) if rows.height else None


def _against(rmae: float | None) -> str:
    return "" if rmae is None else f", {rmae:.2f} of the naive error"


def _coverage(share: float | None) -> str:
    return "" if share is None else f"; its 90 % band held {share:.0%}"
