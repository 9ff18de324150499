"""No model sees beyond gate closure: with every later price and input another, its forecast of the day is the same to the last bit."""

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pytest

from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.calendar import HOLIDAY
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.outlook import extend
from electricity_optimizer.forecasting.outlook_inputs import with_estimates
from electricity_optimizer.forecasting.protocol import Model
from electricity_optimizer.forecasting.walk import walk_forward

DAY = dt.date(2026, 4, 20)
SMALLER: dict[str, Any] = {"window": 100, "least_days": 90, "epochs": 1, "members": 3}
"""Of a model whose window is longer than the table: the same code on fewer days."""


@pytest.fixture(scope="module")
def now(market) -> DayTable:
    """The made market with holidays and a neighbour's price, as somebody knows it who knows the future too."""
    flags = np.zeros_like(market.price)
    flags[[market.row(DAY - dt.timedelta(days=back)) for back in (0, 14)]] = 1.0
    neighbour = 1.1 * market.price + np.random.default_rng(2).normal(0, 3, market.price.shape)
    return DayTable(market.first_day, market.price, {**market.inputs, "neighbour_price_eur_mwh": neighbour, HOLIDAY: flags})


@pytest.fixture(scope="module")
def otherwise(now) -> DayTable:
    """Another future: prices of `DAY` and after, inputs of the days after it; nothing of them is as it was, some is not known."""
    row, rng = now.row(DAY), np.random.default_rng(1)
    price = now.price.copy()
    price[row:] = rng.normal(1e3, 500, price[row:].shape)
    price[row + 3 :] = np.nan
    inputs = {name: values.copy() for name, values in now.inputs.items()}
    for values in inputs.values():
        values[row + 1 :] = rng.normal(-1e5, 1e4, values[row + 1 :].shape)
        values[row + 5 :] = np.nan
    return DayTable(now.first_day, price, inputs)


def bits(*arrays: Array | None) -> bytes:
    return b"".join(b"-" if array is None else np.ascontiguousarray(array).tobytes() for array in arrays)


def fitting(model: Model, known: DayTable) -> Model:
    """`model`, or the same on a shorter window when the table is too short for it; skips one that has no window to shorten."""
    try:
        model.fit(known, 0)
    except ForecastError as error:
        fields = {field.name for field in dataclasses.fields(model)} if dataclasses.is_dataclass(model) else set()  # type: ignore[arg-type]
        shorter = {name: value for name, value in SMALLER.items() if name in fields}
        if not shorter:
            pytest.skip(f"{model.name} cannot be fitted on {len(known)} days and has no window to shorten: {error}")
        return dataclasses.replace(model, **shorter)  # type: ignore[type-var]
    return model


@pytest.mark.parametrize("name", list(MODELS))
def test_no_registered_model_sees_what_comes_after_gate_closure(name: str, now: DayTable, otherwise: DayTable) -> None:
    model = fitting(MODELS[name], now.known_for(DAY))
    said = []
    for table in (now, otherwise):
        known = table.known_for(DAY)
        fitted = model.fit(known, 0)
        quantiles = model.quantiles(fitted, known) if hasattr(model, "quantiles") else None
        said.append(bits(model.predict(fitted, known), quantiles, *(values for _, values in sorted(fitted.arrays.items()))))
    assert said[0] == said[1]


@pytest.mark.parametrize("name", [name for name in MODELS if name != "naive"])
def test_what_was_known_does_change_a_forecast(name: str, now: DayTable) -> None:
    """Else the test above would praise a model that looks at nothing."""
    model = fitting(MODELS[name], now.known_for(DAY))
    price = now.price.copy()
    price[now.row(DAY) - 1] += 30.0
    said = [
        bits(model.predict(model.fit(known, 0), known))
        for known in (now.known_for(DAY), DayTable(now.first_day, price, now.inputs).known_for(DAY))
    ]
    assert said[0] != said[1]


def test_the_ensemble_and_its_outlook_see_nothing_either(now: DayTable, otherwise: DayTable) -> None:
    days = [DAY - dt.timedelta(days=back) for back in range(12, -1, -1)]
    ahead = [DAY + dt.timedelta(days=k) for k in range(1, 7)]
    said = []
    for table in (now, otherwise):
        fitted: dict[str, Any] = {}
        *_, first = walk_forward(table, days, members=("naive", "lear_56"), recalibrate=7, history=MemberHistory(), fitted=fitted)
        filled, estimated = with_estimates(table.known_for(DAY), ahead)
        outlook = extend(filled, first, fitted, days=6, estimated=estimated)
        said.append(bits(*(part for one in (first, *outlook) for part in (one.point, one.quantiles, *one.members.values()))))
    assert said[0] == said[1]
