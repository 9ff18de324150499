"""Bands: as often right as stated whatever the noise, in order, within what is possible; scores of them."""

import numpy as np
import pytest

from electricity_optimizer.forecasting.sites.bands import Banded, banded, conformal
from electricity_optimizer.forecasting.sites.scores import band_scores, mae


@pytest.mark.parametrize("width", [0.2, 1.0, 3.0])
def test_moved_quantiles_cover_eighty_per_cent_however_wrong_they_were(width: float) -> None:
    random = np.random.default_rng(7)
    actual = random.lognormal(0, 0.8, (328, 96))
    low, high = np.full((328, 96), 1 - width / 2), np.full((328, 96), 1 + width / 2)
    down, up = conformal(actual[:28], low[:28], high[:28])
    moved = Banded(low[28:] - down, low[28:], high[28:] + up)
    assert band_scores(actual[28:], moved)["coverage_80"] == pytest.approx(0.8, abs=0.02)
    assert (actual[28:] < moved.low).mean() == pytest.approx(0.1, abs=0.02)  # each tail by itself


def test_each_part_of_the_day_has_its_own_band() -> None:
    random = np.random.default_rng(7)
    noise = np.where(np.arange(96) < 48, 0.1, 1.0)
    centre = np.zeros((28, 96))
    down, _ = conformal(random.normal(size=(28, 96)) * noise, centre, centre)
    assert down[70] > 5 * down[20]


def test_without_enough_past_nothing_is_moved() -> None:
    unknown = np.full((5, 96), np.nan)
    assert not any(move.any() for move in conformal(unknown, unknown, unknown))


def test_a_band_is_in_order_and_within_what_is_possible() -> None:
    found = banded(np.array([3.0, -1.0, 2.0]), np.array([2.0, 1.0, 9.0]), np.array([1.0, 7.0, 9.0]), 5.0)
    assert (found.low.tolist(), found.middle.tolist(), found.high.tolist()) == ([2, 0, 2], [2, 1, 5], [2, 5, 5])


def test_scores_leave_out_what_is_unknown() -> None:
    actual = np.array([1.0, np.nan, 3.0])
    forecast = Banded(np.array([0.0, 0.0, 0.0]), np.array([1.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0]))
    scores = band_scores(actual, forecast)
    assert (scores["mae"], scores["coverage_80"]) == (1.0, 0.5)
    # by hand: at 1: (.1 + 0 + .1) / 3; at 3: (.3 + 1 + .9) / 3
    assert scores["pinball"] == pytest.approx((0.1 + 0.1 + 0.3 + 1.0 + 0.9) / 6)
    assert mae(np.array([np.nan]), np.array([1.0])) is None
    assert band_scores(np.array([np.nan] * 3), forecast)["coverage_80"] is None
