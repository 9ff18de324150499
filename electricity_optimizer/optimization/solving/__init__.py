"""The solves: a long-lived HiGHS, the tree on hot linear programs, exact and certified plans, staying near a former plan."""
