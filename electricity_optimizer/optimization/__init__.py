"""Cost-optimal schedules of a site's devices. `schedule` is the one way in; the contract is shared/contracts/schedule_problem.md."""

from electricity_optimizer.optimization.problem import Problem
from electricity_optimizer.optimization.reading import read_problem
from electricity_optimizer.optimization.scheduling import problem_schema, schedule

__all__ = ["Problem", "problem_schema", "read_problem", "schedule"]
