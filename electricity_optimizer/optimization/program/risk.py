"""Expected cost over price scenarios, blended with the conditional value at risk (Rockafellar and Uryasev, 2000)."""

import numpy as np

from electricity_optimizer.optimization.problem import Problem, price_rows
from electricity_optimizer.optimization.program.connection import Connection
from electricity_optimizer.optimization.program.layout import Layout
from electricity_optimizer.optimization.program.numbers import Program


def risk_counts(problem: Problem) -> bool:
    """Whether the plan weighs more than the expected cost."""
    return problem.scenarios is not None and problem.scenarios.risk_aversion > 0


class EnergyCost:
    """The cost of energy; where risk counts a column for the value at risk and one a scenario for what lies above it."""

    def __init__(self, layout: Layout, problem: Problem, connection: Connection) -> None:
        """Lay the tail rows out: excess + at_risk - energy - common >= 0, over all columns laid out before."""
        self.connection, self.tail = connection, layout.add_rows(0)
        if not risk_counts(problem):
            return
        assert problem.scenarios is not None
        count, before = len(problem.scenarios.probability), layout.columns
        self.at_risk, self.excess = layout.add_columns(1), layout.add_columns(count)
        self.tail = layout.add_rows(count)
        layout.add_entries(self.tail, np.repeat(self.at_risk, count))
        layout.add_entries(self.tail, self.excess)
        self._costs = layout.add_entries(np.repeat(self.tail, before), np.tile(np.arange(before), count))

    def fill(self, program: Program, problem: Problem) -> None:
        """Add energy to the costs that the parts wrote. Comes last."""
        chance, bought, sold = price_rows(problem)
        hours, connection = problem.hours, self.connection
        if not len(self.tail):
            program.cost[connection.imported] += chance @ bought * hours
            program.cost[connection.exported] -= chance @ sold * hours
            return
        scenarios = problem.scenarios
        assert scenarios is not None
        each = np.tile(program.cost[: self.at_risk[0]], (len(chance), 1))
        each[:, connection.imported] += bought * hours
        each[:, connection.exported] -= sold * hours
        program.value[self._costs] = -each.ravel()
        program.row_low[self.tail] = 0.0
        program.low[self.at_risk] = -np.inf
        program.cost[: self.at_risk[0]] = (1 - scenarios.risk_aversion) * (chance @ each)
        program.cost[self.at_risk] = scenarios.risk_aversion
        program.cost[self.excess] = scenarios.risk_aversion * chance / (1 - scenarios.cvar_alpha)
