"""The main job: its stages in the order of the lineage, what it reports, what its summary holds, why it stops."""

import datetime as dt
import itertools
from pathlib import Path

import orjson
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.demo import ONE_ZONE, Extent, last_day, run_demo, stages
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.summary import summarize
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.warehouse.tables import PUBLISHED
from electricity_optimizer_tests.defs.small_homes import EXTENT, LAST, NOW, PRICE_FILE, ZONE, Home, cut, desk_of

CONTRACT = {"zones", "days", "source", "synthetic", "rows", "forecast", "schedules", "checks", "wall_seconds", "cpu_seconds"}


@pytest.fixture(scope="module")
def summary(small_home: Home) -> dict[str, object]:
    return summarize(small_home.house, [zone(ZONE)], small_home.desk.sites_of([ZONE]).values(), LAST, small_home.outcome, 12.34)


def test_every_asset_runs_after_what_it_depends_on() -> None:
    graph = build_defs().resolve_asset_graph()
    order = list(stages([zone(ZONE)], LAST, ONE_ZONE))
    names = {name for stage in order for name in stage.assets}

    def last_place(name: str) -> int:
        return max(place for place, stage in enumerate(order) if name in stage.assets)

    assert names == {key.to_user_string() for key in graph.get_all_asset_keys()}
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            assert last_place(parent.to_user_string()) <= last_place(key.to_user_string()), (parent, key)


def test_a_line_a_stage_says_what_ran_and_how_long(small_home: Home) -> None:
    names = [line.split(":")[0] for line in small_home.lines]
    assert names == ["history", "market", "context", "models", "forecasts", "schedules", "savings", "advice", "quality"]
    assert list(small_home.outcome.seconds) == names


def test_every_asset_published_something_and_no_check_failed(small_home: Home) -> None:
    for asset in PUBLISHED:
        assert small_home.house.versions(asset).height > 0, asset
    assert small_home.outcome.failed == 0
    assert small_home.outcome.passed > 30


def test_the_summary_is_one_json_object_with_the_keys_of_the_contract(summary: dict[str, object]) -> None:
    read = orjson.loads(orjson.dumps(summary))
    assert set(read) >= CONTRACT
    assert set(read["rows"]) == set(PUBLISHED)
    assert set(read["forecast"][ZONE]) >= {"mae", "rmae", "coverage_90"}
    for schedule in read["schedules"].values():
        assert set(schedule) >= {"cost", "baseline_cost", "savings_percent", "verified"}
        assert schedule["verified"] is True
    assert set(read["checks"]) >= {"passed", "failed"}


def test_the_summary_says_what_is_real_and_what_is_not(summary: dict[str, object]) -> None:
    assert (summary["zones"], summary["days"], summary["source"], summary["synthetic"]) == ([ZONE], EXTENT.history, "files", False)
    assert "weather" in summary["synthetic_inputs"]
    assert "prices" not in summary["synthetic_inputs"]
    assert summary["last_day"] == str(LAST)
    assert summary["rows"]["prices"] == EXTENT.history * 96 - 4  # the day of 23 hours


def test_the_last_day_is_the_last_whole_one_of_the_files_else_tomorrow(small_home: Home, shared: Path, tmp_path: Path) -> None:
    assert last_day(small_home.desk, zone(ZONE)) == LAST
    file = tmp_path / "prices.csv"
    cut(shared, PRICE_FILE, LAST, 3, ["price"])[:-4].write_csv(file)
    assert last_day(desk_of(tmp_path, file), zone(ZONE)) == LAST - dt.timedelta(days=1)
    assert last_day(Desk(load_settings(home=tmp_path, offline=True), lambda: NOW), zone(ZONE)) == dt.date(2026, 5, 21)


def test_files_of_another_zone_are_refused(small_home: Home) -> None:
    with pytest.raises(InputError, match="no whole day of ES in the files"):
        last_day(small_home.desk, zone("ES"))


def test_it_stops_with_the_check_that_blocked_and_not_with_a_warning_before(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    prices = cut(shared, PRICE_FILE, LAST, 2, ["price"])
    prices.with_columns(price=50.0).write_csv(file)
    desk = desk_of(tmp_path / "home", file)
    with pytest.raises(InputError, match=r"not_constant: files: 50\.00 in every interval") as stopped:
        run_demo(build_defs(desk), desk, [ZONE], LAST, lambda _line: None, Extent(2, 1, 1))
    assert "\n" not in str(stopped.value)


def test_stages_cover_the_days_asked_without_overlap() -> None:
    for extent, place in itertools.product((ONE_ZONE, EXTENT), ("DE-LU", "ES")):
        spans = {stage.name: stage.partitions[0] for stage in stages([zone(place)], LAST, extent)}
        first, last = (spans["history"][f"dagster/asset_partition_range_{end}"] for end in ("start", "end"))
        assert dt.date.fromisoformat(first) == LAST - dt.timedelta(days=extent.history - 1)
        begins = dt.date.fromisoformat(spans["market"]["dagster/asset_partition_range_start"])
        assert begins - dt.date.fromisoformat(last) == dt.timedelta(days=1)
