"""The daily audit: plans agree with the Pyomo model, and one that does not is named."""

from pathlib import Path

import orjson
import polars as pl
import zstandard

from electricity_optimizer.defs.audit import agree_with_the_reference
from electricity_optimizer.warehouse import Part
from electricity_optimizer_tests.defs.small_homes import LAST, NOW, ONE_DAY, Home, copy_of

MIDDAY = NOW.replace(year=LAST.year, month=LAST.month, day=LAST.day)


def test_given_the_plans_of_today_then_the_reference_agrees(small_home: Home, tmp_path: Path) -> None:
    found = agree_with_the_reference(copy_of(small_home, tmp_path / "home", MIDDAY))
    assert found.passed, found.description
    assert found.metadata["plans solved again"].value >= 2


def test_given_a_plan_that_is_not_the_cheapest_then_its_site_is_named(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home", MIDDAY)
    rows = desk.warehouse.read("optimized_schedules", "house-1", LAST, LAST)
    answer = orjson.loads(zstandard.decompress(rows["answer"][0]))
    worse = zstandard.compress(orjson.dumps(answer | {"objective": answer["objective"] + 1.0}))
    spoilt = rows.with_columns(pl.lit(worse).alias("answer"))
    desk.warehouse.publish("optimized_schedules", [Part("house-1", LAST.isoformat(), spoilt)], run_id="test", now=MIDDAY)
    found = agree_with_the_reference(desk)
    assert not found.passed
    assert found.description == "house-1: its cost is not the least"


def test_given_no_plan_of_today_then_nothing_is_said(small_home: Home, tmp_path: Path) -> None:
    found = agree_with_the_reference(copy_of(small_home, tmp_path / "home", MIDDAY + 40 * ONE_DAY))
    assert found.passed
    assert found.metadata["plans solved again"].value == 0
