"""Equal costs are decided the same way every time: earlier before later, fewer runs before fragments, less throughput before more."""

import json
import subprocess
import sys

import pytest

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site


def test_given_a_flat_price_then_the_car_charges_at_once():
    charge = schedule(site([0.2] * 8, car(40, 10, 0, [(1, 8, 25)])))["devices"]["car"]["charge_kw"]
    assert charge == pytest.approx([0, 10, 10, 5, 0, 0, 0, 0])


def test_given_a_flat_price_and_a_least_power_then_the_car_charges_early_and_in_one_run():
    charge = schedule(site([0.2] * 8, car(40, 10, 0, [(0, 8, 30)], charge_min_kw=5)))["devices"]["car"]["charge_kw"]
    assert charge == pytest.approx([10, 10, 10, 0, 0, 0, 0, 0])


def test_given_a_flat_price_then_a_block_starts_at_its_earliest():
    assert schedule(site([0.2] * 24, job(2, 3, earliest=4)))["devices"]["job"]["runs"] == [[4, 7]]


def test_given_a_flat_price_then_an_interruptible_job_runs_once_and_early():
    assert schedule(site([0.2] * 24, job(2, 5, interruptible=True, earliest=2)))["devices"]["job"]["runs"] == [[2, 7]]


def test_given_equal_cheap_steps_then_one_later_run_beats_two_earlier_pieces():
    prices = [0.1, 0.3, 0.1, 0.3, 0.1, 0.1, 0.3, 0.3]
    assert schedule(site(prices, job(2, 2, interruptible=True)))["devices"]["job"]["runs"] == [[4, 6]]


def test_given_an_optional_job_whose_cost_equals_its_value_then_it_stays_idle():
    assert schedule(site([0.2] * 4, job(1, 2, optional_value=0.4)))["devices"]["job"]["runs"] == []
    assert schedule(site([0.2] * 4, job(1, 2, optional_value=0.41)))["devices"]["job"]["runs"] == [[0, 2]]


def test_given_free_energy_that_could_burn_in_the_battery_then_it_is_not_cycled():
    store = battery(10, 5, 10, charge_efficiency=0.9, discharge_efficiency=0.9, soc_final_min_kwh=10)
    answer = schedule(site([0.2] * 8, store, roof([3] * 8), export_price=0.0))
    assert not any(answer["devices"]["bat"]["charge_kw"])


def test_given_worthless_export_then_the_sun_is_used_rather_than_curtailed():
    answer = schedule(site([0.2] * 4, roof([3] * 4), load_kw=1, export_price=0.0))
    assert not any(answer["devices"]["roof"]["curtailed_kw"])


def test_given_sun_enough_for_the_battery_then_it_is_charged_early():
    answer = schedule(site([0.2] * 4 + [0.5], battery(4, 4, 0), roof([4, 4, 4, 4, 0]), export_price=0.0, load_kw=[0, 0, 0, 0, 4]))
    assert answer["devices"]["bat"]["charge_kw"] == pytest.approx([4, 0, 0, 0, 0])


def test_another_process_writes_the_same_plan_to_the_byte(shared, read_json):
    path = shared / "cases" / "site_C.json"
    code = (
        "import json, sys; from electricity_optimizer.optimization import schedule; "
        "plan = schedule(json.load(open(sys.argv[1]))); del plan['solve_seconds']; sys.stdout.write(json.dumps(plan))"
    )
    other = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True).stdout
    own = schedule(read_json(path))
    del own["solve_seconds"]
    assert other == json.dumps(own)
    assert "-0.0," not in other


def test_given_twin_jobs_then_they_run_in_the_order_of_the_file():
    twins = [job(2, 2, name="first"), job(2, 2, name="second")]
    answer = schedule(site([0.3, 0.1, 0.1, 0.2, 0.2, 0.3], *twins, grid={"import_limit_kw": 2}))
    assert [answer["devices"][name]["runs"] for name in ("first", "second")] == [[[1, 3]], [[3, 5]]]
