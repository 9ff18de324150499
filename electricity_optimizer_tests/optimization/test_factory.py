"""Batches on shared machines: order, exclusion, a peak with a history, and every plan of a tiny factory tried."""

from itertools import pairwise, product

import pytest

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.sites import job, site

PRICES = [0.30, 0.10, 0.10, 0.25, 0.05, 0.40, 0.05, 0.05, 0.20, 0.10, 0.30, 0.10]
CHARGE = {"price_per_kw": 0.5, "existing_peak_kw": 6.0}
CONCHE = {"name": "conche", "devices": ["conching 1", "conching 2"]}
TUNNEL = {"name": "tunnel", "devices": ["cooling 1", "cooling 2", "cooling 3"]}


def factory(**fields):
    """Three batches on two machines in twelve hours: two are conched and cooled, one is cooled only."""
    loads = [
        job(8, 3, name="conching 1"),
        job(6, 2, name="cooling 1", after="conching 1"),
        job(8, 3, name="conching 2", earliest=1),
        job(6, 2, name="cooling 2", after="conching 2"),
        job(5, 2, name="cooling 3", latest_end=10),
    ]
    return site(PRICES, *loads, exclusive=[CONCHE, TUNNEL], grid={"import_limit_kw": 14.0, "demand_charge": CHARGE}) | fields


def cheapest_of_all(problem):
    """The least cost over all starts of all jobs: no model, no solver."""
    loads, n = problem["devices"], len(PRICES)
    best = None
    for starts in product(*(range(load.get("earliest", 0), load.get("latest_end", n) - load["steps"] + 1) for load in loads)):
        spans = {load["name"]: range(start, start + load["steps"]) for load, start in zip(loads, starts, strict=True)}
        if any(load.get("after") and spans[load["after"]].stop > spans[load["name"]].start for load in loads):
            continue
        if any(overlap(spans, one["devices"]) for one in problem["exclusive"]):
            continue
        power = [sum(load["power_kw"] for load in loads if k in spans[load["name"]]) for k in range(n)]
        if max(power) > problem["grid"]["import_limit_kw"]:
            continue
        peak = max(0.0, max(power) - CHARGE["existing_peak_kw"]) * CHARGE["price_per_kw"]
        cost = peak + sum(p * price for p, price in zip(power, PRICES, strict=True))
        best = cost if best is None else min(best, cost)
    return best


def overlap(spans, names):
    steps = [k for name in names for k in spans[name]]
    return len(steps) > len(set(steps))


@pytest.fixture(scope="module")
def planned():
    return schedule(factory())


def runs(answer):
    return {name: tuple(own["runs"][0]) for name, own in answer["devices"].items()}


def test_the_plan_costs_what_trying_every_start_finds(planned):
    assert planned["objective"] == pytest.approx(cheapest_of_all(factory()), abs=1e-6)


def test_machines_never_run_two_batches_and_stages_keep_their_order(planned):
    found = runs(planned)
    for one in (CONCHE, TUNNEL):
        spans = sorted(found[name] for name in one["devices"])
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
    assert found["conching 1"][1] <= found["cooling 1"][0]
    assert found["conching 2"][1] <= found["cooling 2"][0]


def test_the_charge_is_paid_once_above_the_peak_that_was_reached_before(planned):
    peak = max(planned["grid"]["import_kw"])
    assert planned["cost"]["demand_charge"] == pytest.approx(0.5 * (peak - 6.0))
    paid = schedule(factory(grid={"import_limit_kw": 14.0, "demand_charge": CHARGE | {"existing_peak_kw": 14.0}}))
    assert paid["cost"]["demand_charge"] == 0.0


def test_a_loose_gap_is_kept_and_proven(planned):
    loose = schedule(factory(), gap=0.01)
    assert loose["bound"] - 1e-6 <= planned["objective"] <= loose["objective"] + 1e-6
    assert loose["objective"] - loose["bound"] <= 0.01 * abs(loose["objective"]) + 1e-9


def test_too_little_time_on_a_machine_is_a_conflict_that_names_it():
    problem = factory(grid={}, exclusive=[TUNNEL])
    for load in problem["devices"]:
        load["latest_end"] = 7
    problem["devices"][2]["earliest"] = 0
    assert schedule(problem | {"exclusive": []})["status"] == "optimal"
    problem["devices"][4]["earliest"] = 3
    told = schedule(problem)
    assert told["status"] == "infeasible"
    assert "exclusive.tunnel" in " ".join(told["conflict"])
