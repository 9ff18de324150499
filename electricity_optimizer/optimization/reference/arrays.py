"""From the Pyomo model to the arrays HiGHS takes, and the solution back into the model.

Costs are scaled so that a tie-break of a ten-millionth of a price still stands above the solver's tolerances.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from electricity_optimizer.optimization.problem import Array

LARGEST_COST = 1000.0


@dataclass
class Arrays:
    """min cost @ x + offset, row_low <= A x <= row_high, low <= x <= high, x[whole] whole numbers; A is column-wise."""

    columns: list[Any]
    place: dict[int, int]
    row_of: dict[int, int]
    cost: Array
    offset: float
    low: Array
    high: Array
    whole: NDArray[np.bool_]
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Array
    row_low: Array
    row_high: Array

    @property
    def scale(self) -> float:
        """Factor on costs for the solver."""
        largest = float(np.abs(self.cost).max(initial=0.0))
        return LARGEST_COST / largest if largest > 0 else 1.0

    def vector(self, pairs: Iterable[tuple[Any, float]]) -> Array:
        """Weights of variables as a vector over columns; a variable the model does not use is left out."""
        weights = np.zeros(len(self.cost))
        for variable, weight in pairs:
            column = self.place.get(id(variable))
            if column is not None:
                weights[column] += weight
        return weights

    def write_back(self, x: Array) -> None:
        """Put a solution into the Pyomo variables."""
        for variable, level in zip(self.columns, x.tolist(), strict=True):
            variable.set_value(level, skip_validation=True)


def compile_arrays(model: Any) -> Arrays:
    """The arrays of a Pyomo model with one linear objective."""
    form = LinearStandardFormCompiler().write(model, mixed_form=True)
    columns = list(form.columns)
    bounds = [variable.bounds for variable in columns]
    sense = np.asarray([row.bound_type for row in form.rows])
    rhs = np.asarray(form.rhs, dtype=float)
    matrix = form.A.tocsc()
    matrix.sort_indices()
    return Arrays(
        columns=columns,
        place={id(variable): j for j, variable in enumerate(columns)},
        row_of={id(row.constraint): i for i, row in enumerate(form.rows)},
        cost=np.asarray(form.c.todense(), dtype=float).ravel(),
        offset=float(form.c_offset[0]),
        low=np.asarray([-np.inf if low is None else low for low, _ in bounds], dtype=float),
        high=np.asarray([np.inf if high is None else high for _, high in bounds], dtype=float),
        whole=np.asarray([not variable.is_continuous() for variable in columns], dtype=bool),
        start=matrix.indptr.astype(np.int32),
        index=matrix.indices.astype(np.int32),
        value=np.asarray(matrix.data, dtype=float),
        row_low=np.where(sense <= 0, rhs, -np.inf),
        row_high=np.where(sense >= 0, rhs, np.inf),
    )
