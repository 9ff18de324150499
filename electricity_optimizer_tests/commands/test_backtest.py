import datetime as dt
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from electricity_optimizer.commands.backtest import backtest_command
from electricity_optimizer.forecasting.backtest import NAMES
from electricity_optimizer.timeline import day_start, grid, range_bounds

BERLIN = "Europe/Berlin"
app = typer.Typer()
app.command()(backtest_command)


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def zone_file(shared, tmp_path_factory) -> Path:
    """The last 120 days of the NP benchmark as a CSV file with the index of pandas in front."""
    path = tmp_path_factory.mktemp("backtest") / "np.csv"
    frame = pl.read_parquet(shared / "data/epf_NP.parquet").tail(120 * 24)
    frame.select(pl.col("Date").alias(""), "Price", "Exogenous 1", "Exogenous 2").write_csv(path)
    return path


def test_naive_on_the_nord_pool_benchmark_has_the_published_error(shared, tmp_path):
    output = tmp_path / "forecasts.parquet"
    result = run(shared / "data/epf_NP.parquet", "--model", "naive", "--json", "--output", output, "--jobs", 1)
    assert result.exit_code == 0, result.output
    naive = json.loads(result.stdout)["models"]["naive"]
    assert (naive["mae"], naive["rmae"]) == (pytest.approx(3.165, abs=5e-4), 1.0)
    assert list(naive) == [
        "mae", "rmae", "rmse", "smape", "pinball", "coverage_50", "coverage_80", "coverage_90", "fit_cpu_seconds", "predict_cpu_seconds",
    ]  # fmt: skip
    frame = pl.read_parquet(output)
    assert frame.columns[:4] == ["timestamp", "price", "naive", "naive_q05"]
    assert frame.columns[-1] == "naive_q95"
    assert (len(frame), frame["timestamp"][0]) == (17472, dt.datetime(2016, 12, 27))  # noqa: DTZ001
    assert frame.null_count().sum_horizontal()[0] == 0


def test_two_runs_give_the_same_numbers_with_any_number_of_jobs(zone_file, tmp_path):
    outputs = []
    for jobs in (1, 2):
        outputs.append(tmp_path / f"{jobs}.parquet")
        options = ("--model", "lear_56", "--model", "ensemble", "--test-start", "2018-12-22", "--output", outputs[-1], "--jobs", jobs)
        result = run(zone_file, *options)
        assert result.exit_code == 0, result.output
        assert "rMAE" in result.stdout
    assert pl.read_parquet(outputs[0]).equals(pl.read_parquet(outputs[1]))
    assert not list(tmp_path.glob("*.partial"))


def test_a_killed_run_of_several_models_goes_on_where_it_was_with_the_same_numbers(zone_file, tmp_path):
    output, report = tmp_path / "forecasts.parquet", tmp_path / "report.html"
    program = "import typer; from electricity_optimizer.commands.backtest import backtest_command; typer.run(backtest_command)"
    options = ["--model", "lear_56", "--model", "naive", "--recalibrate", "4", "--test-start", "2018-12-18"]
    command = [sys.executable, "-c", program, str(zone_file), *options, "--jobs", "2", "--output", str(output), "--report", str(report)]
    with subprocess.Popen(command, start_new_session=True) as process:
        wait_for(lambda: list(tmp_path.glob("*.partial/*.npz")))
        os.kill(process.pid, signal.SIGKILL)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.partial/*.npz")}
    assert kept
    assert not output.exists()
    assert not report.exists()
    refused = run(zone_file, *options, "--seed", "1", "--output", output, "--resume")
    assert (refused.exit_code, "other data or options" in refused.stderr) == (2, True)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    resumed = run(zone_file, *options, "--jobs", 1, "--output", output, "--report", report, "--resume", "--json")
    assert resumed.exit_code == 0, resumed.output
    whole, whole_report = tmp_path / "whole.parquet", tmp_path / "whole.html"
    straight = run(zone_file, *options, "--jobs", 1, "--output", whole, "--report", whole_report, "--json")
    assert pl.read_parquet(output).equals(pl.read_parquet(whole))
    assert without_seconds(resumed.stdout) == without_seconds(straight.stdout)
    assert pictures(report) == pictures(whole_report)
    assert not list(tmp_path.glob("*.partial"))


def without_seconds(printed):
    models = json.loads(printed)["models"]
    return {name: {key: value for key, value in measures.items() if "seconds" not in key} for name, measures in models.items()}


def pictures(report):
    return re.findall(r"<svg.*?</svg>", report.read_text(encoding="utf-8"))


def test_a_run_that_writes_a_report_alone_can_be_resumed_too(zone_file, tmp_path):
    report = tmp_path / "report.html"
    options = ("--model", "naive", "--test-start", "2018-12-18", "--report", report, "--jobs", 1)
    (tmp_path / "report.html.partial").mkdir()
    assert run(zone_file, *options, "--resume").exit_code == 0
    assert report.exists()
    assert not list(tmp_path.glob("*.partial"))


def test_the_progress_bar_counts_pieces_and_goes_on_from_those_that_are_done(zone_file, tmp_path):
    """On a terminal only: `script` gives the command one."""
    program = "import typer; from electricity_optimizer.commands.backtest import backtest_command; typer.run(backtest_command)"
    options = "--model naive --recalibrate 7 --test-start 2018-12-18 --jobs 1"
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(program)} {shlex.quote(str(zone_file))} {options}"
    script = shutil.which("script")
    if script is None:
        pytest.skip("no `script` on this machine")
    said = subprocess.run([script, "-qec", command, str(tmp_path / "typescript")], capture_output=True, text=True, timeout=60, check=True)
    assert re.search(r"walking pieces.*\d+/\d+", said.stdout)


def test_ctrl_c_stops_at_once_with_one_line(zone_file, tmp_path):
    program = "import typer; from electricity_optimizer.commands.backtest import backtest_command; typer.run(backtest_command)"
    options = [
        "--model",
        "lear_84",
        "--recalibrate",
        "1",
        "--test-start",
        "2018-12-01",
        "--jobs",
        "1",
        "--output",
        str(tmp_path / "f.parquet"),
    ]
    command = [sys.executable, "-c", f"import signal; signal.signal(2, signal.default_int_handler); {program}", str(zone_file), *options]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True) as process:
        wait_for(lambda: list(tmp_path.glob("*.partial/*.npz")))
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said.splitlines()) == (130, ["stopped: go on with --resume"])


def wait_for(condition):
    for _ in range(2400):  # a busy machine starts workers slowly
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("nothing happened within 120 s")


def test_a_file_in_utc_has_a_row_for_each_real_hour_of_its_dst_days(tmp_path):
    start = grid(*range_bounds(dt.date(2025, 9, 1), dt.date(2026, 3, 31), BERLIN), 15)
    price = 50 + 30 * np.sin(np.arange(len(start)) / 96 * 2 * np.pi) + np.random.default_rng(1).normal(0, 3, len(start))
    path, output = tmp_path / "zone.parquet", tmp_path / "forecasts.csv"
    pl.DataFrame({"utc": start, "price": price}).write_parquet(path)
    for first, hours in (("2025-10-26", 25), ("2026-03-29", 23)):
        result = run(path, "--model", "naive", "--test-start", first, "--test-end", first, "--output", output, "--jobs", 1)
        assert result.exit_code == 0, result.output
        frame = pl.read_csv(output)
        assert len(frame) == hours
        assert frame["price"].null_count() == 0


def changing_zone(path):
    """Hours until 2026-02-28, quarter hours from 2026-03-01 on, in UTC; the quarters rise by 2 within the hour."""
    hours = pl.DataFrame({"utc": grid(*range_bounds(dt.date(2026, 1, 1), dt.date(2026, 2, 28), BERLIN), 60)})
    quarters = pl.DataFrame({"utc": grid(*range_bounds(dt.date(2026, 3, 1), dt.date(2026, 4, 5), BERLIN), 15)})
    frame = pl.concat([hours, quarters]).with_columns(
        price=50 + pl.col("utc").dt.hour() + pl.col("utc").dt.minute() * 2 / 60 + pl.col("utc").dt.ordinal_day() % 3
    )
    frame.write_parquet(path)
    return frame


def test_native_rows_follow_the_market_time_unit_of_each_day(tmp_path):
    path, output = tmp_path / "zone.parquet", tmp_path / "forecasts.parquet"
    frame = changing_zone(path)
    options = ("--model", "naive", "--test-start", "2026-02-27", "--output", output, "--jobs", 1, "--json")
    result = run(path, *options, "--resolution", "native")
    assert result.exit_code == 0, result.output
    rows = pl.read_parquet(output)
    expected = frame.filter(pl.col("utc") >= day_start(dt.date(2026, 2, 27), BERLIN))
    assert rows["timestamp"].to_list() == expected["utc"].to_list()
    assert rows["price"].to_list() == expected["price"].to_list()
    assert len(rows.filter(rows["timestamp"].dt.convert_time_zone(BERLIN).dt.date() == dt.date(2026, 3, 29))) == 92
    printed = json.loads(result.stdout)
    assert (printed["resolution"], printed["models"]["naive"]["rmae"]) == ("native", 1.0)
    hourly = run(path, *options)
    assert len(pl.read_parquet(output)) == 38 * 24 - 1
    assert json.loads(hourly.stdout)["resolution"] == "hour"


def test_native_measures_are_those_of_the_written_rows(tmp_path):
    path, output = tmp_path / "zone.parquet", tmp_path / "forecasts.parquet"
    changing_zone(path)
    options = ("--model", "naive", "--test-start", "2026-03-10", "--test-end", "2026-03-28", "--output", output, "--jobs", 1, "--json")
    measures = json.loads(run(path, *options, "--resolution", "native").stdout)["models"]["naive"]
    rows = pl.read_parquet(output)
    assert measures["mae"] == pytest.approx((rows["naive"] - rows["price"]).abs().mean())
    inside = (rows["price"] >= rows["naive_q05"]) & (rows["price"] <= rows["naive_q95"])
    assert measures["coverage_90"] == pytest.approx(inside.mean())


def test_dark_hours_that_a_forecast_of_the_sun_leaves_out_are_said(tmp_path):
    path = tmp_path / "zone.parquet"
    hour = pl.col("utc").dt.convert_time_zone(BERLIN).dt.hour()
    frame = changing_zone(path).with_columns(sun=pl.when(hour.is_between(6, 19)).then(1000 - (hour - 12.5).cast(pl.Float64) ** 2 * 23))
    frame.write_parquet(path)
    result = run(path, "--model", "naive", "--test-start", "2026-03-20", "--jobs", 1)
    assert result.exit_code == 0, result.output
    assert "dark hours without a value are zero" in result.stderr
    assert "missing" not in result.stderr


def test_the_names_of_the_models_are_listed():
    result = run("--list-models")
    assert result.exit_code == 0
    assert result.stdout.split() == list(NAMES)
    assert {"naive", "lear_56", "lear_1456", "boosting_728", "ensemble"} <= set(NAMES)


def text_in_price(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(Price=pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("n/a")).otherwise(pl.col("Price").cast(pl.String)))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda f: f.drop("Price"), "'Price' (or 'price') is missing"),
        (lambda f: f.drop(""), "no time column"),
        (lambda f: pl.concat([f.head(500), f.tail(-501)]), "there is a gap from"),
        (lambda f: pl.concat([f, f.head(1)]), "comes twice"),
        (text_in_price, "is not a number"),
        (lambda f: f.with_columns(Price=pl.when(pl.int_range(pl.len()) == 40).then(None).otherwise("Price")), "is missing"),
        (lambda f: f.with_columns(pl.lit(float("inf")).alias("Exogenous 1")), "infinite"),
    ],
)
def test_wrong_files_stop_with_one_line_and_status_2(zone_file, tmp_path, change, what):
    path = tmp_path / "wrong.csv"
    change(pl.read_csv(zone_file)).write_csv(path)
    result = run(path, "--model", "naive", "--test-start", "2018-12-18")
    assert result.exit_code == 2
    assert what in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--model", "lstm"), "one of naive"),
        (("--test-start", "2018/12/01"), "is not a day"),
        (("--test-start", "2016-12-01"), "is not in the file"),
        (("--recalibrate", "0"), "--recalibrate"),
        (("--resume",), "give its --output"),
        (("--time-zone", BERLIN), "naive local time"),
        (("--time-zone", "Mars/Olympus"), "time zone 'Mars/Olympus' is not known"),
        (("--model", "lear_364", "--test-start", "2018-12-24"), "lear_364 cannot forecast 2018-12-24"),
    ],
)
def test_wrong_options_stop_with_one_line_and_status_2(zone_file, options, what):
    result = run(zone_file, *options)
    assert result.exit_code == 2
    assert what in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_naive_day_of_23_hours_is_refused_with_the_remedy(tmp_path):
    local = (
        grid(*range_bounds(dt.date(2026, 3, 1), dt.date(2026, 4, 1), BERLIN), 60).dt.convert_time_zone(BERLIN).dt.replace_time_zone(None)
    )
    path = tmp_path / "zone.parquet"
    pl.DataFrame({"time": local, "price": 1.0}).write_parquet(path)
    result = run(path, "--model", "naive")
    assert (result.exit_code, "days of 24 hours: write the times in UTC" in result.stderr) == (2, True)


def test_a_report_that_cannot_be_written_is_said_before_anything_is_computed(zone_file, tmp_path):
    for options in (("--report", tmp_path), ("--output", tmp_path / "f.parquet", "--report", zone_file / "report.html")):
        result = run(zone_file, *options)
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1


def test_a_file_that_is_none_is_refused(tmp_path):
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 nothing")
    for wrong, what in ((path, "cannot be read"), (tmp_path / "absent.csv", "no such file")):
        result = run(wrong)
        assert (result.exit_code, what in result.stderr) == (2, True)


def test_an_output_that_cannot_be_written_is_said_before_anything_is_computed(zone_file, tmp_path):
    for output, what in ((tmp_path, "is a folder"), (zone_file / "forecasts.parquet", "cannot be written")):
        result = run(zone_file, "--output", output)
        assert (result.exit_code, what in result.stderr) == (2, True)
        assert len(result.stderr.splitlines()) == 1
