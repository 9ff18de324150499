"""Cost-optimal schedules of a site's devices. `schedule` is the way in, `replan` while a plan is followed, `schedule_fleet` for many sites.

The contract is shared/contracts/schedule_problem.md. At this level stands what is asked (`problem`, `device_fields`, `reading`) and the way
through; the rooms below hold the fast path, the solves, the checks, the reasons, re-planning, and the Pyomo reference.
"""

from electricity_optimizer.optimization.again.remaining import remaining
from electricity_optimizer.optimization.again.replan import replan
from electricity_optimizer.optimization.problem import Problem
from electricity_optimizer.optimization.reading import read_problem
from electricity_optimizer.optimization.scheduling import problem_schema, schedule

__all__ = ["Problem", "problem_schema", "read_problem", "remaining", "replan", "schedule"]
