"""Whether a fresh fit may take the place of the one that forecasts: champion and challenger, the rule in plain numbers.

A retraining makes a challenger of each model. It is tried out of sample: the same recipe is fitted for the first of the last 14 known days
and forecasts them, next to the last champion that had not seen them either. (The champion of last week has: to forecast days one has
learnt from is easy, and every challenger would lose to it.) So what is compared is today's code and data with what forecast then.

A challenger is refused
- when it forecasts no number, or one outside the limits of the auction, on any of the 14 days, in the trial or fitted on all days;
- when its error in the trial is more than 5 % above the champion's and by more than noise (Diebold-Mariano, one-sided, p < 0.05);
- when that holds for the challenger fitted on all days, although it has seen the days and the champion has not: then its training broke;
- when the day it was fitted for lacks an input that its window has: forecasts would not use it, and the champion reads the input.

Without a trial, on sanity and on being no worse than the naive on days it has seen, it is accepted
- when there is no champion (the first training costs no trial), its file is gone or has another schema;
- when the champion is more than 35 days old: after five refusals running the market has changed rather than the recipe;
- when champion and trial have fewer than seven days in common that neither has seen: inputs that came or went, a second training in a week;
- when the history before the trial days is shorter than its window.

Models that are refitted every day (lear_56, lear_84) and the naive have no trial: their stored fit is used on one day at most, so there is
nothing to protect, and a bad day costs them their weight. A challenger that goes on from earlier weights is tried from the champion's
last fit before the trial days, as it was trained then.

Measured on DE-LU, weekly trainings up to 2026-05-31: of 131 sound challengers (LEAR, trees, network) one was refused, a network 10 %
worse over its fortnight. Of lear_364 that learnt from shuffled prices or from inputs a day off all of 26 were refused, of one without
its inputs 23.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.accuracy import score
from electricity_optimizer.forecasting.calendar import naive_lag
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.learning.significance import diebold_mariano
from electricity_optimizer.forecasting.models import model
from electricity_optimizer.forecasting.protocol import Fitted, Probabilistic
from electricity_optimizer.forecasting.walk import fit_members
from electricity_optimizer.timeline import delivery_days

TRIAL_DAYS = 14
LEAST_DAYS = 7
WORSE = 1.05
P_VALUE = 0.05
CHAMPION_DAYS = 35
"""After so many days a champion neither forecasts nor judges."""
TRIAL, SEEN, DAILY = "trial", "days it has seen", "refitted every day"
"""By which rule a challenger was judged."""


@dataclasses.dataclass(frozen=True)
class Terms:
    """What holds for all challengers of a retraining.

    `day` is the one they are fitted for, `until` the newest day whose price is known, `limits` the lowest and highest believable price.
    """

    day: dt.date
    until: dt.date
    limits: tuple[float, float]
    seed: int = 0

    @property
    def trial_days(self) -> list[dt.date]:
        """The last 14 known days."""
        return list(delivery_days(self.until - dt.timedelta(days=TRIAL_DAYS - 1), self.until))


@dataclasses.dataclass(frozen=True)
class Challenger:
    """A model fitted on all days, its `scores` (JSON values) and why it was `refused`; accepted when that is empty."""

    fitted: Fitted
    scores: Mapping[str, Any]
    refused: str = ""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Mean absolute errors over common days, and the chance of so large a difference if ours were no worse."""

    days: int
    mae: float
    yardstick_mae: float
    p_value: float

    @property
    def worse(self) -> bool:
        """More than 5 % worse, and by more than noise."""
        return self.mae > WORSE * self.yardstick_mae and self.p_value < P_VALUE


def challenge(table: DayTable, name: str, line: Sequence[Fitted], terms: Terms) -> Challenger:
    """The challenger of model `name` and what became of it. `line` are its champions so far, the newest first.

    Raises ForecastError when the history does not suffice for its window.
    """
    fitted = _fitted(table, name, terms.day, line, terms.seed)
    seen = forecasts(table, terms.trial_days, fitted)
    flaw = _flaw(seen, terms.limits)
    if flaw:
        return Challenger(fitted, {"rule": SEEN}, flaw)
    if fitted.inputs_missing:
        return Challenger(fitted, {"rule": SEEN}, f"{terms.day} lacks {', '.join(fitted.inputs_missing)}")
    if model(name).refit_days <= 1:
        return Challenger(fitted, {"rule": DAILY})
    return _tried(table, fitted, line, terms) or _against_naive(table, fitted, seen)


def forecasts(table: DayTable, days: Sequence[dt.date], fitted: Fitted) -> dict[dt.date, Array]:
    """What a fit forecasts of each of `days` from what was known for it; days that it cannot forecast are left out."""
    found = {}
    for day in (day for day in days if day >= table.first_day):
        try:
            found[day] = model(fitted.model).predict(fitted, table.known_for(day))
        except ForecastError:
            continue
    return found


def standing_forecasts(table: DayTable, day: dt.date, champions: Mapping[str, Fitted]) -> dict[str, tuple[Array, Array | None]]:
    """What champions forecast of `day` (24 prices, and quantiles of those that give them) that are older than their model's usual age.

    Each stands until it is replaced: else the walk would fit the recipe that was refused in its stead. Models that are refitted every
    day, and those that cannot forecast the day (it lacks an input), are left to the walk.
    """
    old = {name: fit for name, fit in champions.items() if 1 < model(name).refit_days <= (day - fit.day).days <= CHAMPION_DAYS}
    found = {name: forecasts(table, [day], fit) for name, fit in old.items()}
    fans = {name: _fans(table, old[name], [day]) for name, known in found.items() if known}
    return {name: (found[name][day], None if fan is None else fan[0]) for name, fan in fans.items()}


def compare(table: DayTable, ours: Mapping[dt.date, Array], yardstick: Mapping[dt.date, Array]) -> Comparison | None:
    """Errors of two forecasts on the days that both forecast and whose prices are known; None for fewer than seven such days."""
    days = [day for day in ours if day in yardstick and np.isfinite(table.price_of(day)).all()]
    if len(days) < LEAST_DAYS:
        return None
    own, other = (np.array([np.abs(found[day] - table.price_of(day)).mean() for day in days]) for found in (ours, yardstick))
    p_value = float(diebold_mariano(own, other))
    if not np.isfinite(p_value):  # losses alike, or worse by the same on every day: that is no noise
        p_value = 0.0 if (own > other).all() else 1.0
    return Comparison(len(days), float(own.mean()), float(other.mean()), p_value)


def measured(table: DayTable, fitted: Fitted, found: Mapping[dt.date, Array]) -> dict[str, Any]:
    """Scores of forecasts for a card, rounded: first and last day, errors, and pinball and coverage of a model with quantiles."""
    days = list(found)
    actual, point, naive = (np.array([row(day) for day in days]) for row in (table.price_of, found.__getitem__, _naive_of(table)))
    measures = score(actual, point, _fans(table, fitted, days), naive)
    told = {name: round(value, 4) for name, value in measures.items() if value is not None}
    return {"first_day": str(days[0]), "last_day": str(days[-1]), **told}


def _fitted(table: DayTable, name: str, day: dt.date, line: Sequence[Fitted], seed: int) -> Fitted:
    """The recipe fitted for `day`; one that goes on from earlier weights goes on from its last champion before that day."""
    before = next((fit for fit in line if fit.day < day), None)
    return fit_members(table, day, [name], seed, previous=None if before is None else {name: before})[name]


def _flaw(found: Mapping[dt.date, Array], limits: tuple[float, float]) -> str:
    """What no forecast may be, in words; empty when all are sane."""
    for day, hourly in found.items():
        if not np.isfinite(hourly).all():
            return f"its forecast of {day} is not a number in {int((~np.isfinite(hourly)).sum())} hours"
        low, high = float(hourly.min()), float(hourly.max())
        if low < limits[0] or high > limits[1]:
            return f"its forecast of {day} reaches from {low:.0f} to {high:.0f}, the auction from {limits[0]:.0f} to {limits[1]:.0f}"
    return ""


def _incumbent(line: Sequence[Fitted], terms: Terms) -> Fitted | None:
    """The newest champion that has seen none of the trial days, else the oldest one; None when all are too old."""
    young = [fit for fit in line if (terms.day - fit.day).days <= CHAMPION_DAYS]
    unseen = [fit for fit in young if fit.day <= terms.trial_days[0]]
    return next(iter(unseen), young[-1] if young else None)


def _tried(table: DayTable, fitted: Fitted, line: Sequence[Fitted], terms: Terms) -> Challenger | None:
    """The verdict of a trial against the incumbent; None when no fair one can be held."""
    incumbent = _incumbent(line, terms)
    days = [day for day in terms.trial_days if incumbent is not None and day >= incumbent.day]
    if incumbent is None or len(days) < LEAST_DAYS:
        return None
    try:
        trial = _fitted(table, fitted.model, days[0], line, terms.seed)
    except ForecastError:
        return None
    ours, theirs = forecasts(table, days, trial), forecasts(table, days, incumbent)
    held = compare(table, ours, theirs)
    if held is None or trial.inputs_missing:
        return None
    whole = compare(table, forecasts(table, days, fitted), theirs)
    champion = {"champion_mae": round(held.yardstick_mae, 4), "champion_trained_until": str(incumbent.day - dt.timedelta(days=1))}
    scores = {"rule": TRIAL, "days": held.days, **measured(table, trial, ours), **champion, "p_value": round(held.p_value, 4)}
    flaw = _flaw(ours, terms.limits) and f"in the trial {_flaw(ours, terms.limits)}"
    return Challenger(fitted, scores, flaw or _said(held, "in the trial") or _said(whole, "fitted on all days"))


def _said(held: Comparison | None, when: str) -> str:
    if held is None or not held.worse:
        return ""
    return (
        f"{when} its error is {held.mae:.2f}, the champion's {held.yardstick_mae:.2f} on the same {held.days} days (p {held.p_value:.3f})"
    )


def _against_naive(table: DayTable, fitted: Fitted, seen: Mapping[dt.date, Array]) -> Challenger:
    """Sanity of a fit that has no trial: it forecasts days it has seen, and no worse than the naive."""
    if not seen:
        return Challenger(fitted, {"rule": SEEN}, "it can forecast none of the last 14 known days")
    naive = _naive_of(table)
    held = compare(table, seen, {day: naive(day) for day in seen if np.isfinite(naive(day)).all()})
    worse = held is not None and held.worse
    refused = f"on days it has seen its error is {held.mae:.2f}, the naive's {held.yardstick_mae:.2f}" if held and worse else ""
    return Challenger(fitted, {"rule": SEEN, **measured(table, fitted, seen)}, refused)


def _naive_of(table: DayTable) -> Callable[[dt.date], Array]:
    return lambda day: table.price_of(day - dt.timedelta(days=naive_lag(day)))


def _fans(table: DayTable, fitted: Fitted, days: Sequence[dt.date]) -> Array | None:
    """The fit's own quantiles (days, 19, 24); None for a model without."""
    member = model(fitted.model)
    if not isinstance(member, Probabilistic):
        return None
    return np.array([member.quantiles(fitted, table.known_for(day)) for day in days])
