"""The suite of prices on real days of DE-LU: each fault fails its own expectations, on its own day, with what was seen."""

from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.quality.judgement import judged
from electricity_optimizer.quality.prices import limits, prepare
from electricity_optimizer.quality.run import Verdict
from electricity_optimizer.quality.suites import PRICES
from electricity_optimizer_tests.quality.days import DE_LU, ONE_DAY, known_prices, real_prices, real_records
from electricity_optimizer_tests.quality.faults import (
    BEFORE,
    FIFTH,
    FIRST,
    GAP,
    LEVEL,
    MIDNIGHT,
    OTHER_DAY,
    REPEATED,
    SIMULATED,
    TWICE,
    UNSAID,
    WHOLE,
    Fault,
    Faults,
    columns,
    day_of,
    failed,
    last_day,
    nothing,
    refused_good_days,
    spoilt,
    unseen,
    yesterday,
)

LIMITS, SPIKE = "prices lie within the limits of the auction", "no price is a spike"
DIFFERS = "a second source says the same"


def price(value: pl.Expr) -> Fault:
    return lambda day, _: day.with_columns(price=value).with_columns(price_eur_mwh="price")


FAULTS: Faults = {
    "a price is missing": (price(pl.when(~FIFTH).then("price")), {"no price is missing"}),
    "a price above the limit": (price(pl.when(FIFTH).then(4000.01).otherwise("price")), {LIMITS, SPIKE}),
    "a price below the limit": (price(pl.when(FIFTH).then(-500.01).otherwise("price")), {LIMITS, SPIKE}),
    "another currency": (columns(currency=pl.lit("CZK")), {"prices are in the currency of the market"}),
    "one price all day": (price(pl.lit(80.0)), {"prices move"}),
    "ten times too high": (price((pl.col("price") * 10).round(1)), {LEVEL, SPIKE}),
    "in cents per kWh": (price((pl.col("price") / 10).round(3)), {LEVEL}),
    "a thousand times too high": (price(pl.col("price") * 1000), {LEVEL, LIMITS, SPIKE, "the median is a price of electricity"}),
    "per kWh": (price(pl.col("price") / 1000), {LEVEL}),
    "the day before over again": (yesterday("price", "price_eur_mwh"), {REPEATED}),
    "an interval twice": (lambda day, _: pl.concat([day, day.tail(1)]), {TWICE, GAP, WHOLE}),
    "an interval missing": (lambda day, _: day.filter(~FIFTH), {GAP, WHOLE}),
    "the first hour missing": (lambda day, _: day.slice(4), {MIDNIGHT, WHOLE}),
    "an hour too late": (columns(start=pl.col("start").dt.offset_by("1h")), {MIDNIGHT, OTHER_DAY}),
    "five minutes off": (columns(start=pl.col("start").dt.offset_by("5m")), {MIDNIGHT}),
    "hours where quarters are due": (
        lambda day, _: day.gather_every(4).with_columns(resolution_minutes=pl.lit(60, dtype=pl.Int64)),
        {WHOLE, "the market time unit is that of the day"},
    ),
    "nobody said it": (columns(source=pl.when(~FIFTH).then("source")), {UNSAID}),
    "a true spike": (price(pl.when(FIFTH).then(936.28).otherwise("price")), {SPIKE}),
    "simulated": (columns(synthetic=pl.lit(value=True)), {SIMULATED}),
    "a second source differs": (nothing, {DIFFERS}),
    "nothing": (nothing, set()),
}
FLAGS = {SPIKE, SIMULATED}


@pytest.fixture(scope="module")
def verdicts(shared: Path) -> list[Verdict]:
    rows = spoilt(real_prices(shared, FIRST, last_day(FAULTS)), FAULTS)
    day = day_of(FAULTS, "a second source differs")
    mine, second = (real_records(shared, day, day + ONE_DAY, source) for source in ("energy-charts", "smard"))
    off = pl.when(FIFTH & (pl.col("delivery_date") == day)).then(pl.col("price") + 0.02).otherwise("price")
    known = known_prices(real_prices(shared, BEFORE, FIRST - ONE_DAY), pl.concat([mine, second.with_columns(price=off)]))
    return judged("prices", [prepare(rows, DE_LU, known)])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_its_own_expectations_and_no_other(verdicts: list[Verdict], fault: str) -> None:
    assert set(failed(verdicts, day_of(FAULTS, fault))) == FAULTS[fault][1]


def test_good_days_are_admitted_also_after_a_fault_and_with_23_hours(verdicts: list[Verdict]) -> None:
    assert refused_good_days(verdicts, FAULTS) == []


def test_every_rule_was_seen_failing() -> None:
    assert unseen(PRICES, FAULTS) == set()


@pytest.mark.parametrize(
    ("fault", "expectation", "observed"),
    [
        ("a price is missing", "no price is missing", "1 of 96 rows"),
        ("a price above the limit", LIMITS, "1 of 96 rows: 4000.01"),
        ("another currency", "prices are in the currency of the market", "96 of 96 rows: CZK"),
        ("one price all day", "prices move", "1"),
        ("the day before over again", REPEATED, "1"),
        ("an interval missing", GAP, "1 of 95 rows: 15"),
        ("an interval missing", WHOLE, "1"),
        ("a second source differs", DIFFERS, "energy-charts and smard: 1 of 96 intervals differ, up to 0.02"),
        ("simulated", SIMULATED, "100%"),
        ("nobody said it", UNSAID, "1 of nobody as_sent, 95 of energy-charts as_sent"),
    ],
)
def test_what_was_seen_is_said_in_one_line(verdicts: list[Verdict], fault: str, expectation: str, observed: str) -> None:
    assert failed(verdicts, day_of(FAULTS, fault))[expectation] == observed


def test_of_a_good_day_the_report_says_what_it_looked_like(verdicts: list[Verdict]) -> None:
    said = {one.name: one.observed for one in verdicts if one.day == day_of(FAULTS, "a second source differs") + ONE_DAY}
    assert said[DIFFERS] == "energy-charts and smard agree"
    assert said[UNSAID] == "96 of energy-charts as_sent"
    assert "is usual" in said[LEVEL]


def test_spikes_and_simulated_days_are_flagged_and_nothing_else_is(verdicts: list[Verdict]) -> None:
    assert {one.name for one in verdicts if not one.refuses} == FLAGS


def test_the_limits_are_those_of_the_auctions_of_the_zone() -> None:
    assert limits(zone("DE-LU")) == (-500, 4000)
    assert limits(zone("GB"))[1] > 4000  # within-day trade has no limit of an auction
