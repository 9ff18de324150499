"""The same problem gives the same bytes, whatever this process or thread has planned before it."""

import json
import threading

from hypothesis import HealthCheck, given, settings

from electricity_optimizer.optimization import schedule
from electricity_optimizer.optimization.solving.engine import Engine, engine
from electricity_optimizer_tests.optimization.random_sites import sites


def written(answer):
    return json.dumps({name: value for name, value in answer.items() if name != "solve_seconds"})


def in_a_fresh_thread(problem):
    found = []
    thread = threading.Thread(target=lambda: found.append(written(schedule(problem))))
    thread.start()
    thread.join()
    return found[0]


def test_given_a_fleet_in_another_order_then_each_plan_is_the_same(shared, read_json):
    fleet = read_json(shared / "cases" / "fleet_E10.json")
    forward = [written(schedule(problem)) for problem in fleet]
    backward = [written(schedule(problem)) for problem in reversed(fleet)]
    assert forward == backward[::-1]
    assert forward == [in_a_fresh_thread(problem) for problem in fleet]


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(problem=sites())
def test_given_any_site_then_a_used_solver_says_what_a_fresh_one_says(problem):
    assert written(schedule(problem)) == written(schedule(problem)) == in_a_fresh_thread(problem)


def test_each_thread_has_an_engine_of_its_own():
    found = []
    thread = threading.Thread(target=lambda: found.append(engine()))
    thread.start()
    thread.join()
    assert isinstance(found[0], Engine)
    assert found[0] is not engine()
