"""The kinds of tariff parts by the name that the catalogue writes."""

from pydantic import BaseModel

from electricity_optimizer.tariffs.dynamic import Dynamic
from electricity_optimizer.tariffs.feed_in import FixedFeedIn, NoFeedIn, SpotFeedIn
from electricity_optimizer.tariffs.fixed import Fixed

ENERGY: dict[str, type[BaseModel]] = {"fixed": Fixed, "dynamic": Dynamic}
FEED_IN: dict[str, type[BaseModel]] = {"fixed": FixedFeedIn, "spot": SpotFeedIn, "none": NoFeedIn}
