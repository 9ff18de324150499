"""`check-config`: shows every setting with its origin and no secret; a wrong one ends with status 2 and one line."""

import json
from pathlib import Path

import pytest

from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.cli import main
from electricity_optimizer.settings import Settings, origins


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable, _, _ in origins(Settings.model_construct()):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["electricity-optimizer", "check-config", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code or 0


def test_every_setting_is_shown_with_its_origin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("EO_SEED", "8")
    assert run(monkeypatch, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert {"name": "EO_SEED", "value": "8", "origin": "environment"} in printed["settings"]
    assert len(printed["settings"]) == len(Settings.model_fields)
    assert printed["catalogue"]["zones"] == len(zones())


def test_a_secret_is_masked_in_both_forms(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:hunter2@host/name")  # pragma: allowlist secret - made up
    assert run(monkeypatch) == run(monkeypatch, "--json") == 0
    shown = capsys.readouterr().out
    assert "hunter2" not in shown
    assert shown.count("**********") == 2


def test_the_key_of_an_upstream_is_masked_in_both_forms(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("EO_KEYS__ENTSOE", "k3y-of-entsoe")
    assert run(monkeypatch) == run(monkeypatch, "--json") == 0
    shown = capsys.readouterr().out
    assert "k3y-of-entsoe" not in shown
    assert shown.count("entsoe") == 2


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("EO_API_PORT", "eighty", "EO_API_PORT"),
        ("EO_KEYS__ENTSO", "k3y", "EO_KEYS__ENTSO: names no source (did you mean ENTSOE?)"),
        ("EO_SOURCE_URLS__NOBODY", "http://127.0.0.1", "EO_SOURCE_URLS__NOBODY: names no source"),
        ("EO_ENABLE", "nobody", "source 'nobody' is not known"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL: is not a PostgreSQL URL"),
        ("EO_ZONES", "DE-LU,XX", "zone 'XX' is not known"),
        ("EO_FILE_ZONE", "Germany", "zone 'Germany' is not known"),
        ("EO_PRICE_FILES", "missing.csv", "EO_PRICE_FILES: file 'missing.csv' does not exist"),
        ("EO_SITE_FILES", "missing.toml", "EO_SITE_FILES: file 'missing.toml' does not exist"),
        ("EO_FLEET_EXECUTOR", "threads", "EO_FLEET_EXECUTOR"),
    ],
)
def test_a_wrong_setting_ends_with_2_and_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert run(monkeypatch) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert shown.err.count("\n") == 1


def test_a_misspelt_setting_is_no_silent_default(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("EO_ALLOW_SIMULATER", "false")
    assert run(monkeypatch) == 2
    assert capsys.readouterr().err == "electricity-optimizer: EO_ALLOW_SIMULATER: is no setting (did you mean EO_ALLOW_SIMULATOR?)\n"
