"""The suites as data: what is expected of prices, weather and forecasts.

A rule names an expectation in the field's words and the Great Expectations class that checks it. Columns that the rules need and the
tables do not have (gap to the interval before, resolution of the market on that day) are added to the frame by the suite's `prepare`.
These suites are for the daily report, backfills and the deep re-sync; what gates each cycle is `market.check`, in milliseconds.
"""

from collections.abc import Callable
from itertools import pairwise

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.market.check import HIGHEST_EUR_MWH, LOWEST_EUR_MWH
from electricity_optimizer.quality.run import Expectation, Rule, check
from electricity_optimizer.timeline import interval_count, local_day, local_hour

PRICES = (
    Rule("no price is missing", "ExpectColumnValuesToNotBeNull", {"column": "price"}),
    Rule(
        "prices lie within the limits of the auction",
        "ExpectColumnValuesToBeBetween",
        {"column": "price_eur_mwh", "min_value": LOWEST_EUR_MWH, "max_value": HIGHEST_EUR_MWH},
    ),
    Rule("prices move", "ExpectColumnUniqueValueCountToBeBetween", {"column": "price", "min_value": 2}),
    Rule(
        "the median is a price of electricity", "ExpectColumnMedianToBeBetween", {"column": "price", "min_value": -100, "max_value": 1000}
    ),
    Rule("no interval comes twice", "ExpectColumnValuesToBeUnique", {"column": "start"}),
    Rule("intervals follow without gap or overlap", "ExpectColumnValuesToBeInSet", {"column": "gap_minutes", "value_set": [0]}),
    Rule("every delivery day is whole", "ExpectColumnValuesToBeInSet", {"column": "missing_intervals", "value_set": [0]}),
    Rule("rows lie in their delivery day", "ExpectColumnPairValuesToBeEqual", {"column_A": "delivery_day", "column_B": "local_day"}),
    Rule(
        "the market time unit is that of the day",
        "ExpectColumnPairValuesToBeEqual",
        {"column_A": "resolution_minutes", "column_B": "market_minutes"},
    ),
    Rule("a source is named", "ExpectColumnValuesToNotBeNull", {"column": "source"}),
    Rule("a currency is named", "ExpectColumnValuesToMatchRegex", {"column": "currency", "regex": "^[A-Z]{3}$"}),
)

WEATHER = (
    Rule("temperature is hardly ever missing", "ExpectColumnValuesToNotBeNull", {"column": "temperature_c", "mostly": 0.95}),
    Rule("it is as warm as Europe", "ExpectColumnValuesToBeBetween", {"column": "temperature_c", "min_value": -50, "max_value": 50}),
    Rule("the wind blows", "ExpectColumnValuesToBeBetween", {"column": "wind_speed_ms", "min_value": 0, "max_value": 60}),
    Rule(
        "radiation stays below the solar constant",
        "ExpectColumnValuesToBeBetween",
        {"column": "radiation_w_m2", "min_value": 0, "max_value": 1361},
    ),
    Rule("nights are dark", "ExpectColumnValuesToBeBetween", {"column": "night_w_m2", "min_value": 0, "max_value": 5}),
    Rule("no interval comes twice", "ExpectColumnValuesToBeUnique", {"column": "start"}),
    Rule("intervals follow without gap or overlap", "ExpectColumnValuesToBeInSet", {"column": "gap_minutes", "value_set": [0]}),
    Rule("rows lie in their delivery day", "ExpectColumnPairValuesToBeEqual", {"column_A": "delivery_day", "column_B": "local_day"}),
    Rule("forecast or actual, nothing else", "ExpectColumnValuesToBeInSet", {"column": "kind", "value_set": ["forecast", "actual"]}),
)

FORECASTS = (
    Rule("no forecast is missing", "ExpectColumnValuesToNotBeNull", {"column": "value_eur_mwh"}),
    Rule(
        "forecasts lie within the limits of the auction",
        "ExpectColumnValuesToBeBetween",
        {"column": "value_eur_mwh", "min_value": LOWEST_EUR_MWH, "max_value": HIGHEST_EUR_MWH},
    ),
    Rule("quantiles do not cross", "ExpectColumnValuesToBeInSet", {"column": "crossings", "value_set": [0]}),
    Rule("each model says each interval once", "ExpectCompoundColumnsToBeUnique", {"column_list": ["model", "start"]}),
    Rule("intervals follow without gap or overlap", "ExpectColumnValuesToBeInSet", {"column": "gap_minutes", "value_set": [0]}),
    Rule("rows lie in their delivery day", "ExpectColumnPairValuesToBeEqual", {"column_A": "delivery_day", "column_B": "local_day"}),
    Rule("issued before it was over", "ExpectColumnValuesToBeBetween", {"column": "minutes_ahead", "min_value": 0, "strict_min": True}),
)


def validate_prices(frame: pl.DataFrame, zone: Zone) -> list[Expectation]:
    """What is expected of rows of table `price` (whole delivery days of one zone), and whether it is so."""
    return check(_with_market(_with_calendar(frame, zone, []), zone), PRICES)


def validate_weather(frame: pl.DataFrame, zone: Zone) -> list[Expectation]:
    """What is expected of rows of table `weather` of one zone, and whether it is so."""
    night = pl.when(local_hour("start", zone.tz).is_in([0, 1])).then("radiation_w_m2").alias("night_w_m2")
    return check(_with_calendar(frame, zone, []).with_columns(night), WEATHER)


def validate_forecasts(frame: pl.DataFrame, zone: Zone) -> list[Expectation]:
    """What is expected of rows of table `forecast` (all models) of one zone, and whether it is so."""
    levels = sorted(name for name in frame.columns if name.startswith("q") and name[1:].isdigit())
    crossings = [(pl.col(low) > pl.col(high)).fill_null(value=False) for low, high in pairwise(levels)]
    end = pl.col("start") + pl.duration(minutes="resolution_minutes")
    return check(
        _with_calendar(frame, zone, ["model"]).with_columns(
            crossings=pl.sum_horizontal(pl.lit(0), *crossings), minutes_ahead=(end - pl.col("issued_at")).dt.total_minutes()
        ),
        FORECASTS,
    )


BY_ASSET: dict[str, Callable[[pl.DataFrame, Zone], list[Expectation]]] = {
    "prices": validate_prices,
    "weather": validate_weather,
    "price_forecasts": validate_forecasts,
}
"""The suite of each asset."""


def _with_calendar(frame: pl.DataFrame, zone: Zone, series: list[str]) -> pl.DataFrame:
    """Adds the gap to the interval before (of the same series) and the local day of each row."""
    before = pl.col("start").shift(1) + pl.duration(minutes=pl.col("resolution_minutes").shift(1))
    gap = (pl.col("start") - before).dt.total_minutes()
    return frame.sort(*series, "start").with_columns(
        gap_minutes=(gap.over(series) if series else gap).fill_null(0), local_day=local_day("start", zone.tz)
    )


def _with_market(frame: pl.DataFrame, zone: Zone) -> pl.DataFrame:
    """Adds the market time unit of each row's day and how many intervals its day lacks."""
    days = frame["delivery_day"].unique().drop_nulls().sort()
    market = pl.DataFrame(
        {
            "delivery_day": days,
            "market_minutes": pl.Series([zone.resolution_on(day) for day in days], dtype=pl.Int64),
            "whole": pl.Series([interval_count(day, zone.tz, zone.resolution_on(day)) for day in days], dtype=pl.Int64),
        }
    )
    missing = (pl.col("whole") - pl.len().over("delivery_day").cast(pl.Int64)).alias("missing_intervals")
    return frame.join(market, on="delivery_day", how="left", maintain_order="left").with_columns(missing)
