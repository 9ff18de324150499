"""Tariff kinds and price components: from a market price to what a kWh costs and earns at a connection."""

from electricity_optimizer.tariffs.tariff import DemandCharge, Tariff, TariffPrices, load_tariffs, tariff

__all__ = ["DemandCharge", "Tariff", "TariffPrices", "load_tariffs", "tariff"]
