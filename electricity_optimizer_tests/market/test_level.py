"""The unit of a day, told by its level and by its digits."""

import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.market.level import PastDay, past_days, unit
from electricity_optimizer.market.unify import unify
from electricity_optimizer_tests.market.records_of_prices import DE, records

DAY = dt.date(2026, 6, 1)
SHAPE = np.concatenate([np.linspace(88.17, 131.42, 40), np.linspace(60.03, -12.55, 26), np.linspace(97.71, 164.88, 30)])


def past(back=0, prices=SHAPE, source="smard", decimals=2):
    return PastDay.of(DAY - dt.timedelta(days=back), source, np.round(prices + back / 7, decimals), synthetic=False)


def fortnight(**more):
    return [past(back, **more) for back in range(14, 0, -1)]


def fits(prices, recent=None, **more):
    return unit(PastDay.of(DAY, more.get("source", "smard"), np.asarray(prices, dtype=float), synthetic=False), recent or fortnight())[0]


def test_a_day_like_the_others_fits():
    assert fits(np.round(SHAPE, 2))


@pytest.mark.parametrize("factor", [10, 100, 1000, 0.1, 0.01, 0.001])
def test_another_unit_does_not_fit(factor):
    assert not fits(np.round(SHAPE, 2) * factor)


@pytest.mark.parametrize("factor", [10, 1000, 0.1, 0.001])
def test_another_unit_does_not_fit_on_a_day_of_half_the_usual_level_either(factor):
    """The level alone would let half the usual price times ten pass, for it is five times the usual one."""
    assert not fits(np.round(SHAPE / 2, 2) * factor)


def test_a_true_day_of_low_prices_fits_with_the_digits_it_always_had():
    assert fits(np.round(SHAPE / 4, 2))


def test_a_jump_of_a_hydro_zone_fits_with_the_digits_it_always_had_but_a_currency_of_another_size_does_not():
    assert fits(np.round(SHAPE * 17, 2))
    assert not fits(np.round(SHAPE * 380, 2))


def test_a_source_that_begins_to_round_otherwise_is_true_at_the_usual_level():
    assert fits(np.round(SHAPE, 1))
    assert fits(np.round(SHAPE, 5))


def test_digits_are_compared_within_a_source_only():
    """In euros from kroner: five decimals, a third of the usual level, from a source that has not spoken before."""
    low = np.round(SHAPE / 3.4, 5)
    assert not fits(low)
    assert fits(low, source="energinet")


def test_digits_that_were_no_cents_tell_nothing():
    assert fits(np.round(SHAPE / 3.4, 5), recent=fortnight(decimals=5))
    assert not fits(np.round(np.abs(SHAPE) / 40, 5), recent=fortnight(decimals=5))


def test_a_glut_is_low_and_true():
    assert fits(np.round(SHAPE / 40 - 2, 2))


def test_a_few_days_say_too_little():
    assert fits(SHAPE * 1000, recent=fortnight()[-4:])


def test_the_level_is_said_in_one_line():
    fine, said = unit(PastDay.of(DAY, "smard", np.round(SHAPE, 2) * 10, synthetic=False), fortnight())
    assert not fine
    assert said.startswith("median 1069.95 where 108.07 is usual")
    assert said.endswith("all in multiples of ten cents")


def test_past_days_come_from_published_rows_without_those_that_have_no_price():
    days = [records(DAY + dt.timedelta(days=k), 15, prices=[None] * 96 if k == 1 else None) for k in range(3)]
    rows = unify(days[0].vstack(days[1]).vstack(days[2]), zone=DE)
    found = past_days(rows)
    assert [one.day for one in found] == [DAY, DAY + dt.timedelta(days=2)]
    assert (found[0].source, found[0].synthetic, found[0].median, found[0].peak) == ("energy-charts", False, 47.5, 95.0)
