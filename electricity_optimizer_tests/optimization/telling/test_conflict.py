"""An impossible problem is answered with the limits that cannot hold together, in the words of the problem file."""

import time
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from electricity_optimizer.optimization import read_problem, schedule
from electricity_optimizer.optimization.telling.limits import limits
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site

FLAT = [0.2] * 8


def pump(**fields):
    house = {"gain_c_per_kwh": 1, "loss_per_hour": 0.1, "temperature_initial": 20, "outdoor_temperature": 0}
    band = {"temperature_min": 19, "temperature_max": 22}
    return {"type": "heat_pump", "name": "hp", "power_kw": 3} | house | band | fields


IMPOSSIBLE = {
    "target out of reach": (site(FLAT, car(50, 7, 10, [(0, 4, 45)])), {"car.charge_kw", "car.sessions[0].target_kwh"}),
    "car that comes too late": (
        site(FLAT, car(50, 7, 10, [(2, 6, 45)])),
        {"car.charge_kw", "car.sessions[0].target_kwh", "car.sessions"},
    ),
    "target above the battery": (site(FLAT, car(40, 7, 39, [(0, 8, 41)])), {"car.soc_max_kwh", "car.sessions[0].target_kwh"}),
    "first level too high": (site(FLAT, battery(10, 1, 12)), {"bat.soc_initial_kwh", "bat.soc_max_kwh", "bat.discharge_kw"}),
    "first level too low": (site(FLAT, battery(10, 1, 1, soc_min_kwh=3)), {"bat.soc_initial_kwh", "bat.soc_min_kwh", "bat.charge_kw"}),
    "first level too low, a bound a step": (
        site(FLAT, battery(10, 1, 1, soc_min_kwh=[3.0] * 8)),
        {"bat.soc_initial_kwh", "bat.soc_min_kwh", "bat.charge_kw"},
    ),
    "load above the connection": (site(FLAT, load_kw=12, grid={"import_limit_kw": 11}), {"grid.import_limit_kw", "load_kw"}),
    "sun above the export limit": (
        site(FLAT, roof([6] * 8, curtailable=False), grid={"export_limit_kw": 5}),
        {"grid.export_limit_kw", "roof.curtailable"},
    ),
    "window too short": (site(FLAT, job(2, 4, earliest=2, latest_end=5)), {"job.steps", "job.earliest", "job.latest_end"}),
    "forbidden steps": (site(FLAT, job(2, 5, forbidden=[4])), {"job.steps", "job.forbidden"}),
    "job above the connection": (site(FLAT, job(12, 1), grid={"import_limit_kw": 11}), {"grid.import_limit_kw", "job.power_kw"}),
    "two jobs in turn": (
        site(FLAT, job(1, 5), job(1, 4) | {"name": "second", "after": "job"}),
        {"job.steps", "second.steps", "second.after"},
    ),
    "heat pump too weak": (site(FLAT, pump(power_kw=1)), {"hp.power_kw", "hp.temperature_min"}),
    "trip longer than the charge": (
        site(FLAT, car(40, 7, 5, [], trips=[{"step": 3, "energy_kwh": 20}])),
        {"car.trips[0].energy_kwh", "car.soc_min_kwh", "car.sessions"},
    ),
    "final level out of reach": (site([0.2], battery(10, 5, 2, soc_final_min_kwh=9)), {"bat.charge_kw", "bat.soc_final_min_kwh"}),
    "feeds too weak": (
        site(
            FLAT,
            {
                "type": "heat_store",
                "name": "tank",
                "soc_max_kwh": 10,
                "soc_initial_kwh": 5,
                "demand_kw": 4,
                "feeds": [{"name": "rod", "carrier": "electricity", "power_kw": 2, "efficiency": 1.0}],
            },
        ),
        {"tank.demand_kw", "tank.soc_min_kwh", "tank.feeds[0].power_kw"},
    ),
    "group limit": (
        site(FLAT, car(50, 7, 10, [(0, 8, 60 - 15)]), groups=[{"name": "garage", "devices": ["car"], "import_limit_kw": 3}]),
        {"car.sessions[0].target_kwh", "garage.import_limit_kw"},
    ),
    "one machine for too much work": (
        site(FLAT, job(1, 5), job(1, 4) | {"name": "second"}, exclusive=[{"name": "line", "devices": ["job", "second"]}]),
        {"job.steps", "second.steps", "exclusive.line"},
    ),
    "a run that may not go on": (
        site(FLAT, job(2, 4, interruptible=True, ran_steps=1, min_run_steps=3, forbidden=[0])),
        {"job.steps", "job.min_run_steps", "job.forbidden"},
    ),
    "levels too low": (
        site(FLAT, car(50, 11, 10, [(0, 2, 21)], charge_levels_kw=[4.0])),
        {"car.charge_levels_kw", "car.sessions[0].target_kwh"},
    ),
    "cooler too weak": (
        site(
            FLAT, pump(power_kw=1, gain_c_per_kwh=-0.5, temperature_initial=4, temperature_min=0, temperature_max=5, outdoor_temperature=25)
        ),
        {"hp.power_kw", "hp.temperature_max"},
    ),
    "nothing to charge from": (
        site(FLAT, battery(10, 5, 0, charge_from_grid=False, soc_final_min_kwh=5)),
        {"bat.charge_from_grid", "bat.soc_final_min_kwh"},
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_given_limits_at_odds_then_a_smallest_set_is_named(name):
    problem, limits = IMPOSSIBLE[name]
    answer = schedule(problem)
    assert answer["status"] == "infeasible"
    assert set(answer["conflict"]) == limits
    assert all(limit in answer["message"] for limit in limits)
    assert "devices" not in answer


def test_given_one_bad_member_of_a_fleet_then_the_others_have_their_plans():
    fleet = [site(FLAT, battery(10, 5, 5)), site(FLAT, {"type": "kettle"}), site(FLAT, battery(10, 1, 12)), site(FLAT)]
    answers = schedule(fleet)
    assert [answer["status"] for answer in answers] == ["optimal", "error", "infeasible", "optimal"]
    assert answers[1]["message"].startswith("[1].devices[0]: 'type' must be one of")


def test_given_a_fleet_sized_depot_then_its_conflict_is_found_as_well():
    depot = car(20_000, 5_000, 1_000, [(0, 2, 15_000)])
    answer = schedule(site(FLAT, depot))
    assert set(answer["conflict"]) == {"car.charge_kw", "car.sessions[0].target_kwh"}


def test_given_prices_from_a_mapping_that_is_no_dict_then_it_is_read_as_well():
    assert schedule(MappingProxyType(site(FLAT)))["status"] == "optimal"


@pytest.mark.parametrize(("initial", "first"), [(12, "discharge_kw"), (1, "charge_kw")])
def test_given_a_first_level_that_the_first_step_can_mend_then_it_is_mended(initial, first):
    answer = schedule(site(FLAT, battery(10, 5, initial, soc_min_kwh=2)))
    assert answer["status"] == "optimal"
    assert answer["devices"]["bat"][first][0] > 0


@st.composite
def crowded(draw):
    """Sites that are often impossible, for more than one reason at times."""
    kwh = st.integers(0, 12)
    garage = car(20, draw(st.sampled_from([2.0, 7.0])), 2, [(draw(st.integers(0, 2)), 6, draw(kwh) + 8)])
    store = battery(10, 3, draw(kwh), soc_min_kwh=1, soc_final_min_kwh=draw(st.integers(1, 10)))
    work = [job(3, draw(st.integers(1, 5)), latest_end=draw(st.integers(4, 6)), earliest=draw(st.integers(0, 3)))]
    work.append(job(2, draw(st.integers(1, 4))) | {"name": "second", "after": "job"})
    grid = {"import_limit_kw": draw(st.sampled_from([4.0, 6.0, 12.0]))}
    return site([0.2] * 6, garage, store, *work, load_kw=1, grid=grid)


@settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(problem=crowded())
def test_given_any_one_of_the_named_limits_let_go_then_the_others_hold_together(problem):
    """Beside the named limits nothing is needed for the conflict, and none of them can be spared."""
    answer, read = schedule(problem), read_problem(problem)
    if answer["status"] != "infeasible":
        return
    named = [limit for limit in limits(read) if limit.label in answer["conflict"]]
    alone = read
    for limit in limits(read):
        alone = alone if limit.label in answer["conflict"] else limit.without(alone)
    assert schedule(alone)["status"] == "infeasible"
    for limit in named:
        assert schedule(limit.without(alone))["status"] != "infeasible", limit.label


def test_given_eighty_limits_then_the_smallest_set_is_found_within_seconds():
    cars = [car(50, 7, 10, [(0, 20, 45)]) | {"name": f"car {place}"} for place in range(8)]
    jobs = [job(3, 6, latest_end=20) | {"name": f"job {place}"} for place in range(8)]
    depot = site([0.2] * 96, *cars, *jobs, battery(10, 5, 5), load_kw=1, minutes=15, grid={"import_limit_kw": 40})
    assert len(limits(read_problem(depot))) > 70
    clock = time.process_time()
    answer = schedule(depot)
    assert time.process_time() - clock < 10
    assert "grid.import_limit_kw" in answer["conflict"]
    assert not any(limit.startswith("job") for limit in answer["conflict"])
