"""What a price is made of: components with exact amounts, each a rate by the clock, a ladder of tiers, a share of spot, or a mix.

Kinds of tariffs say what their components are; `prices` reads them as floats of an interval, `bill` as exact sums of money.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from electricity_optimizer.tariffs.clock import Clock, Integers, Period

ZERO = Decimal(0)

Amount = Annotated[Decimal, Field(allow_inf_nan=False)]
"""Money per kWh, kW or day, kept as the exact decimal that a person wrote."""

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


class Tier(NamedTuple):
    """A price per kWh up to `up_to` kWh in a period; the last tier has no end."""

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True)
class Ladder:
    """Prices by how much was used in the period: one tier for a plain rate. `by_day`: bounds are per day and grow with the month."""

    label: str
    tiers: tuple[Tier, ...]
    by_day: bool = False

    def bounds(self, days: int) -> list[Decimal]:
        """Ends of all tiers but the last in a period of `days` days."""
        return [tier.up_to * days if self.by_day else tier.up_to for tier in self.tiers if tier.up_to is not None]

    def name_of(self, tier: int) -> str:
        """Label of one of its tiers, for a line of a bill."""
        return self.label if len(self.tiers) == 1 else f"{self.label} tier {tier + 1}".strip()


@dataclass(frozen=True, eq=False)
class Component:
    """One part of a price per kWh: `spot` times the market price plus the rate of the ladder that `index` names at each interval.

    No `index`: the first ladder always. `period` is over what the tiers count.
    """

    name: str
    ladders: tuple[Ladder, ...] = ()
    index: Integers | None = None
    spot: Decimal = ZERO
    period: Period = "month"

    @property
    def tiered(self) -> bool:
        """Whether its price depends on the use so far."""
        return any(len(ladder.tiers) > 1 for ladder in self.ladders)

    def times(self, factor: Decimal) -> "Component":
        """The component with every amount times `factor`, exactly."""
        ladders = tuple(
            replace(ladder, tiers=tuple(Tier(tier.up_to, tier.price * factor) for tier in ladder.tiers)) for ladder in self.ladders
        )
        return replace(self, ladders=ladders, spot=self.spot * factor)

    def floats(self, clock: Clock, market: Floats, used: Floats) -> Floats:
        """Price at each interval as a float: NaN where the market price is unknown and counts. `used`: kWh so far in its period."""
        rates = self._rates(clock, used)
        return rates if self.spot == 0 else rates + market * float(self.spot / 1000)

    def tiers_at(self, clock: Clock, used: Floats) -> Integers:
        """Number of the tier that the next kWh falls into at each interval."""
        tiers = np.zeros(len(clock.starts), dtype=np.int64)
        for number, ladder in enumerate(self.ladders):
            held = np.ones(len(tiers), dtype=np.bool_) if self.index is None else self.index == number
            days = clock.days_in_month if ladder.by_day else np.ones(len(tiers), dtype=np.int64)
            for tier in ladder.tiers:
                if tier.up_to is not None:
                    tiers += held & (used >= float(tier.up_to) * days)
        return tiers

    def _rates(self, clock: Clock, used: Floats) -> Floats:
        count = len(clock.starts)
        if not self.ladders:
            return np.zeros(count)
        if self.index is None and not self.tiered:
            return np.full(count, float(self.ladders[0].tiers[0].price))
        depth = max(len(ladder.tiers) for ladder in self.ladders)
        table = np.array([[float(tier.price) for tier in ladder.tiers] + [0.0] * (depth - len(ladder.tiers)) for ladder in self.ladders])
        rows = np.zeros(count, dtype=np.int64) if self.index is None else self.index
        return np.asarray(table[rows, self.tiers_at(clock, used) if depth > 1 else 0])


def plain(name: str, price: Decimal, label: str = "") -> Component:
    """A component of one amount per kWh at all times."""
    return Component(name, (Ladder(label, (Tier(None, price),)),))


def market_share(name: str, factor: Decimal) -> Component:
    """A component that is `factor` times the market price."""
    return Component(name, spot=factor)
