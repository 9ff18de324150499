"""Boosted trees of LightGBM as bytes: trained so that two runs are equal, stored as the library's own text, asked again from it."""

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from electricity_optimizer.forecasting.days import Array

if TYPE_CHECKING:
    import lightgbm

SAME_EVERY_TIME: dict[str, Any] = {"num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1}
"""Parameters without which two fits on the same data differ."""


def train(
    features: Array, target: Array, parameters: Mapping[str, Any], trees: int, variants: Sequence[Mapping[str, Any]] = ({},)
) -> list[bytes]:
    """The text of `trees` trees for each of `variants` of `parameters`, from rows of `features` (rows, features) and `target` (rows,).

    Features go by number: LightGBM refuses names with signs that names of inputs may hold.
    """
    import lightgbm  # noqa: PLC0415  # it brings pandas and scikit-learn: seconds that a start need not wait for

    common = dict(parameters)
    data = lightgbm.Dataset(features, target, params=common)
    data.construct()
    return [lightgbm.train(common | dict(variant), data, trees).model_to_string().encode() for variant in variants]


def tree_values(text: bytes, features: Array) -> Array:
    """What the trees of `text` say of each row of `features` (..., features)."""
    values = _booster(text).predict(features.reshape(-1, features.shape[-1]), num_threads=1)
    return np.asarray(values, dtype=np.float64).reshape(features.shape[:-1])


@functools.lru_cache(maxsize=32)
def _booster(text: bytes) -> "lightgbm.Booster":
    """Reading the text takes a hundredth of a second, a day's forecast a thousandth."""
    import lightgbm  # noqa: PLC0415  # as in `train`

    return lightgbm.Booster(model_str=text.decode())
