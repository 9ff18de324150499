"""A fleet: the same answers from any number of processes, in order, and one site's failure is never another's."""

import json
import os

import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.optimization import fleet, schedule
from electricity_optimizer.optimization.fleet import schedule_fleet
from electricity_optimizer_tests.optimization.sites import battery, site

WRONG = {**site([0.1, 0.3], battery(5, 5, 0)), "name": "wrong", "colour": "red"}
IMPOSSIBLE = {**site([0.1, 0.3], battery(5, 1, 9)), "name": "impossible"}


def houses(count):
    return [{**site([0.1, 0.1 + 0.01 * k], battery(5, 5, 0), load_kw=1), "name": f"house-{k}"} for k in range(count)]


def without_stopwatch(answers):
    return json.dumps([{key: value for key, value in answer.items() if key != "solve_seconds"} for answer in answers])


class Deadly:
    """A problem that ends the process it is handed to: what the kernel does when memory is out."""

    def __reduce__(self):
        return os._exit, (9,)


def test_two_processes_say_what_one_says_and_in_order(shared):
    problems = json.loads((shared / "cases" / "fleet_E10.json").read_text()) * 2
    problems[3] = WRONG
    problems[8] = IMPOSSIBLE
    alone, together = (schedule_fleet(problems, workers=workers) for workers in (1, 2))
    assert without_stopwatch(together) == without_stopwatch(alone)
    assert [answer["name"] for answer in alone] == [problem["name"] for problem in problems]
    assert [place for place, answer in enumerate(alone) if not answer.get("verified")] == [3, 8]


def test_exact_answers_are_those_of_schedule():
    problems = houses(3)
    assert without_stopwatch(schedule_fleet(problems, certified=False)) == without_stopwatch([schedule(one) for one in problems])


def test_a_wrong_site_is_named_by_its_place_and_the_others_have_plans():
    answers = schedule_fleet([*houses(5), WRONG, 7], workers=2)
    assert [answer["status"] for answer in answers] == ["optimal"] * 5 + ["error"] * 2
    assert answers[5]["message"].startswith("[5].colour: is not a field")
    assert answers[6]["message"].startswith("[6]")
    assert (answers[5]["name"], answers[6]["name"]) == ("wrong", None)


def test_a_fault_of_ours_in_one_site_is_an_answer(monkeypatch):
    def broken(problems, **options):
        if problems and problems[0]["name"] == "house-1":
            raise ZeroDivisionError("float division by zero")
        return schedule(problems, **options)

    monkeypatch.setattr(fleet, "schedule", broken)
    answers = schedule_fleet(houses(3))
    assert [answer["status"] for answer in answers] == ["optimal", "error", "optimal"]
    assert answers[1]["message"] == "[1]: ZeroDivisionError: float division by zero"


def test_a_site_that_kills_its_process_costs_no_other_site_its_plan():
    answers = schedule_fleet([*houses(4), houses(1)[0], Deadly()], workers=2)
    assert [answer["status"] for answer in answers] == ["optimal"] * 5 + ["error"]
    assert answers[5]["message"] == "[5]: its process died (out of memory, or a fault in the solver)"


def test_progress_counts_every_site_once():
    told = []
    schedule_fleet(houses(9), workers=2, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (9, 9)
    assert told == sorted(set(told))


def test_an_empty_fleet_has_no_answers():
    assert schedule_fleet([], workers=4) == []


@pytest.mark.parametrize(("option", "line"), [({"workers": 0}, "workers"), ({"time_limit": 0}, "time_limit"), ({"gap": 2}, "gap")])
def test_a_wrong_argument_is_refused_before_anything_is_planned(option, line):
    with pytest.raises(InputError, match=line):
        schedule_fleet(houses(1), **option)
