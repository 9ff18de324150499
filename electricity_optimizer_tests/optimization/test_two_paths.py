"""The fast path and the Pyomo model give one answer: the same least cost on every case, or none on both."""

import pytest
from hypothesis import HealthCheck, given, settings

from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.reference.solve import reference_cost
from electricity_optimizer_tests.optimization.random_sites import sites

MANY = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("case", ["A", "B", "C", "F"])
def test_given_a_shared_site_then_both_paths_agree(case, shared, read_json):
    problem = read_json(shared / "cases" / f"site_{case}.json")
    assert schedule(problem)["objective"] == pytest.approx(reference_cost(read_problem(problem)), abs=1e-6)


@MANY
@given(problem=sites())
def test_given_any_site_then_both_paths_agree(problem):
    answer, least = schedule(problem), reference_cost(read_problem(problem))
    if least is None:
        assert answer["status"] == "infeasible"
        return
    assert answer["status"] == "optimal"
    assert answer["objective"] == pytest.approx(least, abs=2e-6)
    assert answer["bound"] <= answer["objective"]
