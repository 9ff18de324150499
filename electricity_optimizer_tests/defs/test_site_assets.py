"""Sites in the graph: what is learnt from meters, what is forecast of them, and what happens when a meter or a model is missing."""

import datetime as dt
from pathlib import Path

import dagster as dg
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from electricity_optimizer.catalog.sites import site
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.checks import with_own_checks
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted, save_fitted
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer.warehouse import Part
from electricity_optimizer_tests.defs.small_homes import ONE_DAY, ZONE, failed_checks, materialize

NOW = dt.datetime(2026, 3, 10, 14, tzinfo=UTC)
TODAY = dt.date(2026, 3, 10)
FIRST = TODAY - 44 * ONE_DAY
SITES = ["house-1", "flat-1", "factory-1"]
BANDS = ["load_q10_kw", "load_kw", "load_q90_kw"], ["pv_q10_kw", "pv_kw", "pv_q90_kw"]


def open_desk(home: Path, now: dt.datetime = NOW) -> Desk:
    return Desk(load_settings(home=home, offline=True, zones=(ZONE,)), lambda: now)


def train(desk: Desk) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        job = with_own_checks(build_defs(desk).resolve_implicit_global_asset_job_def(), ["site_models"])
        return job.execute_in_process(instance=instance, partition_key=ZONE, raise_on_error=False)


def shifted(rows: pl.DataFrame, factor: float = 1.0) -> pl.DataFrame:
    """Readings of a house that lives six hours later than its profile says, and uses more or less."""
    later = rows["load_kw"].to_numpy()
    return rows.drop("version_id", strict=False).with_columns(load_kw=pl.Series(factor * np.roll(later, 24)))


@pytest.fixture(scope="module")
def metered(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Six weeks of simulated weather and meters; the house lives six hours later than its profile."""
    desk = open_desk(tmp_path_factory.mktemp("metered"))
    assert materialize(desk, ["raw_weather", "raw_grid_forecasts"], FIRST, TODAY + ONE_DAY).success
    assert materialize(desk, ["meter_readings"], FIRST, TODAY - ONE_DAY).success
    house = desk.warehouse
    days = {day: rows for (day,), rows in house.read("meter_readings", "house-1").group_by(["delivery_day"])}
    parts = [Part("house-1", day.isoformat(), shifted(rows)) for day, rows in days.items()]
    house.publish("meter_readings", parts, run_id="test", now=NOW)
    return desk


@pytest.fixture(scope="module")
def trained(metered: Desk) -> dg.ExecuteInProcessResult:
    return train(metered)


def forecast(desk: Desk, day: dt.date) -> dict[str, pl.DataFrame]:
    assert materialize(desk, ["site_forecasts"], day, day).success
    return {key: desk.warehouse.read("site_forecasts", key, day, day).drop("version_id", strict=False) for key in SITES}


def put(desk: Desk, fitted: Fitted, site_key: str) -> None:
    """Store `fitted` as the only model of a site."""
    row = {
        "site": site_key, "model": fitted.model, "file_sha256": desk.warehouse.models.put(save_fitted(fitted)), "schema_version": 1,
        "trained_from": FIRST, "trained_until": fitted.day - ONE_DAY, "card": dict(fitted.card),
    }  # fmt: skip
    frame = pl.DataFrame([row], schema_overrides={"card": pl.Object})
    desk.warehouse.publish("site_models", [Part(site_key, "current", frame)], run_id="test", now=NOW)


def test_each_site_has_a_model_of_its_load_and_with_a_roof_of_its_sun(metered: Desk, trained: dg.ExecuteInProcessResult) -> None:
    assert failed_checks(trained) == {}
    for key in SITES:
        cards = metered.warehouse.read("site_models", key)
        quantities = [model.split("_")[0] for model in cards["model"]]
        assert sorted(quantities) == (["load"] if key == "flat-1" else ["load", "pv"])
        for row in cards.iter_rows(named=True):
            fitted = load_fitted(metered.warehouse.models.get(row["file_sha256"]))
            assert (fitted.model, fitted.day) == (row["model"], TODAY + ONE_DAY)
            assert (row["trained_from"], row["trained_until"]) == (FIRST, TODAY)
            assert set(row["card"]["scores"]) == {"prior", "naive", "blend", "learnt"}


def test_a_house_that_lives_otherwise_than_its_profile_is_learnt(metered: Desk, trained: dg.ExecuteInProcessResult) -> None:
    assert trained.success
    cards = metered.warehouse.read("site_models", "house-1")
    scores = next(row["card"]["scores"] for row in cards.iter_rows(named=True) if row["model"].startswith("load"))
    assert scores["blend"]["mae"] < 0.7 * scores["prior"]["mae"]
    assert scores["learnt"]["mae"] < 0.7 * scores["prior"]["mae"]
    assert scores["blend"]["mae"] < 0.8 * scores["naive"]["mae"]


def test_metadata_and_logs_hold_scores_by_site_and_no_reading(metered: Desk, trained: dg.ExecuteInProcessResult) -> None:
    told = trained.asset_materializations_for_node("site_models")[0].metadata
    scores = told["scores"].value
    assert {name.split(" ")[0] for name in scores} == set(SITES)
    numbers = [value for one in scores.values() for measures in one.values() for value in measures.values()]
    assert len(numbers) <= len(scores) * 8
    readings = metered.warehouse.read("meter_readings", "house-1")["load_kw"]
    assert not set(readings.to_list()) & set(numbers)


def test_a_forecast_has_bands_in_order_and_says_how_it_was_made(metered: Desk, trained: dg.ExecuteInProcessResult) -> None:
    assert trained.success
    for key, rows in forecast(metered, TODAY + ONE_DAY).items():
        assert rows["start"].to_list() == interval_starts(TODAY + ONE_DAY, site(key).tz, 15)
        for low, middle, high in BANDS:
            if key == "flat-1" and middle == "pv_kw":
                assert rows["pv_kw"].to_list() == [0.0] * 96
                continue
            assert (rows[low] <= rows[middle]).all()
            assert (rows[middle] <= rows[high]).all()
            assert rows[low].to_numpy().min() >= 0
        assert set(rows["method"].unique().item().split("/")) <= {"learnt", "blend"}
        assert rows["synthetic"].all()  # learnt from simulated meters
    house = metered.warehouse.read("site_forecasts", "house-1", TODAY + ONE_DAY, TODAY + ONE_DAY)
    assert house["pv_q90_kw"][0] == 0.0  # midnight
    assert house["pv_q90_kw"].to_numpy().max() <= 9.8


def test_a_stored_model_is_used_from_its_day_on_and_never_before(metered: Desk, trained: dg.ExecuteInProcessResult) -> None:
    assert trained.success
    stored = metered.warehouse.read("site_models", "flat-1")
    if stored["model"].to_list() != ["load_learnt"]:
        pytest.fail("the flat was expected to be learnt: choose another site for this test")
    assert forecast(metered, TODAY + ONE_DAY)["flat-1"]["method"].unique().to_list() == ["learnt"]
    assert forecast(metered, TODAY)["flat-1"]["method"].unique().to_list() == ["blend"]


def test_readings_after_the_gate_closure_change_no_bit(metered: Desk) -> None:
    day = TODAY - 3 * ONE_DAY
    before = forecast(metered, day)
    house = metered.warehouse
    later = house.read("meter_readings", "house-1", day - ONE_DAY, TODAY).sort("start")
    closed = later["start"] >= dt.datetime.combine(day - ONE_DAY, dt.time(11), UTC)  # 12:00 in Berlin
    changed = later.drop("version_id", strict=False).with_columns(
        load_kw=pl.when(closed).then(50.0).otherwise("load_kw"), pv_kw=pl.when(closed).then(9.0).otherwise("pv_kw")
    )
    parts = [Part("house-1", key.isoformat(), rows) for (key,), rows in changed.group_by(["delivery_day"])]
    house.publish("meter_readings", parts, run_id="test", now=NOW)
    try:
        assert_frame_equal(before["house-1"], forecast(metered, day)["house-1"], check_exact=True)
        assert not forecast(metered, day + 2 * ONE_DAY)["house-1"]["load_kw"].equals(before["house-1"]["load_kw"])
    finally:
        back = [
            Part("house-1", key.isoformat(), rows.drop("version_id", strict=False)) for (key,), rows in later.group_by(["delivery_day"])
        ]
        house.publish("meter_readings", back, run_id="test", now=NOW)


def test_a_damaged_model_stops_its_own_site_only(metered: Desk, trained: dg.ExecuteInProcessResult) -> None:
    assert trained.success
    put(metered, Fitted("load_blend", TODAY), "flat-1")
    sha = metered.warehouse.read("site_models", "flat-1")["file_sha256"][0]
    next(metered.settings.home.rglob(f"*{sha[2:]}*")).write_bytes(b"not a model")
    result = materialize(metered, ["site_forecasts"], TODAY + ONE_DAY, TODAY + ONE_DAY)
    check = failed_checks(result)["site_forecasts every_zone_published"]
    assert result.success
    assert check.severity.value == "WARN"
    assert list(check.metadata["refused"].value) == ["flat-1"]


def test_without_a_meter_there_is_the_profile_with_the_scatter_of_the_catalogue(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    yesterday = TODAY - ONE_DAY
    assert materialize(desk, ["raw_weather", "raw_grid_forecasts"], yesterday, TODAY + ONE_DAY).success
    for rows in forecast(desk, TODAY + ONE_DAY).values():
        assert rows["method"].unique().to_list() == ["profile"]
        assert (rows["load_q10_kw"] < rows["load_kw"]).all()
        assert rows["pv_q90_kw"].null_count() == 96  # nobody knows
    trained = train(desk)
    assert trained.success
    assert desk.warehouse.versions("site_models").is_empty()
    assert materialize(desk, ["meter_readings"], yesterday, yesterday).success
    told = train(desk).asset_materializations_for_node("site_models")[0].metadata
    assert "7 are needed" in told["flat-1 load"].value


def test_sites_are_trained_every_week_after_the_prices() -> None:
    schedules = {schedule.name: schedule for schedule in build_defs().schedules or []}
    weekly = schedules["retrain_sites_weekly"]
    assert (weekly.cron_schedule, weekly.job_name) == ("0 3 * * 0", "retrain_sites")
