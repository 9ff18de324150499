"""Drift: whether the ensemble of a zone became worse, over- or under-confident, or one-sided, and since when.

Three alarms from the daily record of the forecasts a day ahead, each with its own notion of chance:
- error: a one-sided CUSUM (Page, Biometrika 41, 1954) of the logarithm of the day's error relative to the naive's. Prices that are hard
  for everybody move both. The `REFERENCE_DAYS` before the last `WATCHED_DAYS` say what is usual (median and median deviation).
- coverage: a two-sided binomial test of the hours inside the 90 % band over the last `COVERAGE_DAYS`. Hours of a day err together, so
  they count as fewer: their number is divided by the design effect (Kish, Survey Sampling, 1965) of the record.
- bias: a t-test of the mean error of the last `BIAS_DAYS`, with the variance of Newey and West (Econometrica 55, 1987).
How often each sounds on real forecasts in which nobody saw a fault, and how soon after one: docs/LEARNING.md.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from electricity_optimizer.forecasting.days import Array
from electricity_optimizer.forecasting.learning.observation import Observed
from electricity_optimizer.forecasting.learning.scores import NAIVE
from electricity_optimizer.forecasting.robust import SIGMA_PER_MAD, mean_known
from electricity_optimizer.forecasting.walk import ENSEMBLE

REFERENCE_DAYS = 90
WATCHED_DAYS = 60
RECORD_DAYS = REFERENCE_DAYS + WATCHED_DAYS
SLACK = 0.75  # deviations above usual that do not count
ALARM = 5.0  # deviations summed up
LARGEST = 3.0  # deviations one day may add
BAND = 0.9
COVERAGE_DAYS = 30
BIAS_DAYS = 28
BIAS_LAGS = 3
CHANCE = 0.001
"""Probability below which coverage and bias are not chance."""
LEAST_REFERENCE_DAYS = 30


@dataclass(frozen=True)
class DailyRecord:
    """The ensemble a day ahead by day, each (days,), NaN where unknown: mean error and mean absolute error, the naive's, hours in band.

    Errors in EUR/MWh, forecast minus actual; `inside` is the share of the day's hours in the 90 % band.
    """

    last_day: dt.date
    error: Array
    absolute: Array
    naive: Array
    inside: Array

    def day(self, back: int) -> dt.date:
        """The day `back` days before the last one."""
        return self.last_day - dt.timedelta(days=back)


@dataclass(frozen=True)
class Alarm:
    """One drift: of what, since when, and a sentence for people."""

    kind: str
    since: dt.date
    text: str


def daily_record(found: Observed, last: dt.date) -> DailyRecord | None:
    """The record of the `RECORD_DAYS` up to `last`; None when ensemble or naive were never observed a day ahead."""
    ensemble, naive = found.of(ENSEMBLE), found.of(NAIVE)
    if ensemble is None or naive is None:
        return None
    ours, theirs = ensemble.window(last, RECORD_DAYS), naive.window(last, RECORD_DAYS)
    error, naive_error = _by_day(ours.value - ours.actual), np.abs(_by_day(theirs.value - theirs.actual))
    means = (mean_known(each, axis=-1) for each in (error, np.abs(error), naive_error, _by_day(ours.in_90)))
    return DailyRecord(last, *means)


def _by_day(values: Array) -> Array:
    one: Array = values[0, 0]
    return one.reshape(len(one), -1)


def drifts(record: DailyRecord) -> list[Alarm]:
    """Every alarm that sounds on the last day of `record`; none while the record is too short to tell."""
    found = (error_drift(record), coverage_drift(record), bias_drift(record))
    return [alarm for alarm in found if alarm is not None]


def error_drift(record: DailyRecord) -> Alarm | None:
    """Whether the error relative to the naive has risen above what it usually is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.log(record.absolute / record.naive)
    relative[~np.isfinite(relative)] = np.nan
    reference = relative[:-WATCHED_DAYS]
    reference = reference[np.isfinite(reference)]
    if len(reference) < LEAST_REFERENCE_DAYS:
        return None
    usual = float(np.median(reference))
    spread = SIGMA_PER_MAD * float(np.median(np.abs(reference - usual)))
    if spread == 0:
        return None
    began, total = page_cusum(((relative - usual) / spread)[-WATCHED_DAYS:])
    if total <= ALARM:
        return None
    days = WATCHED_DAYS - began
    since = record.day(days - 1)
    now = float(np.nansum(record.absolute[-days:]) / np.nansum(record.naive[-days:]))
    text = f"Its error has drifted since {since}: {now:.2f} of the naive error, where {np.exp(usual):.2f} was usual."
    return Alarm("error", since, text)


def page_cusum(deviations: Array) -> tuple[int, float]:
    """Where the sum of deviations above `SLACK` last began to grow from zero, and what it came to; unknown days add nothing.

    >>> page_cusum(np.array([0.0, 1.0, -2.0, 3.0, 3.0, 3.0]))
    (3, 6.75)
    """
    began, total = 0, 0.0
    for place, deviation in enumerate(np.clip(np.nan_to_num(deviations), -LARGEST, LARGEST)):
        if total == 0.0:
            began = place
        total = max(0.0, total + float(deviation) - SLACK)
    return began, total


def coverage_drift(record: DailyRecord) -> Alarm | None:
    """Whether the 90 % band of the last days held more or less often than chance allows."""
    from scipy.special import bdtr, bdtrc  # noqa: PLC0415 - costs half a second at import

    inside, known = record.inside[-COVERAGE_DAYS:], record.inside[np.isfinite(record.inside)]
    recent = inside[np.isfinite(inside)]
    if len(recent) < COVERAGE_DAYS // 2 or len(known) < LEAST_REFERENCE_DAYS:
        return None
    alike = max(1.0, float(known.var(ddof=1)) / (BAND * (1 - BAND) / 24))
    number = max(round(24 * len(recent) / alike), 1)
    share = float(recent.mean())
    hits = round(share * number)
    chance = 2 * min(bdtr(hits, number, BAND), bdtrc(hits - 1, number, BAND) if hits else 1.0)
    if chance >= CHANCE:
        return None
    since, what = record.day(COVERAGE_DAYS - 1), "narrow" if share < BAND else "wide"
    return Alarm("coverage", since, f"Its 90 % band has been too {what} since {since}: it held {share:.0%} of the hours.")


def bias_drift(record: DailyRecord) -> Alarm | None:
    """Whether the ensemble has been too high or too low on the whole over the last weeks."""
    from scipy.special import stdtr  # noqa: PLC0415 - costs half a second at import

    recent = record.error[-BIAS_DAYS:]
    recent = recent[np.isfinite(recent)]
    if len(recent) < BIAS_DAYS // 2:
        return None
    mean = float(recent.mean())
    variance = _long_run_variance(recent - mean)
    if variance <= 0 or 2 * float(stdtr(len(recent) - 1, -abs(mean) / np.sqrt(variance / len(recent)))) >= CHANCE:
        return None
    since, side = record.day(BIAS_DAYS - 1), "high" if mean > 0 else "low"
    return Alarm("bias", since, f"It has been too {side} since {since}, by {abs(mean):.2f} EUR/MWh on the mean of the day.")


def _long_run_variance(centred: Array) -> float:
    """Newey and West's variance: autocovariances up to `BIAS_LAGS` with falling weights, never negative."""
    total = float(centred @ centred)
    for lag in range(1, BIAS_LAGS + 1):
        total += 2 * (1 - lag / (BIAS_LAGS + 1)) * float(centred[lag:] @ centred[:-lag])
    return total / len(centred)


def told(alarms: Sequence[Alarm]) -> str:
    """The sentences of the alarms, one after the other; empty without one."""
    return " ".join(alarm.text for alarm in alarms)
