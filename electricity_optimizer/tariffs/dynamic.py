"""The day-ahead price handed through, with a markup of the supplier."""

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import Amount, Component, market_share, plain
from electricity_optimizer.tariffs.kinds import RateKind


class Dynamic(RateKind):
    """Spot times `factor` (losses of the grid, a share of the risk) plus `markup` per kWh, net. Unknown where the market price is."""

    only_in: ClassVar[str | None] = "EUR"

    markup: Amount = Decimal(0)
    factor: Annotated[Amount, Field(gt=0)] = Decimal(1)

    def components(self, clock: Clock, name: str) -> list[Component]:
        """Spot and markup."""
        del clock, name
        return [market_share("spot", self.factor), plain("markup", self.markup)]
