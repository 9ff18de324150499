"""The worth of stored energy: what it is where it can be told by hand, and that acting by it loses nothing where all is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.site_devices import Battery
from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.optimization import schedule
from electricity_optimizer.sites.need import LATELY_CLASSES, NOW_CLASSES, STATES, Forecast, learn_need, of_late
from electricity_optimizer.sites.stored_value import Prices, stored_value

BATTERY = Battery(
    type="battery", name="b", capacity_kwh=4.0, initial_kwh=2.0, charge_kw=2.0, discharge_kw=2.0, charge_efficiency=0.9,
    discharge_efficiency=0.9, cycle_cost_per_kwh=0.01,
)  # fmt: skip
SURE = np.ones((1, 1))


def one_class(prices: list[float], need: list[float], final: float = 0.0):
    n = len(prices)
    rates = Prices(np.array(prices), np.full(n, 0.05), hours=1.0)
    return stored_value(BATTERY, rates, np.array(need)[:, None], np.tile(SURE, (n, 1, 1)), final)


def test_a_stored_kwh_is_worth_what_it_will_spare_less_losses_and_wear() -> None:
    worth = one_class([0.20, 0.40], [1.0, 1.0])
    slope = np.diff(worth.worth[0, 0]) / np.diff(worth.levels)
    assert slope[0] == pytest.approx(0.9 * (0.40 - 0.01))
    assert slope[-1] == pytest.approx(0.0, abs=1e-9)  # more than the last hour can use


def test_the_battery_waits_for_the_dear_hour_and_then_covers_what_is_needed_and_no_more() -> None:
    worth = one_class([0.20, 0.40], [1.0, 1.0], final=0.1)
    assert worth.best(0, 0, 1.0, 1.0) == pytest.approx((0.1 / 0.9 + 0.011, 0.0), abs=0.03)  # tops up what the next hour will take
    assert worth.best(1, 0, 3.0, 0.7) == pytest.approx((0.0, 0.7))
    assert worth.best(1, 0, 3.0, -0.5) == pytest.approx((0.5, 0.0))  # the feed-in is less than what is stored is worth


def test_a_surplus_is_stored_where_it_is_worth_more_than_the_feed_in() -> None:
    worth = one_class([0.39, 0.40], [1.0, 2.0])
    assert worth.best(0, 0, 0.0, -1.2) == pytest.approx((1.2, 0.0))


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match=r"need_kw is \(2, 1\)"):
        stored_value(BATTERY, Prices(np.ones(3), np.ones(3)), np.ones((2, 1)), np.ones((2, 1, 1)), 0.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.06, 0.6), min_size=6, max_size=6), st.lists(st.floats(-2, 3), min_size=6, max_size=6), st.floats(0, 0.3))
def test_where_all_is_known_acting_by_the_worth_is_the_best_plan(prices: list[float], need: list[float], final: float) -> None:
    worth, stored, paid = one_class(prices, need, final), BATTERY.initial_kwh, 0.0
    for step, (price, needed) in enumerate(zip(prices, need, strict=True)):
        charge, discharge = worth.best(step, 0, stored, needed)
        stored += charge * 0.9 - discharge / 0.9
        net = needed + charge - discharge
        paid += max(net, 0.0) * price - max(-net, 0.0) * 0.05 + 0.01 * (charge + discharge)
    best = schedule(
        {
            "start": "2026-05-04T00:00:00Z",
            "step_minutes": 60.0,
            "import_price": prices,
            "export_price": 0.05,
            "load_kw": need_above(need),
            "devices": [
                {
                    "type": "battery", "name": "b", "soc_max_kwh": 4.0, "soc_initial_kwh": 2.0, "charge_kw": 2.0, "discharge_kw": 2.0,
                    "charge_efficiency": 0.9, "discharge_efficiency": 0.9, "cycle_cost_per_kwh": 0.01, "final_value_per_kwh": final,
                },
                {"type": "pv", "name": "roof", "forecast_kw": [max(-one, 0.0) for one in need], "curtailable": False},
            ],
        }
    )  # fmt: skip
    assert paid - final * stored == pytest.approx(best["objective"], abs=0.01)


def need_above(need: list[float]) -> list[float]:
    return [max(one, 0.0) for one in need]


def test_a_chain_learns_its_classes_and_that_a_half_hour_meter_repeats_itself() -> None:
    random = np.random.default_rng(1)
    widths = np.repeat(random.normal(size=6000), 2)
    chain = learn_need(widths, 0)
    assert chain.centres.shape == (STATES,)
    assert chain.centres[:NOW_CLASSES].tolist() == sorted(chain.centres[:NOW_CLASSES])
    assert np.allclose(chain.chances.sum(axis=2), 1.0)
    of_now = chain.chances.reshape(2, LATELY_CLASSES, NOW_CLASSES, LATELY_CLASSES, NOW_CLASSES).sum(axis=3)
    again, anew = (np.array([np.diag(of_now[phase, lately]) for lately in range(LATELY_CLASSES)]) for phase in (1, 0))
    assert again.min() > 0.95
    assert anew.mean() == pytest.approx(1 / NOW_CLASSES, abs=0.04)
    assert chain.states(np.array([-9.0, 9.0]), np.array([-9.0, 9.0])).tolist() == [0, STATES - 1]


def test_what_was_of_late_looks_back_a_day_over_what_is_known() -> None:
    widths = np.concatenate([np.full(96, 1.0), np.full(96, 3.0)])
    widths[10] = np.nan
    means = of_late(widths)
    assert (means[0], means[95], means[143], means[191]) == pytest.approx((1.0, 1.0, 2.0, 3.0))
    assert of_late(np.array([np.nan, 2.0])).tolist() == [0.0, 2.0]


def test_a_forecast_with_a_band_gives_the_need_of_each_class_in_kw() -> None:
    load, sun = np.array([[0.5], [1.0], [2.0]]), np.array([[0.0], [0.4], [0.7]])
    forecast = Forecast.of(load, sun)
    assert forecast.middle[0] == pytest.approx(0.6)
    assert forecast.up[0] == pytest.approx(np.hypot(1.0, 0.4))
    assert forecast.widths(np.array([0.6 + forecast.up[0]]))[0] == pytest.approx(1.0)
    assert forecast.widths(np.array([0.6 - forecast.down[0]]))[0] == pytest.approx(-1.0)


def test_a_few_days_of_readings_are_too_few() -> None:
    with pytest.raises(ForecastError, match="672 are needed"):
        learn_need(np.zeros(600), 0)
