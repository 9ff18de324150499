"""`plan_fleet`: the same schedules as the asset makes, in shards; a site that fails is named and alone, whoever runs the shards."""

from pathlib import Path

import dagster as dg
import pytest

from electricity_optimizer.definitions import build_defs
from electricity_optimizer.defs import fleet
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.spread import executor_of
from electricity_optimizer.defs.zone_runs import run_each
from electricity_optimizer.errors import SettingsError
from electricity_optimizer.settings import load_settings
from electricity_optimizer_tests.defs.fleet_homes import DAY, fleet_desk, write_sites
from electricity_optimizer_tests.defs.fleet_workers import broker_of, environment, execute, worker
from electricity_optimizer_tests.defs.small_homes import materialize

ASSET = "optimized_schedules"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
SIZE = 5


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Twelve houses of which the third cannot be planned."""
    return fleet_desk(tmp_path / "home", write_sites(tmp_path / "sites.toml", 12, weak=(3,)))


def plan(desk: Desk, instance: dg.DagsterInstance, size: int = SIZE) -> dg.ExecuteInProcessResult:
    config = {"ops": {"cut_fleet": {"config": {"sites_per_shard": size}}}}
    job = build_defs(desk).resolve_job_def("plan_fleet")
    return job.execute_in_process(instance=instance, partition_key=DAY.isoformat(), run_config={**QUIET, **config}, raise_on_error=False)


def plans(desk: Desk) -> dict[str, tuple[object, ...]]:
    """The current schedule of each site, whole but for when it was issued."""
    columns = ["plan_id", "status", "verified", "cost", "baseline_cost", "problem", "answer"]
    scopes = desk.warehouse.versions(ASSET)["scope"]
    return {scope: desk.warehouse.read(ASSET, scope).select(columns).row(0) for scope in scopes}


def check_of(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    (check,) = result.get_asset_check_evaluations()
    return check


def test_the_fleet_has_the_schedules_that_the_asset_makes(desk: Desk, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    result = plan(desk, instance)
    assert result.success
    other = fleet_desk(tmp_path / "other", desk.settings.site_files[0])
    assert materialize(other, [ASSET], DAY, DAY).success
    assert plans(desk) == plans(other)
    assert len(plans(desk)) == 11


def test_the_day_is_materialized_once_with_what_the_shards_did(desk: Desk, instance: dg.DagsterInstance) -> None:
    result = plan(desk, instance)
    (event,) = result.asset_materializations_for_node("report_fleet")
    told = {name: value.value for name, value in event.metadata.items()}
    assert (event.asset_key.to_user_string(), event.partition) == (ASSET, DAY.isoformat())
    assert (told["sites"], told["shards"], told["dagster/row_count"], told["not planned"]) == (12, 3, 11, 1)
    assert instance.get_materialized_partitions(dg.AssetKey(ASSET)) == {DAY.isoformat()}


def test_each_shard_is_one_transaction_of_the_run(desk: Desk, instance: dg.DagsterInstance) -> None:
    result = plan(desk, instance)
    assert set(desk.warehouse.versions(ASSET)["run_id"]) == {result.run_id}
    assert plan(desk, instance).success
    assert set(desk.warehouse.versions(ASSET)["version"]) == {1}  # the same content again is no new version


def test_a_site_that_cannot_be_planned_is_named_and_the_others_go_on(desk: Desk, instance: dg.DagsterInstance) -> None:
    check = check_of(plan(desk, instance))
    assert (check.passed, check.severity.value, check.partition) == (False, "WARN", DAY.isoformat())
    assert "house-0003" in check.description
    assert "house-0004" not in check.description


def test_a_defect_of_ours_in_one_site_costs_no_other_its_plan(
    desk: Desk, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = fleet.plan_site

    def broken(desk: Desk, site, *days):
        if site.key == "house-0007":
            raise ZeroDivisionError("float division by zero")
        return original(desk, site, *days)

    monkeypatch.setattr(fleet, "plan_site", broken)
    check = check_of(plan(desk, instance))
    assert "house-0007: ZeroDivisionError: float division by zero (a defect" in check.description
    assert sorted(set(desk.sites) - set(plans(desk))) == ["house-0003", "house-0007"]


def test_only_so_many_failures_are_named_on_the_asset(desk: Desk, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "MOST_NAMED", 2)
    write_sites(desk.settings.site_files[0], 12, weak=(1, 2, 3, 4, 5))
    check = check_of(plan(desk, instance))
    assert list(check.metadata["refused"].value) == ["house-0001", "house-0002", "and others"]
    assert "3 more" in check.description


def test_a_run_in_which_no_site_has_a_plan_fails(desk: Desk, instance: dg.DagsterInstance) -> None:
    write_sites(desk.settings.site_files[0], 3, weak=(1, 2, 3))
    result = plan(desk, instance)
    assert not result.success
    assert check_of(result).severity.value == "ERROR"
    assert result.asset_materializations_for_node("report_fleet") == []


def fleet_of_the_environment() -> dg.JobDefinition:
    return build_defs().resolve_job_def("plan_fleet")


def test_a_shard_that_failed_is_planned_again_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(desk).items():
        monkeypatch.setenv(name, value)
    job = dg.reconstructable(fleet_of_the_environment)
    again: list[str] = []

    def out_of_memory(items, work):
        if "house-0008" in items and not again:
            raise MemoryError
        return run_each(items, work)

    monkeypatch.setattr(fleet, "run_each", out_of_memory)
    with dg.DagsterInstance.local_temp() as instance:
        config = {**QUIET, "ops": {"cut_fleet": {"config": {"sites_per_shard": SIZE}}}}
        tags = {"dagster/partition": DAY.isoformat()}
        first = dg.execute_job(job, instance, run_config=config, tags=tags)
        assert (first.success, len(plans(desk))) == (False, 6)  # the shards beside it are published
        again.append("now")
        options = dg.ReexecutionOptions.from_failure(first.run_id, instance)
        second = dg.execute_job(job, instance, reexecution_options=options, tags=tags)
        assert second.success
        assert {event.step_key for event in second.events_for_node("plan_shard")} == {"plan_shard[00002]"}
        (reported,) = second.asset_materializations_for_node("report_fleet")
    assert (reported.metadata["sites"].value, len(plans(desk))) == (12, 11)


def test_celery_without_a_broker_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(SettingsError, match=r"EO_CELERY_BROKER: Celery has no broker \(set REDIS_URL"):
        executor_of(load_settings(fleet_executor="celery"))


@pytest.mark.slow
def test_processes_of_their_own_publish_the_same_schedules(desk: Desk, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    assert plan(desk, instance).success
    other = fleet_desk(tmp_path / "other", desk.settings.site_files[0])
    execute(other, SIZE, EO_FLEET_EXECUTOR="multiprocess")
    assert plans(other) == plans(desk)


@pytest.mark.slow
@pytest.mark.parametrize("broker", ["file", "redis"])
def test_celery_workers_publish_the_same_schedules(desk: Desk, instance: dg.DagsterInstance, tmp_path: Path, broker: str) -> None:
    assert plan(desk, instance).success
    other = fleet_desk(tmp_path / "other", desk.settings.site_files[0])
    log = tmp_path / "worker.log"
    with broker_of(broker, tmp_path) as addresses, worker(other, log, addresses):
        execute(other, SIZE, EO_FLEET_EXECUTOR="celery", **addresses)
    assert plans(other) == plans(desk)
    assert log.read_text(encoding="utf-8").count("sites planned in") == 3  # the shards ran there, not in the process of the run
