"""One price for every kWh, whatever the market does."""

from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import Amount, Component, plain
from electricity_optimizer.tariffs.kinds import RateKind


class Fixed(RateKind):
    """`price` is the net price per kWh. It is known even where the market price is not."""

    price: Amount

    def components(self, clock: Clock, name: str) -> list[Component]:
        """The price, at every interval."""
        del clock
        return [plain(name, self.price)]
