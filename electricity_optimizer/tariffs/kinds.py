"""What a kind of tariff is. A new kind (time-of-use, tiered, URDB) is one file beside this one and one line in `registry`."""

from decimal import Decimal
from typing import Annotated, Protocol, TypeVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from electricity_optimizer.catalog.tariffs import Part
from electricity_optimizer.errors import CatalogError

Amount = Annotated[Decimal, Field(allow_inf_nan=False)]
"""A price in currency per kWh, kept as the exact decimal that a person wrote."""

Model = TypeVar("Model", bound=BaseModel)

SPOT = pl.col("price_eur_mwh") / 1000
"""The market price of an interval in EUR per kWh; null where it is not known."""


class Kind(BaseModel):
    """Base of the fields of a kind: `kind` names it, an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str


class EnergyKind(Protocol):
    """The energy part of an import price."""

    def components(self, tz: str) -> dict[str, pl.Expr]:
        """Net EUR per kWh by component, over the columns `start` (UTC) and `price_eur_mwh`; `tz` is for rules by the clock."""
        ...


class FeedInKind(Protocol):
    """What an exported kWh earns."""

    def price_expression(self, tz: str) -> pl.Expr:
        """EUR per kWh over the columns `start` (UTC) and `price_eur_mwh`; `tz` is for rules by the clock."""
        ...


def read_part(part: Part, kinds: dict[str, type[Model]], where: str) -> Model:
    """A `part` of a tariff read as its kind. Raises CatalogError naming the field."""
    model = kinds.get(str(part.get("kind")))
    if model is None:
        raise CatalogError(f"kind '{part.get('kind')}' is not known", where=f"{where}.kind", remedy=f"one of: {', '.join(kinds)}")
    return read_fields(part, model, where)


def read_fields(part: Part, model: type[Model], where: str) -> Model:
    """A `part` of a tariff read as `model`. Raises CatalogError naming the field."""
    try:
        return model.model_validate(part)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join([where, *(str(step) for step in first["loc"])])
        raise CatalogError(first["msg"], where=field, remedy="correct this field") from None
