"""The writers of the upstreams' wire formats by catalogue key: those that a fault can be put into."""

from electricity_optimizer_tests.sources.wire import (
    awattar,
    elering,
    elexon,
    energinet,
    energy_charts,
    entsoe,
    esios,
    nordpool,
    octopus,
    omie,
    redata,
    smard,
)

WRITERS = {
    "energy-charts": energy_charts,
    "entsoe": entsoe,
    "omie": omie,
    "smard": smard,
    "energinet": energinet,
    "elering": elering,
    "awattar": awattar,
    "elexon": elexon,
    "esios": esios,
    "redata": redata,
    "nordpool": nordpool,
    "octopus": octopus,
}
