"""The standing check sees what was left behind."""

import datetime as dt
from collections.abc import Callable

import dagster as dg

from electricity_optimizer.defs.checks import no_day_left_failed
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer_tests.defs.conftest import NOW

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
