"""Charges on the highest flow: which intervals count, what a flow's peak is, what it costs. numpy only."""

from itertools import pairwise

import numpy as np

from electricity_optimizer.optimization.problem import Array, DemandCharge


def intervals(charge: DemandCharge, n: int) -> list[range]:
    """Steps of every interval, charged or not; the first is what is left of one that is running."""
    edges = [0, *range(charge.interval_steps - charge.begun_steps, n, charge.interval_steps), n]
    return [range(begin, end) for begin, end in pairwise(edges)]


def charged_intervals(charge: DemandCharge, hours: Array) -> list[tuple[list[int], list[float]]]:
    """Steps of each charged interval and their shares of its length."""
    active = np.ones(len(hours), bool) if charge.active is None else np.asarray(charge.active, bool)
    spans = [list(span) for span in intervals(charge, len(hours)) if active[span[0]]]
    return [(span, (hours[span] / (hours[span].sum() + _behind(charge, span, hours))).tolist()) for span in spans]


def carried_kw(charge: DemandCharge, hours: Array) -> Array:
    """What each charged interval's mean holds already: that of the running one has a part behind it, shape (intervals,)."""
    spans = charged_intervals(charge, hours)
    held = np.zeros(len(spans))
    if spans and spans[0][0][0] == 0:
        behind = _behind(charge, spans[0][0], hours)
        held[0] = charge.begun_kw * behind / (hours[spans[0][0]].sum() + behind)
    return held


def _behind(charge: DemandCharge, span: list[int], hours: Array) -> float:
    """Hours of an interval that lie before the horizon."""
    return charge.begun_steps * float(hours[0]) if span[0] == 0 else 0.0


def peak_means(charge: DemandCharge, flow_kw: Array, hours: Array) -> list[float]:
    """Mean of a flow in kW in each charged interval."""
    held = carried_kw(charge, hours).tolist()
    spans = zip(charged_intervals(charge, hours), held, strict=True)
    return [float(flow_kw[steps] @ np.asarray(shares)) + before for (steps, shares), before in spans]


def peak_cost(charge: DemandCharge | None, flow_kw: Array, hours: Array) -> float:
    """What the highest mean of a flow in kW costs above what was reached before."""
    if charge is None or charge.price_per_kw == 0:
        return 0.0
    return charge.price_per_kw * max(0.0, max(peak_means(charge, flow_kw, hours), default=0.0) - charge.existing_peak_kw)
