"""The devices of a site as a person describes them: nameplates and wall-clock times. `sites.problem` turns them into steps."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]
Name = Annotated[str, Field(min_length=1)]


def _minutes(text: object) -> object:
    """Minutes after local midnight of a wall-clock time."""
    if not isinstance(text, str):
        return text
    if text == "24:00":
        return 1440
    try:
        clock = dt.datetime.strptime(text, "%H:%M")  # noqa: DTZ007  # a wall-clock time has no zone; the delivery day gives it one
    except ValueError:
        raise ValueError(f"'{text}' is not a wall-clock time like 18:00") from None
    return clock.hour * 60 + clock.minute


WallClock = Annotated[
    int, BeforeValidator(_minutes), Field(ge=0, le=1440), PlainSerializer(lambda value: f"{value // 60:02}:{value % 60:02}")
]
"""Local wall-clock time, written "HH:MM" ("24:00" is the end of the day), kept as minutes after local midnight."""


class Described(BaseModel):
    """Base of a device: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name


class Battery(Described):
    """A stationary battery; `min_kwh` is its reserve, `cycle_cost_per_kwh` the wear per kWh charged or discharged."""

    type: Literal["battery"]
    capacity_kwh: Positive
    min_kwh: NotNegative = 0.0
    initial_kwh: NotNegative
    charge_kw: Positive
    discharge_kw: Positive
    charge_efficiency: Share = 0.95
    discharge_efficiency: Share = 0.95
    cycle_cost_per_kwh: NotNegative = 0.0
    charge_from_grid: bool = True
    discharge_to_grid: bool = True

    @model_validator(mode="after")
    def _within_capacity(self) -> Self:
        if not self.min_kwh <= self.initial_kwh <= self.capacity_kwh:
            raise ValueError("initial_kwh must lie between min_kwh and capacity_kwh")
        return self


class Trip(BaseModel):
    """A drive on some weekdays: away from `depart` to `arrive` of the same day, using `energy_kwh`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: tuple[Weekday, ...] = WEEKDAYS
    depart: WallClock
    arrive: WallClock
    energy_kwh: NotNegative

    @model_validator(mode="after")
    def _returns(self) -> Self:
        if self.depart >= self.arrive:
            raise ValueError("arrive must be later than depart on the same day")
        return self


class Car(Described):
    """A car, plugged in whenever it is not on a trip; it leaves with at least `target_kwh`."""

    type: Literal["car"]
    capacity_kwh: Positive
    min_kwh: NotNegative = 0.0
    initial_kwh: NotNegative
    charge_kw: Positive
    charge_min_kw: NotNegative = 0.0
    charge_efficiency: Share = 0.92
    target_kwh: Positive
    trips: tuple[Trip, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.min_kwh <= self.initial_kwh <= self.capacity_kwh:
            raise ValueError("initial_kwh must lie between min_kwh and capacity_kwh")
        if not self.min_kwh <= self.target_kwh <= self.capacity_kwh:
            raise ValueError("target_kwh must lie between min_kwh and capacity_kwh")
        if any(trip.energy_kwh > self.target_kwh - self.min_kwh for trip in self.trips):
            raise ValueError("a trip needs more energy than target_kwh leaves above min_kwh")
        return self


class Roof(Described):
    """A solar plant. `performance_ratio` is its AC power per kWp in full sun (1000 W/m2) at 25 C cell temperature.

    `tilt` in degrees from level, `azimuth` from north over east (180 is south); without `inverter_kw` its power ends at `kwp`.
    """

    type: Literal["pv"]
    kwp: Positive
    performance_ratio: Share = 0.80
    tilt: Annotated[float, Field(ge=0, le=90)] = 30.0
    azimuth: Annotated[float, Field(ge=0, lt=360)] = 180.0
    inverter_kw: Positive | None = None
    curtailable: bool = True


class Appliance(Described):
    """A run that may be moved: `power_kw` for `minutes`, or `profile_kw` per quarter hour, within the window on its days.

    Of runs and stages of batches that name the same `machine` one runs at a time.
    A window with `from` later than `until` goes over midnight: within a delivery day it is the early part and the late part.
    """

    type: Literal["appliance"]
    days: tuple[Weekday, ...] = WEEKDAYS
    power_kw: Positive | None = None
    minutes: Annotated[int, Field(gt=0, multiple_of=15)] | None = None
    profile_kw: Annotated[tuple[NotNegative, ...], Field(min_length=1)] | None = None
    opens: Annotated[WallClock, Field(alias="from")]
    closes: Annotated[WallClock, Field(alias="until")]
    after: Name | None = None
    machine: Name | None = None
    interruptible: bool = False
    min_run_minutes: Annotated[int, Field(gt=0, multiple_of=15)] = 15

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if (self.profile_kw is None) == (self.power_kw is None or self.minutes is None):
            raise ValueError("give either profile_kw, or power_kw and minutes")
        if self.opens == self.closes:
            raise ValueError("the window from - until is empty")
        if self.run_minutes > ((self.closes - self.opens) % 1440 or 1440):
            raise ValueError("the run is longer than its window")
        return self

    @property
    def run_minutes(self) -> int:
        """Length of the run."""
        return self.minutes if self.minutes is not None else 15 * len(self.profile_kw or ())


class HeatPump(Described):
    """A heat pump that keeps a room within a temperature band (degrees C); gain and loss as in the schedule problem."""

    type: Literal["heat_pump"]
    power_kw: Positive
    power_min_kw: NotNegative = 0.0
    gain_c_per_kwh: Positive
    loss_per_hour: Positive
    temperature_min: float
    temperature_max: float

    @model_validator(mode="after")
    def _band(self) -> Self:
        if self.temperature_min >= self.temperature_max:
            raise ValueError("temperature_min must lie below temperature_max")
        return self
