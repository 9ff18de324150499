"""Given the packaged catalogue of upstreams."""

import pytest

from electricity_optimizer.catalog.sources import source, sources, sources_of
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.errors import CatalogError
from electricity_optimizer.sources.registry import REGISTRY


def test_every_upstream_that_is_called_has_limits_and_only_the_simulator_is_kept_out_of_production():
    for entry in sources().values():
        assert not entry.url or (entry.timeout_s <= 30 and entry.days_per_request >= 1 and entry.minimum_spacing_s > 0)
    assert [entry.key for entry in sources().values() if not entry.production] == ["simulator"]


def test_the_registry_has_a_function_for_each_kind_of_each_upstream_and_each_source_of_a_zone():
    for kind, functions in REGISTRY.items():
        assert list(functions) == [entry.key for entry in sources_of(kind)]
    for zone in zones().values():
        assert set(zone.price_sources) <= set(REGISTRY["prices"])


def test_an_unknown_upstream_is_one_line_that_lists_the_near_ones():
    with pytest.raises(CatalogError, match="near: energy-charts"):
        source("entsoe")
