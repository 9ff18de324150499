"""Answers in which a value went wrong: a parser refuses them or gives intervals in their order; it never breaks."""

import copy
import random

import orjson
import pytest

from electricity_optimizer.sources import awattar, elering, energinet, energy_charts, nordpool, smard
from electricity_optimizer.sources.outcome import SchemaChangedError, UpstreamSaidError
from electricity_optimizer_tests.sources.asked import asked, price, url_of
from electricity_optimizer_tests.sources.wire import awattar as awattar_wire
from electricity_optimizer_tests.sources.wire import elering as elering_wire
from electricity_optimizer_tests.sources.wire import energinet as energinet_wire
from electricity_optimizer_tests.sources.wire import energy_charts as energy_charts_wire
from electricity_optimizer_tests.sources.wire import nordpool as nordpool_wire
from electricity_optimizer_tests.sources.wire import smard as smard_wire

ADAPTERS = {
    "awattar": (awattar, awattar_wire, "AT"),
    "elering": (elering, elering_wire, "EE"),
    "energinet": (energinet, energinet_wire, "DK1"),
    "energy-charts": (energy_charts, energy_charts_wire, "DE-LU"),
    "nordpool": (nordpool, nordpool_wire, "SE3"),
    "smard": (smard, smard_wire, "DE-LU"),
}
DAY = "2026-05-04"
JUNK = [None, True, 0, -1, 1.5, "", "1", [], {}, [1], {"a": 1}, 10**18, 1e300, 1777845600, 1777845600000]
TIMES = [DAY, f"{DAY}T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00"]
MUTATIONS = 120


def answers(name, kind):
    """(parse with what was asked, true answer) of each request of a day, second steps included."""
    module, writer, key = ADAPTERS[name]
    waiting = module.requests(asked(name, kind, DAY, zone_key=key))
    while waiting:
        request = waiting.pop()
        body = writer.answer(url_of(request), price)[2]
        yield request.about, orjson.loads(body)
        waiting += module.follow(body, request) if hasattr(module, "follow") else []


def places(node, path=()):
    """Paths of the nodes of a document; the first few of a list stand for all."""
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node[:4]) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def mutated(document, rng):
    """The document with one node replaced, gone, doubled or its list shuffled."""
    document = copy.deepcopy(document)
    *way, last = rng.choice([path for path in places(document) if path])
    node = document
    for key in way:
        node = node[key]
    deed = rng.randrange(8)
    if deed == 0:
        del node[last]
    elif deed == 1 and isinstance(node, list):
        node.append(copy.deepcopy(node[last]))
    elif deed == 2 and isinstance(node, list):
        rng.shuffle(node)
    else:
        node[last] = rng.choice(JUNK + TIMES)
    return document


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "prices") for name in ADAPTERS), ("energy-charts", "grid_forecasts"), ("smard", "grid_forecasts")]
)
def test_a_wrong_value_is_refused_or_read_in_order(name, kind):
    rng = random.Random(name + kind)
    for about, document in answers(name, kind):
        for _ in range(MUTATIONS):
            body = orjson.dumps(mutated(document, rng))
            try:
                records = ADAPTERS[name][0].parse(body, **about)
            except (SchemaChangedError, UpstreamSaidError):
                continue
            series = {}
            for record in records:
                assert series.get(record.series_id, record.start_utc) <= record.start_utc < record.end_utc
                assert record.area == about["area"]
                series[record.series_id] = record.end_utc
