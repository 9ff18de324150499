"""The standing checks see what was left behind, by day and by zone, and how far each zone reaches."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.checks import CHECKS, UP_TO_DATE, no_day_left_failed, with_own_checks
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.warehouse import Part
from electricity_optimizer_tests.defs.conftest import NOW
from electricity_optimizer_tests.warehouse.frames_of_prices import price_rows

TODAY = NOW.date()


def look(desk: Desk, done: list[dt.date]) -> dg.AssetCheckResult:
    with dg.DagsterInstance.ephemeral() as instance:
        for day in done:
            instance.report_runless_asset_event(dg.AssetMaterialization("prices", partition=day.isoformat()))
        context = dg.build_asset_check_context(instance=instance)
        result = no_day_left_failed(context, desk=desk)
    assert isinstance(result, dg.AssetCheckResult)
    return result


def days_back(*offsets: int) -> list[dt.date]:
    return [TODAY - dt.timedelta(days=offset) for offset in offsets]


def test_a_forgotten_day_is_named(make_desk: Callable[..., Desk]) -> None:
    result = look(make_desk(), days_back(3, 1, 0))
    assert not result.passed
    assert result.description == f"prices: {days_back(2)[0]}"


def test_days_before_the_first_one_and_assets_never_run_do_not_count(make_desk: Callable[..., Desk]) -> None:
    assert look(make_desk(), days_back(2, 1, 0)).passed
    assert look(make_desk(), []).passed


def test_only_the_last_fortnight_counts(make_desk: Callable[..., Desk]) -> None:
    assert look(make_desk(), [*days_back(40), *days_back(*range(15))]).passed


def test_an_asset_that_stopped_long_ago_is_the_freshness_policys_to_tell(make_desk: Callable[..., Desk]) -> None:
    assert look(make_desk(), days_back(60, 59)).passed


def publish(desk: Desk, zone: str, *days: dt.date) -> None:
    parts = [Part(zone, day.isoformat(), price_rows(day, zone=zone)) for day in days]
    desk.warehouse.publish("prices", parts, run_id="test", now=NOW)


def test_a_zone_that_lacks_a_day_which_others_have_is_named(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(name="zones")
    publish(desk, "DE-LU", *days_back(4, 3, 2, 1, 0))
    publish(desk, "ES", *days_back(3, 2, 0))
    result = look(desk, days_back(4, 3, 2, 1, 0))
    assert not result.passed
    assert result.description == f"prices of ES: {days_back(1)[0]}"
    assert result.metadata["days that only some lack"].value == {"prices": {"ES": [str(days_back(1)[0])]}}


def test_a_zone_that_came_later_does_not_lack_the_days_before_it(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    publish(desk, "DE-LU", *days_back(4, 3, 2, 1, 0))
    publish(desk, "ES", *days_back(1, 0))
    assert look(desk, days_back(4, 3, 2, 1, 0)).passed


def ends(desk: Desk, *assets: str) -> dict[str, dg.AssetCheckEvaluation]:
    keys = [dg.AssetCheckKey(dg.AssetKey(asset), UP_TO_DATE) for asset in assets]
    job = dg.define_asset_job("ends", selection=dg.AssetSelection.checks(*keys))
    definitions = build_defs(desk)
    alone = dg.Definitions(assets=definitions.assets, asset_checks=CHECKS, jobs=[job], resources=definitions.resources)
    with dg.DagsterInstance.ephemeral() as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        result = alone.resolve_job_def("ends").execute_in_process(instance=instance, run_config=quiet)
    return {one.asset_key.to_user_string(): one for one in result.get_asset_check_evaluations()}


@pytest.mark.parametrize(
    ("known", "severity", "said"),
    [
        ((1, 0, -1), None, None),  # at 14:00 in Berlin tomorrow is not due, and may be there
        ((1, 0), None, None),
        ((2, 1), "ERROR", "DE-LU: to the end of 2026-05-19, due to the end of 2026-05-20"),
        ((), "ERROR", "DE-LU: nothing, due to the end of 2026-05-20"),
    ],
)
def test_a_zone_without_a_price_for_today_is_an_error(
    make_desk: Callable[..., Desk], known: tuple[int, ...], severity: str | None, said: str | None
) -> None:
    desk = make_desk()
    publish(desk, "DE-LU", *days_back(*known))
    result = ends(desk, "prices")["prices"]
    assert (result.passed, result.description) == (severity is None, said)
    assert severity is None or result.severity.value == severity


def test_a_zone_without_tomorrow_after_three_is_a_warning_beside_one_that_has_it(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    later = Desk(desk.settings.model_copy(update={"zones": ("DE-LU", "ES")}), lambda: NOW + dt.timedelta(hours=2))
    publish(later, "DE-LU", *days_back(0, -1))
    publish(later, "ES", *days_back(0))
    result = ends(later, "prices")["prices"]
    assert (result.passed, result.severity.value) == (False, "WARN")
    assert result.description == "ES: to the end of 2026-05-20, due to the end of 2026-05-21"
    assert result.metadata["DE-LU"].value == "to the end of 2026-05-21, due to the end of 2026-05-21"


def test_weather_and_forecasts_that_end_early_are_warnings(make_desk: Callable[..., Desk]) -> None:
    found = ends(make_desk(), "weather", "price_forecasts")
    assert {asset: one.severity.value for asset, one in found.items()} == {"weather": "WARN", "price_forecasts": "WARN"}


def test_a_zone_whose_prices_are_files_ends_where_they_end(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    pl.DataFrame({"start": ["2026-03-01T00:00:00Z"], "price": [80.0]}).write_csv(file)
    assert ends(make_desk(price_files=(file,)), "prices")["prices"].passed


def test_assets_may_be_run_without_the_checks_that_look_at_the_clock_or_load_the_suites() -> None:
    job = with_own_checks(build_defs().resolve_implicit_global_asset_job_def(), ["prices", "quality_report"])
    assert {node.name for node in job.nodes} == {"prices", "quality_report", "quality_report_no_day_left_failed"}
