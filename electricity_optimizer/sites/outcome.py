"""What a day came to besides its cost: energy over the meter, how much of the sun was used at home, emissions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from electricity_optimizer.optimization import Problem, read_problem
from electricity_optimizer.optimization.checking.replay import Flows, draw, net_import
from electricity_optimizer.optimization.device_fields import Battery, Pv
from electricity_optimizer.optimization.problem import Array, per_step
from electricity_optimizer.sites.align import at_steps
from electricity_optimizer.sites.horizon import instants

CARBON = "carbon_g_kwh"
NOTHING_KWH = 1e-9


@dataclass(frozen=True)
class Outcome:
    """Energy in kWh over the day.

    `self_consumption` is the share of the produced energy that was not exported (null without production), `self_sufficiency` the
    share of the used energy that was not imported (null without use), both from 0 to 1: what a battery lost, or keeps for tomorrow, counts
    as used at home in the first, and is no use in the second.
    """

    import_kwh: float
    export_kwh: float
    self_consumption: float | None
    self_sufficiency: float | None
    co2_kg: float | None
    baseline_co2_kg: float | None


def outcome(actual: dict[str, Any], flows: Flows, usual: dict[str, Any], usual_flows: Flows, carbon: pl.DataFrame | None) -> Outcome:
    """Outcome of the `flows` in the `actual` day, beside the emissions of the unoptimised one.

    `carbon` has start (UTC) and carbon_g_kwh. Emissions are those of imported energy, null where the intensity of a step with import
    is unknown: never zero.
    """
    problem = read_problem(actual)
    net, hours = net_import(problem, flows), problem.hours
    bought, sold = float(np.maximum(net, 0.0) @ hours), float(np.maximum(-net, 0.0) @ hours)
    produced, used = _produced(problem, flows), _used(problem, flows)
    intensity = (
        None if carbon is None else at_steps(carbon, instants(actual), [CARBON])[CARBON].cast(pl.Float64).fill_null(np.nan).to_numpy()
    )
    return Outcome(
        import_kwh=bought,
        export_kwh=sold,
        self_consumption=_share(produced - sold, produced),
        self_sufficiency=_share(used - bought, used),
        co2_kg=_emitted(net, hours, intensity),
        baseline_co2_kg=_emitted(net_import(read_problem(usual), usual_flows), hours, intensity),
    )


def _produced(problem: Problem, flows: Flows) -> float:
    return sum(float(per_step(flows[one.name]["used_kw"], problem.n) @ problem.hours) for one in problem.devices if isinstance(one, Pv))


def _used(problem: Problem, flows: Flows) -> float:
    """Energy of loads, machines, cars and heat pumps; a battery stores and does not use."""
    drawn = sum(
        (draw(one, flows[one.name], problem.n) for one in problem.devices if not isinstance(one, Pv | Battery)), np.zeros(problem.n)
    )
    return float((per_step(problem.load_kw, problem.n) + drawn) @ problem.hours)


def _share(part: float, whole: float) -> float | None:
    return min(max(part / whole, 0.0), 1.0) if whole > NOTHING_KWH else None


def _emitted(net: Array, hours: Array, intensity: Array | None) -> float | None:
    if intensity is None:
        return None
    bought = np.maximum(net, 0.0) * hours
    grams = np.where(bought > NOTHING_KWH, bought * intensity, 0.0)
    return None if np.isnan(grams).any() else float(grams.sum()) / 1000.0
