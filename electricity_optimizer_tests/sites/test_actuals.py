"""A plan carried out: what physics and automatic controls change, and nothing else."""

import numpy as np
import pytest

from electricity_optimizer.optimization import read_problem
from electricity_optimizer.sites.actuals import carried_out

N = 4


def problem(**battery: object):
    fields = {"charge_kw": 5, "discharge_kw": 5, "soc_max_kwh": 10, "soc_initial_kwh": 5, "charge_efficiency": 0.9} | battery
    numbers = {name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value for name, value in fields.items()}
    return read_problem(
        {
            "start": "2026-05-04T00:00:00Z",
            "step_minutes": 60.0,
            "import_price": [0.3] * N,
            "load_kw": 1.0,
            "grid": {"import_limit_kw": 20.0, "export_limit_kw": 3.0},
            "devices": [
                {"type": "battery", "name": "bat", **numbers},
                {"type": "pv", "name": "roof", "forecast_kw": [0.0, 2.0, 6.0, 8.0]},
            ],
        }
    )


def answer(charge: list[float], discharge: list[float], used: list[float], curtailed: list[float]):
    return {"devices": {"bat": {"charge_kw": charge, "discharge_kw": discharge}, "roof": {"used_kw": used, "curtailed_kw": curtailed}}}


IDLE = [0.0] * N


def test_the_sun_gives_what_it_gives_and_a_planned_curtailment_stays_an_upper_limit() -> None:
    flows = carried_out(problem(), answer(IDLE, IDLE, [1.0, 4.0, 2.0, 3.0], [0.0, 0.0, 1.0, 0.0]))
    assert flows["roof"]["used_kw"] == pytest.approx([0.0, 2.0, 2.0, 4.0])  # the last one: export limit 3 and load 1


def test_a_battery_stops_at_its_capacity_and_at_its_reserve() -> None:
    flows = carried_out(problem(), answer([5.0, 5.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], IDLE, IDLE))
    assert flows["bat"]["charge_kw"] == pytest.approx([5.0, 0.5 / 0.9, 0.0, 0.0])
    flows = carried_out(problem(), answer(IDLE, [4.0, 4.0, 0.0, 0.0], IDLE, IDLE))
    assert flows["bat"]["discharge_kw"] == pytest.approx([4.0, 1.0, 0.0, 0.0])


def test_a_battery_that_may_not_charge_from_the_grid_takes_the_sun_that_came() -> None:
    flows = carried_out(problem(charge_from_grid=False), answer([0.0, 4.0, 0.0, 0.0], IDLE, [0.0, 4.0, 0.0, 0.0], IDLE))
    assert flows["bat"]["charge_kw"] == pytest.approx([0.0, 2.0, 0.0, 0.0])


def test_a_battery_that_may_not_feed_in_follows_the_load_that_came() -> None:
    flows = carried_out(problem(discharge_to_grid=False), answer(IDLE, [3.0, 0.5, 0.0, 0.0], IDLE, IDLE))
    assert flows["bat"]["discharge_kw"] == pytest.approx([1.0, 0.5, 0.0, 0.0])


def test_nothing_else_is_changed() -> None:
    plan = answer([1.0, 0.0, 2.0, 0.0], [0.0, 1.0, 0.0, 2.0], [0.0, 2.0, 6.0, 2.0], [0.0, 0.0, 0.0, 6.0])
    flows = carried_out(problem(), plan)
    assert all(np.allclose(flows["bat"][name], plan["devices"]["bat"][name]) for name in ("charge_kw", "discharge_kw"))
