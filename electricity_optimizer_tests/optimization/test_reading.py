"""A wrong field stops the problem with one line that names the field and the remedy."""

from copy import deepcopy

import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.optimization import problem_schema, read_problem
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site

PUMP = {
    "type": "heat_pump",
    "name": "hp",
    "power_kw": 3,
    "gain_c_per_kwh": 1,
    "loss_per_hour": 0.1,
    "temperature_initial": 20,
    "temperature_min": 19,
    "temperature_max": 22,
    "outdoor_temperature": 5,
}
FEED = {"name": "boiler", "carrier": "gas", "power_kw": 5, "efficiency": 0.9, "fuel_price": 0.1}
TANK = {"type": "heat_store", "name": "tank", "soc_max_kwh": 10, "soc_initial_kwh": 5, "feeds": [FEED]}


def whole():
    devices = [
        battery(10, 5, 5),
        car(40, 7, 20, [(0, 2, 30)], trips=[{"step": 3, "energy_kwh": 5}]),
        roof([1, 1, 1, 1]),
        job(2, 2),
        PUMP,
        TANK,
    ]
    groups = [{"name": "garage", "devices": ["car"], "import_limit_kw": 5}]
    scenarios = {"probability": [0.5, 0.5], "import_price": [[0.1] * 4, [0.2] * 4]}
    grid = {"import_limit_kw": 11, "demand_charge": {"price_per_kw": 1}}
    return site([0.1] * 4, *deepcopy(devices), groups=groups, scenarios=scenarios, grid=grid)


def put(problem, path, value):
    *parents, last = path
    for part in parents:
        problem = problem[part]
    problem[last] = value


WRONG = [
    (("colour",), "red", "colour: is not a field"),
    (("devices", 0, "colour"), "red", "devices[0].colour: is not a field"),
    (("import_price",), [0.1, 0.1, 0.1, float("nan")], "import_price[3]: is NaN or infinite"),
    (("import_price",), [0.1, 0.1, 0.1, float("inf")], "import_price[3]: is NaN or infinite"),
    (("import_price",), [0.1, "0.1", 0.1, 0.1], "import_price[1]: is not a number"),
    (("import_price",), [0.1, None, 0.1, 0.1], "import_price[1]: is not a number"),
    (("export_price",), [0.1] * 3, "export_price: has 3 values, the horizon has 4 steps"),
    (("load_kw",), [0.1] * 5, "load_kw: has 5 values"),
    (("co2_intensity",), [300.0], "co2_intensity: has 1 values"),
    (("step_minutes",), 0, "step_minutes: must be greater than 0"),
    (("start",), "2026-05-04T00:00:00", "start: time 2026-05-04T00:00:00 has no offset"),
    (("start",), "tomorrow", "start: 'tomorrow' is not a time"),
    (("grid", "import_limit_kw"), -1, "grid.import_limit_kw: must be greater than or equal to 0"),
    (("grid", "limits_are"), "firm", "grid.limits_are: must be 'hard' or 'soft'"),
    (("grid", "demand_charge", "price_per_kw"), -1, "grid.demand_charge.price_per_kw: must be"),
    (("grid", "demand_charge", "active"), [True], "grid.demand_charge.active: has 1 values"),
    (("devices", 0, "type"), "batery", "devices[0]: 'type' must be one of battery, ev"),
    (("devices", 0, "charge_kw"), [5, 5, 5], "devices[0].charge_kw: has 3 values"),
    (("devices", 0, "charge_kw"), "5", "devices[0].charge_kw: is not a number"),
    (("devices", 0, "charge_kw"), True, "devices[0].charge_kw: is not a number"),
    (("devices", 0, "charge_efficiency"), 1.1, "devices[0].charge_efficiency: must be less than or equal to 1"),
    (("devices", 0, "charge_efficiency"), 0, "devices[0].charge_efficiency: must be greater than 0"),
    (("devices", 0, "soc_min_kwh"), 11, "devices[0].soc_min_kwh: lies above its upper bound in step 0"),
    (("devices", 0, "charge_from_grid"), 1, "devices[0].charge_from_grid: is not true or false"),
    (("devices", 0, "charge_min_kw"), 6, "devices[0].charge_min_kw: 6.0 is above charge_kw 5.0"),
    (("devices", 0, "self_discharge_per_hour"), 1.5, "devices[0].self_discharge_per_hour: must be"),
    (("devices", 1, "name"), "bat", "devices[1].name: 'bat' is also the name of devices[0]"),
    (("devices", 1, "sessions", 0, "depart"), 5, "devices[1].sessions[0]: [0, 5) is not a span of steps"),
    (("devices", 1, "sessions", 0, "target_is"), "firm", "devices[1].sessions[0].target_is: must be"),
    (("devices", 1, "trips", 0, "step"), 4, "devices[1].trips[0].step: 4 lies beyond the last step 3"),
    (("devices", 2, "forecast_kw"), [1, 1, 1, -1], "devices[2].forecast_kw[3]: must be greater than or equal to 0"),
    (("devices", 3, "steps"), 0, "devices[3].steps: must be greater than or equal to 1"),
    (("devices", 3, "steps"), 1.5, "devices[3].steps: is not a whole number"),
    (("devices", 3, "latest_end"), 5, "devices[3].latest_end: 5 is not in 1..4"),
    (("devices", 3, "earliest"), 4, "devices[3].earliest: 4 lies beyond the last step"),
    (("devices", 3, "forbidden"), [4], "devices[3].forbidden: names a step beyond the last one"),
    (("devices", 3, "min_run_steps"), 3, "devices[3].min_run_steps: 3 is longer than the job"),
    (("devices", 3, "after"), "bat", "devices[3].after: no load is named 'bat'"),
    (("devices", 3, "after"), "job", "devices[3].after: 'job' waits for itself"),
    (("devices", 3, "profile_kw"), [1, 2, 3], "devices[3].steps: is 2, profile_kw has 3 values"),
    (("devices", 4, "temperature_min"), 23, "devices[4].temperature_min: lies above its upper bound"),
    (("devices", 5, "feeds", 0, "carrier"), "coal", "devices[5].feeds[0].carrier: must be"),
    (("devices", 5, "feeds", 0, "fuel_price"), None, "devices[5].feeds[0].fuel_price: is missing"),
    (("groups", 0, "devices"), ["boat"], "groups[0].devices[0]: no device is named 'boat'"),
    (("scenarios", "probability"), [0.5, 0.6], "scenarios.probability: sums to 1.1"),
    (("scenarios", "import_price"), [[0.1] * 4], "scenarios.import_price: has 1 scenarios, probability has 2"),
    (("scenarios", "import_price"), [[0.1] * 4, [0.1]], "scenarios.import_price[1]: has 1 values"),
    (("scenarios", "risk_aversion"), 2, "scenarios.risk_aversion: must be less than or equal to 1"),
]


@pytest.mark.parametrize(
    ("path", "value", "line"), WRONG, ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None
)
def test_given_a_wrong_field_then_one_line_names_it(path, value, line):
    problem = whole()
    put(problem, path, value)
    with pytest.raises(InputError) as raised:
        read_problem(problem)
    assert str(raised.value).startswith(line)
    assert "\n" not in str(raised.value)
    assert raised.value.remedy


def test_given_a_missing_field_then_one_line_names_it():
    problem = whole()
    del problem["devices"][0]["soc_initial_kwh"]
    with pytest.raises(InputError, match=r"devices\[0\]\.soc_initial_kwh: is missing"):
        read_problem(problem)


def test_given_something_else_than_an_object_then_one_line_says_so():
    with pytest.raises(InputError, match="a problem is a JSON object, this is int"):
        read_problem(5)


def test_given_every_kind_of_device_then_the_problem_is_read():
    problem = read_problem(whole())
    assert problem.n == 4
    assert problem.devices[0].charge_efficiency == 1.0
    assert problem.grid.limits_are == "hard"


def test_the_schema_names_every_device_type():
    schema = str(problem_schema())
    assert all(f"'const': '{kind}'" in schema for kind in ("battery", "ev", "pv", "load", "heat_pump", "heat_store"))
