"""Reading for many scopes at once: each gets what it would have been told alone, from one query."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import event

from electricity_optimizer.warehouse import ForMany, Part, Warehouse
from electricity_optimizer_tests.warehouse.frames_of_prices import DAY, EVENING, MORNING, NOON, price_rows

ZONES = ["SE3", "DE-LU", "FR", "ES"]
NEXT = DAY + dt.timedelta(days=1)


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """Three zones of which one has two versions and one two days; a fourth has nothing."""
    for zone, day, price, now in [
        ("DE-LU", DAY, 80.0, MORNING), ("DE-LU", DAY, 81.0, EVENING), ("FR", DAY, 70.0, MORNING), ("FR", NEXT, 71.0, NOON),
        ("SE3", DAY, 30.0, MORNING),
    ]:  # fmt: skip
        warehouse.publish("prices", [Part(zone, day.isoformat(), price_rows(day, price, zone=zone))], run_id="run", now=now)
    return warehouse


@contextmanager
def counted(warehouse: Warehouse) -> Iterator[list[str]]:
    """The SELECT statements of prices within the block."""
    seen: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest) -> None:
        if "asset_version" in statement:
            seen.append(statement)

    event.listen(warehouse.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(warehouse.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "asked",
    [{}, {"first": DAY, "last": DAY}, {"as_of": NOON}, {"where": {"price": [71.0, 81.0]}}, {"only": ["start", "price"]}],
    ids=["all", "a day", "as of noon", "some rows", "two columns"],
)
def test_each_zone_is_told_what_it_would_be_told_alone(filled: Warehouse, asked: dict) -> None:
    together = ForMany(filled, ZONES)
    with counted(filled) as queries:
        found = {zone: together.read("prices", zone, **asked) for zone in ZONES}
    assert len(queries) == 1
    for zone in ZONES:
        assert_frame_equal(found[zone], filled.read("prices", zone, **asked))


def test_versions_are_looked_up_together_too(filled: Warehouse) -> None:
    together = ForMany(filled, ZONES)
    with counted(filled) as queries:
        found = {zone: together.versions("prices", zone, DAY, DAY) for zone in ZONES}
    assert len(queries) == 1
    for zone in ZONES:
        assert_frame_equal(found[zone], filled.versions("prices", zone, DAY, DAY))
    assert together.versions("prices").equals(filled.versions("prices"))


def test_a_scope_that_is_not_of_the_many_is_looked_up_alone_and_once(filled: Warehouse) -> None:
    together = ForMany(filled, ["house-1", "house-2"])
    with counted(filled) as queries:
        assert together.read("prices", "FR", DAY, DAY) is together.read("prices", "FR", DAY, DAY)
    assert len(queries) == 1


def test_objects_of_json_are_handed_on(filled: Warehouse) -> None:
    row = {
        "site": "house-1", "zone": "DE-LU", "delivery_day": DAY, "plan_id": "p", "issued_at": MORNING, "start": NOON, "status": "optimal",
        "verified": True, "cost": 1.0, "baseline_cost": 2.0, "currency": "EUR", "problem": b"p", "answer": b"a",
        "inputs": {"versions": {"prices": {"2026-05-04": 1}}}, "synthetic": False,
    }  # fmt: skip
    sites = ["house-1", "house-2"]
    parts = [Part(site, DAY.isoformat(), pl.DataFrame([row | {"site": site}], schema_overrides={"inputs": pl.Object})) for site in sites]
    filled.publish("optimized_schedules", parts, run_id="run", now=MORNING)
    for site in sites:
        found = ForMany(filled, [*sites, "house-3"]).read("optimized_schedules", site)
        assert (found["site"].to_list(), found["inputs"][0]) == ([site], row["inputs"])
