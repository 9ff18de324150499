"""Whether the level of a day fits the days before it, and which of its prices are spikes, as columns of a day.

The judgement of the level is that of `market.level`: prices per kWh or in cents are off by 10 or 1000. A day that does not fit is no
part of the level that the days after it are compared with, so a source that changed its unit is refused on every day of it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from electricity_optimizer.market.check import SPIKE_WIDTH
from electricity_optimizer.market.level import LEVEL_DAYS, PastDay, past_days, unit

RECENT_DAYS = 14
"""So many days before a day make its recent level."""

LEVEL_SCHEMA = pl.Schema(
    {"delivery_day": pl.Date(), "level_fits": pl.Boolean(), "level_said": pl.String(), "spikes": pl.Int64(), "spikes_said": pl.String()}
)


def level_columns(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Per delivery day of `rows` how its level and its spikes look beside the days before it; null where too few are known.

    `rows` and `before` (earlier days) have the columns delivery_day, start, source, price, synthetic. Simulated days and real ones are
    not compared. Days are taken in order: each one that fits is part of the level of the next.
    """
    known = {past.day: past for past in past_days(before)}
    found = []
    for today in past_days(rows):
        recent = _recent(known, today)
        fits, level_said = unit(today, recent)
        enough = len(recent) >= LEVEL_DAYS
        found.append((today.day, fits if enough else None, level_said, *_spikes(today, recent if enough else [])))
        if fits:
            known.setdefault(today.day, today)
    return pl.DataFrame(found, schema=LEVEL_SCHEMA, orient="row")


def _recent(known: Mapping[dt.date, PastDay], today: PastDay) -> list[PastDay]:
    """The days before `today` that it is compared with, oldest first."""
    days = (today.day - dt.timedelta(days=offset) for offset in range(RECENT_DAYS, 0, -1))
    return [known[day] for day in days if day in known and known[day].synthetic == today.synthetic]


def _spikes(today: PastDay, recent: Sequence[PastDay]) -> tuple[int | None, str | None]:
    """How many prices lie far outside of the recent ones, upwards or downwards, and in words."""
    if not recent:
        return None, None
    low, median, high = (float(value) for value in np.quantile(np.concatenate([past.prices for past in recent]), [0.25, 0.5, 0.75]))
    reach = SPIKE_WIDTH * max(high - low, 1.0)
    outside = today.prices[np.abs(today.prices - median) > reach]
    beyond = f"below {median - reach:.2f} or above {median + reach:.2f}"
    if not outside.size:
        return 0, f"none {beyond}"
    return outside.size, f"{outside.size} {beyond}: {outside.min():.2f} to {outside.max():.2f}"
