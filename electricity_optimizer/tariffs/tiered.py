"""Prices by how much was used: blocks of kWh per calendar month or day, each with its own price."""

from functools import cached_property
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from electricity_optimizer.tariffs.clock import Clock, Period
from electricity_optimizer.tariffs.component import Amount, Component, Ladder, Tier
from electricity_optimizer.tariffs.kinds import RateKind
from electricity_optimizer.tariffs.windows import Schedule, Window, covering


class Block(BaseModel):
    """The net price of the kWh up to `up_to_kwh` in a period; the last block has no end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    price: Amount
    up_to_kwh: Annotated[Amount, Field(gt=0)] | None = None


Blocks = Annotated[tuple[Block, ...], Field(min_length=1)]


class Season(BaseModel):
    """The blocks of some months, under the name that the bill shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    months: tuple[int, ...] | str = tuple(range(1, 13))
    tiers: Blocks

    @property
    def window(self) -> Window:
        """The months of the season."""
        return Window.model_validate({"months": self.months})

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        _ = self.window
        bounds = [tier.up_to_kwh for tier in self.tiers]
        inner = [bound for bound in bounds[:-1] if bound is not None]
        if bounds[-1] is not None or len(inner) < len(bounds) - 1:
            raise ValueError("every tier but the last has an up_to_kwh, the last has none")
        if any(later <= bound for bound, later in pairwise(inner)):
            raise ValueError("up_to_kwh of the tiers must be ascending")
        return self


class Tiered(RateKind):
    """Blocks per `period`: the same all year (`tiers`) or by season (`seasons`, together all months once).

    `per_day_of_month`: bounds are kWh per day that are added up over the month (a daily allowance); use is counted by month all the same.
    """

    period: Period = "month"
    per_day_of_month: bool = False
    tiers: Blocks | None = None
    seasons: tuple[Season, ...] = ()

    @cached_property
    def parts(self) -> tuple[Season, ...]:
        """The seasons; one of all months where the blocks are the same all year."""
        return self.seasons if self.tiers is None else (Season(tiers=self.tiers),)

    @cached_property
    def schedule(self) -> Schedule:
        """Number of the season."""
        names = [season.name or f"months {season.months}" for season in self.parts]
        return covering([season.window for season in self.parts], names, default=False, holidays=False)

    def components(self, clock: Clock, name: str) -> list[Component]:
        """The blocks of the season that holds."""
        ladders = tuple(
            Ladder(season.name, tuple(Tier(tier.up_to_kwh, tier.price) for tier in season.tiers), self.per_day_of_month)
            for season in self.parts
        )
        return [Component(name, ladders, self.schedule.at(clock, name), period=self.period)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.tiers is None) == (not self.seasons):
            raise ValueError("give either tiers or seasons")
        if self.per_day_of_month and self.period != "month":
            raise ValueError('per_day_of_month goes with period = "month"')
        _ = self.schedule
        return self
