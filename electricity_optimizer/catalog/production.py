"""What a factory schedules, as a planner describes it: shifts, batches in stages on shared machines, and a cold store."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from electricity_optimizer.catalog.site_devices import WEEKDAYS, Described, Name, NotNegative, Positive, WallClock, Weekday

WORKDAYS: tuple[Weekday, ...] = WEEKDAYS[:5]


class Shift(BaseModel):
    """Hours with staff on some weekdays; a night shift is written as two, up to 24:00 and from 00:00."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WORKDAYS
    opens: Annotated[WallClock, Field(alias="from")]
    closes: Annotated[WallClock, Field(alias="until")]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("until must be later than from; write a night shift as two, up to 24:00 and from 00:00")
        return self


class Stage(BaseModel):
    """A stage of a batch: one block at `power_kw` for `minutes`, or `profile_kw` per quarter hour, on `machine`.

    A machine runs one batch at a time. An attended stage runs within the shifts of the site; one that is not starts by itself and may
    run through the night.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    machine: Name | None = None
    power_kw: Positive | None = None
    minutes: Annotated[int, Field(gt=0, multiple_of=15)] | None = None
    profile_kw: Annotated[tuple[NotNegative, ...], Field(min_length=1)] | None = None
    attended: bool = True

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if (self.profile_kw is None) == (self.power_kw is None or self.minutes is None):
            raise ValueError("give either profile_kw, or power_kw and minutes")
        return self

    @property
    def run_minutes(self) -> int:
        """Length of the stage."""
        return self.minutes if self.minutes is not None else 15 * len(self.profile_kw or ())


class Batch(Described):
    """A product made in `stages`, one after the other: `batches` of it on each of its `days`.

    A batch begins at or after `from` on its day and is ready by `until`, `ready_after_days` days later. A plan of a single day keeps a
    batch within its day.
    """

    type: Literal["batch"]
    days: tuple[Weekday, ...] = WORKDAYS
    batches: Annotated[int, Field(ge=1, le=24)] = 1
    opens: Annotated[WallClock, Field(alias="from")] = 0
    closes: Annotated[WallClock, Field(alias="until")] = 1440
    ready_after_days: Annotated[int, Field(ge=0, le=6)] = 0
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [stage.name for stage in self.stages]
        if len(set(names)) < len(names):
            raise ValueError("two stages have the same name")
        if sum(stage.run_minutes for stage in self.stages) > self.closes - self.opens + 1440 * self.ready_after_days:
            raise ValueError("the stages together are longer than the time from - until")
        return self


class ColdStore(Described):
    """A cold room within a band of degrees C, whose goods store cold.

    `power_kw` is the compressor's electric power and `cop` the heat it takes out per unit of it; the room holds
    `heat_capacity_kwh_per_k` and takes in `heat_gain_w_per_k` for each degree that its surroundings (`ambient_c`, the outdoor air if
    left out) are warmer.
    """

    type: Literal["cold_store"]
    power_kw: Positive
    power_min_kw: NotNegative = 0.0
    cop: Positive
    heat_capacity_kwh_per_k: Positive
    heat_gain_w_per_k: Positive
    ambient_c: Annotated[float, Field(allow_inf_nan=False)] | None = None
    temperature_min: Annotated[float, Field(allow_inf_nan=False)]
    temperature_max: Annotated[float, Field(allow_inf_nan=False)]

    @model_validator(mode="after")
    def _band(self) -> Self:
        if self.temperature_min >= self.temperature_max:
            raise ValueError("temperature_min must lie below temperature_max")
        if self.power_min_kw > self.power_kw:
            raise ValueError("power_min_kw must not be above power_kw")
        return self

    @property
    def gain_c_per_kwh(self) -> float:
        """Change of temperature per kWh of electricity: the schedule problem's heat pump, negative."""
        return -self.cop / self.heat_capacity_kwh_per_k

    @property
    def loss_per_hour(self) -> float:
        """Share of the difference to the surroundings that the room loses in an hour."""
        return self.heat_gain_w_per_k / 1000 / self.heat_capacity_kwh_per_k
