"""`advice`: the newest month of a site as a table with its reasons and basis, and as JSON."""

import datetime as dt

import orjson
import pytest
from typer.testing import CliRunner

from electricity_optimizer.cli import app
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import open_warehouse
from electricity_optimizer_tests.api.seed import advice


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EO_HOME", str(tmp_path / "home"))
    return open_warehouse(load_settings())


@pytest.fixture
def advised(home):
    home.publish("supplier_advice", [advice("2026-04"), advice()], run_id="test", now=dt.datetime(2026, 5, 4, tzinfo=UTC))


@pytest.mark.usefixtures("advised")
def test_the_table_tells_each_choice_its_reason_and_what_it_rests_on():
    result = CliRunner().invoke(app, ["advice", "house-1"])
    assert result.exit_code == 0, result.output
    for word in ("sunny-fix", "2026-07-01", "2026-08-01", "950", "1800", "90%", "a year in EUR, as of 2026-05-04"):
        assert word in result.output
    assert "sunny-fix (Fixed, with Sunny): Switch: it costs 80 EUR less than staying" in result.output
    assert "load measured on 37 of 365 days" in result.output
    assert "works is not offered: for a business" in result.output
    assert result.output.count("sunny-fix") == 2, "the newest month alone"


@pytest.mark.usefixtures("advised")
def test_json_holds_the_details():
    rows = orjson.loads(CliRunner().invoke(app, ["advice", "house-1", "--json"]).output)
    assert [(row["offer"], row["month"]) for row in rows] == [("sunny-fix", "2026-05"), ("stay", "2026-05")]
    assert rows[0]["details"]["saving"] == 80.0


@pytest.mark.usefixtures("home")
def test_before_the_first_advice_it_says_what_to_run():
    assert "no advice is there (run the job monthly_advice" in str(CliRunner().invoke(app, ["advice", "house-1"]).exception)
    assert orjson.loads(CliRunner().invoke(app, ["advice", "house-1", "--json"]).output) == []


@pytest.mark.usefixtures("home")
def test_an_unknown_site_lists_the_near_ones():
    assert "near: house-1" in str(CliRunner().invoke(app, ["advice", "house"]).exception)
