"""The suite of forecasts: what a model or its publication may do wrong fails its own expectation."""

from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer.quality.evidence import Evidence
from electricity_optimizer.quality.forecasts import prepare
from electricity_optimizer.quality.judgement import judged
from electricity_optimizer.quality.run import Verdict
from electricity_optimizer.quality.suites import FORECASTS
from electricity_optimizer_tests.quality.days import DE_LU, ONE_DAY, forecasts_from, real_prices
from electricity_optimizer_tests.quality.faults import (
    BEFORE,
    FIRST,
    GAP,
    LEVEL,
    MIDNIGHT,
    OTHER_DAY,
    REPEATED,
    SIMULATED,
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

SPIKE, WHOLE = "no forecast is a spike", "every model covers the whole day"
MOVES, WIDTH = "the ensemble moves", "bands have a width"
OURS = pl.col("model") == ENSEMBLE
AT_FIVE = (pl.col("start").dt.hour() == 5) & (pl.col("start").dt.minute() == 0)
VALUE = pl.col("value_eur_mwh")


def by_the_hour(day: pl.DataFrame, _before: pl.DataFrame) -> pl.DataFrame:
    hours = pl.when(OURS).then(60).otherwise("resolution_minutes").cast(pl.Int64)
    return day.filter(~OURS | (pl.col("start").dt.minute() == 0)).with_columns(resolution_minutes=hours)


FAULTS: Faults = {
    "a value is missing": (columns(value_eur_mwh=pl.when(~(OURS & AT_FIVE)).then(VALUE)), {"no forecast is missing"}),
    "a value beyond the limits": (
        columns(value_eur_mwh=pl.when(~OURS & AT_FIVE).then(4500.0).otherwise(VALUE)),
        {"forecasts lie within the limits of the auction"},
    ),
    "no ensemble": (lambda day, _: day.filter(~OURS), {"the ensemble is there", MOVES}),
    "one value all day": (columns(value_eur_mwh=pl.when(OURS).then(80.0).otherwise(VALUE)), {MOVES}),
    "per kWh": (columns(value_eur_mwh=VALUE / 1000), {LEVEL}),
    "ten times too high": (columns(value_eur_mwh=VALUE * 10), {LEVEL, SPIKE}),
    "the day before over again": (yesterday("value_eur_mwh"), {REPEATED}),
    "quantiles that cross": (columns(q50=pl.col("q55") + 1), {"quantiles do not cross"}),
    "a quantile missing": (columns(q30=pl.lit(None, dtype=pl.Float64)), {"quantiles are all there or none"}),
    "a band without width": (columns(**{f"q{k:02d}": pl.when(OURS).then(VALUE) for k in range(5, 100, 5)}), {WIDTH}),
    "said twice": (lambda day, _: pl.concat([day, day.filter(OURS).tail(1)]), {"each model says each interval once", GAP, WHOLE}),
    "an interval missing": (lambda day, _: day.filter(~(OURS & AT_FIVE)), {GAP, WHOLE}),
    "an ensemble by the hour": (by_the_hour, {"the ensemble is in the market time unit"}),
    "an hour too late": (columns(start=pl.col("start").dt.offset_by("1h")), {MIDNIGHT, OTHER_DAY}),
    "issued afterwards": (columns(issued_at=pl.col("issued_at").dt.offset_by("30h")), {"issued before it was over"}),
    "a spike": (columns(value_eur_mwh=pl.when(OURS & AT_FIVE).then(900.0).otherwise(VALUE)), {SPIKE}),
    "simulated": (columns(synthetic=pl.lit(value=True)), {SIMULATED}),
    "nothing": (nothing, set()),
}


@pytest.fixture(scope="module")
def verdicts(shared: Path) -> list[Verdict]:
    actual = real_prices(shared, BEFORE, last_day(FAULTS))
    issued = forecasts_from(actual.filter(pl.col("delivery_day").is_between(FIRST - 3 * ONE_DAY, last_day(FAULTS) - ONE_DAY)))
    before, rows = issued.filter(pl.col("delivery_day") < FIRST), issued.filter(pl.col("delivery_day") >= FIRST)
    return judged("price_forecasts", [prepare(spoilt(rows, FAULTS), DE_LU, Evidence(before, pl.DataFrame(), actual))])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_its_own_expectations_and_no_other(verdicts: list[Verdict], fault: str) -> None:
    assert set(failed(verdicts, day_of(FAULTS, fault))) == FAULTS[fault][1]


def test_good_days_are_admitted_also_after_a_fault_and_with_23_hours(verdicts: list[Verdict]) -> None:
    assert refused_good_days(verdicts, FAULTS) == []


def test_every_rule_was_seen_failing() -> None:
    assert unseen(FORECASTS, FAULTS) == set()


def test_the_further_outlook_may_say_the_same_of_two_days(shared: Path) -> None:
    actual = real_prices(shared, BEFORE, FIRST)
    issued = forecasts_from(actual.tail(2 * 96)).with_columns(horizon_days=pl.lit(2, dtype=pl.Int64))
    first, second = issued["delivery_day"].unique().sort()
    again = yesterday("value_eur_mwh")(issued.filter(pl.col("delivery_day") == second), issued.filter(pl.col("delivery_day") == first))
    rows = pl.concat([issued.filter(pl.col("delivery_day") == first), again])
    found = judged("price_forecasts", [prepare(rows, DE_LU, Evidence(rows.clear(), pl.DataFrame(), actual))])
    assert [one for one in found if not one.passed] == []
