"""Similar days month by month: no later day in them, the same from any run, tomorrow before its prices."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.similar.zone import Found, Month, MonthIndex

FIRST = dt.date(2026, 1, 1)  # of the made market, whose last day is 2026-05-20
APRIL, MAY = dt.date(2026, 4, 1), dt.date(2026, 5, 1)
LAST = dt.date(2026, 5, 20)


def month_of(table: DayTable, day: dt.date) -> Month:
    month = Month.of(table, day)
    assert month is not None
    return month


def found_in(table: DayTable, first: dt.date, last: dt.date, stored: MonthIndex | None = None, count: int = 5) -> list[Found]:
    """Days of one month."""
    month = month_of(table, last)
    return list(month.neighbours(month.index(stored), first, last, count))


def without_price(table: DayTable, day: dt.date) -> DayTable:
    price = table.price.copy()
    price[table.row(day) :] = np.nan
    return dataclasses.replace(table, price=price)


def test_only_earlier_days_are_found_nearest_first(market: DayTable) -> None:
    for found in found_in(market, APRIL, APRIL + dt.timedelta(days=29)):
        distances = [similar.distance for similar in found.neighbours]
        assert (found.whole, len(distances), distances) == (True, 5, sorted(distances))
        assert all(similar.day < found.day for similar in found.neighbours)


def test_later_prices_and_inputs_change_nothing_to_the_bit(market: DayTable) -> None:
    row = market.row(LAST) - 5
    other = DayTable(market.first_day, market.price.copy(), {name: values.copy() for name, values in market.inputs.items()})
    other.price[row:] += 300.0
    for values in other.inputs.values():
        values[row:] *= 3.0
    until = LAST - dt.timedelta(days=6)
    assert found_in(market, MAY, until) == found_in(other, MAY, until)
    assert month_of(market, MAY).index().to_bytes() == month_of(other, MAY).index().to_bytes()


def test_one_run_over_a_month_and_a_run_a_day_find_the_same(market: DayTable) -> None:
    stored = month_of(market, MAY).index()
    at_once = found_in(market, MAY, LAST)
    body = stored.to_bytes()
    by_day = []
    for offset in range((LAST - MAY).days + 1):
        day = MAY + dt.timedelta(days=offset)
        known = market.known_for(day + dt.timedelta(days=1))
        by_day += found_in(known, day, day, MonthIndex.from_bytes(body))
    assert by_day == at_once


def test_a_stored_index_is_used_when_it_is_what_would_be_built(market: DayTable) -> None:
    month = month_of(market, MAY)
    stored = MonthIndex.from_bytes(month.index().to_bytes())
    assert month.index(stored) is stored
    assert month_of(market, APRIL).index(stored).since == APRIL
    corrected = market.price.copy()
    corrected[70, 3] += 0.5  # a price of the 12th of March, weeks later
    again = month_of(dataclasses.replace(market, price=corrected), MAY).index(stored)
    assert again is not stored
    assert again.to_bytes() != stored.to_bytes()


def test_tomorrow_is_compared_by_what_is_known_ahead(market: DayTable) -> None:
    """Its inputs and prices before are those of a day weeks ago: that day is the nearest one, whatever its own price will be."""
    twin = DayTable(market.first_day, market.price.copy(), {name: values.copy() for name, values in market.inputs.items()})
    row, past = market.row(LAST), market.row(LAST) - 21
    twin.price[row - 14 : row] = twin.price[past - 14 : past]
    for values in twin.inputs.values():
        values[row - 7 : row + 1] = values[past - 7 : past + 1]
    found = found_in(without_price(twin, LAST), LAST, LAST)
    assert [one.whole for one in found] == [False]
    assert found[0].neighbours[0].day == market.days[past]
    renewed = found_in(twin, LAST, LAST)
    assert [one.whole for one in renewed] == [True]


def test_tomorrow_without_its_inputs_is_compared_by_stand_ins(market: DayTable) -> None:
    known = without_price(market, LAST)
    late = {name: values[:-1] for name, values in known.inputs.items()}
    table = DayTable(known.first_day, known.price[:-1], late).reaching(LAST)
    found = found_in(table, LAST, LAST)
    assert [(one.whole, len(one.neighbours)) for one in found] == [(False, 5)]


def test_the_day_after_tomorrow_waits(market: DayTable) -> None:
    yesterday = LAST - dt.timedelta(days=1)
    assert [one.day for one in found_in(without_price(market, yesterday), yesterday, LAST)] == [yesterday]


def test_a_day_with_a_hole_is_not_found(market: DayTable) -> None:
    price = market.price.copy()
    hole = MAY + dt.timedelta(days=3)
    price[market.row(hole), 3] = np.nan
    found = found_in(dataclasses.replace(market, price=price), MAY, LAST, count=200)
    assert all(hole not in {similar.day for similar in one.neighbours} for one in found)
    assert [one.day for one in found if not one.whole] == [hole]


def test_in_the_first_week_of_all_history_there_is_nothing(market: DayTable) -> None:
    assert Month.of(market, FIRST + dt.timedelta(days=6)) is None
    days = [found.day for found in found_in(market, FIRST, dt.date(2026, 1, 31))]
    assert days[0] == FIRST + dt.timedelta(days=7)
    assert len(days) == 24


def test_two_years_back_and_no_further(nord_pool: DayTable) -> None:
    month = month_of(nord_pool, dt.date(2017, 8, 31))
    assert month.table.first_day == dt.date(2017, 8, 1) - dt.timedelta(days=730)
    index = month.index()
    assert index.whole.days[0] == month.table.first_day
    assert len(index.whole) == 730
    assert index.recall >= 0.99


def test_a_file_without_a_readable_card_is_refused() -> None:
    with pytest.raises(InputError, match="the bytes are none"):
        MonthIndex.from_bytes(b"")
