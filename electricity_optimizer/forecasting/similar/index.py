"""The index of delivery days: it finds the days nearest to a vector (HNSW: Malkov and Yashunin 2016, arXiv 1603.09320).

hnswlib is silent about what goes wrong, so here is checked what it is not: a vector of another length or with unknown values, a day that
is there already (it would be overwritten), more days than there is room for, more neighbours wanted than days are known, a file of another
dimension (it would be read as nonsense). It forgets the search width when it loads, and builds another graph each time with more than one
thread: both are set here, always.
"""

import datetime as dt
import itertools
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import hnswlib
import numpy as np
from numpy.typing import NDArray

from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.forecasting.days import Array
from electricity_optimizer.forecasting.similar.archive import REMEDY, WHERE, pack, unpack

KIND, SCHEMA, PART = "index of days", 1, "graph"
LINKS = 16  # of a day to its neighbours
BUILD_WIDTH = 200
SEARCH_WIDTH = 400
"""Candidates looked at in a search. On two years of days the recall is 1.000 (`recall`), the search takes a fifth of a millisecond."""
ROOM = 64  # days a new or loaded index has room for before it grows
ONE_THREAD = 1
_FLOAT_BYTES = 4
_HEAD = struct.Struct("<QQQQQQ")  # of hnswlib's file: level offset, capacity, elements, bytes a day, place of the label, of the vector
_ASKED = 100  # days asked when recall is measured


@dataclass(frozen=True)
class SimilarDay:
    """A day like the one asked for; `distance` is Euclidean in scaled units, 0 for the same vector."""

    day: dt.date
    distance: float


class DayIndex:
    """Delivery days by their vectors, in the order of days; it knows only what was added."""

    def __init__(self, dimension: int, days: Sequence[dt.date] = (), stored: bytes | None = None) -> None:
        """An empty index, or that of `stored`, hnswlib's own bytes with the vectors of `days`: `from_bytes` checks them first."""
        self.dimension = dimension
        self.days = list(days)
        self._graph = hnswlib.Index(space="l2", dim=dimension)
        if stored is None:
            self._graph.init_index(max_elements=ROOM, ef_construction=BUILD_WIDTH, M=LINKS, random_seed=1)
        else:
            _load(self._graph, stored, len(self.days) + ROOM)
        self._graph.set_ef(SEARCH_WIDTH)  # forgotten by loading: it would be 10

    def __len__(self) -> int:
        return len(self.days)

    def add(self, days: Sequence[dt.date], vectors: Array) -> None:
        """Add `days` (ascending, later than all that are there) with their `vectors` (days, dimension).

        Raises ForecastError for another shape, unknown values, or a day that is not later than the one before.
        """
        points = self._checked(vectors)
        if len(points) != len(days):
            raise ForecastError(f"{len(days)} days have {len(points)} vectors", where=WHERE, remedy="give a vector a day")
        known = [*self.days[-1:], *days]
        for earlier, day in itertools.pairwise(known):
            if day <= earlier:
                raise ForecastError(f"day {day} comes after {earlier}", where=WHERE, remedy="add each day once, the earliest first")
        if not len(points):
            return
        count = len(self.days) + len(days)
        if count > self._graph.max_elements:
            self._graph.resize_index(max(count, 2 * self._graph.max_elements))
        self._graph.add_items(points, np.arange(len(self.days), count), num_threads=ONE_THREAD)
        self.days += days

    def like(self, vector: Array, count: int) -> list[SimilarDay]:
        """The `count` days nearest to `vector` (dimension,), nearest first, at equal distance the earlier; fewer while fewer are known.

        At most `SEARCH_WIDTH`. Raises ForecastError for a vector of another length or with unknown values.
        """
        wanted = min(count, len(self.days), SEARCH_WIDTH)
        points = self._checked(vector[None, :])
        if wanted < 1:
            return []
        try:
            labels, squares = self._graph.knn_query(points, k=wanted, num_threads=ONE_THREAD)
        except RuntimeError as error:  # parts of the graph that no search reaches
            raise ForecastError(f"fewer than {wanted} days are found: {error}", where=WHERE, remedy=REMEDY) from error
        found = sorted(zip(np.sqrt(squares[0]).tolist(), labels[0].tolist(), strict=True))
        return [SimilarDay(self.days[label], distance) for distance, label in found]

    def vectors(self) -> NDArray[np.float32]:
        """(days, dimension) as they are kept: single precision."""
        if not self.days:
            return np.empty((0, self.dimension), np.float32)
        return np.asarray(self._graph.get_items(list(range(len(self.days)))), np.float32)

    def to_bytes(self) -> bytes:
        """The index as an archive; equal indexes that came about alike give equal bytes."""
        with tempfile.TemporaryDirectory() as folder:  # hnswlib writes files only
            path = Path(folder) / PART
            self._graph.save_index(str(path))
            graph = path.read_bytes()
        card = {"dimension": self.dimension, "days": [day.isoformat() for day in self.days]}
        return pack(KIND, SCHEMA, card, {PART: graph})

    @classmethod
    def from_bytes(cls, body: bytes, dimension: int) -> "DayIndex":
        """The index that `to_bytes` wrote. Raises InputError for other bytes, another schema version or another `dimension`."""
        card, parts = unpack(body, KIND, SCHEMA)
        try:
            days, graph = [dt.date.fromisoformat(day) for day in card["days"]], parts[PART]
            said = int(card["dimension"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"its card cannot be read: {error!r}", where=WHERE, remedy=REMEDY) from error
        _check_graph(graph, dimension, said, len(days))
        return cls(dimension, days, graph)

    def _checked(self, vectors: Array) -> NDArray[np.float32]:
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ForecastError(f"vectors have shape {vectors.shape}", where=WHERE, remedy=f"give {self.dimension} numbers a day")
        points = vectors.astype(np.float32)
        if not np.isfinite(points).all():
            raise ForecastError("a vector has unknown values", where=WHERE, remedy="leave out days that are not known whole")
        return points


def recall(index: DayIndex, count: int = 10) -> float:
    """Share of the true `count` nearest neighbours that the index finds, by brute force over up to 100 of its own days, evenly spread.

    The day asked does not count. A day as near as the last true one is a true one. 1.0 while there are no two days.
    """
    from scipy.spatial.distance import cdist  # noqa: PLC0415 - half a second at import, for the measure of recall only

    vectors = index.vectors().astype(float)
    wanted = min(count, len(vectors) - 1)
    if wanted < 1:
        return 1.0
    asked = np.unique(np.linspace(0, len(vectors) - 1, min(_ASKED, len(vectors))).astype(int))
    hits = 0
    for row, distances in zip(asked, cdist(vectors[asked], vectors), strict=True):
        true = np.partition(np.delete(distances, row), wanted - 1)[wanted - 1]
        found = [similar for similar in index.like(vectors[row], wanted + 1) if similar.day != index.days[row]]
        hits += sum(similar.distance <= true * (1 + 1e-5) + 1e-6 for similar in found[:wanted])
    return hits / (wanted * len(asked))


def _load(graph: hnswlib.Index, stored: bytes, room: int) -> None:
    with tempfile.TemporaryDirectory() as folder:  # hnswlib reads files only
        path = Path(folder) / PART
        path.write_bytes(stored)
        try:
            graph.load_index(str(path), max_elements=room)
        except RuntimeError as error:
            raise InputError(f"its graph cannot be read: {error}", where=WHERE, remedy=REMEDY) from error


def _check_graph(graph: bytes, dimension: int, said: int, days: int) -> None:
    """The card and hnswlib's own head must agree with what the caller is going to ask: hnswlib itself compares nothing."""
    if len(graph) < _HEAD.size:
        raise InputError("its graph is cut short", where=WHERE, remedy=REMEDY)
    _, _, elements, _, label_place, vector_place = _HEAD.unpack_from(graph)
    stored = (label_place - vector_place) / _FLOAT_BYTES
    if not stored == said == dimension:
        what = f"its vectors have {stored:g} numbers, its card says {said}, {dimension} are asked for"
        raise InputError(what, where=WHERE, remedy=REMEDY)
    if elements != days:
        raise InputError(f"it holds {elements} days, its card names {days}", where=WHERE, remedy=REMEDY)
