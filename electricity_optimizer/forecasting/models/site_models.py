"""Which model forecasts a site's load or sun: trees where they beat the blend on the same held-out days, else the blend.

The chosen one is a `Fitted` whose card holds the scores of all on those days: MAE of prior, naive, blend and, from four weeks on,
trees, with the coverage of the 80 % band. A blend has nothing to store but its card: it is made anew from the latest readings.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.models.site_load import LOAD_TREES
from electricity_optimizer.forecasting.models.site_pv import PV_TREES
from electricity_optimizer.forecasting.models.site_trees import HELD_OUT_DAYS, LEAST_DAYS, SiteTrees
from electricity_optimizer.forecasting.protocol import Fitted
from electricity_optimizer.forecasting.sites.bands import Banded
from electricity_optimizer.forecasting.sites.blend import blend_load, blend_pv
from electricity_optimizer.forecasting.sites.days import QUARTERS, MeterDays
from electricity_optimizer.forecasting.sites.scores import band_scores, mae, naive

Quantity = Literal["load", "pv"]
SEED = 1


@dataclasses.dataclass(frozen=True)
class _Members:
    trees: SiteTrees
    blend: Callable[[MeterDays, int], Banded]


MEMBERS: dict[Quantity, _Members] = {"load": _Members(LOAD_TREES, blend_load), "pv": _Members(PV_TREES, blend_pv)}


def learn(quantity: Quantity, known: MeterDays) -> Fitted:
    """The model for the last day of `known` (a table from `known_for`) and the days after it; it may be a blend.

    `card["scores"]` has those of `learnt` (from four weeks of readings on), `blend`, `naive` and `prior`, all on the held-out days.
    """
    members = MEMBERS[quantity]
    held = min(HELD_OUT_DAYS, known.days_known // 2)
    scores = _simple_scores(members, known, held)
    facts: dict[str, Any] = {"days_known": known.days_known, "held_out_days": held, "age": known.age, "scores": scores}
    if known.days_known >= LEAST_DAYS:
        trees = members.trees.fit(known, SEED)
        scores["learnt"] = trees.card["scores"]
        learnt, blend = scores["learnt"]["mae"], scores["blend"]["mae"]
        if learnt is not None and (blend is None or learnt < blend):
            return dataclasses.replace(trees, model=f"{quantity}_learnt", card={**trees.card, **facts})
    return Fitted(f"{quantity}_blend", known.last_day, card=facts)


def forecast(quantity: Quantity, known: MeterDays, fitted: Fitted | None) -> tuple[Banded, str]:
    """Quantiles (96,) of the last day of `known` and the method: `learnt` by the trees of `fitted`, else `blend`.

    Raises ForecastError where neither is possible: then there is only the prior.
    """
    members = MEMBERS[quantity]
    if fitted is not None and fitted.model == f"{quantity}_learnt":
        try:
            return members.trees.predict(fitted, known), "learnt"
        except ForecastError:  # readings come later than they used to, or an input is missing: the blend needs neither
            return members.blend(known, 0), "blend"
    return members.blend(known, 0), "blend"


def _simple_scores(members: _Members, known: MeterDays, held: int) -> dict[str, dict[str, float | None]]:
    """Scores of blend, naive and prior on the last `held` days with readings of the age of now; the dark does not count."""
    rows = slice(len(known) - 1 - held, len(known) - 1)
    actual = np.where(known.dark, np.nan, known.value)[rows]
    blended = [_blended(members, known, row) for row in range(rows.start, rows.stop)]
    stacked = Banded(*(np.stack([getattr(one, name) for one in blended]) for name in ("low", "middle", "high")))
    return {
        "blend": band_scores(actual, stacked),
        "naive": {"mae": mae(actual, naive(known, known.age)[rows])},
        "prior": {"mae": mae(actual, known.prior[rows])},
    }


def _blended(members: _Members, known: MeterDays, row: int) -> Banded:
    """The blend for a past day; unknown where too little was known then."""
    try:
        return members.blend(known.known_for(known.first_day + dt.timedelta(days=row)), known.age)
    except ForecastError:  # the first days of a short history have no blend to be scored
        unknown = np.full(QUARTERS, np.nan)
        return Banded(unknown, unknown, unknown)
