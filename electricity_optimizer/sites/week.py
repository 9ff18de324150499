"""A factory's week: seven local days in quarter hours as one problem, the batches of each day within its shifts.

A plan of single days cannot let a batch run over midnight, nor see that Wednesday is cheap, nor keep the peak of the month low on all days
at once. The week is planned to a gap of 1 % (`WEEK_GAP`).
"""

import datetime as dt
from typing import Any

import polars as pl

from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.sites.clock import STEP_MINUTES
from electricity_optimizer.sites.horizon import ONE_DAY, DayPart
from electricity_optimizer.sites.problem import Problem, assembled, forecast_marks, known_series
from electricity_optimizer.sites.state import SiteState
from electricity_optimizer.tariffs import TariffPrices
from electricity_optimizer.timeline import grid, interval_count, range_bounds

DAYS = 7
WEEK_GAP = 0.01


def build_week(
    site: Site,
    monday: dt.date,
    *,
    prices: TariffPrices,
    forecast: pl.DataFrame,
    state: SiteState,
    published_until: dt.datetime | None = None,
) -> Problem:
    """The problem of `site` for the seven local days from `monday` on (any weekday will do): 672 steps, 668 or 676 where the clock changes.

    `prices` and `forecast` (start UTC, load_kw, pv_kw and, where one is felt, outdoor_temperature_c) cover the week at any resolution;
    prices from `published_until` on are marked as forecasts. A batch that begins on the last days and may be ready after the week is
    ready within it. Raises InputError naming the series and the first step where a value is unknown.
    """
    days = [monday + number * ONE_DAY for number in range(DAYS)]
    starts = grid(*range_bounds(days[0], days[-1], site.tz), STEP_MINUTES)
    series = known_series(site, prices, forecast, starts)
    charge = _charge(prices, starts, site.tz, days, state.on(monday).optimised.peak_kw)
    problem = assembled(site, _parts(days, site.tz), series, prices.currency, charge, state, carry_over=True)
    return problem | {"name": f"{site.key} week {monday.isoformat()}"} | forecast_marks(starts, published_until)


def _parts(days: list[dt.date], tz: str) -> list[DayPart]:
    counts = [interval_count(day, tz, STEP_MINUTES) for day in days]
    return [DayPart(day, sum(counts[:index]), sum(counts)) for index, day in enumerate(days)]


def _charge(prices: TariffPrices, starts: pl.Series, tz: str, days: list[dt.date], peak_kw: float) -> dict[str, Any] | None:
    """The demand charge of the week against the month's peak so far.

    A week that reaches into the next month is held to one peak on all its days: a second charge of its own would be the next month's,
    and days that count for nothing would draw all batches.
    """
    first = [day for day in days if day.month == days[0].month]
    cut = sum(interval_count(day, tz, STEP_MINUTES) for day in first)
    charge = prices.demand_problem(starts[:cut], STEP_MINUTES, peak_kw)
    later = prices.demand_problem(starts[cut:], STEP_MINUTES, peak_kw) if cut < len(starts) else None
    if charge is None or later is None:
        return charge
    active = charge.pop("active", [True] * cut) + later.get("active", [True] * (len(starts) - cut))
    return charge if all(active) else charge | {"active": active}
