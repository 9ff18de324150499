"""The report of a day: the same for the same data, read in a minute, and the verdict of each asset beside it."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from electricity_optimizer.defs.expectations import CHECK, JUDGED
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.quality.suites import COVERAGE, FORECASTS, PRICES, WEATHER
from electricity_optimizer.warehouse import Part, SourceState
from electricity_optimizer_tests.defs.conftest import NOW, Run, reasons
from electricity_optimizer_tests.defs.small_homes import LAST, ONE_DAY, ZONE, Home, copy_of, materialize

MARKET = ["raw_prices", "raw_weather", "prices", "weather"]
TODAY = NOW.date()


@pytest.fixture
def filled(make_desk: Callable[..., Desk], run: Run) -> Desk:
    """Two simulated zones of three days."""
    desk = make_desk()
    desk = Desk(desk.settings.model_copy(update={"zones": ("DE-LU", "ES")}), desk.now)
    result = run(desk, MARKET, TODAY - 2 * ONE_DAY, TODAY)
    assert result.success, reasons(result)
    return desk


def reports(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    made = result.asset_materializations_for_node("quality_report")
    return {str(one.partition): str(one.metadata["report"].value) for one in made}


def test_each_zone_and_day_has_its_rows_and_each_day_its_page(filled: Desk, run: Run) -> None:
    result = run(filled, ["quality_report"], TODAY - ONE_DAY, TODAY)
    assert result.success, reasons(result)
    rows = filled.warehouse.read("quality_report", "ES", TODAY, TODAY)
    named = {f"prices: {rule.name}" for rule in PRICES} | {f"weather: {rule.name}" for rule in WEATHER}
    assert set(rows["expectation"]) == named | {f"coverage: {rule.name}" for rule in COVERAGE}
    pages = reports(result)
    assert sorted(pages) == [str(TODAY - ONE_DAY), str(TODAY)]
    assert f"### Quality of {TODAY}" in pages[str(TODAY)]
    assert "| ES | 96 of simulator" in pages[str(TODAY)]
    assert max(len(page) for page in pages.values()) < 4000


def test_the_same_data_gives_the_same_report(filled: Desk, run: Run) -> None:
    first = run(filled, ["quality_report"], TODAY - ONE_DAY, TODAY)
    again = run(Desk(filled.settings, lambda: NOW + dt.timedelta(minutes=7)), ["quality_report"], TODAY - ONE_DAY, TODAY)
    assert reports(first) == reports(again)
    assert filled.warehouse.versions("quality_report")["version"].unique().to_list() == [1]


def test_its_verdicts_are_the_checks_of_the_assets_and_those_not_there_have_none(filled: Desk, run: Run) -> None:
    result = run(filled, ["quality_report"], TODAY - ONE_DAY, TODAY)
    noted = {one.asset_key.to_user_string(): one for one in result.get_asset_check_evaluations() if one.check_name == CHECK}
    assert set(noted) == {"prices", "weather"}
    assert all(one.passed and one.metadata["days judged"].value == 4 for one in noted.values())


def test_a_day_that_is_missing_and_one_that_is_wrong_are_not_met(filled: Desk, run: Run) -> None:
    house, wrong = filled.warehouse, filled.warehouse.read("prices", "ES", TODAY, TODAY).with_columns(price=50.0, price_eur_mwh=50.0)
    house.publish("prices", [Part("ES", str(TODAY), wrong)], run_id="test", now=NOW)
    later = Desk(filled.settings, lambda: NOW + ONE_DAY)
    result = run(later, ["quality_report"], TODAY, TODAY + ONE_DAY)
    met = next(one for one in result.get_asset_check_evaluations() if one.check_name == "expectations_met")
    assert (met.passed, met.severity.value) == (False, "WARN")
    failed = met.metadata["failed"].value
    assert f"ES {TODAY} prices move: 1" in failed
    assert f"DE-LU {TODAY + ONE_DAY} prices are there: nothing" in failed
    assert "- ES prices: prices move: 1" in reports(result)[str(TODAY)]


def test_upstreams_are_told_with_their_breaker(filled: Desk, run: Run) -> None:
    retry = NOW + dt.timedelta(minutes=30)
    filled.warehouse.put_source_state(SourceState("energy-charts", 5, retry, "transient", "503", None, NOW))
    result = run(filled, ["quality_report"], TODAY, TODAY)
    told = result.asset_materializations_for_node("quality_report")[0].metadata["sources"].value
    assert "| energy-charts | breaker open until 2026-05-20 12:30 UTC | never | 503 |" in told


def test_the_report_of_real_days_says_where_prices_come_from(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    result = materialize(desk, ["quality_report"], LAST - 6 * ONE_DAY, LAST)
    assert result.success, reasons(result)
    rows = desk.warehouse.read("quality_report", ZONE, LAST - 6 * ONE_DAY, LAST)
    assert {f"price_forecasts: {rule.name}" for rule in FORECASTS} <= set(rows["expectation"])
    source = rows.filter(pl.col("expectation") == "prices: a source is named")["observed"].to_list()
    assert source == ["96 of files as_sent"] * 4 + ["92 of files as_sent"] + ["96 of files as_sent"] * 2
    assert rows.filter(~pl.col("passed"))["expectation"].unique().to_list() == ["weather: nothing is simulated"]
    assert set(JUDGED) == {one.asset_key.to_user_string() for one in result.get_asset_check_evaluations() if one.check_name == CHECK}
