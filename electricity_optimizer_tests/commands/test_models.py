"""`models`: the registry of a zone, in a table and as JSON."""

import datetime as dt

import orjson
import polars as pl
import pytest
from typer.testing import CliRunner

from electricity_optimizer.cli import app
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import Part, open_warehouse

SCORES = {"rule": "trial", "mae": 9.5, "rmae": 0.5, "champion_mae": 9.0, "p_value": 0.3}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EO_HOME", str(tmp_path / "home"))
    return open_warehouse(load_settings())


@pytest.fixture
def trained(home):
    rows = [
        {
            "zone": "DE-LU", "model": "lear_364", "role": role, "file_sha256": letter * 64, "schema_version": 1,
            "trained_from": dt.date(2025, 5, 4), "trained_until": dt.date(2026, 5, 2), "card": {"scores": SCORES, **more},
        }
        for role, letter, more in (("champion", "a", {}), ("challenger", "b", {"refused": "in the trial its error is 9.50"}))
    ]  # fmt: skip
    part = Part("DE-LU", "current", pl.DataFrame(rows, schema_overrides={"card": pl.Object}))
    home.publish("forecast_models", [part], run_id="test", now=dt.datetime(2026, 5, 4, tzinfo=UTC))


@pytest.mark.usefixtures("trained")
def test_the_table_tells_roles_scores_and_why_one_was_refused():
    result = CliRunner().invoke(app, ["models", "DE-LU"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    for word in ("champion", "challenger", "2026-05-02", "9.500", "0.300", "aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        assert word in result.output
    assert "lear_364 was refused: in the trial its error is 9.50" in result.output


@pytest.mark.usefixtures("trained")
def test_json_holds_the_whole_cards():
    result = CliRunner().invoke(app, ["models", "DE-LU", "--json"])
    rows = {row["role"]: row for row in orjson.loads(result.output)}
    assert rows["champion"]["card"] == {"scores": SCORES}
    assert rows["champion"]["trained_until"] == "2026-05-02"


@pytest.mark.usefixtures("home")
def test_before_the_first_training_it_says_what_to_run():
    result = CliRunner().invoke(app, ["models", "DE-LU"])
    assert "no model is trained (run the job retrain_models" in str(result.exception)
    assert orjson.loads(CliRunner().invoke(app, ["models", "DE-LU", "--json"]).output) == []
