"""The kinds of tariff parts by the name that the catalogue writes."""

from electricity_optimizer.tariffs.dynamic import Dynamic
from electricity_optimizer.tariffs.feed_in import FixedFeedIn, NetMetering, NoFeedIn, RateFeedIn, SpotFeedIn
from electricity_optimizer.tariffs.fixed import Fixed
from electricity_optimizer.tariffs.kinds import FeedInKind, RateKind
from electricity_optimizer.tariffs.tiered import Tiered
from electricity_optimizer.tariffs.time_of_use import TimeOfUse, TimeOfUseFeedIn
from electricity_optimizer.tariffs.urdb import Urdb

ENERGY: dict[str, type[RateKind]] = {"fixed": Fixed, "dynamic": Dynamic, "time_of_use": TimeOfUse, "tiered": Tiered, "urdb": Urdb}

SURCHARGE: dict[str, type[RateKind]] = {"fixed": Fixed, "time_of_use": TimeOfUse, "tiered": Tiered}

FEED_IN: dict[str, type[FeedInKind]] = {
    "fixed": FixedFeedIn,
    "spot": SpotFeedIn,
    "time_of_use": TimeOfUseFeedIn,
    "net_metering": NetMetering,
    "urdb": RateFeedIn,
    "none": NoFeedIn,
}
