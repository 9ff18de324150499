"""One price for every kWh, whatever the market does."""

import polars as pl

from electricity_optimizer.tariffs.kinds import Amount, Kind


class Fixed(Kind):
    """`price` is the supplier's net energy price per kWh. It is known even where the market price is not."""

    price: Amount

    def components(self, tz: str) -> dict[str, pl.Expr]:
        """The price, at every interval."""
        del tz
        return {"energy": pl.lit(float(self.price))}
