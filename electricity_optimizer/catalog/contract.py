"""A supply contract as a person has it in a drawer: when it ends, how it goes on, how long before one must give notice."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Money = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Customer = Literal["household", "business"]


class Notice(BaseModel):
    """A period of notice, in calendar months, weeks and days, which add up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    months: Count = 0
    weeks: Count = 0
    days: Count = 0


class Contract(BaseModel):
    """The contract a site has now; its prices are those of the site's tariff.

    Without `ends_on` it is open-ended: it may be ended on any day after the notice. With it, it ends on that day if notice was given
    in time, else it goes on by `renews_months` again and again, or, with 0, open-ended. `standing_charge_per_month` is as billed, with
    VAT; null where the tariff itself states one. `guaranteed_until`: until then the supplier may not change the price.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    supplier: str = "the supplier of last resort"
    ends_on: dt.date | None = None
    notice: Notice = Notice(weeks=2)
    renews_months: Count = 0
    standing_charge_per_month: Money | None = None
    guaranteed_until: dt.date | None = None
    customer: Customer = "household"
    smart_meter: bool = True
