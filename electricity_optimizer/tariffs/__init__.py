"""Tariff kinds and price components: from a market price to what a kWh costs and earns at a connection, and the bill of a period."""

from electricity_optimizer.tariffs.demand import DemandCharge
from electricity_optimizer.tariffs.prices import TariffPrices
from electricity_optimizer.tariffs.tariff import Tariff, load_tariffs, tariff, urdb_tariff

__all__ = ["DemandCharge", "Tariff", "TariffPrices", "load_tariffs", "tariff", "urdb_tariff"]
