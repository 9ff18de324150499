"""Tariffs as data: the common fields of an entry. The parts with a `kind` are read by the rules of `electricity_optimizer.tariffs`."""

from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from electricity_optimizer.catalog.toml import look_up, packaged, read_entries

FILE = "tariffs.toml"

Part = dict[str, Any]
"""A table with a `kind` and the fields of that kind."""


class TariffEntry(BaseModel):
    """One tariff of the catalogue. `surcharges` are currency per kWh before VAT; `demand_charge` is per kW and calendar month."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    vat_percent: Annotated[Decimal, Field(ge=0, le=100)]
    energy: Part
    surcharges: dict[str, Annotated[Decimal, Field(allow_inf_nan=False)]] = Field(default_factory=dict)
    feed_in: Part = Field(default_factory=lambda: {"kind": "none"})
    demand_charge: Part | None = None


@cache
def tariff_entries() -> dict[str, TariffEntry]:
    """All tariffs of the packaged catalogue by key."""
    return read_entries(packaged(FILE), TariffEntry, FILE)


def tariff_entry(key: str) -> TariffEntry:
    """One tariff. Raises CatalogError that lists the near ones when `key` is not known."""
    return look_up(tariff_entries(), key, "tariff")
