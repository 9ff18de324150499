"""The layers of the network: a linear skip, a dense code of the day, a convolution along the hours, and quantiles that cannot cross.

All members are computed at once: every weight has the member as its first dimension. The same lines run on torch tensors
(training) and on numpy arrays (forecast), `xp` being the module, so that a forecast does not import torch.

Linear skip beside the nonlinear part: El Mahtout and Ziel, arXiv 2601.02856. The convolution shares its weights among the 24 hours,
since the same residual load means much the same price at any hour. Each quantile is its inner neighbour plus a positive gap.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from electricity_optimizer.forecasting.days import HOURS, Array
from electricity_optimizer.forecasting.models.network_inputs import Rows

LEVELS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95)
MEDIAN = LEVELS.index(0.5)
CODE = 64  # width of the dense code of a day
FILTERS = 24  # of the convolution
_FIRST_GAP = 0.25  # between two quantiles before training, in mean absolute deviations of the target


def forward(xp: Any, weights: Mapping[str, Any], day: Any, local: Any, kept: Any = 1.0) -> Any:
    """Quantiles (members, rows, 24, levels) in scaled price, ascending.

    `day` is (members, rows, features), `local` (members, rows, 24, values); `kept` multiplies the code (dropout).
    """
    code = (day @ weights["day"] + weights["day_bias"]).clip(min=0) * kept
    members, rows = code.shape[:2]
    around = local.reshape(local.shape[0], rows * HOURS, local.shape[3]) @ weights["local"]
    hours = around.reshape(members, rows, HOURS, -1) + (code @ weights["code_to_hours"])[:, :, None, :] + weights["hours_bias"]
    heads = hours.clip(min=0).reshape(members, rows * HOURS, -1) @ weights["head_hours"]
    heads = heads.reshape(members, rows, HOURS, -1) + (code @ weights["head_code"]).reshape(members, rows, HOURS, -1)
    heads = heads + weights["head_bias"]
    return _fan(xp, heads, day @ weights["skip"])


def _fan(xp: Any, heads: Any, linear: Any) -> Any:
    """The median is the sum of both paths; the other quantiles are gaps above and below it."""
    gaps = xp.log1p(xp.exp(heads))
    median = (heads[..., MEDIAN] + linear)[..., None]
    above = median + xp.cumsum(gaps[..., MEDIAN + 1 :], -1)
    below = xp.cumsum(gaps[..., :MEDIAN], -1)
    return xp.concatenate([*(median - below[..., k : k + 1] for k in reversed(range(MEDIAN))), median, above], -1)


def first_weights(rows: Rows, target: Array, view: Sequence[int], seed: int) -> dict[str, Any]:
    """Untrained weights: the skip starts at zero, the heads near the mean of `target` (views, rows, 24) and its spread.

    `view` (members,) tells which view of a day each member has.
    """
    rng, members = np.random.default_rng(seed), len(view)

    def drawn(inputs: int, outputs: int, gain: float = 1.0) -> Array:
        return rng.standard_normal((members, inputs, outputs)) * gain / math.sqrt(inputs)

    features, values = rows.day.shape[2], rows.local.shape[3]
    mean = target.mean(axis=1, keepdims=True)
    gap = max(_FIRST_GAP * float(np.abs(target - mean).mean()), 1e-3)
    heads = np.full((members, 1, HOURS, len(LEVELS)), math.log(math.expm1(gap)))
    heads[..., MEDIAN] = mean[list(view)]
    weights = {
        "day": drawn(features, CODE),
        "day_bias": np.zeros((members, 1, CODE)),
        "local": drawn(values, FILTERS),
        "hours_bias": 0.1 * rng.standard_normal((members, 1, HOURS, FILTERS)),
        "code_to_hours": drawn(CODE, FILTERS),
        "head_hours": drawn(FILTERS, len(LEVELS), 0.1),
        "head_code": drawn(CODE, HOURS * len(LEVELS), 0.1),
        "head_bias": heads,
        "skip": np.zeros((members, features, HOURS)),
    }
    return {name: values.astype(np.float32) for name, values in weights.items()}
