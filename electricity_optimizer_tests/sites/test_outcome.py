"""Energy, shares and emissions of a day, by hand; and their bounds whatever the day was."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.optimization import read_problem
from electricity_optimizer.optimization.checking.baseline import baseline_flows
from electricity_optimizer.sites.outcome import Outcome, outcome
from electricity_optimizer.timeline import UTC, UTC_DTYPE

START = dt.datetime(2026, 5, 4, tzinfo=UTC)
HOURS = 4


def day(load: list[float], sun: list[float]) -> dict[str, object]:
    steps = HOURS * 4
    return {
        "start": START.isoformat(),
        "import_price": [0.3] * steps,
        "export_price": [0.08] * steps,
        "load_kw": np.repeat(load, 4).tolist(),
        "devices": [
            {"type": "battery", "name": "bat", "soc_max_kwh": 4.0, "soc_initial_kwh": 2.0, "charge_kw": 2.0, "discharge_kw": 2.0},
            {"type": "pv", "name": "roof", "forecast_kw": np.repeat(sun, 4).tolist()},
        ],
    }


def carbon(*grams: float | None) -> pl.DataFrame:
    starts = [START + dt.timedelta(hours=k) for k in range(len(grams))]
    return pl.DataFrame({"start": starts, "carbon_g_kwh": list(grams)}, schema={"start": UTC_DTYPE, "carbon_g_kwh": pl.Float64})


def told(load: list[float], sun: list[float], battery: list[float], grams: pl.DataFrame | None = None) -> Outcome:
    """`battery` is charging above zero and discharging below it, by hour."""
    problem = day(load, sun)
    power = np.repeat(battery, 4)
    own = {"charge_kw": np.maximum(power, 0.0), "discharge_kw": np.maximum(-power, 0.0)}
    flows = {"bat": own, "roof": {"used_kw": np.repeat(sun, 4)}}
    return outcome(problem, flows, problem, baseline_flows(read_problem(problem)), grams)


def test_what_is_stored_counts_as_used_at_home_and_what_is_exported_does_not() -> None:
    found = told(load=[1, 1, 1, 1], sun=[0, 3, 3, 0], battery=[0, 1, 1, -1])
    assert (found.import_kwh, found.export_kwh) == pytest.approx((1.0, 2.0))
    assert found.self_consumption == pytest.approx(4 / 6)
    assert found.self_sufficiency == pytest.approx(3 / 4)


def test_emissions_are_those_of_the_import_beside_the_unoptimised_one() -> None:
    found = told([1, 1, 1, 1], [0, 3, 3, 0], [0, 1, 1, -1], carbon(400, 200, 200, 500))
    assert (found.co2_kg, found.baseline_co2_kg) == pytest.approx((0.4, 0.9))


def test_emissions_are_unknown_where_an_hour_of_import_is_and_only_there() -> None:
    found = told([1, 1, 1, 1], [0, 3, 3, 0], [0, 1, 1, -1], carbon(400, None, None, None))
    assert found.co2_kg == pytest.approx(0.4)  # the battery covered the last hour
    assert found.baseline_co2_kg is None
    assert told([1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]).co2_kg is None


def test_without_sun_or_without_use_there_is_no_share() -> None:
    assert told([1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]).self_consumption is None
    assert told([0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]).self_sufficiency is None


powers = st.lists(st.floats(0, 6), min_size=HOURS, max_size=HOURS)


@settings(max_examples=60, deadline=None)
@given(powers, powers, st.lists(st.floats(-2, 2), min_size=HOURS, max_size=HOURS))
def test_shares_lie_between_nothing_and_all(load: list[float], sun: list[float], battery: list[float]) -> None:
    found = told(load, sun, battery)
    for share in (found.self_consumption, found.self_sufficiency):
        assert share is None or 0.0 <= share <= 1.0
