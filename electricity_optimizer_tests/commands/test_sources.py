"""`sources`: how each upstream is doing, in a table and as JSON."""

import datetime as dt

import orjson
import pytest
from typer.testing import CliRunner

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.cli import app
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import SourceState, open_warehouse

SOON = dt.datetime.now(UTC) + dt.timedelta(hours=1)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EO_KEYS__ENTSOE", "not to be shown")
    return open_warehouse(load_settings())


def rows(*arguments):
    result = CliRunner().invoke(app, ["sources", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    assert "not to be shown" not in result.output
    return {row["source"]: row for row in orjson.loads(result.output)}


@pytest.mark.usefixtures("home")
def test_every_upstream_is_listed_with_its_breaker_quota_and_key():
    found = rows()
    assert set(found) == {key for key, entry in sources().items() if entry.url}
    assert (found["energy-charts"]["breaker"], found["energy-charts"]["key"]) == ("closed", "none needed")
    assert found["awattar"]["quota_used"] == {"50/day": 0}
    assert (found["entsoe"]["key"], found["eia"]["key"]) == ("set", "missing: EO_KEYS__EIA")


def test_an_open_breaker_is_shown_with_its_reason_and_reset_by_name(home):
    home.put_source_state(SourceState("entsoe", failures=5, retry_at=SOON, outcome="transient", reason="HTTP 503"))
    assert (rows()["entsoe"]["breaker"], rows()["entsoe"]["reason"]) == ("open", "HTTP 503")
    assert rows("--reset", "entsoe")["entsoe"]["breaker"] == "closed"


def test_the_table_names_the_open_breaker(home):
    home.put_source_state(SourceState("omie", failures=5, retry_at=SOON, outcome="blocked", reason="HTML"))
    result = CliRunner().invoke(app, ["sources"], env={"COLUMNS": "200"})
    assert "open until" in result.output


@pytest.mark.usefixtures("home")
def test_a_source_that_is_not_known_names_the_near_ones():
    result = CliRunner().invoke(app, ["sources", "--reset", "entso"])
    assert "near: entsoe" in str(result.exception)
