"""Jobs against brute force: every possible plan of a tiny site is tried."""

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.sites import job, site

N = 6


def runs(steps):
    return [k for k in steps if k - 1 not in steps]


def choices(load):
    """Every set of steps the job may run in, in the words of the contract."""
    open_steps = [k for k in range(load["earliest"], load["latest_end"]) if k not in load["forbidden"]]
    for steps in map(frozenset, combinations(open_steps, load["steps"])):
        starts = runs(steps)
        lengths = [next(j for j in range(N + 1) if begin + j not in steps) for begin in starts]
        if (load["interruptible"] or len(starts) == 1) and min(lengths) >= load["min_run_steps"]:
            yield steps
    if load.get("optional_value") is not None:
        yield frozenset()


def brute_force(problem):
    best = None
    loads, limit = problem["devices"], problem["grid"]["import_limit_kw"]
    for plan in product(*(list(choices(load)) for load in loads)):
        first, second = plan
        if loads[1]["after"] and second and (not first or max(first) >= min(second)):
            continue
        power = [sum(load["power_kw"] for load, steps in zip(loads, plan, strict=True) if k in steps) for k in range(N)]
        if max(power) > limit:
            continue
        cost = sum(p * price for p, price in zip(power, problem["import_price"], strict=True))
        cost += sum(load["startup_cost"] * len(runs(steps)) for load, steps in zip(loads, plan, strict=True))
        cost -= sum(load.get("optional_value") or 0 for load, steps in zip(loads, plan, strict=True) if steps)
        best = cost if best is None else min(best, cost)
    return best


@st.composite
def jobs(draw, name):
    begin = draw(st.integers(0, 2))
    load = job(
        draw(st.sampled_from([1.0, 2.0])), draw(st.integers(1, 3)), name=name, earliest=begin, latest_end=draw(st.integers(begin + 1, N))
    )
    load |= {"interruptible": draw(st.booleans()), "startup_cost": draw(st.sampled_from([0.0, 0.1])), "min_run_steps": 1}
    if load["interruptible"]:
        load["min_run_steps"] = draw(st.integers(1, load["steps"]))
    load["forbidden"] = draw(st.lists(st.integers(0, N - 1), max_size=2, unique=True))
    load["optional_value"] = draw(st.sampled_from([None, None, 0.3]))
    return load


@st.composite
def problems(draw):
    first, second = draw(jobs("first")), draw(jobs("second"))
    second["after"] = draw(st.sampled_from([None, "first"]))
    prices = draw(st.lists(st.integers(-20, 40).map(lambda cents: cents / 100), min_size=N, max_size=N))
    return site(prices, first, second, grid={"import_limit_kw": draw(st.sampled_from([2.0, 9.0]))})


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(problem=problems())
def test_the_plan_of_two_jobs_costs_what_brute_force_finds(problem):
    answer, least = schedule(problem), brute_force(problem)
    if least is None:
        assert answer["status"] == "infeasible"
    else:
        assert answer["objective"] == pytest.approx(least, abs=1e-6)
