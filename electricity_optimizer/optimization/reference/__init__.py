"""The Pyomo model: the readable reference of the mathematics, and the place to try a constraint. The fast path is `program/`."""
