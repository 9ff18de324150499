"""The library behind the suites: many days and zones in one validation, each judged by itself."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.quality import run
from electricity_optimizer.quality.judgement import SUITES, judged
from electricity_optimizer.quality.run import Rule, Verdict, judge
from electricity_optimizer.warehouse.tables import PUBLISHED

MONDAY, TUESDAY = dt.date(2026, 5, 4), dt.date(2026, 5, 5)
POSITIVE = Rule("values are positive", "ExpectColumnValuesToBeBetween", {"column": "value", "min_value": 0})
FEW = Rule(
    "few are missing", "ExpectColumnValuesToBeInSet", {"column": "missing", "value_set": [0]}, refuses=False, of_day=True, shows="said"
)


def frame(*rows: tuple[str, dt.date, float | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"zone": pl.String, "delivery_day": pl.Date, "value": pl.Float64}, orient="row")


def test_each_zone_and_day_has_a_verdict_of_each_rule_in_order() -> None:
    found = judge(frame(("ES", MONDAY, 1.0), ("ES", MONDAY, -2.0), ("ES", TUESDAY, 3.0), ("AT", MONDAY, 4.0)), [POSITIVE])
    assert found == [
        Verdict("ES", MONDAY, "values are positive", passed=False, refuses=True, observed="1 of 2 rows: -2"),
        Verdict("ES", TUESDAY, "values are positive", passed=True, refuses=True, observed="3"),
        Verdict("AT", MONDAY, "values are positive", passed=True, refuses=True, observed="4"),
    ]


def test_a_rule_of_the_day_quotes_what_is_said_of_the_day() -> None:
    rows = frame(("ES", MONDAY, 1.0), ("ES", MONDAY, 2.0), ("ES", TUESDAY, 3.0)).with_columns(
        missing=pl.Series([2, None, None]), said=pl.Series(["two of four", None, None])
    )
    assert [(one.day, one.passed, one.observed) for one in judge(rows, [FEW])] == [
        (MONDAY, False, "two of four"),
        (TUESDAY, True, "nothing to compare with"),
    ]


def test_a_missing_column_fails_with_its_name_instead_of_passing() -> None:
    found = judge(frame(("ES", MONDAY, 1.0), ("ES", TUESDAY, 1.0)), [POSITIVE, FEW])
    missing = [one for one in found if one.name == FEW.name]
    assert [one.passed for one in missing] == [False, False]
    assert all("not checked" in one.observed and "missing" in one.observed for one in missing)
    assert all(one.passed for one in found if one.name == POSITIVE.name)


def test_nothing_is_said_of_no_rows() -> None:
    assert judge(frame(), [POSITIVE]) == []
    assert judged("prices", []) == []


def test_a_value_that_is_unknown_breaks_no_rule_about_values() -> None:
    assert judge(frame(("ES", MONDAY, None)), [POSITIVE])[0].passed


def test_the_library_is_set_up_once_in_a_process() -> None:
    run._library()
    before = run._library.cache_info().misses
    judge(frame(("ES", MONDAY, 1.0)), [POSITIVE])
    judge(frame(("ES", MONDAY, -1.0)), [POSITIVE])
    assert run._library.cache_info().misses == before


@pytest.mark.parametrize("asset", SUITES)
def test_a_name_is_used_once_in_a_suite(asset: str) -> None:
    assert len({rule.name for rule in SUITES[asset]}) == len(SUITES[asset])


def test_the_suites_are_about_published_assets_and_the_day_as_a_whole() -> None:
    assert set(SUITES) - {"coverage"} <= set(PUBLISHED)
