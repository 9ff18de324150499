"""Charges on the highest flow: which intervals count, what a flow's peak is, what it costs. numpy only."""

import numpy as np

from electricity_optimizer.optimization.problem import Array, DemandCharge


def charged_intervals(charge: DemandCharge, hours: Array) -> list[tuple[list[int], list[float]]]:
    """Steps of each charged interval and their shares of its length."""
    n, size = len(hours), charge.interval_steps
    active = np.ones(n, bool) if charge.active is None else np.asarray(charge.active, bool)
    spans = [range(k, min(k + size, n)) for k in range(0, n, size) if active[k]]
    return [(list(span), (hours[list(span)] / hours[list(span)].sum()).tolist()) for span in spans]


def peak_cost(charge: DemandCharge | None, flow_kw: Array, hours: Array) -> float:
    """What the highest mean of a flow in kW costs above what was reached before."""
    if charge is None or charge.price_per_kw == 0:
        return 0.0
    means = [float(flow_kw[steps] @ np.asarray(shares)) for steps, shares in charged_intervals(charge, hours)]
    return charge.price_per_kw * max(0.0, max(means, default=0.0) - charge.existing_peak_kw)
