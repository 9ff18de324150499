"""Numbers and times as a person reads them."""

import datetime as dt

import numpy as np

from electricity_optimizer.optimization.problem import Problem


def money(value: float) -> str:
    """A price or a sum with as many digits as it takes to tell it from zero.

    >>> money(0.1134), money(-0.00412), money(12.5)
    ('0.11', '-0.004', '12.50')
    """
    return f"{value + 0.0:.{2 if abs(value) >= 0.0995 or value == 0 else 3}f}".replace("-0.000", "0.000")


def costing(value: float) -> str:
    """What a kWh costs, or what one is paid for taking it.

    >>> costing(0.25), costing(-0.073)
    ('0.25', 'being paid 0.073')
    """
    return money(value) if value >= 0 else f"being paid {money(-value)}"


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Two prices with the digits that it takes to tell them from each other.

    >>> told_apart(0.1194, 0.1216), told_apart(0.1, 0.4)
    (('0.119', '0.122'), ('0.10', '0.40'))
    """
    first, second = money(one), money(other)
    return (first, second) if first != second or abs(one - other) < 5e-4 else (f"{one + 0.0:.3f}", f"{other + 0.0:.3f}")


def between(low: float, high: float) -> str:
    """A range of prices, or the one price.

    >>> between(0.2, 0.4), between(0.2, 0.2)
    ('0.20 to 0.40', '0.20')
    """
    first, second = told_apart(low, high)
    return first if first == second else f"{first} to {second}"


class Clock:
    """Times of day of a problem's steps, with the offset in which the file gave `start`."""

    def __init__(self, problem: Problem) -> None:
        """Hold the start and the hours to each step."""
        self.first = dt.datetime.fromisoformat(problem.start)
        self.hours = np.concatenate([[0.0], np.cumsum(problem.hours)]).tolist()

    def at(self, step: int) -> str:
        """Time of day at which a step begins, with the weekday when it is not the first day."""
        moment = self.first + dt.timedelta(hours=self.hours[step])
        return f"{moment:%H:%M}" if moment.date() == self.first.date() else f"{moment:%a %H:%M}"
