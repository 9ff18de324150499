"""What must hold in every cell of the matrix, whatever the fault."""

import datetime as dt
import re
from collections.abc import Iterator

import polars as pl

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources.calls.client import MAX_REDIRECTS
from electricity_optimizer.sources.calls.line import ATTEMPTS
from electricity_optimizer.sources.ingest import QUICK
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer_tests.faults.cell import Cell, Round
from electricity_optimizer_tests.faults.faults import Expect, hourly
from electricity_optimizer_tests.sources.wire.intervals import Price

TOLERANCE = 0.011
SLACK_S = 3.0
"""What recording and choosing may take besides, on a busy machine."""
UNHEALTHY = {"transient", "rate_limited", "blocked", "auth", "schema_changed", "permanent"}


def expect_reason(cell: Cell, done: Round, expect: Expect) -> None:
    """The faulty source ended as expected, and the report or the failed check says why and names it."""
    name = cell.upstream.source
    found = done.outcome(name)
    assert found is not None, f"{name} was not asked"
    assert found.outcome == expect.outcome, found
    if found.outcome in UNHEALTHY:
        assert found.reason
        state = cell.house.source_state(name)
        assert (state.failures, state.outcome) == (1, expect.outcome), state
    if expect.check:
        return
    assert re.search(expect.said, found.reason), found.reason


def expect_checked(cell: Cell, done: Round, expect: Expect) -> None:
    """The failed check says what is wrong and with which source."""
    said = done.failed()
    assert expect.check in said, said
    assert re.search(expect.said, said[expect.check]), said
    assert cell.upstream.source in said[expect.check]


def expect_bounds(cell: Cell, done: Round, expect: Expect) -> None:
    """Time within the budgets of the source's requests, calls within its tries."""
    name = cell.upstream.source
    assert done.seconds <= source(name).budget_s * cell.upstream.requests + SLACK_S
    tries = ATTEMPTS if expect.outcome == "transient" else 1 + MAX_REDIRECTS if "redirect" in expect.said else 1
    assert done.asked[name] <= tries * cell.upstream.requests, done.asked
    assert done.asked[cell.upstream.fallback] <= 2 * ATTEMPTS


def expect_nothing_wrong(cell: Cell, published: pl.DataFrame, price: Price, of_day: dt.date | None = None) -> None:
    """Every interval of the day with the price that it has, or nothing at all."""
    if published.is_empty():
        return
    day, place = of_day or cell.fault.day, cell.place
    assert published["start"].to_list() == interval_starts(day, place.tz, place.resolution_on(day))
    wrong = [(start, value) for start, value in _rows(published) if abs(value - (price(start) or 0.0)) > TOLERANCE]
    assert not wrong, wrong[:3]


def expect_taken(cell: Cell, published: pl.DataFrame, name: str) -> None:
    """The day is published whole from the source `name`, which its rows name, and the bytes that it sent are kept."""
    assert published["source"].unique().to_list() == [name]
    records = cell.house.records("price_record", cell.place.key, cell.fault.day, cell.fault.day)
    of_it = records.filter(pl.col("source") == name)
    assert of_it["payload_sha256"].null_count() == 0
    assert all(cell.house.load_payload(sha256) for sha256 in of_it["payload_sha256"].unique())


def expect_cell(cell: Cell) -> None:
    """The whole course of a cell: the first ingest, and what follows from it."""
    expect = cell.fault.expected(cell.upstream.source)
    quick = cell.play()
    assert not cell.server.defects, cell.server.defects
    expect_reason(cell, quick, expect)
    expect_bounds(cell, quick, expect)
    if expect.alone:
        expect_found_by_a_second_source(cell, quick, expect)
    elif expect.coarse:
        expect_replaced_by_a_finer_source(cell, quick)
    else:
        expect_day(cell, quick, expect)


def expect_day(cell: Cell, quick: Round, expect: Expect) -> None:
    """The day is there and right, from the source that was to give it; a poll after it asks nobody."""
    expect_nothing_wrong(cell, quick.published, cell.true)
    if expect.check:
        expect_checked(cell, quick, expect)
    expect_taken(cell, quick.published, cell.upstream.source if expect.taken == "faulty" else cell.upstream.fallback)
    asked = len(cell.server.asked)
    report = cell.ask(QUICK, cell.now + dt.timedelta(minutes=15))
    assert report.held_days == 1
    assert len(cell.server.asked) == asked


def expect_found_by_a_second_source(cell: Cell, quick: Round, expect: Expect) -> None:
    """One source cannot know: what it says is published. The deep re-sync refuses it: the check blocks and names both sources."""
    expect_taken(cell, quick.published, cell.upstream.source)
    deep = cell.resync()
    expect_checked(cell, deep, expect)
    assert cell.upstream.fallback in deep.failed()[expect.check]
    assert [choice.frame for choice in deep.choices] == [None]


def expect_replaced_by_a_finer_source(cell: Cell, quick: Round) -> None:
    """Means of hours are repeated and flagged; the deep re-sync takes the source at the market time unit in their place."""
    expect_nothing_wrong(cell, quick.published, hourly(cell.true))
    expect_taken(cell, quick.published, cell.upstream.source)
    assert quick.published["derivation"].unique().to_list() == ["split_from_coarser"]
    deep = cell.resync()
    expect_nothing_wrong(cell, deep.published, cell.true)
    expect_taken(cell, deep.published, cell.upstream.fallback)


def _rows(published: pl.DataFrame) -> Iterator[tuple[dt.datetime, float]]:
    return published.select("start", "price").iter_rows()
