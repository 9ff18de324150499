"""Tariff kinds and price components: from a market price to what a kWh costs and earns at a connection, and the bill of a period."""

from electricity_optimizer.tariffs.bill import Bill, bill
from electricity_optimizer.tariffs.demand import DemandCharge
from electricity_optimizer.tariffs.prices import TariffPrices
from electricity_optimizer.tariffs.tariff import Tariff, load_tariffs, tariff, urdb_tariff

__all__ = ["Bill", "DemandCharge", "Tariff", "TariffPrices", "bill", "load_tariffs", "tariff", "urdb_tariff"]
