"""Dagster's own storage in the stack: PostgreSQL with the driver it speaks, the knobs of the root, no telemetry."""

from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance

ROOT = Path(__file__).parents[2]
OWN = {"storage", "local_artifact_storage", "compute_logs"}
"""What the stack's file has and the root's has not."""


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_other_knobs_are_those_of_the_root() -> None:
    stack = read(ROOT / "docker" / "dagster.yaml")
    assert {key: value for key, value in stack.items() if key not in OWN} == read(ROOT / "dagster.yaml")


def test_it_keeps_runs_in_postgresql(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docker" / "dagster.yaml").read_text(encoding="utf-8").replace("/state/", f"{tmp_path}/state/")
    (tmp_path / "dagster.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", postgres_url.replace("postgresql://", "postgresql+psycopg2://"))
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.get_runs_count() == 0
        assert type(instance.run_storage).__name__ == "PostgresRunStorage"
        assert not instance.telemetry_enabled
        assert instance.run_monitoring_enabled
