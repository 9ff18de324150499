"""The schedule problem: one site, its prices, its connection and its devices, over n steps.

Power is kW, energy kWh, prices currency per kWh, `co2_intensity` g per kWh imported. Step k covers
`[start + k*step, start + (k+1)*step)`. `read_problem` in `reading.py` is the way in: it also checks what one field cannot know.
"""

import datetime as dt
from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from electricity_optimizer.optimization.device_fields import (
    PER_STEP,
    Count,
    Device,
    Fields,
    Flag,
    Name,
    Number,
    NumberSeries,
    Positive,
    PositiveSeries,
    RatioSeries,
    Share,
    StepIndex,
)

Array = NDArray[np.float64]
NumberList = Annotated[list[Number], PER_STEP]


class DemandCharge(Fields):
    """A price on the highest mean import (or export) over `interval_steps` steps above `existing_peak_kw`.

    Intervals follow each other from step 0; one counts when `active` is true in its first step (all count if null). An interval that
    is running when the horizon begins has `begun_steps` behind it (as long as step 0) with a mean of `begun_kw`; `active[0]` is its own.
    """

    price_per_kw: Positive = 0.0
    existing_peak_kw: Positive = 0.0
    interval_steps: Count = 1
    begun_steps: StepIndex = 0
    begun_kw: Positive = 0.0
    active: Annotated[list[Flag], PER_STEP] | None = None


class Grid(Fields):
    """The connection to the grid; a limit of null is no limit.

    Soft limits are missed only where no other plan exists, or, with a `breach_price_per_kw`, at that price per kW and step.
    `export_charge` is on the highest mean export what `demand_charge` is on the highest mean import.
    """

    import_limit_kw: PositiveSeries | None = None
    export_limit_kw: PositiveSeries | None = None
    limits_are: Literal["hard", "soft"] = "hard"
    breach_price_per_kw: Positive | None = None
    demand_charge: DemandCharge | None = None
    export_charge: DemandCharge | None = None


class Group(Fields):
    """Devices behind one shared inverter or feeder: their net flow stays within the limits."""

    name: Name
    devices: list[Name] = Field(min_length=1)
    import_limit_kw: PositiveSeries | None = None
    export_limit_kw: PositiveSeries | None = None


class Exclusive(Fields):
    """Loads that share a machine or a crew: at most one of them runs in a step."""

    name: Name
    devices: list[Name] = Field(min_length=2)


class Former(Fields):
    """The plan before this one on the steps of this problem: power lists by device, in the words of the answer.

    What it was made with tells why a new one differs: prices, load, production by system, and the level (kWh, degrees C) that it
    expected each device to have at `start`.
    """

    plan_id: Name
    devices: dict[str, dict[str, NumberList]]
    import_price: NumberList | None = None
    load_kw: NumberList | None = None
    forecast_kw: dict[str, NumberList] = Field(default_factory=dict)
    levels: dict[str, Number] = Field(default_factory=dict)


class Scenarios(Fields):
    """Possible prices with their probabilities; one plan serves all of them."""

    probability: list[Positive] = Field(min_length=1)
    import_price: list[list[Number]]
    export_price: list[list[Number]] | None = None
    risk_aversion: Share = 0.0
    cvar_alpha: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, lt=1)] = 0.9


class Problem(Fields):
    """One site's schedule problem as its file holds it.

    `price_is_forecast` marks steps whose price nobody has published; the answer warns of them. With `previous`, of the plans within
    `churn_limit` (currency) of the optimum the one nearest to the former is taken.
    """

    name: Name = "site"
    start: Annotated[str, Field(strict=True)]
    step_minutes: RatioSeries = 15.0
    currency: Annotated[str, Field(strict=True)] = "EUR"
    import_price: NumberList = Field(min_length=1)
    export_price: NumberSeries = 0.0
    co2_intensity: NumberSeries | None = None
    co2_price: Positive = 0.0
    load_kw: NumberSeries = 0.0
    grid: Grid = Grid()
    devices: list[Device] = Field(default_factory=list)
    groups: list[Group] = Field(default_factory=list)
    exclusive: list[Exclusive] = Field(default_factory=list)
    scenarios: Scenarios | None = None
    price_is_forecast: Annotated[list[Flag], PER_STEP] | None = None
    previous: Former | None = None
    churn_limit: Positive = 0.01

    @property
    def n(self) -> int:
        """Number of steps."""
        return len(self.import_price)

    @property
    def hours(self) -> Array:
        """Length of each step in hours, shape (n,)."""
        return per_step(self.step_minutes, self.n) / 60.0

    @property
    def starts(self) -> list[dt.datetime]:
        """Start of each step and the end of the last one (n + 1), with the offset in which the file gave `start`."""
        first = dt.datetime.fromisoformat(self.start)
        ends = np.concatenate([[0.0], np.cumsum(self.hours)])
        return [first + dt.timedelta(hours=float(hours)) for hours in ends]


def per_step(value: ArrayLike | None, n: int, default: float = 0.0) -> Array:
    """`value` as an array of n numbers: a number is repeated, null becomes `default`."""
    array = np.asarray(default if value is None else value, dtype=float)
    return np.full(n, float(array)) if array.ndim == 0 else array


def emission_price(problem: Problem) -> Array:
    """Price of the emissions of one imported kWh in each step, shape (n,)."""
    return problem.co2_price * per_step(problem.co2_intensity, problem.n) / 1000.0


def price_rows(problem: Problem) -> tuple[Array, Array, Array]:
    """Probability (S,), import price with emissions (S, n) and export price (S, n); one certain scenario where none are given."""
    n, emissions = problem.n, emission_price(problem)
    export = per_step(problem.export_price, n)
    if problem.scenarios is None:
        return np.ones(1), np.asarray([problem.import_price]) + emissions, export[None, :]
    scenarios = problem.scenarios
    sold = np.asarray(scenarios.export_price) if scenarios.export_price is not None else np.tile(export, (len(scenarios.probability), 1))
    return np.asarray(scenarios.probability), np.asarray(scenarios.import_price) + emissions, sold
