"""The learning loop as a graph: horizons, the order of the night, and what its checks say when something is wrong."""

import datetime as dt
import itertools
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.automation import BEATS
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.settings import load_settings
from electricity_optimizer.warehouse import Part
from electricity_optimizer_tests.defs.learnt_days import LAST, ONE_DAY, ZONE, Errors, days_to, seed
from electricity_optimizer_tests.defs.small_homes import NOW, failed_checks, materialize

NIGHT = ["forecast_accuracy", "forecast_bias", "ensemble_weights", "learning_journal"]
GOOD: Errors = {"ensemble": 4.0, "lear_56": 4.5, "naive": 12.0}
HORIZONS = (1, 2, 3)


def steady(_day: dt.date) -> Errors:
    return GOOD


def desk_at(home: Path, zones: tuple[str, ...] = (ZONE,)) -> Desk:
    return Desk(load_settings(home=home, zones=zones, offline=True), lambda: NOW)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A quiet quarter and the night after its last two days."""
    desk = desk_at(tmp_path_factory.mktemp("learnt"))
    days = days_to(LAST, 95)
    seed(desk, steady, days[:-10])
    seed(desk, steady, days[-10:], HORIZONS)
    assert materialize(desk, ["forecast_observations"], days[0], LAST).success
    result = materialize(desk, NIGHT, LAST - ONE_DAY, LAST)
    assert failed_checks(result) == {}
    return desk


def test_a_forecast_is_observed_at_each_horizon_although_later_ones_took_its_place(learnt: Desk) -> None:
    observed = learnt.warehouse.read("forecast_observations", ZONE, LAST, LAST)
    assert dict(observed.group_by("horizon_days").len().sort("horizon_days").iter_rows()) == {1: 72, 2: 72, 3: 72}
    assert observed.select("start", "model", "horizon_days").is_unique().all()
    issued = observed.group_by("horizon_days").agg(pl.col("issued_at").unique().first()).sort("horizon_days")["issued_at"].to_list()
    assert [(NOW.date() - moment.date()).days for moment in issued] == [3, 4, 5]


def test_accuracy_is_told_by_model_horizon_and_hour(learnt: Desk) -> None:
    rows = learnt.warehouse.read("forecast_accuracy", ZONE, LAST, LAST)
    assert set(rows["window_days"]) == {1, 7, 30, 60}
    assert set(rows["hour"]) == {-1, *range(24)}
    month = rows.filter(pl.col("window_days") == 30, pl.col("hour") == -1, pl.col("model") == "ensemble").sort("horizon_days")
    assert month["horizon_days"].to_list() == [1, 2, 3]
    assert month["mae"].to_list() == pytest.approx([4.0, 8.0, 12.0], rel=0.1)
    assert month["count"].to_list() == [720, 240, 240]
    assert rows.filter(pl.col("model") == "naive", pl.col("hour") == -1, pl.col("window_days") == 30)["dm_p_value"].min() > 0.99


def test_the_journal_tells_of_horizons_weights_and_significance(learnt: Desk) -> None:
    text = learnt.warehouse.read("learning_journal", ZONE, LAST, LAST)["text"].item()
    assert "3 days ahead it is off by 1" in text
    assert "lear_56 has most weight now" in text
    assert "better than the naive (p < 0.001)" in text
    assert text.endswith("No drift.")


def test_the_bias_beyond_chance_is_kept_beside_that_of_each_model(learnt: Desk) -> None:
    rows = learnt.warehouse.read("forecast_bias", ZONE, LAST, LAST)
    assert set(rows["model"]) == {"ensemble", "ensemble_correction", "lear_56", "naive"}
    merged = rows.filter(pl.col("model") == "ensemble_correction")
    assert merged["hour"].to_list() == list(range(24))
    assert merged["bias_eur_mwh"].abs().max() < 2.0


def test_learning_again_changes_nothing(learnt: Desk) -> None:
    before = {name: learnt.warehouse.versions(name)["content_hash"].to_list() for name in NIGHT}
    assert materialize(learnt, NIGHT, LAST - ONE_DAY, LAST).success
    assert {name: learnt.warehouse.versions(name)["content_hash"].to_list() for name in NIGHT} == before
    assert learnt.warehouse.versions("learning_journal")["version"].to_list() == [1, 1]


def night(desk: Desk, assets: list[str] = NIGHT) -> dg.ExecuteInProcessResult:
    days = [dt.date.fromisoformat(day) for day in desk.warehouse.versions("prices")["partition"]]
    assert materialize(desk, ["forecast_observations"], min(days), LAST).success
    return materialize(desk, assets, LAST, LAST)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path / "home")


def test_an_ensemble_no_better_than_the_naive_is_an_error_with_zone_and_number(desk: Desk) -> None:
    seed(desk, lambda _: {**GOOD, "naive": 3.0}, days_to(LAST, 30))
    check = failed_checks(night(desk, NIGHT[:1]))["forecast_accuracy accuracy_holds"]
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert check.description.startswith("DE-LU: rMAE 1.")


def test_a_band_that_does_not_hold_and_a_percentage_off_target_are_warnings(desk: Desk) -> None:
    seed(desk, lambda _: {**GOOD, "ensemble": 9.0}, days_to(LAST, 30))
    check = failed_checks(night(desk, NIGHT[:1]))["forecast_accuracy accuracy_holds"]
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert "DE-LU: the 90 % band held" in check.description
    assert "the target is below 10 %" in check.description


def test_three_weeks_are_not_judged_yet(desk: Desk) -> None:
    seed(desk, lambda _: {**GOOD, "naive": 3.0}, days_to(LAST, 21))
    assert failed_checks(night(desk, NIGHT[:1])) == {}


def test_a_drift_is_a_warning_that_says_of_what_and_since_when(desk: Desk) -> None:
    changed = LAST - 14 * ONE_DAY
    seed(desk, lambda day: GOOD if day < changed else {**GOOD, "ensemble": 12.0}, days_to(LAST, 110))
    result = night(desk)
    check = failed_checks(result)["forecast_accuracy no_drift"]
    assert check.severity is dg.AssetCheckSeverity.WARN
    alarm = desk.warehouse.read("learning_journal", ZONE, LAST, LAST)["details"].item()["drift"][0]
    assert alarm["kind"] == "error"
    assert abs((dt.date.fromisoformat(alarm["since"]) - changed).days) <= 4
    assert f"DE-LU: Its error has drifted since {alarm['since']}: " in check.description
    assert alarm["text"] in desk.warehouse.read("learning_journal", ZONE, LAST, LAST)["text"].item()


MANY: Errors = {"ensemble": 4.0, "naive": 12.0, "good": 4.0, **{f"other_{number}": 5.2 for number in range(15)}}
"""Members of which fifteen that are a third worse share most of the weight: a regression against weights on the good one alone."""


def keep_weights(desk: Desk, zone: str = ZONE) -> None:
    frame = pl.DataFrame({"zone": zone, "model": ["good"], "weight": [1.0]})
    desk.warehouse.publish("ensemble_weights", [Part(zone, (LAST - ONE_DAY).isoformat(), frame)], run_id="seed", now=NOW)


def test_refused_weights_block_the_journal(desk: Desk) -> None:
    seed(desk, lambda _: MANY, days_to(LAST, 12))
    keep_weights(desk)
    result = night(desk)
    check = failed_checks(result)["ensemble_weights valid_weights"]
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert f"{ZONE}: {LAST}: their weighted error" in check.description
    assert desk.warehouse.read("ensemble_weights", ZONE, LAST, LAST).is_empty()
    assert desk.warehouse.read("learning_journal", ZONE).is_empty()
    assert not result.success


def test_a_zone_whose_weights_are_refused_stops_no_other_and_claims_none(tmp_path: Path) -> None:
    desk = desk_at(tmp_path / "home", (ZONE, "AT"))
    seed(desk, lambda _: MANY, days_to(LAST, 12))
    seed(desk, steady, days_to(LAST, 12), zone="AT")
    keep_weights(desk)
    result = night(desk)
    assert result.success
    assert failed_checks(result)["ensemble_weights valid_weights"].severity is dg.AssetCheckSeverity.WARN
    texts = {zone: desk.warehouse.read("learning_journal", zone, LAST, LAST)["text"].item() for zone in (ZONE, "AT")}
    assert "No new weights were accepted; those before stay." in texts[ZONE]
    assert "has most weight now" in texts["AT"]


def test_the_night_runs_in_the_order_of_its_meaning() -> None:
    graph = build_defs().resolve_asset_graph()
    night = ["forecast_observations", "forecast_accuracy", "forecast_bias", "ensemble_weights", "learning_journal", "similar_day_index"]
    for earlier, later in itertools.pairwise(night):
        assert dg.AssetKey(earlier) in graph.get(dg.AssetKey(later)).parent_keys, f"{later} does not wait for {earlier}"


def test_the_beats_of_the_learning_loop() -> None:
    crons = {beat.job: beat.cron for beat in BEATS}
    assert (crons["price_pipeline"], crons["observe_forecasts"], crons["nightly_learning"]) == ("0 */6 * * *", "30 */6 * * *", "0 4 * * *")


def test_the_six_hour_chain_goes_from_prices_to_the_verdict() -> None:
    job = build_defs().resolve_job_def("price_pipeline")
    steps: Callable[[str], bool] = {node.name for node in job.nodes}.__contains__
    assert all(map(steps, ("prices", "price_features", "forecast_observations", "forecast_accuracy")))
