"""Public holidays of a country: a day on which load and prices look like a Sunday."""

import datetime as dt
from functools import cache


@cache
def _of_year(country: str, year: int) -> frozenset[dt.date]:
    import holidays  # noqa: PLC0415  # a third of a second that loading the definitions need not wait for

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:  # the package does not know this country: no day is special there
        return frozenset()


def is_holiday(country: str, day: dt.date) -> bool:
    """Whether `day` is a nation-wide public holiday in `country` (ISO 3166 alpha-2).

    >>> is_holiday("DE", dt.date(2026, 10, 3))
    True
    """
    return day in _of_year(country, day.year)
