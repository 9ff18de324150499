"""The demand charges of a URDB rate: those of the month whatever the hour, and those of periods by the clock."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from electricity_optimizer.tariffs.demand import Above, DemandCharge
from electricity_optimizer.tariffs.urdb_rate import Structure, UrdbRate, UrdbTier
from electricity_optimizer.tariffs.windows import Window

YEAR = range(12)


def demand_charges(rate: UrdbRate, usual_minutes: int) -> tuple[DemandCharge, ...]:
    """A charge for each period that costs anything, over the rate's demand window or `usual_minutes` where it states none.

    Raises ValueError for a rate or unit that is missing or not of kW, naming the field.
    """
    minutes = int(rate.demandwindow) if rate.demandwindow else usual_minutes
    return (*_flat(rate, minutes), *_by_time(rate, minutes))


def _flat(rate: UrdbRate, minutes: int) -> list[DemandCharge]:
    """Periods of the same price are one charge: a month has one of them."""
    by_price: dict[tuple[tuple[Decimal | None, Decimal], ...], tuple[int, list[int]]] = {}
    for month, period in enumerate(rate.flatdemandmonths):
        if rate.flatdemandstructure:
            tiers = rate.flatdemandstructure[period]
            by_price.setdefault(tuple((tier.bound, tier.price) for tier in tiers), (period, []))[1].append(month + 1)
    found = []
    for period, months in by_price.values():
        if _costs("flatdemandstructure", rate.flatdemandstructure, period, rate.flatdemandunit):
            windows = () if len(months) == len(YEAR) else (Window(months=tuple(months)),)
            found.append(_charge(f"flat demand {period}", rate.flatdemandstructure[period], windows, minutes))
    return found


def _by_time(rate: UrdbRate, minutes: int) -> list[DemandCharge]:
    tables = (rate.demandweekdayschedule, rate.demandweekendschedule)
    if not rate.demandratestructure or tables[0] is None or tables[1] is None:
        return []
    used = sorted({period for table in tables for row in table or [] for period in row})
    return [
        _charge(f"demand {period}", rate.demandratestructure[period], _windows(tables[0], tables[1], period), minutes)
        for period in used
        if _costs("demandratestructure", rate.demandratestructure, period, rate.demandrateunit)
    ]


def _costs(field: str, structure: Structure, period: int, unit: str) -> bool:
    tiers = structure[period]
    if any(tier.rate is None for tier in tiers):
        raise ValueError(f"{field}[{period}]: a rate is missing")
    costs = any(tier.price for tier in tiers)
    foreign = next((one for one in (unit, *(tier.unit for tier in tiers)) if one and one != "kW"), None)
    if costs and foreign is not None:
        raise ValueError(f"{field}[{period}]: demand in '{foreign}' is not supported, only kW")
    return costs


def _charge(name: str, tiers: Sequence[UrdbTier], windows: tuple[Window, ...], minutes: int) -> DemandCharge:
    above = tuple(Above(kw=below.bound, price_per_kw=tier.price) for below, tier in pairwise(tiers) if below.bound is not None)
    fields = {"name": name, "price_per_kw": tiers[0].price, "interval_minutes": minutes, "windows": windows, "above": above}
    return DemandCharge.model_validate(fields, context={"holidays": "US"})


def _windows(weekday: list[list[int]], weekend: list[list[int]], period: int) -> tuple[Window, ...]:
    """Where the tables name `period`: months with the same hours share a window; holidays are as weekends."""
    found: dict[tuple[bool, tuple[tuple[int, int], ...]], list[int]] = {}
    for free, table in ((False, weekday), (True, weekend)):
        for month in YEAR:
            found.setdefault((free, _ranges(table[month], period)), []).append(month + 1)
    return tuple(
        Window.model_construct(months=tuple(months), days=("weekend", "holiday") if free else ("weekday",), hours=hours)
        for (free, hours), months in found.items()
        if hours
    )


def _ranges(row: Sequence[int], period: int) -> tuple[tuple[int, int], ...]:
    """Runs of hours of a row in which `period` holds, as minutes."""
    runs = [list(run) for held, run in groupby(range(24), key=lambda hour: row[hour] == period) if held]
    return tuple((run[0] * 60, (run[-1] + 1) * 60) for run in runs)
