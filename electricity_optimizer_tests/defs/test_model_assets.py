"""The registry of models: a fresh fit forecasts only when it holds its own, a refused one is kept beside it; files that went bad."""

import dataclasses
import datetime as dt
from pathlib import Path

import dagster as dg
import numpy as np
import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs.assets.models import Training, hold_check, registry_table
from electricity_optimizer.defs.checks import with_own_checks
from electricity_optimizer.defs.known import HISTORY_DAYS, MODEL_SCHEMA, known_table
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.forecasting.learning.promotion import Challenger, Terms
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.models.lear import Lear
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted, save_fitted
from electricity_optimizer.warehouse import Part
from electricity_optimizer_tests.defs.small_homes import LAST, NOW, ONE_DAY, ZONE, Home, copy_of, failed_checks, materialize

HOLD = "forecast_models challengers_hold"
USED = "price_forecasts stored_models_used"


class Shuffled(Lear):
    """LEAR that learns from prices of the wrong days: what a broken join does."""

    def fit(self, known, seed, /):
        price = known.price.copy()
        price[:-1] = price[:-1][np.random.default_rng(3).permutation(len(price) - 1)]
        return super().fit(dataclasses.replace(known, price=price), seed)


def retrain(desk: Desk) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        job = with_own_checks(build_defs(desk).resolve_implicit_global_asset_job_def(), ["forecast_models"])
        return job.execute_in_process(
            instance=instance,
            partition_key=ZONE,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )


def registry(desk: Desk) -> dict[tuple[str, str], dict]:
    rows = desk.warehouse.read("forecast_models", ZONE).iter_rows(named=True)
    return {(row["model"], row["role"]): row for row in rows}


def store(desk: Desk, rows: list[dict], now: dt.datetime = NOW + 2 * ONE_DAY) -> None:
    frame = pl.DataFrame(rows, schema_overrides={"card": pl.Object})
    desk.warehouse.publish("forecast_models", [Part(ZONE, "current", frame)], run_id="test", now=now)


def file_of(desk: Desk, sha256: str) -> Path:
    return desk.warehouse.models.folder / sha256[:2] / f"{sha256}.zst"


@pytest.fixture
def desk(small_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A house whose lear_56 is kept for a week, as the long windows are, and whose champion was fitted a fortnight before the end."""
    monkeypatch.setitem(MODELS, "lear_56", Lear(56, refit_days=7))
    desk = copy_of(small_home, tmp_path / "home")
    house, day = desk.warehouse, LAST - 13 * ONE_DAY
    table = known_table(house, zone(ZONE), LAST - HISTORY_DAYS * ONE_DAY, LAST)
    file = house.models.put(save_fitted(Lear(56, refit_days=7).fit(table.known_for(day), 0)))
    naive, lear = (registry(desk)[name, "champion"] for name in ("naive", "lear_56"))
    store(desk, [naive, lear | {"file_sha256": file, "trained_until": day - ONE_DAY}], NOW + ONE_DAY)
    return Desk(desk.settings, lambda: NOW + 2 * ONE_DAY)


def test_a_good_challenger_takes_the_place_of_the_champion_with_the_scores_of_its_trial(desk: Desk) -> None:
    before = registry(desk)["lear_56", "champion"]
    result = retrain(desk)
    assert result.success
    assert HOLD not in failed_checks(result)
    now = registry(desk)
    assert set(now) == {("lear_56", "champion"), ("naive", "champion")}
    row = now["lear_56", "champion"]
    assert (before["trained_until"], row["trained_until"]) == (LAST - 14 * ONE_DAY, LAST - ONE_DAY)
    assert row["trained_from"] == LAST - 56 * ONE_DAY
    scores = row["card"]["scores"]
    assert (scores["rule"], scores["days"], scores["last_day"]) == ("trial", 14, str(LAST))
    assert scores["champion_trained_until"] == str(before["trained_until"])
    assert scores["rmae"] < 1
    assert row["card"]["seed"] == 0
    assert "cpu" not in str(row["card"])
    said = result.asset_materializations_for_node("forecast_models")[-1].metadata
    assert "| lear_56 | champion | 2026-03-30 | trial |" in said["registry"].value
    assert said["cpu seconds"].value["lear_56"] >= 0


def test_a_bad_challenger_is_refused_and_named_and_the_champion_forecasts_on_byte_for_byte(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, day = registry(desk)["lear_56", "champion"], LAST - 6 * ONE_DAY  # nine days after the champion's fit: older than a week
    assert materialize(desk, ["price_forecasts"], day, LAST).success
    issued = desk.warehouse.read("price_forecasts", ZONE, day, LAST)
    monkeypatch.setitem(MODELS, "lear_56", Shuffled(56, refit_days=7))
    result = retrain(desk)
    check = failed_checks(result)[HOLD]
    assert check.severity.value == "ERROR"  # it was the only one
    assert check.blocking
    assert "lear_56 refused: in the trial its error is" in check.description
    now = registry(desk)
    assert now["lear_56", "champion"] == before
    refused = now["lear_56", "challenger"]
    assert refused["card"]["refused"] in check.description
    assert refused["card"]["scores"]["mae"] > 1.05 * refused["card"]["scores"]["champion_mae"]
    assert load_fitted(desk.warehouse.models.get(refused["file_sha256"])).day == LAST
    assert materialize(desk, ["price_forecasts"], day, LAST).success
    again = desk.warehouse.read("price_forecasts", ZONE, day, LAST)
    columns = [name for name in issued.columns if name != "issued_at"]
    assert again.select(columns).rows() == issued.select(columns).rows()


def test_the_same_training_again_makes_no_new_version(desk: Desk) -> None:
    assert retrain(desk).success
    version = desk.warehouse.versions("forecast_models", ZONE)["version"].to_list()
    later = Desk(desk.settings, lambda: NOW + 3 * ONE_DAY)
    assert retrain(later).success
    assert later.warehouse.versions("forecast_models", ZONE)["version"].to_list() == version


def test_trainings_every_night_are_tried_against_the_champion_of_a_fortnight_ago(desk: Desk) -> None:
    row = registry(desk)["lear_56", "champion"]
    fitted = load_fitted(desk.warehouse.models.get(row["file_sha256"]))
    for back in range(6, 0, -1):
        night = dataclasses.replace(fitted, day=LAST - back * ONE_DAY)
        file = desk.warehouse.models.put(save_fitted(night))
        store(desk, [row | {"file_sha256": file, "trained_until": night.day - ONE_DAY}], NOW + 2 * ONE_DAY - back * dt.timedelta(hours=1))
    assert retrain(desk).success
    scores = registry(desk)["lear_56", "champion"]["card"]["scores"]
    assert (scores["rule"], scores["champion_trained_until"]) == ("trial", str(LAST - 14 * ONE_DAY))


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_model_file_that_went_bad_is_named_and_its_model_fitted_in_the_walk(desk: Desk, damage: str) -> None:
    row = registry(desk)["lear_56", "champion"]
    file = file_of(desk, row["file_sha256"])
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:100])
    result = materialize(desk, ["price_forecasts"], LAST, LAST)
    assert result.success
    check = failed_checks(result)[USED]
    assert check.severity.value == "WARN"
    assert check.description.startswith(f"{ZONE}: model file lear_56 {row['file_sha256'][:12]}: the file is missing or damaged")
    assert "lear_56" in desk.warehouse.read("price_forecasts", ZONE, LAST, LAST)["model"].to_list()
    trained = retrain(desk)
    assert "lear_56 had no usable champion" in failed_checks(trained)[HOLD].description
    assert registry(desk)["lear_56", "champion"]["card"]["scores"]["rule"] == "days it has seen"
    assert USED not in failed_checks(materialize(desk, ["price_forecasts"], LAST, LAST))


def test_a_model_of_another_schema_is_ignored_and_named(desk: Desk) -> None:
    rows = list(registry(desk).values())
    store(desk, [row | {"schema_version": MODEL_SCHEMA + 1} for row in rows])
    result = materialize(desk, ["price_forecasts"], LAST, LAST)
    assert result.success
    assert f"it has schema {MODEL_SCHEMA + 1}, this program reads {MODEL_SCHEMA}" in failed_checks(result)[USED].description


def test_a_model_that_has_left_the_registry_is_named_until_the_next_training(desk: Desk) -> None:
    rows = list(registry(desk).values())
    store(desk, [*rows, rows[0] | {"model": "lear_57"}])
    check = failed_checks(materialize(desk, ["price_forecasts"], LAST, LAST))[USED]
    assert "model file lear_57" in check.description
    assert "no model of that name any more" in check.description
    assert retrain(desk).success
    assert {name for name, _ in registry(desk)} == {"lear_56", "naive"}


def test_a_champion_of_more_than_five_weeks_is_not_used(desk: Desk) -> None:
    row = registry(desk)["lear_56", "champion"]
    fitted = load_fitted(desk.warehouse.models.get(row["file_sha256"]))
    old = dataclasses.replace(fitted, day=LAST - 36 * ONE_DAY)
    store(desk, [row | {"file_sha256": desk.warehouse.models.put(save_fitted(old)), "trained_until": old.day - ONE_DAY}])
    result = materialize(desk, ["price_forecasts"], LAST, LAST)
    assert "more than 35 days before" in failed_checks(result)[USED].description


def judged(name: str, refused: str = "", missing: tuple[str, ...] = ()) -> Challenger:
    return Challenger(Fitted(name, LAST, inputs_missing=missing), {}, refused)


@pytest.mark.parametrize(
    ("challengers", "passed", "severity"),
    [
        ([judged("lear_364"), judged("lear_1092")], True, "WARN"),
        ([judged("lear_364", "worse"), judged("lear_1092")], False, "WARN"),
        ([judged("lear_364", "worse"), judged("lear_1092", "worse"), judged("naive")], False, "ERROR"),
        ([judged("lear_364", "lacks wind", ("wind",)), judged("naive")], False, "WARN"),
    ],
    ids=["all hold", "one is refused: the others go on", "none is left", "an input is late"],
)
def test_the_check_blocks_when_no_challenger_is_left(challengers: list[Challenger], passed: bool, severity: str) -> None:
    training = Training(Terms(LAST, LAST, (-500.0, 4000.0)), {one.fitted.model: one for one in challengers})
    check = hold_check(training)
    assert (check.passed, check.severity.value) == (passed, severity)


def test_a_champion_that_has_no_challenger_any_more_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = registry(desk)["lear_56", "champion"]
    monkeypatch.setattr(Lear, "fit", Lear(10_000, 7).fit)  # a window that no history holds
    result = retrain(desk)
    check = failed_checks(result)[HOLD]
    assert check.severity.value == "WARN"
    assert "lear_56 not fitted, its champion stays" in check.description
    assert registry(desk)["lear_56", "champion"] == before


def test_the_table_of_the_registry_is_markdown() -> None:
    row = {
        "model": "lear_364",
        "role": "champion",
        "trained_until": LAST,
        "card": {"scores": {"rule": "trial", "mae": 1.23456, "p_value": 0.5}},
    }
    assert registry_table([row]).splitlines()[-1] == "| lear_364 | champion | 2026-03-31 | trial | 1.235 |  |  | 0.500 |"
