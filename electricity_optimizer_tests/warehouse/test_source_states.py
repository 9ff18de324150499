"""How sources are doing, on both engines: changes of several at once lose nothing, and one alone may try a half-open source."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import SourceState, Warehouse
from electricity_optimizer.warehouse.payloads import FileStore

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOW + dt.timedelta(minutes=3)


def test_a_source_that_was_never_asked_has_no_failures(warehouse: Warehouse) -> None:
    assert warehouse.source_state("energy-charts") == SourceState("energy-charts")


def test_a_state_comes_back_as_it_was_put_and_takes_the_place_of_the_one_before(warehouse: Warehouse) -> None:
    state = SourceState("omie", 7, NOW.replace(microsecond=123_457), "transient", "HTTP 503", NOW, LATER)
    for one in (replace(state, failures=1, retry_at=None), state):
        warehouse.put_source_state(one)
        assert warehouse.source_state("omie") == one


def many_at_once(url: str, connect: Callable[..., Engine], tmp_path: Path, work: Callable[[Warehouse], object]) -> list[object]:
    """What `work` gives in four threads with an engine each, as processes have."""
    houses = [Warehouse(connect(url, 20.0), FileStore(tmp_path), FileStore(tmp_path)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(work, houses))


def test_failures_counted_at_the_same_time_are_all_counted(
    warehouse: Warehouse, url: str, connect: Callable[..., Engine], tmp_path: Path
) -> None:
    def fail(house: Warehouse) -> None:
        for _ in range(10):
            house.change_source_state("esios", lambda state: replace(state, failures=state.failures + 1, outcome="transient"))

    many_at_once(url, connect, tmp_path, fail)
    assert warehouse.source_state("esios").failures == 40


def test_a_change_that_changes_nothing_writes_nothing(warehouse: Warehouse) -> None:
    warehouse.change_source_state("esios", lambda _: None)
    assert warehouse.source_state("esios") == SourceState("esios")


def test_of_several_that_find_a_source_half_open_one_may_try(
    warehouse: Warehouse, url: str, connect: Callable[..., Engine], tmp_path: Path
) -> None:
    state = SourceState("entsoe", 5, NOW.replace(microsecond=123_457), "transient", "HTTP 503")
    warehouse.put_source_state(state)
    claims = many_at_once(url, connect, tmp_path, lambda house: house.claim_probe(state, LATER))
    assert sorted(claims) == [False, False, False, True]
    assert warehouse.source_state("entsoe").retry_at == LATER
    assert not warehouse.claim_probe(state, LATER)


def test_a_probe_whose_process_died_may_be_claimed_by_another(warehouse: Warehouse) -> None:
    warehouse.put_source_state(SourceState("entsoe", 5, NOW))
    assert warehouse.claim_probe(SourceState("entsoe", 5, NOW), LATER)
    assert warehouse.claim_probe(warehouse.source_state("entsoe"), LATER + dt.timedelta(minutes=3))
