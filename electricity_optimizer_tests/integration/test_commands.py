"""The console script on a house with data in it: what is printed, what is refused with one line, and a server that stops when asked."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from electricity_optimizer.cli import main
from electricity_optimizer.settings import Settings, origins
from electricity_optimizer_tests.defs.small_homes import INPUT_FILE, INPUTS, LAST, ONE_DAY, PRICE_FILE, ZONE, cut, desk_of, materialize

PROGRAM = [sys.executable, "-m", "electricity_optimizer"]
TO_FORECASTS = ["raw_prices", "prices", "price_features", "price_forecasts"]


@pytest.fixture(scope="module")
def seeded(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with three weeks of prices and the forecasts of the last ones."""
    folder = tmp_path_factory.mktemp("seeded")
    file = folder / "prices.csv"
    cut(shared, PRICE_FILE, LAST, 20, ["price"]).write_csv(file)
    desk = desk_of(folder / "home", file)
    assert materialize(desk, TO_FORECASTS[:-1], LAST - 19 * ONE_DAY, LAST).success
    assert materialize(desk, TO_FORECASTS[-1:], LAST - 9 * ONE_DAY, LAST).success
    return folder / "home"


@pytest.fixture(autouse=True)
def _house_of_the_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable, _, _ in origins(Settings.model_construct()):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EO_OFFLINE", "true")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["electricity-optimizer", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on standard error of a command that ends with status 2."""
    assert run(monkeypatch, *arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1, shown.err
    assert "Traceback" not in shown.err
    return shown.err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["utc,cost", "2026-03-31T00:00:00Z,1.0"], "has no column 'price'"),
        (["utc,price", "2026-03-31T00:00:00Z,eighty"], "eighty"),
        (["utc,price", "2026-03-31T00:00:00Z,1.0", "2026-03-31T00:00:00Z,2.0"], "2026-03-31T00:00"),
        (["start,price", "2026-03-29T02:30:00,1.0", "2026-03-29T03:30:00,2.0"], "2026-03-29"),
    ],
)
def test_demo_on_a_wrong_price_file_names_file_and_field(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, rows: list[str], said: str
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("\n".join(rows) + "\n")
    line = refused(monkeypatch, capsys, "demo", "--prices", str(file), "--json")
    assert "wrong.csv" in line
    assert said in line


def test_demo_on_a_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert "missing.csv: cannot be read" in refused(monkeypatch, capsys, "demo", "--prices", "missing.csv")


@pytest.mark.parametrize("command", [["demo", "--zone", "DE-LUX"], ["prices", "DE-LUX"], ["forecast", "DE-LUX"]])
def test_an_unknown_zone_lists_those_near_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    line = refused(monkeypatch, capsys, *command)
    assert "zone 'DE-LUX' is not known" in line
    assert "DE-LU" in line.partition("near:")[2]


def test_prices_of_a_day_as_json_and_as_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seeded: Path) -> None:
    monkeypatch.setenv("EO_HOME", str(seeded))
    assert run(monkeypatch, "prices", ZONE, "--day", str(LAST), "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 96
    assert rows[0] | {"price_eur_mwh": 0.0} == {
        "start": "2026-03-30T22:00:00Z", "resolution_minutes": 15, "price_eur_mwh": 0.0, "source": "files", "synthetic": False,
    }  # fmt: skip
    assert run(monkeypatch, "prices", ZONE, "--day", str(LAST)) == 0
    assert "00:00 +0200" in capsys.readouterr().out


def test_forecast_of_a_day_has_its_band(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seeded: Path) -> None:
    monkeypatch.setenv("EO_HOME", str(seeded))
    assert run(monkeypatch, "forecast", ZONE, "--day", str(LAST), "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 96
    assert all(row["q10"] <= row["q90"] for row in rows)
    assert {row["issued_at"] for row in rows} == {"2026-03-30T10:00:00Z"}


def test_a_day_without_prices_says_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seeded: Path) -> None:
    monkeypatch.setenv("EO_HOME", str(seeded))
    assert "run make demo first" in refused(monkeypatch, capsys, "prices", ZONE, "--day", "2030-01-01")
    assert "is not a day" in refused(monkeypatch, capsys, "prices", ZONE, "--day", "someday")


def test_check_config_shows_the_house(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seeded: Path) -> None:
    monkeypatch.setenv("EO_HOME", str(seeded))
    assert run(monkeypatch, "check-config", "--json") == 0
    shown = {row["name"]: (row["value"], row["origin"]) for row in json.loads(capsys.readouterr().out)["settings"]}
    assert shown["EO_HOME"] == (str(seeded), "environment")


@pytest.mark.slow
def test_demo_prints_one_json_object_and_talks_on_standard_error(shared: Path, tmp_path: Path) -> None:
    prices, inputs = tmp_path / "prices.csv", tmp_path / "inputs.csv"
    cut(shared, PRICE_FILE, LAST, 150, ["price"]).write_csv(prices)
    cut(shared, INPUT_FILE, LAST, 150, INPUTS).write_csv(inputs)
    arguments = ["demo", "--prices", str(prices), "--inputs", str(inputs), "--zone", ZONE, "--json"]
    said = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=600)
    assert said.returncode == 0, said.stderr
    summary = json.loads(said.stdout)
    assert (summary["zones"], summary["days"], summary["last_day"]) == ([ZONE], 150, str(LAST))
    assert summary["forecast"][ZONE]["rmae"] < 0.8
    assert summary["checks"]["failed"] == 0
    assert all(schedule["verified"] for schedule in summary["schedules"].values())
    assert "forecasts: price_forecasts" in said.stderr


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        for taken in (one, two):
            taken.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


@pytest.mark.slow
@pytest.mark.parametrize("asked_by", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_on_both_ports_and_stops_cleanly(seeded: Path, tmp_path: Path, asked_by: signal.Signals) -> None:
    ui, api = free_ports()
    environment = {**os.environ, "EO_HOME": str(seeded), "EO_DAGSTER_PORT": str(ui), "EO_API_PORT": str(api)}
    log = tmp_path / "log.txt"
    with log.open("wb") as errors:
        process = subprocess.Popen([*PROGRAM, "serve"], env=environment, stdout=subprocess.PIPE, stderr=errors, start_new_session=True)
    try:
        assert process.stdout is not None
        told = next((line for line in process.stdout if line.startswith(b"Dagster UI")), b"")
        assert str(ui).encode() in told, log.read_text()
        assert httpx.get(f"http://127.0.0.1:{ui}/server_info", timeout=30).json()["dagster_version"]
        assert httpx.get(f"http://127.0.0.1:{api}/health", timeout=30).json() == {"status": "ok"}
        process.send_signal(asked_by)
        assert process.wait(60) == 0
        assert process.stdout.read().endswith(b"stopped\n")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    deadline = time.monotonic() + 10
    while any(listening(port) for port in (ui, api)):
        assert time.monotonic() < deadline, "a server outlived the command"
        time.sleep(0.2)


def listening(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0
