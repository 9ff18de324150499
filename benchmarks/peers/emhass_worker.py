"""EMHASS: its `Optimization` class with its default gap of 1 %.

"cold" makes a new object for each call, as a call from outside does; "warm" asks the same object again with the same data, the best that
its cache can give. Power is W there. The limit of discharging is meant before its losses, that of charging at the terminal. An EV that
only charges is a deferrable load of free power with its energy as hours at full power, a run is a sequence that starts anywhere.
"""

import importlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from serving import began, read_problems, serve

STARTED = began()

import numpy as np  # noqa: E402 - its import is told in the first line
from flows import Array, answer, hours  # noqa: E402

pandas: Any = importlib.import_module("pandas")
emhass: Any = importlib.import_module("emhass.optimization")

DEFAULT_GAP = 0.01
W = 1000.0


def deferrable(problem: Mapping[str, Any]) -> dict[str, Any]:
    """EV and runs as deferrable loads."""
    nominal: list[Any] = []
    energy_hours, ends = [], []
    for one in movable(problem):
        if one["type"] == "ev":
            (session,) = one["sessions"]
            nominal.append(one["charge_kw"] * W)
            energy_hours.append((session["target_kwh"] - one["soc_initial_kwh"]) / one["charge_efficiency"] / one["charge_kw"])
            ends.append(session["depart"])
        else:
            nominal.append([one["power_kw"] * W] * one["steps"])
            energy_hours.append(one["steps"] * hours(problem))
            ends.append(0)
    count = len(nominal)
    return {
        "number_of_deferrable_loads": count,
        "nominal_power_of_deferrable_loads": nominal,
        "minimum_power_of_deferrable_loads": [0.0] * count,
        "operating_hours_of_each_deferrable_load": energy_hours,
        "start_timesteps_of_each_deferrable_load": [0] * count,
        "end_timesteps_of_each_deferrable_load": ends,
        "treat_deferrable_load_as_semi_cont": [False] * count,
        "set_deferrable_load_single_constant": [False] * count,
        "set_deferrable_startup_penalty": [0.0] * count,
        "set_deferrable_max_startups": [0] * count,
    }


def movable(problem: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in problem["devices"] if one["type"] in {"ev", "load"}]


def one_of(problem: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    return next((one for one in problem["devices"] if one["type"] == kind), None)


def made(problem: Mapping[str, Any]) -> Any:
    """A new Optimization of this site."""
    battery, grid, step = one_of(problem, "battery"), problem["grid"], hours(problem)
    assert battery is not None, "the cases have a battery"
    capacity = battery["soc_max_kwh"]
    plant = {
        "number_of_batteries": 1,
        "inverter_is_hybrid": False,
        "compute_curtailment": one_of(problem, "pv") is not None,
        "maximum_power_from_grid": grid["import_limit_kw"] * W,
        "maximum_power_to_grid": grid["export_limit_kw"] * W,
        "battery_charge_power_max": battery["charge_kw"] * W,
        "battery_discharge_power_max": battery["discharge_kw"] / battery["discharge_efficiency"] * W,
        "battery_nominal_energy_capacity": capacity * W,
        "battery_charge_efficiency": battery["charge_efficiency"],
        "battery_discharge_efficiency": battery["discharge_efficiency"],
        "battery_minimum_state_of_charge": battery["soc_min_kwh"] / capacity,
        "battery_maximum_state_of_charge": 1.0,
        "battery_target_state_of_charge": battery["soc_final_min_kwh"] / capacity,
    }
    optim = deferrable(problem) | {
        "set_use_battery": True,
        "set_total_pv_sell": False,
        "set_nocharge_from_grid": False,
        "set_nodischarge_to_grid": False,
        "set_battery_dynamic": False,
        "weight_battery_charge": 0.0,
        "weight_battery_discharge": 0.0,
        "lp_solver_mip_rel_gap": DEFAULT_GAP,
        "lp_solver_timeout": 120,
        "num_threads": 1,
        "delta_forecast_daily": pandas.Timedelta(hours=step * len(problem["import_price"])),
    }
    asking = {
        "optimization_time_step": pandas.Timedelta(hours=step),
        "time_zone": "UTC",
        "sensor_power_photovoltaics": "pv",
        "sensor_power_load_no_var_loads": "load",
    }
    logger = logging.getLogger("emhass")
    logger.setLevel(logging.ERROR)
    return emhass.Optimization(asking, optim, plant, "cost", "price", "profit", {"data_path": Path()}, logger)


def asked(problem: Mapping[str, Any], optimizer: Any) -> Callable[[], dict[str, Any]]:
    """The plan of one day-ahead call."""
    n = len(problem["import_price"])
    index = pandas.date_range(problem["start"], periods=n, freq=pandas.Timedelta(hours=hours(problem)))
    battery, sun = one_of(problem, "battery"), one_of(problem, "pv")
    assert battery is not None, "the cases have a battery"
    table = optimizer.perform_dayahead_forecast_optim(
        pandas.DataFrame({"cost": problem["import_price"], "price": problem["export_price"]}, index=index),
        pandas.Series(sun["forecast_kw"] if sun else np.zeros(n), index=index) * W,
        pandas.Series(problem["load_kw"], index=index) * W,
        soc_init=battery["soc_initial_kwh"] / battery["soc_max_kwh"],
        soc_final=battery["soc_final_min_kwh"] / battery["soc_max_kwh"],
    )
    power: dict[str, Array] = {battery["name"]: -table["P_batt"].to_numpy() / W}
    if sun:
        power[sun["name"]] = table["P_PV_curtailment"].to_numpy() / W - np.array(sun["forecast_kw"])
    for place, one in enumerate(movable(problem)):
        power[one["name"]] = table[f"P_deferrable{place}"].to_numpy() / W
    return lambda: {"answer": [answer(problem, power)], "says": str(optimizer.optim_status)}


def main() -> None:
    (problem,) = read_problems()
    kept = made(problem)
    serve({"cold": lambda: asked(problem, made(problem)), "warm": lambda: asked(problem, kept)}, STARTED)


if __name__ == "__main__":
    main()
