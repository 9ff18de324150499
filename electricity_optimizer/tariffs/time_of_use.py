"""Prices by the clock: windows of months, kinds of day and hours, each with its price, and together every time exactly once."""

from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import Amount, Component, Ladder, Tier
from electricity_optimizer.tariffs.kinds import FeedInKind, Imported, RateKind
from electricity_optimizer.tariffs.windows import Schedule, Window, country_of, covering


class PricedWindow(Window):
    """A window with its name on the bill and its net price per kWh. Several windows may share a name."""

    name: Annotated[str, Field(min_length=1)]
    price: Amount


class Default(BaseModel):
    """The name and net price of every time that no window holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    price: Amount


class Prices(BaseModel):
    """Windows that do not overlap, and a default unless they cover every time."""

    windows: Annotated[tuple[PricedWindow, ...], Field(min_length=1)]
    default: Default | None = None

    @model_validator(mode="after")
    def _cover(self, info: ValidationInfo) -> Self:
        self._covering(holidays=country_of(info) is not None)
        return self

    @cached_property
    def schedule(self) -> Schedule:
        """Number of the window, or of the default behind them."""
        return self._covering(holidays=False)

    def by_the_clock(self, clock: Clock, name: str) -> Component:
        """The price at each interval. Raises InputError where a window begins inside one."""
        ladders = [Ladder(window.name, (Tier(None, window.price),)) for window in self.windows]
        if self.default is not None:
            ladders.append(Ladder(self.default.name, (Tier(None, self.default.price),)))
        return Component(name, tuple(ladders), self.schedule.at(clock, f"{name} by time of use"))

    def _covering(self, *, holidays: bool) -> Schedule:
        names = [window.name for window in self.windows]
        return covering(self.windows, names, default=self.default is not None, holidays=holidays)


class TimeOfUse(Prices, RateKind):
    """The energy price, or one surcharge (a grid fee of § 14a EnWG Module 3), by the clock."""

    def components(self, clock: Clock, name: str) -> list[Component]:
        """The price of the window that holds."""
        return [self.by_the_clock(clock, name)]


class TimeOfUseFeedIn(Prices, FeedInKind):
    """What an exported kWh earns by the clock."""

    def components(self, clock: Clock, imported: Imported) -> list[Component]:
        """The price of the window that holds."""
        del imported
        return [self.by_the_clock(clock, "feed_in")]
