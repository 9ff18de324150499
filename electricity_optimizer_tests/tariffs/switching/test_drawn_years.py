"""Price years that might come: drawn the same on every run, of weeks of their season, around the level of now."""

import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs.switching.drawn_years import COUNT, SEASON_DAYS, draw_years
from electricity_optimizer.tariffs.switching.year import PriceDays, price_days, season_distance
from electricity_optimizer_tests.tariffs.switching.years import TZ, YEAR, hourly_market

KNOWN = price_days(hourly_market(YEAR.first - dt.timedelta(days=365), YEAR.last), TZ)
DRAWN = draw_years(KNOWN, YEAR.days)


def test_the_same_history_draws_the_same_years() -> None:
    again = draw_years(KNOWN, YEAR.days)
    assert len(DRAWN) == COUNT
    assert (again.rows == DRAWN.rows).all()
    assert (again.shift == DRAWN.shift).all()


def test_weekdays_and_seasons_stay_what_they_are() -> None:
    for scenario in (0, 17, 199):
        for day, row in zip(YEAR.days, DRAWN.rows[scenario], strict=True):
            assert KNOWN.days[row].weekday() == day.weekday()
            assert season_distance(KNOWN.days[row], day) <= SEASON_DAYS + 1


def test_the_level_scatters_around_that_of_the_last_year() -> None:
    means = np.array([DRAWN.prices(k).mean() for k in range(len(DRAWN))])
    assert means.mean() == pytest.approx(KNOWN.prices[-365:].mean(), rel=0.04)
    assert means.std() == pytest.approx(0.20 * KNOWN.prices[-365:].mean(), rel=0.25)


def test_an_older_year_lends_its_shape_and_not_its_level() -> None:
    crisis = PriceDays(KNOWN.days, KNOWN.prices + np.where(np.arange(len(KNOWN.days)) < 365, 200.0, 0.0)[:, None])
    assert draw_years(crisis, YEAR.days).known.prices[:365].mean() == pytest.approx(KNOWN.prices[-365:].mean())


def test_a_history_without_a_week_is_refused() -> None:
    torn = PriceDays(KNOWN.days[::2], KNOWN.prices[::2])
    with pytest.raises(InputError, match="no whole week"):
        draw_years(torn, YEAR.days)
