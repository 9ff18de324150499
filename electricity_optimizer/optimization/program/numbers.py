"""The numbers of a program: costs, bounds and values, written by the parts for one problem."""

from dataclasses import dataclass, field

import numpy as np

from electricity_optimizer.optimization.problem import Array
from electricity_optimizer.optimization.program.layout import Pattern

LARGEST_COST = 1000.0


@dataclass
class Program:
    """min cost @ x, row_low <= A x <= row_high, low <= x <= high, x[whole] whole numbers.

    `value` holds the entries of A as they were laid out. `nearness` is added to the cost to stay near a former plan. Ties are broken
    by `early` among whole-number decisions and by `calm` among the continuous plans that remain. `missed` weighs soft limits, in kWh.
    """

    pattern: Pattern
    cost: Array = field(init=False)
    nearness: Array = field(init=False)
    low: Array = field(init=False)
    high: Array = field(init=False)
    row_low: Array = field(init=False)
    row_high: Array = field(init=False)
    value: Array = field(init=False)
    early: Array = field(init=False)
    calm: Array = field(init=False)
    missed: Array = field(init=False)

    def __post_init__(self) -> None:
        """Everything free: no cost, no bound but zero, no row bound."""
        columns, rows = self.pattern.columns, self.pattern.rows
        self.cost, self.nearness, self.early, self.calm, self.missed, self.low = (np.zeros(columns) for _ in range(6))
        self.high = np.where(self.pattern.whole, 1.0, np.inf)
        self.row_low, self.row_high = np.full(rows, -np.inf), np.full(rows, np.inf)
        self.value = self.pattern.value.copy()

    @property
    def scale(self) -> float:
        """Factor on costs that lifts tie-breaks above the solver's tolerances."""
        largest = float(np.abs(self.cost).max(initial=0.0))
        return LARGEST_COST / largest if largest > 0 else 1.0

    def impossible(self) -> bool:
        """Whether bounds alone rule every plan out."""
        return bool((self.low > self.high + 1e-9).any() or (self.row_low > self.row_high + 1e-9).any())
