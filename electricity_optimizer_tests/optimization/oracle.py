"""An independent optimum for small sites: another formulation (cumulated energy, a direction variable everywhere), scipy's milp.

It shares no code with the package. One battery, optional curtailable sun, fixed load, import and export limits.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def cheapest(problem):
    """Least cost of `problem`, or None when no plan exists."""
    bat = next(device for device in problem["devices"] if device["type"] == "battery")
    sun = next((np.asarray(device["forecast_kw"]) for device in problem["devices"] if device["type"] == "pv"), 0.0)
    n = len(problem["import_price"])
    hours = problem["step_minutes"] / 60
    eye, zero, cumulated = np.eye(n), np.zeros((n, n)), np.tril(np.ones((n, n))) * hours
    gain, loss = bat.get("charge_efficiency", 1.0), 1 / bat.get("discharge_efficiency", 1.0)
    big = 100.0
    # columns: import, export, charge, discharge, used sun, importing, charging
    rows = [
        LinearConstraint(np.hstack([eye, -eye, -eye, eye, eye, zero, zero]), problem["load_kw"], problem["load_kw"]),
        LinearConstraint(
            np.hstack([zero, zero, gain * cumulated, -loss * cumulated, zero, zero, zero]),
            bat.get("soc_min_kwh", 0.0) - bat["soc_initial_kwh"],
            bat["soc_max_kwh"] - bat["soc_initial_kwh"],
        ),
        LinearConstraint(np.hstack([eye, zero, zero, zero, zero, -big * eye, zero]), -np.inf, 0),
        LinearConstraint(np.hstack([zero, eye, zero, zero, zero, big * eye, zero]), -np.inf, big),
        LinearConstraint(np.hstack([zero, zero, eye, zero, zero, zero, -big * eye]), -np.inf, 0),
        LinearConstraint(np.hstack([zero, zero, zero, eye, zero, zero, big * eye]), -np.inf, big),
    ]
    wear = bat.get("cycle_cost_per_kwh", 0.0)
    cost = hours * np.concatenate([problem["import_price"], -np.asarray(problem["export_price"]), [wear] * (2 * n), [0] * (3 * n)])
    grid = problem.get("grid", {})
    most = [grid.get("import_limit_kw", big), grid.get("export_limit_kw", big), bat["charge_kw"], bat["discharge_kw"]]
    upper = np.concatenate([np.repeat(most, n), np.broadcast_to(sun, n), np.ones(2 * n)])
    whole = np.concatenate([np.zeros(5 * n), np.ones(2 * n)])
    found = milp(cost, constraints=rows, bounds=Bounds(0, upper), integrality=whole, options={"mip_rel_gap": 1e-9})
    return None if found.x is None else float(found.fun)
