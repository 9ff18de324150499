"""The suites as data: what is expected of prices, weather, forecasts and of a day as a whole.

A rule names an expectation in the field's words and the Great Expectations class that checks it. The columns that are not those of the
table are made by the `prepare` of `prices`, `weather`, `forecasts` and `coverage`. A rule that flags finds what may well be true (a
spike) or is better than nothing (weather with a gap); the others refuse the day: it is wrong, and its last good version stays.
These suites are for the deep re-sync, backfills and the daily report; what gates each cycle is `market.check`, in milliseconds.
"""

from electricity_optimizer.market.check import HIGHEST_EUR_MWH, LOWEST_EUR_MWH, REPEATED_SHARE
from electricity_optimizer.quality.run import Rule

NOT_NULL = "ExpectColumnValuesToNotBeNull"
BETWEEN = "ExpectColumnValuesToBeBetween"
IN_SET = "ExpectColumnValuesToBeInSet"
UNIQUE = "ExpectCompoundColumnsToBeUnique"
EQUAL = "ExpectColumnPairValuesToBeEqual"

DAYS = (
    Rule("intervals follow without gap or overlap", IN_SET, {"column": "gap_minutes", "value_set": [0]}),
    Rule("rows lie in their delivery day", EQUAL, {"column_A": "delivery_day", "column_B": "local_day"}),
    Rule("the day begins at local midnight", IN_SET, {"column": "minutes_after_midnight", "value_set": [0]}, of_day=True),
)
"""What is expected of every series of intervals."""
SIMULATED = Rule(
    "nothing is simulated", BETWEEN, {"column": "simulated_share", "max_value": 0}, refuses=False, of_day=True, shows="simulated_said"
)

PRICES = (
    Rule("no price is missing", NOT_NULL, {"column": "price"}),
    Rule("prices lie within the limits of the auction", IN_SET, {"column": "beyond_limits", "value_set": [0]}, shows="price"),
    Rule("prices are in the currency of the market", EQUAL, {"column_A": "currency", "column_B": "market_currency"}),
    Rule("prices move", BETWEEN, {"column": "different_prices", "min_value": 2}, of_day=True),
    Rule("the median is a price of electricity", BETWEEN, {"column": "median_price", "min_value": -200, "max_value": 2000}, of_day=True),
    Rule("the level is that of the days before", IN_SET, {"column": "level_fits", "value_set": [True]}, of_day=True, shows="level_said"),
    Rule("the day before is not repeated", BETWEEN, {"column": "repeated_share", "max_value": REPEATED_SHARE}, of_day=True),
    Rule("a second source says the same", IN_SET, {"column": "agrees", "value_set": [True]}, of_day=True, shows="second_said"),
    Rule("no interval comes twice", UNIQUE, {"column_list": ["zone", "delivery_day", "start"]}),
    Rule("every delivery day is whole", IN_SET, {"column": "missing_intervals", "value_set": [0]}, of_day=True),
    Rule("the market time unit is that of the day", EQUAL, {"column_A": "resolution_minutes", "column_B": "market_minutes"}),
    *DAYS,
    Rule("a source is named", NOT_NULL, {"column": "source"}, of_day=True, shows="come_from"),
    SIMULATED,
    Rule("no price is a spike", IN_SET, {"column": "spikes", "value_set": [0]}, refuses=False, of_day=True, shows="spikes_said"),
)

WEATHER = (
    Rule("it is as warm as Europe", BETWEEN, {"column": "temperature_c", "min_value": -50, "max_value": 50}),
    Rule("wind is wind", BETWEEN, {"column": "wind_speed_ms", "min_value": 0, "max_value": 60}),
    Rule("no hurricane blows all day", BETWEEN, {"column": "mean_wind_ms", "max_value": 25}, of_day=True),
    Rule("radiation stays below the solar constant", BETWEEN, {"column": "radiation_w_m2", "min_value": 0, "max_value": 1361}),
    Rule("days are bright", BETWEEN, {"column": "brightest_w_m2", "min_value": 1}, of_day=True),
    Rule("nights are dark", BETWEEN, {"column": "night_w_m2", "max_value": 5}),
    Rule("the temperature moves", BETWEEN, {"column": "different_c", "min_value": 2}, of_day=True),
    Rule("the day before is not repeated", BETWEEN, {"column": "repeated_share", "max_value": REPEATED_SHARE}, of_day=True),
    Rule("it is as warm as the days before", BETWEEN, {"column": "degrees_off", "max_value": 25}, of_day=True),
    Rule("no interval comes twice", UNIQUE, {"column_list": ["zone", "delivery_day", "start"]}),
    Rule("rows are hours", IN_SET, {"column": "resolution_minutes", "value_set": [60]}),
    *DAYS,
    Rule("forecast or actual, nothing else", IN_SET, {"column": "kind", "value_set": ["forecast", "actual"]}),
    Rule("a source is named", NOT_NULL, {"column": "source"}, of_day=True, shows="come_from"),
    Rule("every delivery day is whole", IN_SET, {"column": "missing_intervals", "value_set": [0]}, refuses=False, of_day=True),
    Rule("values are hardly ever missing", BETWEEN, {"column": "missing_share", "max_value": 0.05}, refuses=False, of_day=True),
    Rule("a second source agrees", BETWEEN, {"column": "second_off_c", "max_value": 5}, refuses=False, of_day=True, shows="second_said"),
    SIMULATED,
    Rule("no hour is a spike", BETWEEN, {"column": "steepest_c", "max_value": 12}, refuses=False, of_day=True),
)

FORECASTS = (
    Rule("no forecast is missing", NOT_NULL, {"column": "value_eur_mwh"}),
    Rule(
        "forecasts lie within the limits of the auction",
        BETWEEN,
        {"column": "value_eur_mwh", "min_value": LOWEST_EUR_MWH, "max_value": HIGHEST_EUR_MWH},
    ),
    Rule("the ensemble is there", BETWEEN, {"column": "ensemble_intervals", "min_value": 1}, of_day=True, shows="models"),
    Rule("the ensemble moves", BETWEEN, {"column": "different_values", "min_value": 2}, of_day=True),
    Rule("the level is that of the days before", IN_SET, {"column": "level_fits", "value_set": [True]}, of_day=True, shows="level_said"),
    Rule("the day before is not repeated", BETWEEN, {"column": "repeated_share", "max_value": REPEATED_SHARE}, of_day=True),
    Rule("quantiles do not cross", IN_SET, {"column": "crossings", "value_set": [0]}),
    Rule("quantiles are all there or none", IN_SET, {"column": "lacking_quantiles", "value_set": [0]}),
    Rule("bands have a width", BETWEEN, {"column": "band_eur_mwh", "min_value": 0, "strict_min": True}),
    Rule("each model says each interval once", UNIQUE, {"column_list": ["zone", "delivery_day", "model", "start"]}),
    Rule("every model covers the whole day", IN_SET, {"column": "missing_intervals", "value_set": [0]}, of_day=True),
    Rule("the ensemble is in the market time unit", EQUAL, {"column_A": "ensemble_minutes", "column_B": "market_minutes"}),
    *DAYS,
    Rule("issued before it was over", BETWEEN, {"column": "minutes_ahead", "min_value": 0, "strict_min": True}),
    SIMULATED,
    Rule("no forecast is a spike", IN_SET, {"column": "spikes", "value_set": [0]}, refuses=False, of_day=True, shows="spikes_said"),
)

COVERED = {"prices": "prices", "weather": "weather", "price_forecasts": "forecasts"}
"""Assets that a zone must have of every day, and what people call them."""
FRESH_HOURS = 36

COVERAGE = (
    *(
        Rule(f"{name} are there", IN_SET, {"column": f"{asset}_there", "value_set": [True]}, of_day=True, shows=f"{asset}_held")
        for asset, name in COVERED.items()
    ),
    Rule("prices came in time", IN_SET, {"column": "in_time", "value_set": [True]}, refuses=False, of_day=True, shows="in_time_said"),
    *(
        Rule(
            f"{name} reach as far as they should",
            BETWEEN,
            {"column": f"{asset}_days_behind", "max_value": 0},
            refuses=False,
            of_day=True,
            shows=f"{asset}_reach",
        )
        for asset, name in COVERED.items()
    ),
    *(
        Rule(
            f"{name} are no older than {FRESH_HOURS} hours",
            BETWEEN,
            {"column": f"{asset}_age_hours", "max_value": FRESH_HOURS},
            refuses=False,
            of_day=True,
            shows=f"{asset}_newest",
        )
        for asset, name in COVERED.items()
    ),
)
"""What is expected of a zone's day as a whole, as it was at its end (or is now)."""
