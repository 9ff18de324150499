"""Sites: whose they are, where they are connected, what they use and which devices may be scheduled."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from electricity_optimizer.catalog.contract import Contract
from electricity_optimizer.catalog.production import Batch, ColdStore, Shift
from electricity_optimizer.catalog.site_devices import Appliance, Battery, Car, Described, HeatPump, Name, NotNegative, Positive, Roof
from electricity_optimizer.catalog.tariffs import tariff_entry
from electricity_optimizer.catalog.toml import look_up, packaged, read_entries
from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.errors import CatalogError

FILE = "sites.toml"

Kind = TypeVar("Kind", bound=Described)

Device = Annotated[Battery | Car | Roof | Appliance | HeatPump | Batch | ColdStore, Field(discriminator="type")]


class Connection(BaseModel):
    """Limits of the grid connection in kW."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    import_limit_kw: Positive
    export_limit_kw: NotNegative = 0.0


class LoadProfile(BaseModel):
    """What cannot be moved: a shape of the day scaled to a year's energy; the noises are log-standard deviations of the metered load."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: Literal["household", "two_shifts"]
    annual_kwh: Positive
    day_noise: NotNegative = 0.1
    interval_noise: NotNegative = 0.2


class Site(BaseModel):
    """One connection to the grid with its devices. `subject` names whose data it is; `contract` is the present one.

    `shifts` are the hours with staff, in which attended stages of batches run; a site without any is always staffed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    subject: Name
    zone: str
    tariff: str
    grid: Connection
    load: LoadProfile
    contract: Contract = Contract()
    shifts: tuple[Shift, ...] = ()
    devices: tuple[Device, ...] = ()

    @property
    def place(self) -> Zone:
        """The bidding zone of the site."""
        return zone(self.zone)

    @property
    def tz(self) -> str:
        """Time zone of the site's wall clock: that of its zone."""
        return self.place.tz

    def devices_of(self, kind: type[Kind]) -> list[Kind]:
        """Its devices of one kind, in the order of the catalogue."""
        return [device for device in self.devices if isinstance(device, kind)]

    @property
    def feels_weather(self) -> bool:
        """Whether a plan needs the outdoor temperature."""
        return bool(self.devices_of(HeatPump)) or any(store.ambient_c is None for store in self.devices_of(ColdStore))

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [device.name for device in self.devices]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"device name '{min(twice)}' is used twice")
        runs = {run.name for run in self.devices_of(Appliance)}
        for run in self.devices_of(Appliance):
            if run.after is not None and (run.after not in runs or run.after == run.name):
                raise ValueError(f"'{run.name}' runs after '{run.after}', which is no other appliance of this site")
        return self


@cache
def sites() -> dict[str, Site]:
    """All sites of the packaged catalogue by key."""
    return load_sites(packaged(FILE), FILE)


def load_sites(text: str, where: str) -> dict[str, Site]:
    """Sites of a person's own TOML `text`; `where` names it in errors.

    Raises CatalogError naming entry and field, for an unknown zone or an unknown tariff too.
    """
    found = read_entries(text, Site, where)
    for key, entry in found.items():
        for field, known in (("zone", zone), ("tariff", tariff_entry)):
            try:
                known(getattr(entry, field))
            except CatalogError as error:
                raise CatalogError(error.what, where=f"{where} [{key}] {field}", remedy=error.remedy) from None
    return found


def site(key: str) -> Site:
    """One site. Raises CatalogError that lists the near ones when `key` is not known."""
    return look_up(sites(), key, "site")


def sites_of(zone_keys: Iterable[str], among: Mapping[str, Site] | None = None) -> list[Site]:
    """The sites in these zones, in their order; `among` is the packaged catalogue unless others are given."""
    wanted = set(zone_keys)
    return [entry for entry in (sites() if among is None else among).values() if entry.zone in wanted]
