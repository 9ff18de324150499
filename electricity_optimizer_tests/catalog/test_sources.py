"""Given the packaged catalogue of upstreams."""

import inspect

import pytest
from pydantic import ValidationError

from electricity_optimizer.catalog.sources import Source, source, sources, sources_of
from electricity_optimizer.catalog.subscriptions import subscriptions
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.errors import CatalogError
from electricity_optimizer.sources.calls.keys import belongs
from electricity_optimizer.sources.ingest import TABLES
from electricity_optimizer.sources.registry import module_of, order

REMOTE = [entry for entry in sources().values() if entry.url]
LOCAL = [entry for entry in sources().values() if not entry.url]


def remote(**more):
    told = {"key": "new", "name": "New", "kinds": ["prices"], "url": "https://new.test", "licence": "none", "redistributable": False}
    return Source.model_validate({**told, "production": True, **more})


def test_the_sources_of_this_machine_are_files_and_the_simulator_which_alone_is_kept_out_of_production():
    assert [entry.key for entry in LOCAL] == ["files", "simulator"]
    assert [entry.key for entry in sources().values() if not entry.production] == ["simulator"]


@pytest.mark.parametrize("entry", REMOTE, ids=lambda entry: entry.key)
def test_an_upstream_that_is_called_has_limits_is_asked_over_tls_and_a_request_ends_within_a_minute(entry):
    assert entry.limits
    assert all(url.startswith("https://") and belongs(url, entry) for url in (entry.url, entry.history_url, entry.archive_url) if url)
    assert entry.timeout_s <= entry.budget_s <= 60
    assert set(entry.publication) <= set(entry.kinds)
    assert set(entry.keyless) <= set(entry.kinds)
    assert all(window.opens < window.deadline for window in entry.publication.values())


@pytest.mark.parametrize("entry", REMOTE, ids=lambda entry: entry.key)
def test_an_upstream_has_a_module_whose_parser_needs_the_bytes_alone(entry):
    module = module_of(entry.key)
    assert (module.NAME, isinstance(module.PARSER_VERSION, int)) == (entry.key, True)
    assert len(inspect.signature(module.requests).parameters) == 1
    body, *about = inspect.signature(module.parse).parameters.values()
    assert body.default is inspect.Parameter.empty
    assert all(one.kind is one.VAR_KEYWORD or (one.kind is one.KEYWORD_ONLY and one.default is not one.empty) for one in about)
    assert not {"httpx", "time", "settings"} & set(vars(module))  # no connection, no clock


@pytest.mark.parametrize("entry", LOCAL, ids=lambda entry: entry.key)
def test_a_source_of_this_machine_has_a_function_for_each_kind(entry):
    assert all(callable(getattr(module_of(entry.key), kind)) for kind in entry.kinds)


def test_a_zone_asks_sources_that_give_prices_and_a_kind_those_that_give_it():
    for place in zones().values():
        assert all("prices" in source(name).kinds for name in order("prices", place))
        for kind in TABLES:
            assert kind == "prices" or order(kind, place) == [entry.key for entry in sources_of(kind)]


def test_every_kind_has_a_source_and_sources_know_only_our_zones():
    given = {kind for entry in sources().values() for kind in entry.kinds}
    assert given == {"prices", "weather", "grid_forecasts", "carbon", "tariffs", "statistics", "exchange_rates"}
    assert all(set(entry.zones) <= set(zones()) for entry in sources().values())
    assert {one.kind for one in subscriptions().values()} == {"tariffs", "statistics"}


def test_an_unknown_upstream_is_one_line_that_lists_the_near_ones():
    with pytest.raises(CatalogError, match="near: entsoe"):
        source("entso-e")


@pytest.mark.parametrize("limit", ["25/day", "60/min", "5/min", "100/day", "1/5s", "400/h", "1/s"])
def test_a_limit_is_so_many_requests_in_a_window(limit):
    assert remote(limits=[limit]).limits == (limit,)


@pytest.mark.parametrize(
    "wrong", [{"limits": ["0/s"]}, {"limits": ["5/week"]}, {"limits": ["fast"]}, {"key_in": "cookie:x"}, {"budget_s": 600}]
)
def test_an_entry_that_could_not_be_kept_is_refused(wrong):
    with pytest.raises(ValidationError):
        remote(**wrong)
