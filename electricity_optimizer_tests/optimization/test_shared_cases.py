"""The sites of shared/cases reach their proven optimum and pass the shared checker, run as the program it is."""

import json
import subprocess
import sys

import pytest

from electricity_optimizer.optimization import schedule


def run_referee(shared, problem, answer, optimum, folder):
    plan = folder / "plan.json"
    plan.write_text(json.dumps(answer), encoding="utf-8")
    script = shared / "cases" / "check_schedule.py"
    command = [sys.executable, str(script), str(problem), str(plan), "--optimum", json.dumps(optimum), "--within", "1e-4"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("case", ["A", "B", "C", "F"])
def test_given_a_shared_site_then_its_plan_is_the_optimum(case, shared, read_json, tmp_path):
    path = shared / "cases" / f"site_{case}.json"
    optimum = read_json(shared / "cases" / "optima.json")[case]
    answer = schedule(read_json(path))
    assert (answer["status"], answer["verified"]) == ("optimal", True)
    assert answer["objective"] == pytest.approx(optimum, abs=1e-6)
    referee = run_referee(shared, path, answer, optimum, tmp_path)
    assert referee.returncode == 0, referee.stdout


def test_given_a_fleet_then_every_member_is_the_optimum_in_the_same_order(shared, read_json, tmp_path):
    path = shared / "cases" / "fleet_E10.json"
    optima = read_json(shared / "cases" / "optima.json")["E10"]
    answers = schedule(read_json(path))
    assert [answer["objective"] for answer in answers] == pytest.approx(optima, abs=1e-6)
    referee = run_referee(shared, path, answers, optima, tmp_path)
    assert referee.returncode == 0, referee.stdout
