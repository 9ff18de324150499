"""Planning again while a plan is followed: what is left of a problem, the plan of the rest, both as one."""
