"""A running day is planned again: what was carried out stands, the rest follows what is known now, and without news nothing is written."""

import datetime as dt
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import zstandard

from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.warehouse import Part
from electricity_optimizer_tests.defs.small_homes import LAST, ZONE, Home, copy_of, materialize

NOON = dt.datetime(LAST.year, LAST.month, LAST.day, 10, 0, tzinfo=dt.UTC)
STEPS = 48
PLAN = ["optimized_schedules"]


def plan_of(desk: Desk, site: str = "house-1") -> dict[str, Any]:
    row = desk.warehouse.read("optimized_schedules", site, LAST, LAST).row(0, named=True)
    return row | {name: orjson.loads(zstandard.decompress(row[name])) for name in ("problem", "answer")}


def dearer_evening(desk: Desk) -> None:
    rows = desk.warehouse.read("prices", ZONE, LAST, LAST)
    evening = pl.col("start") >= NOON + dt.timedelta(hours=6)
    raised = pl.when(evening).then(pl.col("price_eur_mwh") + 400.0).otherwise(pl.col("price_eur_mwh")).alias("price_eur_mwh")
    desk.warehouse.publish("prices", [Part(ZONE, LAST.isoformat(), rows.with_columns(raised))], run_id="test", now=NOON)


def test_given_news_at_noon_then_the_morning_stands_and_a_second_run_writes_nothing(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home", NOON)
    before = plan_of(desk)
    dearer_evening(desk)
    assert materialize(desk, PLAN, LAST, LAST).success
    after = plan_of(desk)
    assert (after["previous_plan_id"], after["issued_at"]) == (before["plan_id"], NOON)
    assert after["plan_id"] != before["plan_id"]
    assert after["verified"]
    for name, flows in before["answer"]["devices"].items():
        for key in ("charge_kw", "discharge_kw", "power_kw"):
            assert after["answer"]["devices"][name].get(key, [])[:STEPS] == flows.get(key, [])[:STEPS], name
    assert after["answer"]["changes"]["from_plan"]
    version = desk.warehouse.versions("optimized_schedules", "house-1", LAST, LAST)["version"].to_list()
    assert materialize(desk, PLAN, LAST, LAST).success
    assert desk.warehouse.versions("optimized_schedules", "house-1", LAST, LAST)["version"].to_list() == version


def test_given_a_day_that_is_over_then_it_is_planned_whole(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home", NOON + dt.timedelta(days=3))
    before = plan_of(desk)
    assert materialize(desk, PLAN, LAST, LAST).success
    assert plan_of(desk)["plan_id"] == before["plan_id"]
