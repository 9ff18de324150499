"""How savings follow prices: exact where they are affine, exact at the day's own prices, and by energy where the level moves."""

import numpy as np
import pytest

from electricity_optimizer.tariffs.switching.savings_model import Saved, figures_of, fit_savings
from electricity_optimizer_tests.tariffs.switching.years import YEAR

RANDOM = np.random.default_rng(3)
BUY = RANDOM.uniform(0.1, 0.4, (365, 96))
SELL = np.full((365, 96), 0.08)
TAKEN = RANDOM.uniform(0, 0.5, (365, 96))
AT = figures_of(BUY, SELL, YEAR.month, TAKEN)
SLOPES = [4, 2, 0.7]
MONEY = 0.5 + AT.shape @ SLOPES
EVERY = np.ones(365, dtype=np.bool_)


def saved(bought: float = 0.0, sold: float = 0.0) -> Saved:
    return Saved(MONEY, np.full(365, bought), np.full(365, sold))


def test_figures_are_spread_departure_and_level() -> None:
    prices = np.tile(np.repeat([0.1, 0.2, 0.3, 0.4], 24), (365, 1))
    figures = figures_of(prices, SELL, YEAR.month, TAKEN)
    assert figures.shape[:, 0] == pytest.approx(0.3)
    assert figures.shape[:, 1] == pytest.approx(0.0)
    assert figures.buy == pytest.approx(0.25)
    assert figures.sell == pytest.approx(0.08)


def test_affine_savings_are_found_from_one_week_of_four() -> None:
    planned = (np.arange(365) // 7) % 4 == 2
    model = fit_savings(saved(), planned, AT, YEAR.month)
    assert model.slopes == pytest.approx(SLOPES)
    assert model.r_squared == pytest.approx(1.0)
    assert model.saved.money == pytest.approx(MONEY)


def test_at_its_own_prices_a_planned_day_saves_what_it_saved() -> None:
    noisy = Saved(MONEY + RANDOM.normal(0, 1, 365), np.zeros(365), np.zeros(365))
    model = fit_savings(noisy, EVERY, AT, YEAR.month)
    assert model.under(AT) == pytest.approx(noisy.money)


def test_a_level_that_moves_for_all_hours_moves_savings_by_the_energy_saved() -> None:
    """8 kWh a day bought less and 2 kWh sold more: 5 ct more on the one price and 1 ct on the other."""
    model = fit_savings(saved(bought=8, sold=2), EVERY, AT, YEAR.month)
    dearer = figures_of(BUY + 0.05, SELL + 0.01, YEAR.month, TAKEN)
    assert model.under(dearer) - MONEY == pytest.approx(8 * 0.05 + 2 * 0.01)


def test_savings_without_any_change_explain_nothing() -> None:
    model = fit_savings(Saved(np.zeros(365), np.zeros(365), np.zeros(365)), EVERY, AT, YEAR.month)
    assert model.r_squared is None
    assert model.saved.money.sum() == 0
