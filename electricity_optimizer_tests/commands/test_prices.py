"""`prices` and `forecast`: what is published for a delivery day, as a table or as JSON."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from electricity_optimizer.cli import app
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import Settings
from electricity_optimizer.warehouse import open_warehouse
from electricity_optimizer_tests.api.seed import fill


@pytest.fixture(autouse=True)
def seeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(open_warehouse(Settings(home=tmp_path, _env_file=None)))
    monkeypatch.setenv("EO_HOME", str(tmp_path))


def told(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "160"}, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_the_forecast_of_a_day_as_json_is_the_ensemble_with_its_band_and_horizon() -> None:
    rows = orjson.loads(told("forecast", "DE-LU", "--day", "2026-05-06", "--json"))
    assert len(rows) == 96
    assert rows[0] == {
        "start": "2026-05-05T22:00:00Z", "resolution_minutes": 15, "value_eur_mwh": 200.0, "q10": 150.0, "q90": 250.0, "horizon_days": 1,
        "issued_at": "2026-05-04T09:07:00Z", "synthetic": False,
    }  # fmt: skip


def test_the_table_speaks_local_time() -> None:
    said = told("forecast", "DE-LU", "--day", "2026-05-06")
    assert "DE-LU 2026-05-06, forecast in EUR/MWh" in said
    assert "00:00 +0200" in said
    assert "200.00" in said


def test_prices_of_the_autumn_day_have_100_quarters() -> None:
    assert len(orjson.loads(told("prices", "DE-LU", "--day", "2025-10-26", "--json"))) == 100


def test_a_day_without_forecast_says_what_to_do() -> None:
    with pytest.raises(InputError, match="make demo"):
        told("forecast", "DE-LU", "--day", "2026-05-20")
