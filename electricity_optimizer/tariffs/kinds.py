"""What a kind of tariff is. A new kind is one file beside this one and one line in `registry`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from electricity_optimizer.catalog.tariffs import Part
from electricity_optimizer.errors import CatalogError
from electricity_optimizer.tariffs.clock import Clock
from electricity_optimizer.tariffs.component import Component
from electricity_optimizer.tariffs.demand import DemandCharge
from electricity_optimizer.tariffs.standing import StandingCharge

Model = TypeVar("Model", bound=BaseModel)

ALWAYS: tuple[dt.date | None, dt.date | None] = (None, None)


class Kind(BaseModel):
    """Base of the fields of a kind: `kind` names it, an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    only_in: ClassVar[str | None] = None
    """The one currency its prices can be in, because of where they come from; None: any."""

    kind: str


class RateKind(Kind):
    """The energy part of an import price, or one surcharge of it. What a whole rate states beside its energy is empty for most kinds."""

    def components(self, clock: Clock, name: str) -> list[Component]:
        """Net components per kWh at the intervals of `clock`; one that has no name of its own is called `name`."""
        raise NotImplementedError

    def sold(self, clock: Clock) -> list[Component]:
        """What the rate itself pays for exports; only asked where it `sells`."""
        raise NotImplementedError

    @property
    def sells(self) -> bool:
        """Whether the rate itself says what exports earn."""
        return False

    def standing(self) -> dict[str, StandingCharge]:
        """Standing charges that the rate itself states."""
        return {}

    def minimum(self) -> StandingCharge | None:
        """The least that the rate itself charges."""
        return None

    def demand_charges(self) -> tuple[DemandCharge, ...]:
        """Demand charges that the rate itself states."""
        return ()

    def validity(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last day on which the rate itself holds."""
        return ALWAYS


class Imported(NamedTuple):
    """What an imported kWh costs: the energy part's kind and components, all net components, and VAT as a share of them."""

    kind: RateKind
    energy: Sequence[Component]
    net: Sequence[Component]
    vat: Decimal


class FeedInKind(Kind):
    """What an exported kWh earns."""

    def fits(self, energy: RateKind) -> None:
        """Raise ValueError where this feed-in cannot go with `energy`."""

    def components(self, clock: Clock, imported: Imported) -> list[Component]:
        """Components of the income per kWh at the intervals of `clock`."""
        raise NotImplementedError


def read_part(part: Part, kinds: Mapping[str, type[Model]], where: str, holidays: str | None = None) -> Model:
    """A `part` of a tariff read as its kind. Raises CatalogError naming the field."""
    model = kinds.get(str(part.get("kind")))
    if model is None:
        raise CatalogError(f"kind '{part.get('kind')}' is not known", where=f"{where}.kind", remedy=f"one of: {', '.join(kinds)}")
    return read_fields(part, model, where, holidays)


def read_fields(part: Part, model: type[Model], where: str, holidays: str | None = None) -> Model:
    """A `part` of a tariff read as `model`; `holidays` is the country of the tariff. Raises CatalogError naming the field."""
    try:
        return model.model_validate(part, context={"holidays": holidays})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join([where, *(str(step) for step in first["loc"])])
        raise CatalogError(first["msg"].removeprefix("Value error, "), where=field, remedy="correct this field") from None
