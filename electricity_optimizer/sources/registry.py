"""Which file of this room answers for which source and kind: a new upstream is one file, one line here and one entry in sources.toml."""

from electricity_optimizer.catalog.sources import Kind, sources_of
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.sources import energy_charts, files, open_meteo, simulator
from electricity_optimizer.sources.ask import SourceFunction

REGISTRY: dict[Kind, dict[str, SourceFunction]] = {
    "prices": {"files": files.prices, "energy-charts": energy_charts.prices, "simulator": simulator.prices},
    "weather": {"open-meteo": open_meteo.weather, "simulator": simulator.weather},
    "grid_forecasts": {"files": files.grid_forecasts, "simulator": simulator.grid_forecasts},
}


def order(kind: Kind, zone: Zone) -> list[str]:
    """Names of the sources of `kind` for `zone`, the first to ask first."""
    return list(zone.price_sources) if kind == "prices" else [entry.key for entry in sources_of(kind)]
