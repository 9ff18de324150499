"""The report: rows of the table, and a page an operator reads in a minute."""

import datetime as dt

import polars as pl

from electricity_optimizer.quality.report import SHOWN, broken, day_markdown, lines, report_rows, sources_markdown
from electricity_optimizer.quality.run import Verdict
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import SourceState
from electricity_optimizer.warehouse.tables import PUBLISHED

DAY = dt.date(2026, 5, 4)
NOW = dt.datetime(2026, 5, 4, 6, tzinfo=UTC)


def verdict(zone: str, name: str, observed: str, *, passed: bool = True, refuses: bool = True) -> Verdict:
    return Verdict(zone, DAY, name, passed, refuses, observed)


VERDICTS = {
    "prices": [
        verdict("DE-LU", "a source is named", "96 of energy-charts as_sent"),
        verdict("DE-LU", "a second source says the same", "energy-charts and smard agree"),
        verdict("DE-LU", "no price is a spike", "2 above 300: 301 | 400", passed=False, refuses=False),
        verdict("ES", "a source is named", "96 of omie as_sent"),
        verdict("ES", "every delivery day is whole", "4", passed=False),
    ],
    "weather": [verdict("DE-LU", "nights are dark", "0")],
    "coverage": [verdict("DE-LU", "prices came in time", "known by 2026-05-03 13:00 UTC")],
}


def test_rows_of_the_table_are_those_of_the_zone_and_day() -> None:
    rows = report_rows(VERDICTS, "ES", DAY)
    assert rows.rows() == [
        ("ES", DAY, "prices: a source is named", True, "96 of omie as_sent"),
        ("ES", DAY, "prices: every delivery day is whole", False, "4"),
    ]
    assert set(rows.columns) == {column.name for column in PUBLISHED["quality_report"].columns} - {"version_id"}
    assert report_rows(VERDICTS, "ES", DAY + dt.timedelta(days=1)).is_empty()


def test_an_operator_sees_what_was_met_where_prices_come_from_and_what_failed() -> None:
    page = day_markdown(DAY, ["DE-LU", "ES"], VERDICTS)
    assert "| DE-LU | 2 of 3, 1 flagged | 1 of 1 | 1 of 1 |" in page
    assert "| ES | 1 of 2 | not there | not there |" in page
    assert "| DE-LU | 96 of energy-charts as_sent | energy-charts and smard agree | - | 2 above 300: 301 / 400 |" in page
    assert "**Not met**\n\n- ES prices: every delivery day is whole: 4" in page
    assert "**Flagged and kept**\n\n- DE-LU prices: no price is a spike: 2 above 300: 301 | 400" in page


def test_the_page_stays_small_when_everything_fails() -> None:
    many = {"prices": [verdict(f"Z{k}", f"rule {n}", "x" * 60, passed=False) for k in range(5) for n in range(20)]}
    page = day_markdown(DAY, [f"Z{k}" for k in range(5)], many)
    assert f"- and {100 - SHOWN} more" in page
    assert len(page) < 6000


def test_refusals_and_flags_are_told_apart() -> None:
    assert lines(broken(VERDICTS["prices"])) == ["ES 2026-05-04 every delivery day is whole: 4"]
    assert [one.name for one in broken(VERDICTS["prices"], refuses=False)] == ["no price is a spike"]


def test_the_state_of_each_upstream_that_was_asked_is_told() -> None:
    states = [
        SourceState("energy-charts", 0, None, "ok", "", NOW, None),
        SourceState("smard", 6, NOW + dt.timedelta(minutes=20), "transient", "503 | busy", None, NOW),
        SourceState("entsoe", 2, NOW - dt.timedelta(minutes=1), "rate_limited", "429", NOW, NOW),
        SourceState("iea"),
    ]
    page = sources_markdown(states, NOW)
    assert "| energy-charts | ok | 2026-05-04 06:00 UTC |  |" in page
    assert "| smard | breaker open until 2026-05-04 06:20 UTC | never | 503 / busy |" in page
    assert "| entsoe | rate_limited, 2 failures in a row |" in page
    assert "iea" not in page
    assert sources_markdown([SourceState("iea")], NOW) == "No upstream was asked so far."


def test_rows_are_a_frame_that_the_warehouse_takes() -> None:
    assert report_rows(VERDICTS, "DE-LU", DAY).schema["passed"] == pl.Boolean
