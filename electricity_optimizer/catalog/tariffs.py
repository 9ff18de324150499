"""Tariffs as data: the common fields of an entry. The parts with a `kind` are read by the rules of `electricity_optimizer.tariffs`."""

import datetime as dt
import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from electricity_optimizer.catalog.toml import look_up, packaged, read_entries
from electricity_optimizer.errors import CatalogError

FILE = "tariffs.toml"
RECORDS = "urdb"

Part = dict[str, Any]
"""A table with a `kind` and the fields of that kind."""

Percent = Annotated[Decimal, Field(ge=0, le=100)]


def _by_kind(given: Any) -> Any:
    """A surcharge that is a bare amount is of the kind `fixed`."""
    if not isinstance(given, dict):
        return given
    return {name: part if isinstance(part, dict) else {"kind": "fixed", "price": part} for name, part in given.items()}


Surcharges = Annotated[dict[str, Part], BeforeValidator(_by_kind)]
Charges = Annotated[tuple[Part, ...], BeforeValidator(lambda given: (given,) if isinstance(given, dict) else given)]


class TariffVersion(BaseModel):
    """What changes on the local day `valid_from`. A field left out stays; surcharges and standing charges change by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_from: dt.date
    vat_percent: Percent | None = None
    energy: Part | None = None
    surcharges: Surcharges = Field(default_factory=dict)
    feed_in: Part | None = None
    demand_charge: Charges | None = None
    standing: dict[str, Part] = Field(default_factory=dict)
    minimum: Part | None = None


class TariffEntry(BaseModel):
    """One tariff of the catalogue. `surcharges` are currency per kWh before VAT: an amount, or a part with a `kind`.

    `demand_charge` is one or several, per kW and calendar month; `standing` are charges by day, month or year; `minimum` is the least that
    a month costs. `holidays` is the country (ISO 3166 alpha-2) whose public holidays count as such. It is valid on the local days
    `valid_from` to `valid_until`, both included; `versions` are its changes in between, ascending.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    vat_percent: Percent
    energy: Part
    surcharges: Surcharges = Field(default_factory=dict)
    feed_in: Part = Field(default_factory=lambda: {"kind": "none"})
    demand_charge: Charges = ()
    standing: dict[str, Part] = Field(default_factory=dict)
    minimum: Part | None = None
    holidays: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    versions: tuple[TariffVersion, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [self.valid_from or dt.date.min, *(version.valid_from for version in self.versions)]
        late = next((day for before, day in pairwise(days) if day <= before), None)
        if late is not None:
            raise ValueError(f"version of {late} does not begin after the one before it")
        if self.valid_until is not None and self.valid_until < days[-1]:
            raise ValueError(f"valid_until {self.valid_until} lies before {days[-1]}, when it begins or last changes")
        return self


@cache
def tariff_entries() -> dict[str, TariffEntry]:
    """All tariffs of the packaged catalogue by key."""
    return read_entries(packaged(FILE), TariffEntry, FILE)


def tariff_entry(key: str) -> TariffEntry:
    """One tariff. Raises CatalogError that lists the near ones when `key` is not known."""
    return look_up(tariff_entries(), key, "tariff")


def urdb_record(label: str) -> dict[str, Any]:
    """A rate of OpenEI's rate database that ships with the catalogue, as recorded, with exact decimals.

    Raises CatalogError that lists the labels there are when `label` is not among them.
    """
    folder = files("electricity_optimizer.catalog").joinpath(RECORDS)
    known = {entry.name.removesuffix(".json"): entry for entry in folder.iterdir() if entry.name.endswith(".json")}
    if label not in known:
        labels = ", ".join(sorted(known))
        raise CatalogError(f"rate '{label}' has no record here", where="urdb label", remedy=f"one of {labels}; or give its record as rate")
    found: dict[str, Any] = json.loads(known[label].read_text(encoding="utf-8"), parse_float=Decimal)
    return found
