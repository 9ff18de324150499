"""`import`: price files into the record."""

import datetime as dt
from pathlib import Path

import orjson
import polars as pl
import pytest
from typer.testing import CliRunner

from electricity_optimizer.cli import app
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer.warehouse import open_warehouse

DAY = dt.date(2026, 5, 4)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def saved(name="prices.csv", shift=0.0, **columns):
    starts = interval_starts(DAY, "Europe/Berlin", 15)
    frame = pl.DataFrame({"utc": starts, "price": [k + shift for k in range(96)], **columns})
    frame.with_columns(pl.col("utc").dt.strftime("%Y-%m-%dT%H:%M:%SZ")).write_csv(name)
    return name


def run(*arguments):
    return CliRunner().invoke(app, ["import", *arguments], catch_exceptions=True)


def known(area="DE-LU"):
    return open_warehouse(load_settings()).records("price_record", area, DAY, DAY)


def test_a_file_is_recorded_and_the_command_says_what_was_new():
    result = run(saved(), "--zone", "DE-LU")
    assert result.exit_code == 0
    assert result.output == "prices.csv DE-LU: 96 new, 0 revised, 0 unchanged, 1 days 2026-05-04 to 2026-05-04\n"
    assert known()["price"].to_list() == [float(k) for k in range(96)]
    assert not known()["synthetic"].any()


def test_again_is_unchanged_and_a_correction_a_revision():
    run(saved())
    assert "0 new, 0 revised, 96 unchanged" in run(saved()).output
    result = run(saved(shift=0.5), "--json")
    assert orjson.loads(result.output)["imported"][0] | {"file": ""} == {
        "file": "",
        "zone": "DE-LU",
        "days": 1,
        "first": "2026-05-04",
        "last": "2026-05-04",
        "new": 0,
        "revised": 96,
        "unchanged": 0,
        "partial_days": 0,
    }


def test_a_file_with_zones_is_recorded_for_each_that_the_catalogue_knows():
    rows = [pl.read_csv(saved("one.csv", shift, zone=[name] * 96)) for name, shift in (("DE_LU", 0.0), ("FR", 1.0), ("NO_1", 2.0))]
    pl.concat(rows).write_csv("many.csv")
    assert [line.split(":")[0] for line in run("many.csv").output.splitlines()] == ["many.csv DE-LU", "many.csv FR"]
    assert known("FR")["price"].to_list()[0] == 1.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.csv",), "nowhere.csv: cannot be read"),
        ((".",), "cannot be read: Is a directory"),
        (("prices.csv", "--zone", "XX"), "zone 'XX' is not known"),
        (("broken.csv",), "broken.csv row 3 column price: 'cheap' is not a number"),
        (("load.csv",), "load.csv: has no column 'price'"),
        (("short.csv",), "short.csv: holds no complete day of DE-LU"),
        (("prices.csv", "broken.csv"), "broken.csv row 3 column price"),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(arguments, said):
    text = Path(saved()).read_text()
    Path("broken.csv").write_text(text.replace(",1.0\n", ",cheap\n"))
    Path("load.csv").write_text(text.replace("price", "load_mw"))
    Path("short.csv").write_text("\n".join(text.splitlines()[:50]))
    result = run(*arguments)
    assert isinstance(result.exception, InputError)  # main() turns it into one line and exit status 2
    assert said in str(result.exception)
    assert "\n" not in str(result.exception)
    assert known().is_empty()
