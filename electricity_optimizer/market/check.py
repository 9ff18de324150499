"""Structural checks that gate the publication of a day's prices: plain, fast, for one source's answer about one zone and day.

A blocking check that fails keeps the answer from being published; `market.choice` then tries the next source, and without one the last
good version stays. Spikes are true more often than not: they are flagged and kept.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.market.agreement import Verdict
from electricity_optimizer.market.level import LEVEL_DAYS, Floats, PastDay, past_day, unit
from electricity_optimizer.timeline import day_bounds, interval_count

LOWEST_EUR_MWH = -500.0
HIGHEST_EUR_MWH = 4000.0
"""Harmonised limits of the day-ahead auction (SDAC); the upper one is raised in steps after it was nearly reached."""
LIMITS = {"SDAC": (LOWEST_EUR_MWH, HIGHEST_EUR_MWH)}
"""Lowest and highest price by auction, in the currency of the zone: the limits of an auction are the same number in pounds."""
LIMITS_OF_TRADE = (-9999.0, 9999.0)
"""Continuous trade has no other limits than those of its system."""
REPEATED_SHARE = 0.9
"""A day that repeats an earlier one in so many of its intervals is a copy. True days repeat at most 63 % (Iberian days of zero prices)."""
SPIKE_WIDTH = 6.0
"""A spike lies so many interquartile ranges above the recent median."""

Finding = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one zone and day; `detail` says what was seen, in one line. A failure that is not `blocking` only says so."""

    name: str
    passed: bool
    blocking: bool
    zone: str
    day: dt.date
    detail: str


def check_prices(
    frame: pl.DataFrame,
    *,
    zone: Zone,
    day: dt.date,
    previous: Sequence[PastDay] = (),
    verdict: Verdict | None = None,
    auction: str = "",
) -> list[CheckResult]:
    """All checks of the rows of table `price` of one delivery day from one source.

    `previous` are days before (`market.level.past_days` of about two weeks, for the level, copies and spikes), `verdict` what the sources
    of the day say of each other. `auction` tells the limits of prices; where it is not given they are those of the zone's first.
    """
    today = past_day(frame, day)
    recent = [past for past in previous if today is None or past.synthetic == today.synthetic]
    findings = [
        ("tiling", True, *_tiling(frame, zone, day)),
        ("complete", True, *_complete(frame)),
        ("bounds", True, *_bounds(today, frame, zone, auction)),
        ("not_constant", True, *_not_constant(today)),
        ("not_yesterday", True, *_not_yesterday(today, recent)),
        ("unit", True, *((True, "no prices") if today is None else unit(today, recent))),
        ("sources_agree", *_sources_agree(today, verdict)),
        ("spikes", False, *_spikes(today, recent)),
    ]
    return [CheckResult(name, passed, blocking, zone.key, day, detail) for name, blocking, passed, detail in findings]


def refused(results: Sequence[CheckResult]) -> list[CheckResult]:
    """The failed blocking checks; when there are any the day is not published."""
    return [result for result in results if result.blocking and not result.passed]


def _tiling(frame: pl.DataFrame, zone: Zone, day: dt.date) -> Finding:
    """The intervals are exactly those of the local day: 92, 96 or 100 quarters, 46, 48 or 50 half hours, 23, 24 or 25 hours."""
    minutes = zone.resolution_on(day)
    expected = interval_count(day, zone.tz, minutes)
    begin = int(day_bounds(day, zone.tz)[0].timestamp())
    due = (begin + minutes * 60 * np.arange(expected)) * 1_000_000
    tiled = np.array_equal(frame["start"].to_physical().to_numpy(), due) and bool((frame["resolution_minutes"] == minutes).all())
    return tiled, f"{frame.height} of {expected} intervals of {minutes} min"


def _complete(frame: pl.DataFrame) -> Finding:
    nulls = frame["price"].null_count()
    return nulls == 0, f"{nulls} without a price"


def _bounds(today: PastDay | None, frame: pl.DataFrame, zone: Zone, auction: str) -> Finding:
    """Within the limits of the auction. Limits, level and tariffs are in the zone's currency: prices in another one are out of bounds."""
    if today is None:
        return False, "no prices"
    currencies = frame["currency"].unique().sort().to_list()
    if currencies != [zone.currency]:
        return False, f"in {', '.join(currencies)} and not in {zone.currency}"
    lowest, highest = LIMITS.get(auction or zone.auctions[0], LIMITS_OF_TRADE)
    low, high = float(today.prices.min()), float(today.prices.max())
    return lowest <= low and high <= highest, f"{low:.2f} to {high:.2f} per MWh"


def _not_constant(today: PastDay | None) -> Finding:
    different = 0 if today is None else np.unique(today.prices).size
    if today is not None and different == 1:
        return False, f"{today.prices[0]:.2f} in every interval"
    return different > 1, f"{different} different prices"


def _not_yesterday(today: PastDay | None, recent: Sequence[PastDay]) -> Finding:
    """No copy of the last day that is known: of yesterday, or of the day before the one on which a source began to stand still."""
    if today is None or not recent:
        return True, "yesterday is not known"
    last = max(recent, key=lambda past: past.day)
    share = _repeated(today.prices, last.prices)
    return share < REPEATED_SHARE, f"same as {last.day} in {share:.0%} of its intervals"


def _repeated(prices: Floats, before: Floats) -> float:
    """Share of intervals with the price that the other day had at that time of day; around a clock change the second hour is skipped."""
    shorter = min(prices.size, before.size)
    if not shorter or abs(prices.size - before.size) > shorter / 20:
        return 0.0
    head = shorter // 12
    tail = shorter - head
    same = (prices[:head] == before[:head]).sum() + (prices[-tail:] == before[-tail:]).sum()
    return float(same) / shorter


def _sources_agree(today: PastDay | None, verdict: Verdict | None) -> tuple[bool, bool, str]:
    """Whether it blocks, passed, and what was seen. Sources that are out block only themselves."""
    if verdict is None:
        return True, True, "one source"
    agrees = today is not None and today.source in verdict.agreeing
    return not agrees, agrees and not verdict.out, verdict.said


def _spikes(today: PastDay | None, recent: Sequence[PastDay]) -> Finding:
    if today is None:
        return True, "no prices"
    known = today.prices if len(recent) < LEVEL_DAYS else np.concatenate([past.prices for past in recent])
    low, median, high = (float(value) for value in np.quantile(known, [0.25, 0.5, 0.75]))
    limit = median + SPIKE_WIDTH * max(high - low, 1.0)
    count = int((today.prices > limit).sum())
    return count == 0, f"{count} above {limit:.2f}"
