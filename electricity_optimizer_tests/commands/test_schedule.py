"""`electricity-optimizer schedule`: what it prints, where, and how it ends."""

import json

import pytest
import typer
from typer.testing import CliRunner

from electricity_optimizer.commands.schedule import schedule_command
from electricity_optimizer_tests.optimization.sites import battery, job, site

app = typer.Typer()
app.command("schedule")(schedule_command)
GOOD = site([0.1, 0.3], battery(5, 5, 0), load_kw=1)
IMPOSSIBLE = site([0.1, 0.3], battery(5, 1, 9))
WRONG = site([0.1, 0.3], battery(5, 5, 0, colour="red"))


@pytest.fixture
def run(tmp_path):
    def call(problem, *options):
        path = tmp_path / "problem.json"
        path.write_text(problem if isinstance(problem, str) else json.dumps(problem), encoding="utf-8")
        return CliRunner().invoke(app, [str(path), *options])

    return call


def test_a_plan_goes_to_standard_output_and_nothing_else_does(run):
    result = run(GOOD)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["verified"] is True
    assert result.stderr == ""


def test_a_byte_order_mark_in_front_is_no_fault(run):
    assert run("\ufeff" + json.dumps(GOOD)).exit_code == 0


def test_with_output_the_plan_goes_to_the_file(run, tmp_path):
    result = run(GOOD, "--output", str(tmp_path / "plan.json"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["status"] == "optimal"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (WRONG, "devices[0].colour: is not a field of this problem"),
        ("{", "problem.json line 1 column 2: is not JSON"),
        ("[" * 100_000, "problem.json: is nested too deeply"),
        ("3", "problem: a problem is a JSON object"),
        ('{"import_price": [NaN], "start": "2026-05-04T00:00:00Z"}', "import_price[0]: is NaN or infinite"),
    ],
)
def test_a_wrong_file_ends_with_2_and_one_line(run, content, line):
    result = run(content)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert line in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_missing_file_ends_with_2(tmp_path):
    result = CliRunner().invoke(app, [str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert "none.json: cannot be read: No such file" in result.stderr


def test_limits_at_odds_end_with_3_and_are_named(run):
    result = run(IMPOSSIBLE)
    assert result.exit_code == 3
    assert json.loads(result.stdout)["conflict"] == ["bat.discharge_kw", "bat.soc_initial_kwh", "bat.soc_max_kwh"]


def test_no_plan_in_time_ends_with_4(run, shared):
    result = run((shared / "cases" / "site_C.json").read_text(encoding="utf-8"), "--time-limit", "0.000001")
    assert result.exit_code == 4
    assert json.loads(result.stdout)["reason"] == "time_limit"


@pytest.mark.parametrize("options", [("--time-limit", "0"), ("--gap", "-1"), ("--gap", "nan")])
def test_a_wrong_option_ends_with_2(run, options):
    result = run(GOOD, *options)
    assert result.exit_code == 2
    assert result.stderr.startswith(options[0].removeprefix("--").replace("-", "_"))


def test_a_fleet_answers_every_member_and_ends_with_the_worst_news(run):
    result = run([GOOD, WRONG, IMPOSSIBLE, GOOD])
    assert result.exit_code == 2
    assert [answer["status"] for answer in json.loads(result.stdout)] == ["optimal", "error", "infeasible", "optimal"]
    assert result.stderr.startswith("[1].devices[0].colour")


def test_the_schema_is_printed():
    result = CliRunner().invoke(app, ["--schema"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["title"] == "Problem"


def test_the_same_file_gives_the_same_bytes_but_for_the_seconds(run):
    problem = site([0.2, 0.2, 0.1, 0.1], battery(5, 5, 0), job(1, 2))
    plans = [json.loads(run(problem).stdout) for _ in range(2)]
    assert [json.dumps(plan | {"solve_seconds": 0}) for plan in plans] == [json.dumps(plans[0] | {"solve_seconds": 0})] * 2


def test_a_fleet_over_two_processes_prints_what_one_process_prints(run):
    fleet = [GOOD, WRONG, GOOD, GOOD, GOOD]
    alone, together = run(fleet), run(fleet, "--workers", "2")
    assert (alone.exit_code, together.exit_code) == (2, 2)
    assert (
        together.stderr
        == alone.stderr
        == "[1].devices[0].colour: is not a field of this problem (remove it or correct its name; see schedule --schema)\n"
    )
    plans = [[{**one, "solve_seconds": 0} for one in json.loads(result.stdout)] for result in (alone, together)]
    assert plans[0] == plans[1]


def test_a_certified_plan_states_its_bound(run, shared):
    result = run((shared / "cases" / "site_C.json").read_text(encoding="utf-8"), "--certified")
    answer = json.loads(result.stdout)
    assert answer["verified"] is True
    assert 0 <= answer["objective"] - answer["bound"] <= 0.01
