"""The journal tells a night in sentences; weights are validated before it speaks of them."""

import datetime as dt

import numpy as np
import orjson
import polars as pl
import pytest

from electricity_optimizer.forecasting.bias import CORRECTION
from electricity_optimizer.forecasting.learning.drift import Alarm
from electricity_optimizer.forecasting.learning.journal import Night, entry, weight_problems
from electricity_optimizer.forecasting.learning.observation import observed
from electricity_optimizer.forecasting.learning.scores import accuracy_rows
from electricity_optimizer_tests.forecasting.observations import FIRST, TZ, day_after, rows_of

DAYS = 60
WEIGHTS = {"lear_56": 0.7, "naive": 0.3}
SINCE = dt.date(2026, 2, 10)
ALARM = Alarm("error", SINCE, f"Its error has drifted since {SINCE}.")


@pytest.fixture(scope="module")
def accuracy() -> pl.DataFrame:
    rng = np.random.default_rng(8)
    actual = rng.normal(60, 20, (DAYS, 24))
    spread = np.full(24, 3.0)
    spread[3], spread[19] = 1.0, 9.0
    models = {"ensemble": actual + spread * rng.normal(0, 1, (DAYS, 24)), "naive": actual + rng.normal(0, 12, (DAYS, 24))}
    models["lear_56"] = actual + 0.5 * (models["ensemble"] - actual)
    far = {name: values + rng.normal(0, 6, (DAYS, 24)) for name, values in models.items()}
    rows = pl.concat([rows_of(actual, models), rows_of(actual, far, horizon_days=4)])
    last = day_after(DAYS - 1)
    return accuracy_rows(observed(rows, TZ, FIRST, last), last).with_columns(zone=pl.lit("DE-LU"), delivery_day=pl.lit(last))


def bias(**beyond_chance: float) -> pl.DataFrame:
    hours = {int(name[1:]): value for name, value in beyond_chance.items()}
    return pl.DataFrame({"model": CORRECTION, "hour": range(24), "bias_eur_mwh": [hours.get(hour, 0.0) for hour in range(24)], "count": 28})


def one(accuracy: pl.DataFrame, window: int, horizon: int = 1) -> dict:
    rows = accuracy.filter(pl.col("model") == "ensemble", pl.col("hour") == -1)
    return rows.filter(pl.col("window_days") == window, pl.col("horizon_days") == horizon).row(0, named=True)


def test_a_night_in_sentences(accuracy):
    text, details = entry("DE-LU", Night(accuracy, WEIGHTS, bias(h18=1.5, h19=-4.25), [ALARM]))
    day, month, ahead = one(accuracy, 1), one(accuracy, 30), one(accuracy, 30, 4)
    assert f"The ensemble was off by {day['mae']:.2f} EUR/MWh, {day['rmae']:.2f} of the naive error that day." in text
    assert f"Over 30 days it is off by {month['mae']:.2f}, {month['rmae']:.2f} of the naive error; its 90 % band held" in text
    assert "Its best hour is 03:00 (" in text
    assert ", its worst 19:00 (" in text
    assert f"4 days ahead it is off by {ahead['mae']:.2f}, " in text
    assert "it is better than the naive (p < 0.001), and lear_56 is better than it by more than chance (p < 0.001)" in text
    assert "2 hours are off to one side beyond chance, most at 19:00: too low by 4.25." in text
    assert "lear_56 has most weight now (70%)." in text
    assert text.endswith(ALARM.text)
    assert details["bias_beyond_chance"] == {"18:00": 1.5, "19:00": -4.25}
    assert details["drift"][0]["since"] == "2026-02-10"
    assert orjson.loads(orjson.dumps(details)) == details


def test_refused_weights_are_not_claimed(accuracy):
    text, details = entry("DE-LU", Night(accuracy, {}, bias()))
    assert "No new weights were accepted; those before stay." in text
    assert "has most weight" not in text
    assert details["weights"] == {}


def test_a_quiet_night_says_so(accuracy):
    text, _ = entry("DE-LU", Night(accuracy.filter(pl.col("model") != "lear_56"), WEIGHTS, bias()))
    assert "and no member is better than it by more than chance (Diebold-Mariano)." in text
    assert "No hour is off to one side beyond chance." in text
    assert text.endswith("No drift.")


def test_a_first_night_without_naive_or_horizon_says_what_it_can(accuracy):
    first = accuracy.filter(pl.col("model") == "ensemble", pl.col("horizon_days") == 1).with_columns(rmae=None, coverage_90=None)
    text, _ = entry("DE-LU", Night(first, WEIGHTS, bias()))
    assert f"off by {one(accuracy, 1)['mae']:.2f} EUR/MWh that day." in text
    assert "ahead" not in text
    assert entry("DE-LU", Night(accuracy.clear(), {}, bias()))[0] == "Nothing could be observed."


EVEN = {"a": np.full(24, 0.5), "b": np.full(24, 0.5)}
ERRORS = {"a": 1.0, "b": 2.0}


def tilted(hour: int, by: float) -> dict[str, np.ndarray]:
    weights = {name: values.copy() for name, values in EVEN.items()}
    weights["a"][hour] += by
    return weights


@pytest.mark.parametrize(
    ("weights", "before", "said"),
    [
        (EVEN, None, []),
        (EVEN, {"a": 0.6, "b": 0.4}, []),
        (tilted(7, 0.1), None, ["they sum to 1.100000, not 1"]),
        ({"a": np.full(24, 1.2), "b": np.full(24, -0.2)}, None, ["b is negative"]),
        ({"a": np.full(24, np.nan), "b": np.full(24, 0.5)}, None, ["they sum to nan, not 1"]),
        ({}, None, ["they sum to 0.000000, not 1"]),
        ({**EVEN, "b": np.full(24, 0.25), "c": np.full(24, 0.25)}, None, ["c was never observed"]),
        (EVEN, {"a": 1.0}, ["their weighted error 1.50 is over a tenth above the 1.00 of the weights before"]),
        (EVEN, {"gone": 1.0}, []),
    ],
)
def test_what_is_wrong_with_weights(weights, before, said):
    assert weight_problems(weights, before, ERRORS) == said
