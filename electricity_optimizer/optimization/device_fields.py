"""The devices of a schedule problem as a person writes them: field names, units, defaults and bounds.

Power is kW (mean over the step), energy kWh, temperature degrees C, prices currency per kWh. A field typed `Series` is one number or
a list with one number a step. Unknown fields, NaN and infinity are refused. Rules that need the whole problem (list lengths,
references between devices) stand in `reading.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1)]
Efficiency = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=1)]
Ratio = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]
Count = Annotated[int, Field(strict=True, ge=1)]
StepIndex = Annotated[int, Field(strict=True, ge=0)]
Flag = Annotated[bool, Field(strict=True)]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=200)]


class PerStep:
    """Marks a field whose list, where one is given, has one value a step."""


PER_STEP = PerStep()


def _shape(value: object) -> str:
    return "<list>" if isinstance(value, list | tuple) else "<number>"


# One number or a list of them; the shape of the value decides which is checked, so that an error names the field and not the union.
_BY_SHAPE = Discriminator(_shape)
NumberSeries = Annotated[Annotated[Number, Tag("<number>")] | Annotated[list[Number], Tag("<list>")], _BY_SHAPE, PER_STEP]
PositiveSeries = Annotated[Annotated[Positive, Tag("<number>")] | Annotated[list[Positive], Tag("<list>")], _BY_SHAPE, PER_STEP]
EfficiencySeries = Annotated[Annotated[Efficiency, Tag("<number>")] | Annotated[list[Efficiency], Tag("<list>")], _BY_SHAPE, PER_STEP]
RatioSeries = Annotated[Annotated[Ratio, Tag("<number>")] | Annotated[list[Ratio], Tag("<list>")], _BY_SHAPE, PER_STEP]


class Fields(BaseModel):
    """Base of every part of a problem: immutable, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Store(Fields):
    """A store of electricity behind an inverter; `soc` is stored energy in kWh at the end of a step."""

    name: Name
    soc_min_kwh: NumberSeries = 0.0
    soc_max_kwh: NumberSeries
    soc_initial_kwh: Number
    soc_final_min_kwh: Number | None = None
    final_value_per_kwh: Number = 0.0
    charge_kw: PositiveSeries
    charge_min_kw: PositiveSeries = 0.0
    charge_levels_kw: list[Positive] | None = Field(None, min_length=1)
    charge_efficiency: EfficiencySeries = 1.0
    discharge_efficiency: EfficiencySeries = 1.0
    self_discharge_per_hour: Share = 0.0
    cycle_cost_per_kwh: Positive = 0.0


class Battery(Store):
    """A stationary battery."""

    type: Literal["battery"]
    discharge_kw: PositiveSeries
    charge_from_grid: Flag = True
    discharge_to_grid: Flag = True


class Session(Fields):
    """A car plugged in for steps `arrive <= k < depart`, holding at least `target_kwh` at the end of step `depart - 1`."""

    arrive: StepIndex
    depart: StepIndex
    target_kwh: Number
    target_is: Literal["hard", "soft"] = "hard"


class Trip(Fields):
    """A drive that takes `energy_kwh` out of the car in `step`."""

    step: StepIndex
    energy_kwh: Positive


class Ev(Store):
    """A car: a store that is there during its sessions only."""

    type: Literal["ev"]
    discharge_kw: PositiveSeries = 0.0
    sessions: list[Session]
    trips: list[Trip] = Field(default_factory=list)


class Pv(Fields):
    """A photovoltaic system with its forecast production."""

    type: Literal["pv"]
    name: Name
    forecast_kw: PositiveSeries
    curtailable: Flag = True


class Load(Fields):
    """A job that can be moved: `steps` steps at `power_kw`, or the shape `profile_kw`, within `[earliest, latest_end)`.

    `ran_steps` is how many steps it has been on without a break just before the horizon: going on in step 0 is no new start, and
    they count for `min_run_steps`.
    """

    type: Literal["load"]
    name: Name
    power_kw: Positive | None = None
    steps: Count | None = None
    earliest: StepIndex = 0
    latest_end: StepIndex | None = None
    profile_kw: list[Positive] | None = Field(None, min_length=1)
    interruptible: Flag = False
    min_run_steps: Count = 1
    ran_steps: StepIndex = 0
    startup_cost: Positive = 0.0
    forbidden: list[StepIndex] = Field(default_factory=list)
    after: Name | None = None
    optional_value: Number | None = None

    @property
    def length(self) -> int:
        """Steps the job takes in all."""
        return len(self.profile_kw) if self.profile_kw else int(self.steps or 0)

    @property
    def shape(self) -> list[float]:
        """Power of each of its steps in kW."""
        return self.profile_kw or [float(self.power_kw or 0.0)] * self.length


class HeatPump(Fields):
    """A heat pump that keeps a temperature within a band; with a negative `gain_c_per_kwh` a cooler, such as a cold store's."""

    type: Literal["heat_pump"]
    name: Name
    power_kw: PositiveSeries
    power_min_kw: PositiveSeries = 0.0
    gain_c_per_kwh: Number
    loss_per_hour: Positive
    temperature_initial: Number
    temperature_min: NumberSeries
    temperature_max: NumberSeries
    temperature_final_min: Number | None = None
    outdoor_temperature: NumberSeries


class Feed(Fields):
    """What turns a carrier into heat; `power_kw` is of the carrier, `efficiency` the heat per unit of it (a COP may exceed 1)."""

    name: Name
    carrier: Literal["electricity", "gas"]
    power_kw: PositiveSeries
    efficiency: RatioSeries
    fuel_price: NumberSeries | None = None


class HeatStore(Fields):
    """A store of heat with a demand, filled by its feeds."""

    type: Literal["heat_store"]
    name: Name
    soc_min_kwh: NumberSeries = 0.0
    soc_max_kwh: NumberSeries
    soc_initial_kwh: Number
    soc_final_min_kwh: Number | None = None
    self_discharge_per_hour: Share = 0.0
    demand_kw: PositiveSeries = 0.0
    feeds: list[Feed] = Field(min_length=1)


KINDS = ("battery", "ev", "pv", "load", "heat_pump", "heat_store")


def _kind(value: object) -> str | None:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return f"<{kind}>" if kind in KINDS else None


AnyStore = Battery | Ev
Device = Annotated[
    Annotated[Battery, Tag("<battery>")]
    | Annotated[Ev, Tag("<ev>")]
    | Annotated[Pv, Tag("<pv>")]
    | Annotated[Load, Tag("<load>")]
    | Annotated[HeatPump, Tag("<heat_pump>")]
    | Annotated[HeatStore, Tag("<heat_store>")],
    Discriminator(
        _kind,
        custom_error_type="device_type",
        custom_error_message=f"'type' must be one of {', '.join(KINDS)}",
    ),
]
