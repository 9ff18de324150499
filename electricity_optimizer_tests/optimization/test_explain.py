"""The reasons name the numbers that decided."""

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.sites import battery, car, job, roof, site


def reasons(problem, device):
    return [entry["text"] for entry in schedule(problem)["explanation"] if entry["device"] == device]


def test_a_charge_is_explained_by_the_discharge_it_serves():
    (text, _) = reasons(site([0.10, 0.20, 0.40], battery(5, 5, 0, charge_efficiency=0.9), load_kw=[0, 0, 2]), "bat")
    assert text == "charges 2.2 kWh until 01:00: 0.10 now against 0.40 at 02:00, 0.26 gained per kWh after losses"


def test_a_car_is_explained_by_its_session():
    (text,) = reasons(site([0.3, 0.1, 0.2], car(40, 10, 0, [(0, 3, 10)])), "car")
    assert text == "charges 10.0 kWh until 02:00: 0.10 now, 0.10 to 0.30 while plugged in; 10 kWh due at 03:00"


def test_a_job_is_explained_by_its_earliest_start():
    (text,) = reasons(site([0.3, 0.1, 0.2], job(2, 1)), "job")
    assert text == "runs 01:00-02:00: 0.20 EUR in these steps, 0.60 at its earliest start 00:00"


def test_an_optional_job_that_stays_off_is_explained_by_its_value():
    (text,) = reasons(site([0.3, 0.2], job(2, 1, optional_value=0.1)), "job")
    assert text == "stays off: its run would cost 0.40 at best, its value is 0.10"


def test_curtailment_is_explained_by_the_price_or_the_limit():
    paid = reasons(site([0.3], roof([3]), export_price=-0.05), "roof")
    full = reasons(site([0.3], roof([7]), export_price=0.05, grid={"export_limit_kw": 5}), "roof")
    assert paid == ["curtails 3.0 of 3.0 kWh until 01:00: export pays -0.050"]
    assert full == ["curtails 2.0 of 7.0 kWh until 01:00: the export limit of 5 kW is reached"]


def test_a_demand_charge_is_told_at_its_peak():
    problem = site([0.3, 0.3], load_kw=[1, 3], grid={"demand_charge": {"price_per_kw": 2}})
    assert reasons(problem, "grid") == ["the highest import is 3.00 kW; the demand charge of 2.00 per kW comes to 6.00"]
