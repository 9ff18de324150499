"""FlexMeasures: its `device_scheduler` in a bare Flask app, with the HiGHS backend that it ships as its default. No database, no queue.

Flows are kWh a step and prices currency per kWh. The load and each device are devices of its energy management system; the connection is
a commitment of zero with the import price upwards and the export price downwards. Runs of loads cannot be chosen jointly there: they are
set first, each where its energy is cheapest, as its ProcessScheduler does.
"""

import importlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from serving import began, read_problems, serve

STARTED = began()

import numpy as np  # noqa: E402 - its import is told in the first line
from flows import answer, cheapest_runs, hours  # noqa: E402

pandas: Any = importlib.import_module("pandas")
flask: Any = importlib.import_module("flask")
planning: Any = importlib.import_module("flexmeasures.data.models.planning")
optimization: Any = importlib.import_module("flexmeasures.data.models.planning.linear_optimization")

COLUMNS = (
    "equals", "max", "min", "efficiency", "derivative equals", "derivative max", "derivative min", "derivative down efficiency",
    "derivative up efficiency", "stock delta",
)  # fmt: skip


def frame(index: Any, **columns: Any) -> Any:
    """Constraints of a device: what is not named does not bind."""
    found = pandas.DataFrame(np.nan, index=index, columns=list(COLUMNS))
    found["stock delta"] = 0.0
    for name, values in columns.items():
        found[name.replace("_", " ")] = values
    return found


def device(index: Any, one: Mapping[str, Any], step: float) -> Any:
    """Constraints of PV, a battery or an EV."""
    n = len(index)
    if one["type"] == "pv":
        most = np.array(one["forecast_kw"]) * step
        return frame(index, derivative_min=-most, derivative_max=0.0 if one["curtailable"] else -most)
    plugged, low = np.ones(n, bool), np.full(n, one["soc_min_kwh"] - one["soc_initial_kwh"], float)
    if one["type"] == "ev":
        plugged[:] = False
        for session in one["sessions"]:
            plugged[session["arrive"] : session["depart"]] = True
            low[session["depart"] - 1] = session["target_kwh"] - one["soc_initial_kwh"]
    if one.get("soc_final_min_kwh") is not None:
        low[-1] = one["soc_final_min_kwh"] - one["soc_initial_kwh"]
    return frame(
        index,
        min=low,
        max=one["soc_max_kwh"] - one["soc_initial_kwh"],
        derivative_max=np.where(plugged, one["charge_kw"] * step, 0.0),
        derivative_min=np.where(plugged, -one.get("discharge_kw", 0.0) * step, 0.0),
        derivative_up_efficiency=one.get("charge_efficiency", 1.0),
        derivative_down_efficiency=one.get("discharge_efficiency", 1.0),
    )


def scheduled(problem: Mapping[str, Any]) -> Callable[[], dict[str, Any]]:
    """One call: frames, `device_scheduler`, powers read back."""
    step, n = hours(problem), len(problem["import_price"])
    index = pandas.date_range(problem["start"], periods=n, freq=timedelta(hours=step))
    runs = cheapest_runs(problem)
    fixed = (np.array(problem["load_kw"]) + sum(runs.values(), start=np.zeros(n))) * step
    free = [one for one in problem["devices"] if one["type"] != "load"]
    grid = problem["grid"]
    series, _, results, _ = optimization.device_scheduler(
        [frame(index, derivative_equals=fixed), *(device(index, one, step) for one in free)],
        frame(index, derivative_max=grid["import_limit_kw"] * step, derivative_min=-grid["export_limit_kw"] * step),
        commitments=[
            planning.FlowCommitment(
                name="energy",
                index=index,
                quantity=pandas.Series(0.0, index=index),
                upwards_deviation_price=pandas.Series(problem["import_price"], index=index),
                downwards_deviation_price=pandas.Series(problem["export_price"], index=index),
            )
        ],
        initial_stock=[0.0, *(float(one.get("soc_initial_kwh", 0.0)) for one in free)],
    )
    power = {one["name"]: values.to_numpy() / step for one, values in zip(free, series[1:], strict=True)}
    condition = str(results.solver.termination_condition)
    return lambda: {"answer": [answer(problem, power | runs)], "says": condition}


def main() -> None:
    (problem,) = read_problems()
    app = flask.Flask("benchmark")
    app.config |= {"FLEXMEASURES_LP_SOLVER": "highspy", "LOGGING_LEVEL": "INFO"}  # at this level it tells HiGHS to print nothing
    with app.app_context():
        serve({"call": lambda: scheduled(problem)}, STARTED)


if __name__ == "__main__":
    main()
