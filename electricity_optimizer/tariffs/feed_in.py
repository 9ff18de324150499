"""What an exported kWh earns: a fixed rate, spot less a fee, the import price, or nothing. Small plants pay no VAT on it."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import Amount, Component, market_share, plain
from electricity_optimizer.tariffs.kinds import FeedInKind, Imported, RateKind


class FixedFeedIn(FeedInKind):
    """A statutory rate per kWh (in Germany: EEG)."""

    price: Amount

    def components(self, clock: Clock, imported: Imported) -> list[Component]:
        """The rate, at every interval."""
        del clock, imported
        return [plain("feed_in", self.price)]


class SpotFeedIn(FeedInKind):
    """Direct marketing: spot less the marketer's `fee` per kWh. Negative when spot is: the plant is then better curtailed."""

    only_in: ClassVar[str | None] = "EUR"

    fee: Annotated[Amount, Field(ge=0)] = Decimal(0)

    def components(self, clock: Clock, imported: Imported) -> list[Component]:
        """Spot less the fee."""
        del clock, imported
        return [market_share("spot", Decimal(1)), plain("fee", -self.fee)]


class NetMetering(FeedInKind):
    """An exported kWh earns what an imported one costs at that time, less `fee`.

    `pays` = "price": the whole import price with VAT, as if the meter ran backwards; "energy": its energy part alone, net. Exports do not
    lower the use that tiers count: they earn the price of the tier that the next imported kWh would have.
    """

    pays: Literal["price", "energy"] = "price"
    fee: Annotated[Amount, Field(ge=0)] = Decimal(0)

    def components(self, clock: Clock, imported: Imported) -> list[Component]:
        """The import's components, and the fee."""
        del clock
        paid = [part.times(1 + imported.vat) for part in imported.net] if self.pays == "price" else list(imported.energy)
        return [*paid, plain("fee", -self.fee)] if self.fee else paid


class RateFeedIn(FeedInKind):
    """What the rate of the energy part itself pays for exports (`sell` of a URDB rate)."""

    def fits(self, energy: RateKind) -> None:
        """Only an energy part that says what exports earn."""
        if not energy.sells:
            raise ValueError("the rate of the energy part does not say what exports earn; take net_metering or none")

    def components(self, clock: Clock, imported: Imported) -> list[Component]:
        """The selling price of the rate."""
        return imported.kind.sold(clock)


class NoFeedIn(FeedInKind):
    """Exported energy earns nothing."""

    def components(self, clock: Clock, imported: Imported) -> list[Component]:
        """Zero, which is the agreed price and not an unknown one."""
        del clock, imported
        return [plain("feed_in", Decimal(0))]
