"""A plan and the plan of its rest, put end to end, are a verified plan of the whole problem."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization import schedule
from electricity_optimizer.optimization.again.joined import joined
from electricity_optimizer.optimization.again.replan import replan
from electricity_optimizer_tests.optimization.random_sites import sites
from electricity_optimizer_tests.optimization.sites import battery, car, job, site

KINDS = ("battery", "car", "roof", "block", "pieces", "pump", "tank")


@pytest.mark.parametrize("at", [1, 17, 50, 95])
def test_given_the_same_prices_then_the_whole_costs_what_the_first_plan_does(at, shared, read_json):
    problem = read_json(shared / "cases" / "site_C.json")
    plan = schedule(problem)
    whole = joined(problem, plan, at, replan(problem, plan, at))
    assert whole["verified"]
    assert whole["objective"] == pytest.approx(plan["objective"], abs=1e-6)
    assert len(whole["grid"]["marginal_price"]) == 96


def test_given_other_prices_for_the_rest_then_the_past_stands_and_the_rest_moves():
    prices = [0.3, 0.1, 0.3, 0.1, 0.3, 0.3]
    problem = site(prices, car(20, 4, 4, [(0, 6, 12)]), job(1, 1, name="wash", earliest=0, latest_end=1))
    plan = schedule(problem)
    dearer = [0.3, 0.1, 0.3, 0.5, 0.05, 0.3]
    whole = joined(problem | {"import_price": dearer}, plan, 2, replan(problem, plan, 2, prices=dearer[2:]))
    assert whole["devices"]["car"]["charge_kw"] == pytest.approx([0, 4, 0, 0, 4, 0], abs=0.05)
    assert whole["devices"]["wash"]["runs"] == [[0, 1]]
    assert whole["objective"] == pytest.approx(0.3 + 0.4 + 0.2, abs=0.01 + 1e-6)


def test_given_a_rest_of_another_plan_then_it_is_refused():
    problem = site([0.1, 0.3, 0.2, 0.4], battery(10, 5, 5, soc_final_min_kwh=5))
    plan = schedule(problem)
    other = schedule(site([0.3, 0.2, 0.4], battery(10, 5, 10), export_price=0.2))
    with pytest.raises(PlanError, match="soc"):
        joined(problem, plan, 1, other)


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(problem=sites(kinds=KINDS), at=st.integers(1, 6))
def test_given_any_site_then_the_whole_is_verified_and_no_worse_than_a_cent(problem, at):
    problem.pop("scenarios", None)
    plan = schedule(problem)
    assume("devices" in plan)
    assume(at < len(problem["import_price"]))
    later = replan(problem, plan, at)
    whole = joined(problem, plan, at, later)
    assert whole["objective"] <= plan["objective"] + problem.get("churn_limit", 0.01) + 1e-6
