"""Similar days of a zone, month by month: the same rows whichever run makes them, and nothing later in them.

All days of a month are told in the scales of the days before the month, and found among those days and the days of the month that
came before. So the index of a month begins as a file that only the past decides (`MonthIndex.to_bytes`), is stored once and loaded by
every run of the month, and takes up the days of the month one by one, each after it was asked. One run over a month and a run a day
therefore publish the same.

Two indexes: `whole` finds past days by their own prices and inputs; `ahead` finds them by what was known before their prices were, and is
asked for a day whose price is not known yet.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.scale import LONGEST_LAG
from electricity_optimizer.forecasting.similar.archive import REMEDY, WHERE, pack, unpack
from electricity_optimizer.forecasting.similar.index import DayIndex, SimilarDay, recall
from electricity_optimizer.forecasting.similar.vectors import (
    Scales,
    ahead_vectors,
    scales_before,
    used_inputs,
    whole_vectors,
    with_stand_ins,
)

KIND, SCHEMA = "similar days of a zone", 1
YEARS_BACK = dt.timedelta(days=730)
LEAST_DAYS = 7
"""So many days set the scales at least: in the first month of all history the first week does, and has no neighbours itself."""


@dataclass(frozen=True)
class Found:
    """The days most like `day`, nearest first; `whole` says whether its own price was known, else what is known ahead was compared."""

    day: dt.date
    whole: bool
    neighbours: list[SimilarDay]


@dataclass(frozen=True)
class MonthIndex:
    """What is asked for the days of a month from `since` on: scales and days of before, growing by the days of the month."""

    since: dt.date
    scales: Scales
    whole: DayIndex
    ahead: DayIndex

    @property
    def recall(self) -> float:
        """The worse recall of both indexes against brute force."""
        return min(recall(self.whole), recall(self.ahead))

    def to_bytes(self) -> bytes:
        """The index as an archive of both indexes; the same days and scales give equal bytes."""
        card = {"since": self.since.isoformat(), "scales": self.scales.card(), "dimensions": [self.whole.dimension, self.ahead.dimension]}
        return pack(KIND, SCHEMA, card, {"whole": self.whole.to_bytes(), "ahead": self.ahead.to_bytes()})

    @classmethod
    def from_bytes(cls, body: bytes) -> "MonthIndex":
        """The index that `to_bytes` wrote. Raises InputError for other bytes or another schema version."""
        card, parts = unpack(body, KIND, SCHEMA)
        scales = Scales.from_card(card.get("scales", {}))
        try:
            since, (whole, ahead) = dt.date.fromisoformat(card["since"]), card["dimensions"]
            bodies = parts["whole"], parts["ahead"]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"its card cannot be read: {error!r}", where=WHERE, remedy=REMEDY) from error
        return cls(since, scales, DayIndex.from_bytes(bodies[0], whole), DayIndex.from_bytes(bodies[1], ahead))


@dataclass(frozen=True)
class Month:
    """The days of a zone as one month sees them: two years before it and its own, with their vectors in its scales."""

    table: DayTable
    since: dt.date
    scales: Scales
    whole: Array
    ahead: Array

    @classmethod
    def of(cls, table: DayTable, day: dt.date) -> "Month | None":
        """The month of `day`; None while there is no week of days before it. `table` should reach `YEARS_BACK` before the month."""
        begin = day.replace(day=1)
        table = _since(table, begin - YEARS_BACK)
        since = _scaled_since(table.first_day, day)
        if since is None:
            return None
        table = table.reaching(since)
        end = table.row(since)
        scales = scales_before(table, end, used_inputs(table, end))
        rows = np.arange(len(table))
        later = rows[min(LONGEST_LAG, len(rows)) :]
        ahead = ahead_vectors(table, later, scales)
        early = np.full((len(rows) - len(later), ahead.shape[1]), np.nan)
        return cls(table, since, scales, whole_vectors(table, rows, scales), np.vstack([early, ahead]))

    def index(self, stored: MonthIndex | None = None) -> MonthIndex:
        """The index at the begin of the month: `stored` when it holds just what would be built, else built anew."""
        before = list(range(self.table.row(self.since)))
        if stored is not None and self._is_of_here(stored, before):
            return stored
        built = MonthIndex(self.since, self.scales, DayIndex(self.whole.shape[1]), DayIndex(self.ahead.shape[1]))
        self._add(built, before)
        return MonthIndex.from_bytes(built.to_bytes())  # as every later run gets it, to the bit

    def neighbours(self, index: MonthIndex, first: dt.date, last: dt.date, count: int) -> Iterator[Found]:
        """For each day from `first` to `last`, of this month, the `count` earlier days most like it, where there are any.

        `index` is that of the begin of the month and grows by its days.
        """
        end = min((last - self.table.first_day).days + 1, len(self.table))
        for row in range(self.table.row(self.since), end):
            day = self._day(row)
            if day >= first:
                found = self._like(index, day, row, count)
                if found.neighbours:
                    yield found
            self._add(index, [row])

    def _like(self, index: MonthIndex, day: dt.date, row: int, count: int) -> Found:
        if np.isfinite(self.whole[row]).all():
            return Found(day, whole=True, neighbours=index.whole.like(self.whole[row], count))
        if row < LONGEST_LAG:
            return Found(day, whole=False, neighbours=[])
        table = with_stand_ins(self.table, day, self.scales.names)
        vector = ahead_vectors(table, np.array([row]), self.scales)[0]
        return Found(day, whole=False, neighbours=index.ahead.like(vector, count) if np.isfinite(vector).all() else [])

    def _add(self, index: MonthIndex, rows: list[int]) -> None:
        """The days of `rows` that are known whole, each by both vectors: a neighbour must have prices to show."""
        priced = [row for row in rows if np.isfinite(self.whole[row]).all()]
        index.whole.add([self._day(row) for row in priced], self.whole[priced])
        ahead = [row for row in priced if np.isfinite(self.ahead[row]).all()]
        index.ahead.add([self._day(row) for row in ahead], self.ahead[ahead])

    def _day(self, row: int) -> dt.date:
        return self.table.first_day + dt.timedelta(days=row)

    def _is_of_here(self, stored: MonthIndex, rows: list[int]) -> bool:
        """Whether `stored` has the scales, days and vectors that would be built: a corrected price of last year makes it another index."""
        priced = [row for row in rows if np.isfinite(self.whole[row]).all()]
        ahead = [row for row in priced if np.isfinite(self.ahead[row]).all()]
        if (stored.since, stored.scales) != (self.since, self.scales):
            return False
        return all(
            index.days == [self._day(row) for row in chosen] and np.array_equal(index.vectors(), vectors[chosen].astype(np.float32))
            for index, chosen, vectors in ((stored.whole, priced, self.whole), (stored.ahead, ahead, self.ahead))
        )


def _scaled_since(first_day: dt.date, day: dt.date) -> dt.date | None:
    """From which day of its month on `day` is told in scales: the first, in the first month of history after a week."""
    begin, earliest = day.replace(day=1), first_day + dt.timedelta(days=LEAST_DAYS)
    since = max(begin, earliest)
    return since if since <= day else None


def _since(table: DayTable, day: dt.date) -> DayTable:
    skipped = (day - table.first_day).days
    if skipped <= 0:
        return table
    inputs = {name: values[skipped:] for name, values in table.inputs.items()}
    return DayTable(day, table.price[skipped:], inputs)
