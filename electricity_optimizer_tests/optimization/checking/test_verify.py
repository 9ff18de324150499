"""The check finds what is wrong with a plan without knowing the model."""

import ast
from copy import deepcopy
from pathlib import Path

import pytest

from electricity_optimizer.errors import PlanError
from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.checking import verify
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site

PUMP = {"type": "heat_pump", "name": "hp", "power_kw": 3, "gain_c_per_kwh": 1, "loss_per_hour": 0.1, "temperature_initial": 20}
PUMP |= {"temperature_min": 19, "temperature_max": 22, "outdoor_temperature": 5}


@pytest.fixture(scope="module")
def planned():
    devices = [battery(10, 5, 5), car(40, 7, 20, [(0, 2, 30)]), job(2, 2), roof([1, 2, 2, 1]), PUMP]
    problem = site([0.1, 0.3, 0.2, 0.4], *devices, grid={"import_limit_kw": 20, "export_limit_kw": 3}, load_kw=1)
    return read_problem(problem), schedule(problem)


def test_given_a_good_plan_then_nothing_is_said(planned):
    problem, answer = planned
    verify.verify(problem, answer, answer["objective"])


def shift(flows, key, step, amount):
    flows[key][step] += amount


TAMPERED = {
    "balance": lambda plan: shift(plan["grid"], "import_kw", 0, 0.1),
    "bat.soc_replay": lambda plan: shift(plan["devices"]["bat"], "soc_kwh", 1, 0.1),
    "bat.charge_kw": lambda plan: shift(plan["devices"]["bat"], "charge_kw", 0, 9),
    "car.sessions": lambda plan: shift(plan["devices"]["car"], "charge_kw", 3, 1),
    "car.sessions[0].target_kwh": lambda plan: shift(plan["devices"]["car"], "charge_kw", 0, -1),
    "job.power_kw": lambda plan: shift(plan["devices"]["job"], "power_kw", 0, 0.5),
    "roof.forecast_kw": lambda plan: shift(plan["devices"]["roof"], "used_kw", 0, 0.5),
    "hp.temperature_replay": lambda plan: shift(plan["devices"]["hp"], "temperature", 3, 1),
    "objective": lambda plan: plan.update(objective=plan["objective"] - 0.01),
    "cost.import": lambda plan: shift(plan, "cost", "import", 0.01),
}


@pytest.mark.parametrize("limit", TAMPERED)
def test_given_a_tampered_plan_then_the_broken_limit_is_named(planned, limit):
    problem, answer = planned
    plan = deepcopy(answer)
    TAMPERED[limit](plan)
    with pytest.raises(PlanError) as raised:
        verify.verify(problem, plan, None)
    assert f"{limit} by" in str(raised.value)


def test_given_a_solver_that_says_another_cost_then_the_plan_is_withheld(planned):
    problem, answer = planned
    with pytest.raises(PlanError, match="solver cost"):
        verify.verify(problem, answer, answer["objective"] + 1e-4)


def test_given_a_number_that_is_none_then_the_plan_is_withheld(planned):
    problem, answer = planned
    plan = deepcopy(answer)
    plan["devices"]["bat"]["charge_kw"][0] = float("nan")
    with pytest.raises(PlanError):
        verify.verify(problem, plan, None)


def test_the_check_imports_no_model_and_no_solver():
    """Walks what verify imports, through our own modules: neither pyomo nor highspy nor the model may be among it."""
    folder, seen, waiting = Path(verify.__file__).parents[3], set(), ["electricity_optimizer.optimization.checking.verify"]
    while waiting:
        name = waiting.pop()
        path = folder / (name.replace(".", "/") + ".py")
        if name in seen or not path.is_file():
            continue
        seen.add(name)
        found = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = [node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in found]
        assert not {"pyomo", "highspy"} & {str(name).split(".")[0] for name in names}
        waiting += names
    assert "electricity_optimizer.optimization.reference.model" not in seen
    assert "electricity_optimizer.optimization.checking.account" in seen
