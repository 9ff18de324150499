"""Public holidays by country."""

import datetime as dt

from electricity_optimizer.catalog.holiday import is_holiday


def test_holidays_differ_by_country():
    assert is_holiday("DE", dt.date(2025, 10, 3))
    assert not is_holiday("FR", dt.date(2025, 10, 3))
    assert is_holiday("FR", dt.date(2025, 7, 14))


def test_a_country_that_nobody_knows_has_none():
    assert not is_holiday("XX", dt.date(2025, 12, 25))
