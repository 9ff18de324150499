"""What an exported kWh earns: a fixed rate, spot less a fee, or nothing. Small plants pay no VAT on it."""

from decimal import Decimal
from typing import Annotated

import polars as pl
from pydantic import Field

from electricity_optimizer.tariffs.kinds import SPOT, Amount, Kind


class FixedFeedIn(Kind):
    """A statutory rate per kWh (in Germany: EEG)."""

    price: Amount

    def price_expression(self, tz: str) -> pl.Expr:
        """The rate, at every interval."""
        del tz
        return pl.lit(float(self.price))


class SpotFeedIn(Kind):
    """Direct marketing: spot less the marketer's `fee` per kWh. Negative when spot is: the plant is then better curtailed."""

    fee: Annotated[Amount, Field(ge=0)] = Decimal(0)

    def price_expression(self, tz: str) -> pl.Expr:
        """Spot less the fee."""
        del tz
        return SPOT - float(self.fee)


class NoFeedIn(Kind):
    """Exported energy earns nothing."""

    def price_expression(self, tz: str) -> pl.Expr:
        """Zero, which is the agreed price and not an unknown one."""
        del tz
        return pl.lit(0.0)
