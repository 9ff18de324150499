"""Given a budget of requests: no window is ever exceeded, whoever asks, and a restart gives nothing back."""

import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.sources.calls import limits
from electricity_optimizer.sources.calls.limits import FILE, acquire, used
from electricity_optimizer_tests.sources.calls.conftest import upstream


def takers(folder, processes, patience, **counts):
    """What so many processes got that ask at the same time: by limit, (turns by the clock, waits in seconds)."""
    asked = [f"{limit}={count}" for limit, count in counts.items()]
    command = [sys.executable, "-m", "electricity_optimizer_tests.sources.calls.taker", str(folder), str(patience), *asked]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    said = [line.split() for one in running for line in one.communicate(timeout=60)[0].splitlines()]
    assert len(said) == processes * sum(counts.values())
    return {
        limit: tuple(sorted(float(value) for of, word, value in said if (of, word) == (limit, which)) for which in ("took", "wait"))
        for limit in counts
    }


def test_three_processes_share_each_budget_and_another_one_after_them_finds_it_used_up(tmp_path):
    presets = {"5/min": 5, "60/min": 60, "25/day": 25, "100/day": 100}
    for limit, (took, waits) in takers(tmp_path, 3, 0, **{limit: count // 2 + 1 for limit, count in presets.items()}).items():
        assert len(took) == presets[limit]
        assert all(wait > 0 for wait in waits)
    for limit, (took, waits) in takers(tmp_path, 1, 0, **dict.fromkeys(presets, 1)).items():
        assert took == []
        assert waits[0] > (86_000 if "day" in limit else 20)


def test_three_processes_that_wait_for_their_turns_never_come_closer_than_the_limit(tmp_path):
    turns, waits = takers(tmp_path, 3, 20, **{"3/s": 3})["3/s"]
    assert (len(turns), waits) == (9, [])
    assert all(later - earlier > 0.95 for earlier, later in zip(turns, turns[3:], strict=False))  # any four take a second


def test_the_tightest_of_several_windows_decides(tmp_path):
    source = upstream(limits=("2/s", "3/day"))
    assert [acquire(source, tmp_path, 0) for _ in range(2)] == [0.0, 0.0]
    assert 0 < acquire(source, tmp_path, 0) <= 1.01
    began = time.monotonic()
    assert acquire(source, tmp_path, 2) == 0.0
    assert time.monotonic() - began > 0.8
    assert acquire(source, tmp_path, 2) > 80_000  # first the second that is not over yet, then the day
    assert used(source, tmp_path)["3/day"] == 3


def test_patience_ends_the_waiting_and_what_could_not_be_waited_for_was_not_waited_at_all(tmp_path):
    source = upstream(limits=("1/20s",))
    acquire(source, tmp_path)
    began = time.monotonic()
    assert 19 < acquire(source, tmp_path, 10) <= 20.01
    assert time.monotonic() - began < 0.5


def test_sources_have_budgets_of_their_own_and_one_without_limits_has_none(tmp_path):
    one, other, free = (upstream(key=key, limits=rates) for key, rates in (("a-b", ("1/day",)), ("c", ("1/day",)), ("free", ())))
    assert [acquire(entry, tmp_path, 0) for entry in (one, other, free, free)] == [0.0] * 4
    assert used(free, tmp_path) == {}
    assert used(upstream(key="new", limits=("5/min",)), tmp_path) == {"5/min": 0}


def test_threads_of_one_process_share_the_budget_too(tmp_path):
    source, got = upstream(limits=("5/day",)), []
    threads = [threading.Thread(target=lambda: got.extend(acquire(source, tmp_path, 0) for _ in range(3))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert got.count(0.0) == 5


def test_a_window_slides_and_gives_its_turns_back(tmp_path):
    source = upstream(limits=("2/1s",))
    began = time.monotonic()
    times = []
    for _ in range(5):
        assert acquire(source, tmp_path) == 0.0
        times.append(time.monotonic() - began)
    assert times[4] > 1.95
    assert all(later >= earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize("content", [b"this is no database " * 100, None], ids=["damaged", "a folder in its place"])
def test_where_the_log_cannot_be_kept_nothing_is_asked_and_the_remedy_is_said(tmp_path, content):
    path = tmp_path / FILE
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"rate limits cannot be kept: .*limits\.db|limits\.db: rate limits cannot be kept"):
        acquire(upstream(limits=("1/s",)), tmp_path)


def test_the_limits_of_every_source_of_the_catalogue_can_be_kept(tmp_path):
    for entry in sources().values():
        assert acquire(entry, tmp_path, 0) == 0.0
        assert set(used(entry, tmp_path).values()) <= {1}


def test_a_turn_costs_little(tmp_path):
    source = upstream(limits=("60/min", "1000/day"))
    acquire(source, tmp_path)
    began = time.process_time()
    for _ in range(50):
        acquire(source, tmp_path)
    assert time.process_time() - began < 50 * 0.005
    limits._bucket.cache_clear()
