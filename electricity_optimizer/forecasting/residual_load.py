"""Residual load: what plants that burn something have to deliver, which sets the price more than load or wind alone."""

from collections.abc import Mapping

import numpy as np

from electricity_optimizer.forecasting.days import Array

RESIDUAL = "residual load"


def with_residual(series: Mapping[str, Array]) -> dict[str, Array]:
    """The inputs and the residual load: load minus wind and sun by their names; of two inputs without such names first minus second."""
    loads = [values for name, values in series.items() if "load" in name.lower()]
    renewables = [values for name, values in series.items() if any(word in name.lower() for word in ("wind", "solar", "sun", "pv"))]
    if loads and renewables:
        return {**series, RESIDUAL: np.sum(loads, axis=0) - np.sum(renewables, axis=0)}
    if len(series) == 2:
        first, second = series.values()
        return {**series, RESIDUAL: first - second}
    return dict(series)
