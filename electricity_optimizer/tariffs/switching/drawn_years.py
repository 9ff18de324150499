"""Years of prices that might come: weeks of the past in a new order, and a level nobody knows.

Shape: a moving block bootstrap (Kuensch, Annals of Statistics 17, 1989) of whole weeks. Each week of the year takes a week of the past
that begins on the same weekday and lies within three weeks of its season (twice as far where there is none, and so on); so weekends,
seasons, calm weeks and storms stay what they are. What is lost is that a cold week is both dear and needs more.
Level: few years are known, so that weeks say little of what a whole year may cost. Weeks of older years are therefore moved to the mean
of the last 365 days, and the mean of a whole drawn year is shifted by a lognormal change with a deviation of 20 %, about what German
day-ahead means changed by from year to year in calm times (2015 to 2020: -19 to +30 %). A crisis like 2022 lies far outside, and no
band here tells of it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.switching.year import DAYS, Array, Indices, PriceDays, season_distance

COUNT = 200
SEED = 20260522
WEEK = 7
SEASON_DAYS = 21
LEVEL_DEVIATION = 0.20
WHOLE_YEAR = 300


@dataclass(frozen=True)
class DrawnYears:
    """`rows` (scenarios, days): the row of `known` whose prices a day has; `shift` (scenarios,) is added to all of them, EUR per MWh."""

    known: PriceDays
    rows: Indices
    shift: Array

    def __len__(self) -> int:
        return len(self.shift)

    def prices(self, scenario: int) -> Array:
        """(days, 96) of one scenario, EUR per MWh."""
        drawn: Array = self.known.prices[self.rows[scenario]] + self.shift[scenario]
        return drawn


def draw_years(known: PriceDays, days: Sequence[dt.date], *, count: int = COUNT, seed: int = SEED) -> DrawnYears:
    """`count` price years for `days`; the same for the same arguments. Raises InputError where no whole week is known."""
    random = np.random.default_rng(seed)
    begins = [k for k in range(len(known.days) - WEEK + 1) if (known.days[k + WEEK - 1] - known.days[k]).days == WEEK - 1]
    if not begins:
        raise InputError("no whole week of prices is known", where="prices", remedy="backfill the prices of the year before")
    rows = np.empty((count, len(days)), dtype=np.int64)
    for first in range(0, len(days), WEEK):
        chosen = random.choice(_alike(known, begins, days[first]), size=count)
        length = min(WEEK, len(days) - first)
        rows[:, first : first + length] = chosen[:, None] + np.arange(length)
    levelled = PriceDays(known.days, known.prices + _moves(known)[:, None])
    changes = np.exp(LEVEL_DEVIATION * random.standard_normal(count) - LEVEL_DEVIATION**2 / 2) - 1
    return DrawnYears(levelled, rows, changes * float(levelled.prices.mean()))


def _moves(known: PriceDays) -> Array:
    """What to add to each day so that every 365 days, counted back from the last, have the mean of the last ones.

    Too short a rest of a year says nothing of a level (it may be a winter only): it is moved as the year after it.
    """
    years = np.array([(known.days[-1] - day).days // DAYS for day in known.days])
    daily = known.prices.mean(axis=1)
    moves, move = np.zeros(len(years)), 0.0
    for year in range(1, int(years.max()) + 1):
        held = years == year
        if held.sum() >= WHOLE_YEAR:
            move = float(daily[years == 0].mean() - daily[held].mean())
        moves[held] = move
    return moves


def _alike(known: PriceDays, begins: Sequence[int], day: dt.date) -> Indices:
    """The weeks that may stand where the week from `day` stood."""
    weekday = [k for k in begins if known.days[k].weekday() == day.weekday()] or list(begins)
    apart = np.array([season_distance(known.days[k], day) for k in weekday])
    within = SEASON_DAYS
    while not (apart <= within).any():
        within *= 2
    return np.asarray(weekday)[apart <= within]
