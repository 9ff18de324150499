"""The day-ahead price handed through, with a markup of the supplier."""

from decimal import Decimal

import polars as pl

from electricity_optimizer.tariffs.kinds import SPOT, Amount, Kind


class Dynamic(Kind):
    """Spot plus `markup` per kWh, net. Unknown where the market price is unknown."""

    markup: Amount = Decimal(0)

    def components(self, tz: str) -> dict[str, pl.Expr]:
        """Spot and markup."""
        del tz
        return {"spot": SPOT, "markup": pl.lit(float(self.markup))}
