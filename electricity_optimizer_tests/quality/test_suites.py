"""The suites: good days pass whole, and each kind of bad data fails its own expectation with what was seen."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.quality import suites
from electricity_optimizer.quality.run import Rule, check
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer.warehouse.tables import PUBLISHED, QUANTILES

DE_LU = zone("DE-LU")
DAY = dt.date(2026, 5, 4)


def interval_rows(*days: dt.date, minutes: int = 15) -> pl.DataFrame:
    rows = [(day, start) for day in days for start in interval_starts(day, DE_LU.tz, minutes)]
    frame = pl.DataFrame(rows, schema={"delivery_day": pl.Date, "start": pl.Datetime("us", "UTC")}, orient="row")
    return frame.with_columns(zone=pl.lit("DE-LU"), resolution_minutes=pl.lit(minutes, dtype=pl.Int64), synthetic=pl.lit(value=False))


def prices(*days: dt.date) -> pl.DataFrame:
    frame = interval_rows(*(days or [DAY]))
    level = 80 + 40 * np.sin(np.arange(frame.height) / 10)
    return frame.with_columns(
        price=pl.Series(level), price_eur_mwh=pl.Series(level), currency=pl.lit("EUR"), source=pl.lit("s"), licence=pl.lit("l")
    )


def weather() -> pl.DataFrame:
    sun = pl.when(pl.col("start").dt.hour().is_between(5, 17)).then(400.0).otherwise(0.0)
    return interval_rows(DAY, minutes=60).with_columns(
        temperature_c=12.5, wind_speed_ms=4.0, radiation_w_m2=sun, kind=pl.lit("forecast"), source=pl.lit("s")
    )


def forecasts() -> pl.DataFrame:
    model = interval_rows(DAY, minutes=60).with_columns(
        value_eur_mwh=70.0,
        issued_at=pl.lit(dt.datetime(2026, 5, 3, 9, tzinfo=UTC)),
        horizon_days=1,
        **{name: 50.0 + index for index, name in enumerate(QUANTILES)},
    )
    naive = model.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in QUANTILES)
    return pl.concat([model.with_columns(model=pl.lit("lear")), naive.with_columns(model=pl.lit("naive"))])


def failed(asset: str, frame: pl.DataFrame) -> dict[str, str]:
    return {one.name: one.observed for one in suites.BY_ASSET[asset](frame, DE_LU) if not one.passed}


@pytest.mark.parametrize(
    ("asset", "frame"),
    [
        ("prices", prices()),
        ("prices", prices(dt.date(2025, 10, 26))),
        ("prices", prices(dt.date(2026, 3, 28), dt.date(2026, 3, 29), dt.date(2026, 3, 30))),
        ("weather", weather()),
        ("price_forecasts", forecasts()),
    ],
    ids=["a day", "25 hours", "23 hours between two days", "weather", "forecasts"],
)
def test_good_data_meets_every_expectation(asset: str, frame: pl.DataFrame) -> None:
    assert failed(asset, frame) == {}


FIFTH = pl.int_range(pl.len()) == 5


@pytest.mark.parametrize(
    ("frame", "expectation", "observed"),
    [
        (prices().with_columns(price=pl.when(~FIFTH).then("price")), "no price is missing", "1 of 96 rows"),
        (
            prices().with_columns(price_eur_mwh=pl.when(FIFTH).then(4000.1).otherwise("price_eur_mwh")),
            "prices lie within the limits of the auction",
            "1 of 96 rows: 4000.1",
        ),
        (prices().with_columns(price=0.0), "prices move", "1"),
        (prices().with_columns(price=pl.col("price") * 100), "the median is a price of electricity", "9448.81"),
        (pl.concat([prices(), prices().tail(1)]), "no interval comes twice", "2 of 97 rows"),
        (prices().filter(~FIFTH), "intervals follow without gap or overlap", "1 of 95 rows: 15"),
        (prices().head(95), "every delivery day is whole", "95 of 95 rows: 1"),
        (prices().with_columns(pl.col("start").dt.offset_by("1h")), "rows lie in their delivery day", "4 of 96 rows"),
        (prices().with_columns(resolution_minutes=pl.lit(60)), "the market time unit is that of the day", "96 of 96 rows"),
        (prices().with_columns(source=pl.lit(None, dtype=pl.String)), "a source is named", "96 of 96 rows"),
        (prices().with_columns(currency=pl.lit("ct")), "a currency is named", "96 of 96 rows: ct"),
    ],
)
def test_bad_prices_fail_the_expectation_they_break(frame: pl.DataFrame, expectation: str, observed: str) -> None:
    assert failed("prices", frame).get(expectation, "passed").startswith(observed)


@pytest.mark.parametrize(
    ("frame", "expectation"),
    [
        (
            weather().with_columns(temperature_c=pl.when(pl.col("start").dt.hour() > 2).then("temperature_c")),
            "temperature is hardly ever missing",
        ),
        (weather().with_columns(temperature_c=285.6), "it is as warm as Europe"),
        (weather().with_columns(wind_speed_ms=-1.0), "the wind blows"),
        (weather().with_columns(radiation_w_m2=pl.col("radiation_w_m2") * 4), "radiation stays below the solar constant"),
        (weather().with_columns(radiation_w_m2=400.0), "nights are dark"),
        (pl.concat([weather(), weather()]), "no interval comes twice"),
        (weather().with_columns(kind=pl.lit("guess")), "forecast or actual, nothing else"),
    ],
)
def test_bad_weather_fails_the_expectation_it_breaks(frame: pl.DataFrame, expectation: str) -> None:
    assert expectation in failed("weather", frame)


@pytest.mark.parametrize(
    ("frame", "expectation"),
    [
        (forecasts().with_columns(value_eur_mwh=pl.when(~FIFTH).then("value_eur_mwh")), "no forecast is missing"),
        (forecasts().with_columns(value_eur_mwh=9999.0), "forecasts lie within the limits of the auction"),
        (forecasts().with_columns(q95=10.0), "quantiles do not cross"),
        (pl.concat([forecasts(), forecasts().tail(1)]), "each model says each interval once"),
        (forecasts().filter(~FIFTH), "intervals follow without gap or overlap"),
        (forecasts().with_columns(issued_at=pl.lit(dt.datetime(2026, 5, 5, tzinfo=UTC))), "issued before it was over"),
    ],
)
def test_bad_forecasts_fail_the_expectation_they_break(frame: pl.DataFrame, expectation: str) -> None:
    assert expectation in failed("price_forecasts", frame)


def test_a_missing_column_fails_with_its_name_instead_of_passing() -> None:
    found = failed("prices", prices().drop("currency"))
    assert "not checked" in found["a currency is named"]
    assert "currency" in found["a currency is named"]


def test_expectations_come_in_the_order_of_the_suite_and_fit_the_report() -> None:
    found = suites.validate_prices(prices(), DE_LU)
    assert [one.name for one in found] == [rule.name for rule in suites.PRICES]
    columns = PUBLISHED["quality_report"].columns
    assert {type(one.observed) for one in found} == {columns["observed"].type.python_type}
    assert {type(one.passed) for one in found} == {columns["passed"].type.python_type}


@pytest.mark.parametrize("suite", [suites.PRICES, suites.WEATHER, suites.FORECASTS])
def test_a_name_is_used_once_in_a_suite(suite: tuple[Rule, ...]) -> None:
    assert len({rule.name for rule in suite}) == len(suite)


def test_the_suites_cover_published_assets() -> None:
    assert set(suites.BY_ASSET) <= set(PUBLISHED)


def test_an_expectation_over_no_rows_has_nothing_against_it() -> None:
    assert check(prices().clear(), [Rule("none", "ExpectColumnValuesToNotBeNull", {"column": "price"})])[0].passed
