"""The lines of a bill: a quantity at a price, exact, rounded to the cent once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Literal

from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import ZERO, Component
from electricity_optimizer.tariffs.usage import Decimals

CENT = Decimal("0.01")

Category = Literal["energy", "surcharge", "standing", "demand", "minimum", "vat", "feed_in"]


@dataclass(frozen=True)
class Line:
    """One item, net unless it is VAT: `quantity` in `unit`, at `price` where it has one price; income is negative.

    `label` tells the window, tier or month. `exact` is the amount before rounding.
    """

    category: Category
    name: str
    label: str
    quantity: Decimal
    unit: str
    price: Decimal | None
    exact: Decimal

    @property
    def amount(self) -> Decimal:
        """The amount in currency, half a cent away from zero."""
        return self.exact.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, eq=False)
class Flow:
    """Energy in one direction over the intervals of `clock`: `kwh`, the market price, and the import in the period before each interval.

    `climbs`: it is this energy that moves up the tiers; an export does not, it has the price of the tier reached after `taken`.
    """

    category: Category
    clock: Clock
    kwh: Decimals
    spot: list[Decimal | None]
    climbs: bool = True

    @cached_property
    def total(self) -> Decimal:
        """All of the energy."""
        return sum(self.kwh, ZERO)


def lines_of(component: Component, flow: Flow, before: Decimals) -> Iterator[Line]:
    """What the energy costs by this component: a line for its share of spot and one for each price. `before`: use so far."""
    if component.spot:
        yield _spot_line(component, flow)
    for (number, tier), kwh in _quantities(component, flow, before).items():
        ladder = component.ladders[number]
        price = ladder.tiers[tier].price
        yield Line(flow.category, component.name, ladder.name_of(tier), kwh, "kWh", price, kwh * price)


def merged(lines: Iterable[Line]) -> list[Line]:
    """Lines of the same item and price as one, in the order of their first."""
    found: dict[tuple[str, str, str, Decimal | None], Line] = {}
    for line in lines:
        key = (line.category, line.name, line.label, line.price)
        known = found.get(key)
        found[key] = line if known is None else replace(known, quantity=known.quantity + line.quantity, exact=known.exact + line.exact)
    return list(found.values())


def _spot_line(component: Component, flow: Flow) -> Line:
    total = energy = ZERO
    for place, (kwh, price) in enumerate(zip(flow.kwh, flow.spot, strict=True)):
        if kwh and price is None:
            first = flow.clock.starts[place].isoformat()
            raise InputError(
                f"is unknown at {first}, when energy flowed", where="market.price_eur_mwh", remedy="wait for it, or forecast it"
            )
        if kwh and price is not None:
            total += kwh * price
            energy += kwh
    return Line(flow.category, component.name, "market price", energy, "kWh", None, total * component.spot / 1000)


def _quantities(component: Component, flow: Flow, before: Decimals) -> dict[tuple[int, int], Decimal]:
    """KWh by ladder and tier."""
    if not component.ladders:
        return {}
    if component.index is None and not component.tiered:
        return {(0, 0): flow.total}
    numbers = [0] * len(flow.kwh) if component.index is None else component.index.tolist()
    return _by_tier(component, flow, before, numbers) if component.tiered else _by_rate(flow, numbers)


def _by_rate(flow: Flow, numbers: list[int]) -> dict[tuple[int, int], Decimal]:
    found: dict[tuple[int, int], Decimal] = {}
    for number, kwh in zip(numbers, flow.kwh, strict=True):
        found[number, 0] = found.get((number, 0), ZERO) + kwh
    return dict(sorted(found.items()))


def _by_tier(component: Component, flow: Flow, before: Decimals, numbers: list[int]) -> dict[tuple[int, int], Decimal]:
    found: dict[tuple[int, int], Decimal] = {}
    days = flow.clock.days_in_month.tolist()
    bounds = {(number, long): component.ladders[number].bounds(long) for number in set(numbers) for long in set(days)}
    for number, kwh, used, long in zip(numbers, flow.kwh, before, days, strict=True):
        own = bounds[number, long]
        for tier, part in _split(kwh, used, own) if flow.climbs else [(_reached(used, own), kwh)]:
            found[number, tier] = found.get((number, tier), ZERO) + part
    return dict(sorted(found.items()))


def _split(kwh: Decimal, used: Decimal, bounds: Decimals) -> list[tuple[int, Decimal]]:
    """`kwh` on top of `used`, by tier."""
    parts, end = [], used + kwh
    for tier, bound in enumerate([*bounds, None]):
        top = end if bound is None else min(end, bound)
        if top > used:
            parts.append((tier, top - used))
            used = top
    return parts


def _reached(used: Decimal, bounds: Decimals) -> int:
    """The tier that the next kWh falls into."""
    return sum(used >= bound for bound in bounds)
