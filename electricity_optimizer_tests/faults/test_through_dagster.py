"""Cells of the matrix as the graph runs them, and what one source's failure is to others: nothing."""

import datetime as dt

import dagster as dg
import pytest

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.defs.sensors import evaluate
from electricity_optimizer_tests.faults.cell import set_up
from electricity_optimizer_tests.faults.expectations import expect_nothing_wrong
from electricity_optimizer_tests.faults.faults import DAY
from electricity_optimizer_tests.faults.graph import desk_at, facts_of, failed_checks, materialize
from electricity_optimizer_tests.faults.server import Reply, Scene
from electricity_optimizer_tests.faults.table import FAULTS
from electricity_optimizer_tests.faults.truth import true_prices
from electricity_optimizer_tests.faults.upstreams import UPSTREAMS

pytestmark = pytest.mark.usefixtures("_no_waiting_between_tries")
FAULT = {fault.name: fault for fault in FAULTS}
UPSTREAM = {upstream.source: upstream for upstream in UPSTREAMS}
SAMPLE = (
    ("429_seconds", "energy-charts"),
    ("truncated", "entsoe"),
    ("html", "redata"),
    ("tls", "energinet"),
    ("refused", "elering"),
    ("nan", "omie"),
    ("unit_10", "smard"),
    ("yesterday", "awattar"),
    ("403", "esios"),
    ("23_hours", "nordpool"),
    ("nothing", "entsoe"),
    ("zeros", "elexon"),
)


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.mark.parametrize(("name", "source"), SAMPLE, ids=["-".join(pair) for pair in SAMPLE])
def test_a_cell_as_the_graph_runs_it(name, source, server, templates, instance, tmp_path, monkeypatch):
    upstream, fault = UPSTREAM[source], FAULT[name]
    expect = fault.expected(source)
    with set_up(server, templates, upstream, fault, tmp_path, monkeypatch) as cell:
        desk = desk_at(server, tmp_path, cell.now, **{source.replace("-", "_"): fault.address})
        result = materialize(desk, instance, fault.day, [upstream.zone])
        assert result.success
        assert not server.defects
        published = desk.warehouse.read("prices", upstream.zone, fault.day, fault.day)
        expect_nothing_wrong(cell, published, cell.true)
        assert published["source"].unique().to_list() == [source if expect.taken == "faulty" else upstream.fallback]
        said = " ".join(facts_of(result, "raw_prices")["outcomes"])
        assert f"{upstream.zone} {source}: {'transient' if fault.address else expect.outcome}" in said
        if expect.check:
            assert source in failed_checks(result)[f"prices.{expect.check}"]


def test_one_sources_failure_stops_no_other_zone_and_no_other_source(server, instance, tmp_path, monkeypatch):
    """Given three zones whose first sources fail in three ways and a fourth that nobody serves, when they are run together."""
    known = sources()
    for name in ("energy-charts", "elering", "energinet", "entsoe", "smard", "omie"):
        monkeypatch.setitem(known, name, known[name].model_copy(update={"limits": (), "timeout_s": 1.0, "budget_s": 2.0}))
    orders = {"DE-LU": ("energy-charts", "smard"), "EE": ("elering", "entsoe"), "DK1": ("energinet", "entsoe"), "ES": ("energy-charts",)}
    for key, order in orders.items():
        monkeypatch.setitem(zones(), key, zones()[key].model_copy(update={"price_sources": order}))
    true = true_prices(70.0, 15)
    server.begin(
        Scene("energy-charts", true, lambda *_: Reply(200, b"<html>robot?</html>")),
        Scene("elering", true, lambda *_: Reply(silent=True)),
        Scene("smard", true),
        Scene("entsoe", true),
    )
    now = UPSTREAM["entsoe"].now(DAY)
    desk = desk_at(server, tmp_path, now, energinet="tls")
    result = materialize(desk, instance, DAY, list(orders))
    assert result.success
    given = {key: desk.warehouse.read("prices", key, DAY, DAY)["source"].unique().to_list() for key in orders}
    assert given == {"DE-LU": ["smard"], "EE": ["entsoe"], "DK1": ["entsoe"], "ES": []}
    facts = facts_of(result, "raw_prices")
    assert DAY.isoformat() in facts["days of ES that nobody gave"]
    said = " | ".join(facts["outcomes"])
    assert "DE-LU energy-charts: blocked HTML where data was due" in said
    assert "EE elering: transient" in said
    assert "DK1 energinet: transient ConnectError: [SSL: CERTIFICATE_VERIFY_FAILED]" in said
    assert "ES energy-charts: transient circuit breaker open until" in said
    assert server.count("energy-charts") == 1  # what it said to the first zone holds for the next one


def test_a_defect_of_an_adapter_costs_its_own_source_only(server, instance, tmp_path, monkeypatch):
    """Given a parser that breaks on what it reads, when the zone is run, the next source gives the day and the report names the defect."""
    known = sources()
    for name in ("smard", "entsoe"):
        monkeypatch.setitem(known, name, known[name].model_copy(update={"limits": ()}))
    monkeypatch.setitem(zones(), "FR", zones()["FR"].model_copy(update={"price_sources": ("smard", "entsoe")}))
    monkeypatch.setattr("electricity_optimizer.sources.smard.parse", lambda _body, **_about: 1 / 0)
    true = true_prices(70.0, 15)
    server.begin(Scene("smard", true), Scene("entsoe", true))
    desk = desk_at(server, tmp_path, UPSTREAM["entsoe"].now(DAY))
    result = materialize(desk, instance, DAY, ["FR"])
    assert result.success
    assert desk.warehouse.read("prices", "FR", DAY, DAY)["source"].unique().to_list() == ["entsoe"]
    assert "ZeroDivisionError" in " ".join(facts_of(result, "raw_prices")["outcomes"])


def test_the_watch_for_tomorrow_goes_on_while_what_came_may_not_be_published(server, templates, tmp_path, monkeypatch):
    """Given a source that sends zeros for tomorrow, when it is polled, no run is started; when it is right, one is."""
    upstream, fault = UPSTREAM["energy-charts"], FAULT["zeros"]
    with set_up(server, templates, upstream, fault, tmp_path, monkeypatch) as cell:
        server.scenes.pop(upstream.fallback)
        afternoon = cell.now.replace(hour=11, minute=30)
        polled = evaluate(desk_at(server, tmp_path, afternoon, (upstream.zone,)), None)
        assert server.count(upstream.source) == 1
        assert not polled.run_requests
        server.scenes[upstream.source] = Scene(upstream.source, cell.true)
        later = evaluate(desk_at(server, tmp_path, afternoon + dt.timedelta(minutes=5), (upstream.zone,)), polled.cursor)
        (run,) = later.run_requests
        assert run.run_key == f"tomorrow:{fault.day}:{upstream.zone}"
