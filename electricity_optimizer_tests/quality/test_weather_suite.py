"""The suite of weather: units, copies, gaps and darkness at noon fail their own expectations; a recorded forecast passes."""

from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.market.weather import weather_frame
from electricity_optimizer.quality.evidence import Evidence
from electricity_optimizer.quality.judgement import judged
from electricity_optimizer.quality.run import Verdict
from electricity_optimizer.quality.suites import WEATHER
from electricity_optimizer.quality.weather import prepare
from electricity_optimizer.sources import open_meteo
from electricity_optimizer.sources.records import to_frame
from electricity_optimizer_tests.quality.days import DE_LU, ONE_DAY, spring_weather, weather_records
from electricity_optimizer_tests.quality.faults import (
    BEFORE,
    FIFTH,
    FIRST,
    GAP,
    MIDNIGHT,
    OTHER_DAY,
    REPEATED,
    SIMULATED,
    TWICE,
    UNSAID,
    WHOLE,
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

BRIGHT, OFF = "days are bright", "it is as warm as the days before"
SUN, WARM, WIND = pl.col("radiation_w_m2"), pl.col("temperature_c"), pl.col("wind_speed_ms")

FAULTS: Faults = {
    "Kelvin": (columns(temperature_c=WARM + 273.15), {"it is as warm as Europe", OFF}),
    "Fahrenheit": (columns(temperature_c=WARM * 1.8 + 32), {"it is as warm as Europe", OFF}),
    "a negative wind": (columns(wind_speed_ms=pl.when(FIFTH).then(-1.0).otherwise(WIND)), {"wind is wind"}),
    "wind ten times too strong": (columns(wind_speed_ms=WIND * 10), {"no hurricane blows all day"}),
    "joules per hour": (columns(radiation_w_m2=SUN * 3600), {"radiation stays below the solar constant"}),
    "kilowatts": (columns(radiation_w_m2=SUN / 1000), {BRIGHT}),
    "a missing value written as zero": (columns(radiation_w_m2=pl.lit(0.0)), {BRIGHT}),
    "half a day off": (columns(radiation_w_m2=pl.concat([SUN.tail(12), SUN.head(12)])), {"nights are dark"}),
    "one temperature all day": (columns(temperature_c=pl.lit(9.0)), {"the temperature moves"}),
    "the day before over again": (yesterday("temperature_c", "wind_speed_ms", "radiation_w_m2"), {REPEATED}),
    "an hour twice": (lambda day, _: pl.concat([day, day.tail(1)]), {TWICE, GAP, WHOLE}),
    "an hour missing": (lambda day, _: day.filter(~FIFTH), {GAP, WHOLE}),
    "half an hour off": (columns(start=pl.col("start").dt.offset_by("30m")), {MIDNIGHT}),
    "an hour too late": (columns(start=pl.col("start").dt.offset_by("1h")), {MIDNIGHT, OTHER_DAY}),
    "quarters": (columns(resolution_minutes=pl.lit(15, dtype=pl.Int64)), {"rows are hours", GAP}),
    "a guess": (columns(kind=pl.lit("guess")), {"forecast or actual, nothing else"}),
    "nobody said it": (columns(source=pl.lit(None, dtype=pl.String)), {UNSAID}),
    "a tenth missing": (columns(wind_speed_ms=pl.when(pl.int_range(pl.len()) > 8).then(WIND)), {"values are hardly ever missing"}),
    "a cold front": (columns(temperature_c=pl.when(FIFTH).then(-12.0).otherwise(WARM)), {"no hour is a spike"}),
    "simulated": (columns(synthetic=pl.lit(value=True)), {SIMULATED}),
    "a second source differs": (nothing, {"a second source agrees"}),
    "nothing": (nothing, set()),
}


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    rows = spring_weather(FIRST, last_day(FAULTS))
    warmer = rows.filter(pl.col("delivery_day") == day_of(FAULTS, "a second source differs")).with_columns(WARM + 6)
    known = Evidence(spring_weather(BEFORE, FIRST - ONE_DAY), weather_records(warmer, "openweathermap"), pl.DataFrame())
    return judged("weather", [prepare(spoilt(rows, FAULTS), DE_LU, known)])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_its_own_expectations_and_no_other(verdicts: list[Verdict], fault: str) -> None:
    assert set(failed(verdicts, day_of(FAULTS, fault))) == FAULTS[fault][1]


def test_good_days_are_admitted_also_after_a_fault_and_with_23_hours(verdicts: list[Verdict]) -> None:
    assert refused_good_days(verdicts, FAULTS) == []


def test_every_rule_was_seen_failing() -> None:
    assert unseen(WEATHER, FAULTS) == set()


def test_weather_with_a_gap_is_flagged_and_better_than_none(verdicts: list[Verdict]) -> None:
    flags = {one.name for one in verdicts if not one.refuses}
    assert {WHOLE, "values are hardly ever missing", "a second source agrees", "no hour is a spike", SIMULATED} == flags


def test_a_recorded_forecast_of_open_meteo_is_admitted(shared: Path) -> None:
    records = to_frame(open_meteo.parse((shared / "payloads/open-meteo/weatherforecast_openmeteo_1.json").read_bytes()))
    rows = weather_frame(records, zone=zone("DE-LU"))
    known = Evidence(rows.clear(), records, pl.DataFrame())
    found = judged("weather", [prepare(rows, DE_LU, known)])
    assert len({one.day for one in found}) >= 2
    assert [one for one in found if one.refuses and not one.passed] == []
