"""Structural checks that gate the publication of a day's prices: plain, fast, for one zone and day.

A blocking check that fails keeps the day from being published; the last good version stays. Spikes are true more often than not:
they are flagged and kept.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.timeline import interval_count, interval_starts

LOWEST_EUR_MWH = -500.0
HIGHEST_EUR_MWH = 4000.0
"""Harmonised limits of the day-ahead auction (SDAC); the upper one is raised in steps after it was nearly reached."""
AGREEMENT_EUR_MWH = 0.011
"""Two sources of one auction differ by rounding only."""
DISAGREEING_SHARE = 0.05
TOO_HIGH, TOO_LOW = 4.0, 5.0
"""Prices in another unit (ct/kWh, EUR/kWh) are off by 10 or 1000. DE-LU 2020 to 2026: no day's median exceeded 1.9 times the highest
of the two weeks before; a day's peak fell below a third of the lowest only on glut days, which hold prices at or below zero."""
GLUT_MEDIAN, GLUT_PEAK = 5.0, 1.0
"""A day of too much sun and wind may be low throughout: half of it is next to nothing, yet its peak is more than prices per kWh ever
reach. A day in another unit that has negative hours is not both."""
LEVEL_DAYS = 5
"""So many days are needed before the recent level says anything."""
SPIKE_WIDTH = 6.0
"""A spike lies so many interquartile ranges above the recent median."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one zone and day; `detail` says what was seen, in one line."""

    name: str
    passed: bool
    blocking: bool
    zone: str
    day: dt.date
    detail: str


def check_prices(
    frame: pl.DataFrame, *, zone: Zone, day: dt.date, previous: pl.DataFrame | None = None, other_sources: pl.DataFrame | None = None
) -> list[CheckResult]:
    """All checks of the rows of table `price` of one delivery day.

    `previous` holds rows of the days before (yesterday for the copy check, about two weeks for the level); `other_sources` holds
    rows (start, source, price_eur_mwh) of sources that did not win the day, see `market.unify.other_sources`.
    """
    prices = frame["price"].drop_nulls().to_numpy()
    recent = None if previous is None else previous.filter(pl.col("price").is_not_null() & (pl.col("delivery_day") < day))
    findings = [
        ("tiling", True, *_tiling(frame, zone, day)),
        ("complete", True, *_complete(frame)),
        ("bounds", True, *_bounds(prices)),
        ("not_constant", True, *_not_constant(prices)),
        ("not_yesterday", True, *_not_yesterday(frame, recent, day)),
        ("unit", True, *_unit(prices, recent)),
        ("sources_agree", True, *_sources_agree(frame, other_sources)),
        ("spikes", False, *_spikes(prices, recent)),
    ]
    return [CheckResult(name, passed, blocking, zone.key, day, detail) for name, blocking, passed, detail in findings]


def refused(results: list[CheckResult]) -> list[CheckResult]:
    """The failed blocking checks; when there are any the day is not published."""
    return [result for result in results if result.blocking and not result.passed]


def _tiling(frame: pl.DataFrame, zone: Zone, day: dt.date) -> tuple[bool, str]:
    """The intervals are exactly those of the local day: 92, 96 or 100 quarters, 23, 24 or 25 hours."""
    minutes = zone.resolution_on(day)
    expected = interval_count(day, zone.tz, minutes)
    tiled = frame["start"].to_list() == interval_starts(day, zone.tz, minutes) and bool((frame["resolution_minutes"] == minutes).all())
    return tiled, f"{frame.height} of {expected} intervals of {minutes} min"


def _complete(frame: pl.DataFrame) -> tuple[bool, str]:
    nulls = frame["price"].null_count()
    return nulls == 0, f"{nulls} without a price"


def _bounds(prices: Floats) -> tuple[bool, str]:
    if not prices.size:
        return False, "no prices"
    low, high = float(prices.min()), float(prices.max())
    return low >= LOWEST_EUR_MWH and high <= HIGHEST_EUR_MWH, f"{low:.2f} to {high:.2f} per MWh"


def _not_constant(prices: Floats) -> tuple[bool, str]:
    different = len(np.unique(prices))
    return different > 1, f"{different} different prices"


def _not_yesterday(frame: pl.DataFrame, recent: pl.DataFrame | None, day: dt.date) -> tuple[bool, str]:
    if recent is None:
        return True, "yesterday is not known"
    before = recent.filter(pl.col("delivery_day") == day - dt.timedelta(days=1))["price"].to_list()
    copied = bool(before) and before == frame["price"].to_list()
    return not copied, "same as yesterday in every interval" if copied else "differs from yesterday"


def _unit(prices: Floats, recent: pl.DataFrame | None) -> tuple[bool, str]:
    """Compares the day with the recent days: too high by its median (a spike lifts a peak and is true), too low by its peak."""
    if recent is None or not prices.size:
        return True, "no recent level"
    size = pl.col("price").abs()
    days = recent.group_by("delivery_day").agg(peak=size.max(), median=size.median())
    if days.height < LEVEL_DAYS:
        return True, f"{days.height} recent days say too little"
    high, low = float(days["median"].to_numpy().max()), float(days["peak"].to_numpy().min())
    peak, median = float(np.abs(prices).max()), float(np.median(np.abs(prices)))
    glut = float(prices.min()) <= 0 and float(np.median(prices)) <= GLUT_MEDIAN and peak >= GLUT_PEAK
    fits = median <= high * TOO_HIGH and (glut or peak >= low / TOO_LOW)
    return fits, f"median {median:.2f} of at most {high:.2f} before, peak {peak:.2f} of at least {low:.2f} before"


def _sources_agree(frame: pl.DataFrame, others: pl.DataFrame | None) -> tuple[bool, str]:
    if others is None or others.is_empty():
        return True, "one source"
    joined = frame.select("start", "price").join(others.select("start", "source", pl.col("price").alias("other")), on="start")
    if joined.is_empty():
        return True, "no common intervals"
    differing = (joined["price"] - joined["other"]).abs() > AGREEMENT_EUR_MWH
    share = float(differing.mean() or 0.0)  # type: ignore[arg-type]  # the mean of a Boolean column is a number
    names = ", ".join(sorted(joined["source"].unique()))
    return share <= DISAGREEING_SHARE, f"{share:.0%} of intervals differ from {names}"


def _spikes(prices: Floats, recent: pl.DataFrame | None) -> tuple[bool, str]:
    known = prices if recent is None or recent.height < LEVEL_DAYS * 23 else recent["price"].to_numpy()
    if not known.size:
        return True, "no prices"
    low, median, high = (float(value) for value in np.quantile(known, [0.25, 0.5, 0.75]))
    limit = median + SPIKE_WIDTH * max(high - low, 1.0)
    count = int((prices > limit).sum())
    return count == 0, f"{count} above {limit:.2f}"
