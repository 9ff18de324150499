"""The index of days: what it finds, what it refuses that hnswlib would take without a word, and its file."""

import datetime as dt
import io
import json
import zipfile

import hnswlib
import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.similar.archive import CARD, pack, unpack
from electricity_optimizer.forecasting.similar.index import KIND, PART, SCHEMA, SEARCH_WIDTH, DayIndex, recall
from electricity_optimizer.forecasting.similar.vectors import ahead_vectors, scales_before, used_inputs, whole_vectors

FIRST = dt.date(2026, 1, 5)
DIMENSION = 12


def day(offset: int) -> dt.date:
    return FIRST + dt.timedelta(days=offset)


def points(count: int, dimension: int = DIMENSION, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, dimension))


def filled(count: int, dimension: int = DIMENSION) -> DayIndex:
    index = DayIndex(dimension)
    index.add([day(k) for k in range(count)], points(count, dimension))
    return index


def tampered(body: bytes, **card: object) -> bytes:
    """The same archive with another card: what a bug of ours or a hand might leave."""
    head, parts = unpack(body, KIND, SCHEMA)
    known = {name: value for name, value in head.items() if name not in {"kind", "schema_version", "sha256"}}
    return pack(KIND, SCHEMA, known | card, parts)


def test_the_nearest_days_come_first_with_their_distance() -> None:
    index = DayIndex(2)
    index.add([day(0), day(1), day(2)], np.array([[0.0, 3.0], [0.0, 0.0], [4.0, 0.0]]))
    found = index.like(np.array([0.0, 0.0]), 3)
    assert [(similar.day, similar.distance) for similar in found] == [(day(1), 0.0), (day(0), 3.0), (day(2), 4.0)]


def test_more_neighbours_than_days_gives_all_days_and_an_empty_index_none() -> None:
    assert len(filled(4).like(points(1)[0], 10)) == 4
    assert DayIndex(DIMENSION).like(points(1)[0], 10) == []
    assert len(filled(SEARCH_WIDTH + 50).like(points(1)[0], 10_000)) == SEARCH_WIDTH


def test_it_grows_beyond_its_first_room() -> None:
    index = filled(10)
    index.add([day(k) for k in range(10, 500)], points(490, seed=6))
    assert len(index) == len(index.like(points(1)[0], 400)) + 100 == 500


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39])
def test_unknown_values_are_refused(value: float) -> None:
    index, vector = filled(5), points(1)[0]
    vector[3] = value
    with pytest.raises(ForecastError, match="unknown values"), np.errstate(over="ignore"):
        index.add([day(9)], vector[None, :])
    with pytest.raises(ForecastError, match="unknown values"), np.errstate(over="ignore"):
        index.like(vector, 3)


def test_another_length_is_refused() -> None:
    with pytest.raises(ForecastError, match="give 12 numbers a day"):
        filled(5).like(np.ones(13), 3)
    with pytest.raises(ForecastError, match="give a vector a day"):
        filled(5).add([day(9)], points(2))


def test_a_day_that_is_there_already_is_refused_and_not_overwritten() -> None:
    index = filled(5)
    for days in ([day(4)], [day(2)], [day(8), day(8)]):
        with pytest.raises(ForecastError, match="add each day once"):
            index.add(days, points(len(days)))
    assert np.array_equal(index.vectors(), points(5).astype(np.float32))


def test_a_stored_index_finds_the_same_and_goes_on() -> None:
    index = filled(300)
    stored = DayIndex.from_bytes(index.to_bytes(), DIMENSION)
    asked = points(20, seed=9)
    assert [stored.like(vector, 15) for vector in asked] == [index.like(vector, 15) for vector in asked]
    assert stored.days == index.days
    for one in (index, stored):
        one.add([day(k) for k in range(300, 400)], points(100, seed=6))
    assert [similar.day for similar in stored.like(asked[0], 5)] == [similar.day for similar in index.like(asked[0], 5)]


def test_loading_sets_the_search_width_that_hnswlib_forgets(tmp_path) -> None:
    plain = hnswlib.Index(space="l2", dim=DIMENSION)
    (tmp_path / PART).write_bytes(unpack(filled(50).to_bytes(), KIND, SCHEMA)[1][PART])
    plain.load_index(str(tmp_path / PART))
    assert plain.ef == 10, "hnswlib remembers by now: the reset may go"
    assert DayIndex.from_bytes(filled(50).to_bytes(), DIMENSION)._graph.ef == filled(1)._graph.ef == SEARCH_WIDTH


def test_two_builds_are_equal_to_the_byte_and_so_is_an_empty_one() -> None:
    assert filled(200).to_bytes() == filled(200).to_bytes()
    one_by_one = DayIndex(DIMENSION)
    for k, vector in enumerate(points(200)):
        one_by_one.add([day(k)], vector[None, :])
    assert np.array_equal(one_by_one.vectors(), filled(200).vectors())
    empty = DayIndex.from_bytes(DayIndex(DIMENSION).to_bytes(), DIMENSION)
    empty.add([day(0)], points(1))
    assert len(empty.like(points(1)[0], 3)) == 1


def test_a_file_of_another_dimension_is_refused() -> None:
    body = filled(20).to_bytes()
    with pytest.raises(InputError, match="its vectors have 12 numbers, its card says 12, 16 are asked for"):
        DayIndex.from_bytes(body, 16)
    with pytest.raises(InputError, match="its vectors have 12 numbers, its card says 16"):
        DayIndex.from_bytes(tampered(body, dimension=16), 16)


def test_a_card_that_names_other_days_is_refused() -> None:
    days = [day(k).isoformat() for k in range(19)]
    with pytest.raises(InputError, match="holds 20 days, its card names 19"):
        DayIndex.from_bytes(tampered(filled(20).to_bytes(), days=days), DIMENSION)
    with pytest.raises(InputError, match="its card cannot be read"):
        DayIndex.from_bytes(tampered(filled(20).to_bytes(), days=["soon"]), DIMENSION)


def test_damaged_bytes_and_other_schemas_are_refused_with_the_remedy() -> None:
    body = filled(20).to_bytes()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        card, graph = json.loads(archive.read(CARD)), archive.read(PART)
    spoilt = io.BytesIO()
    with zipfile.ZipFile(spoilt, "w") as archive:
        archive.writestr(CARD, json.dumps(card))
        archive.writestr(PART, graph[:-1] + bytes([graph[-1] ^ 1]))
    for bad, said in ((spoilt.getvalue(), "graph is damaged"), (body[:-40], "the bytes are none"), (b"", "the bytes are none")):
        with pytest.raises(InputError, match=said) as refused:
            DayIndex.from_bytes(bad, DIMENSION)
        assert refused.value.remedy == "build the index again"
    with pytest.raises(InputError, match="of schema version 2, this program reads index of days of 1"):
        DayIndex.from_bytes(pack(KIND, 2, {}, {}), DIMENSION)
    with pytest.raises(InputError, match="cut short"):
        DayIndex.from_bytes(pack(KIND, SCHEMA, {"dimension": DIMENSION, "days": []}, {PART: b"short"}), DIMENSION)


def test_recall_on_two_years_of_a_real_zone_is_at_least_99_percent(germany: DayTable) -> None:
    end = len(germany)
    scales = scales_before(germany, end, used_inputs(germany, end))
    rows = np.arange(29, end)
    for vectors in (whole_vectors(germany, rows, scales), ahead_vectors(germany, rows, scales)):
        whole = rows[np.isfinite(vectors).all(axis=1)]
        assert len(whole) > 600, len(whole)
        index = DayIndex(vectors.shape[1])
        index.add([germany.days[row] for row in whole], vectors[whole - 29])
        assert recall(index, 20) >= 0.99
        assert recall(DayIndex.from_bytes(index.to_bytes(), vectors.shape[1]), 20) >= 0.99


def test_recall_tells_a_poor_index_from_a_good_one() -> None:
    """With hnswlib's own search width of 10 the index misses neighbours, and the measure says so."""
    index = filled(2000, 64)
    assert recall(index) >= 0.99
    index._graph.set_ef(10)
    assert recall(index) < 0.95
    assert recall(filled(1)) == 1.0
