"""When a contract may be left: notice, ends, renewals, leap years, and the days a new supplier needs."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer.catalog.contract import Contract, Notice
from electricity_optimizer.tariffs.switching.contracts import (
    add_months,
    earliest_end,
    last_day_for_notice,
    months_until,
    next_end,
    switch_day,
)

D = dt.date
YEARLY = Contract(ends_on=D(2026, 6, 30), renews_months=12, notice=Notice(months=3))
MONTHLY = Contract(ends_on=D(2026, 6, 30), renews_months=1, notice=Notice(months=1))
OPEN = Contract(notice=Notice(weeks=2))
DAYS = st.dates(D(2020, 1, 1), D(2040, 12, 31))


@pytest.mark.parametrize(
    ("contract", "today", "end"),
    [
        (YEARLY, D(2026, 3, 31), D(2026, 6, 30)),  # the last day for notice
        (YEARLY, D(2026, 4, 1), D(2027, 6, 30)),  # a day late is a year late
        (MONTHLY, D(2026, 5, 31), D(2026, 6, 30)),
        (MONTHLY, D(2026, 6, 1), D(2026, 7, 31)),  # a term that ends with a month goes on to the end of a month
        (MONTHLY, D(2028, 1, 31), D(2028, 2, 29)),
        (MONTHLY, D(2027, 1, 31), D(2027, 2, 28)),
        (OPEN, D(2026, 5, 1), D(2026, 5, 15)),
        (OPEN, D(2028, 2, 20), D(2028, 3, 5)),
        (Contract(ends_on=D(2026, 6, 30), notice=Notice(weeks=4)), D(2026, 5, 1), D(2026, 6, 30)),  # still within its term
        (Contract(ends_on=D(2026, 6, 30), notice=Notice(weeks=4)), D(2026, 7, 1), D(2026, 7, 29)),  # open-ended since
    ],
)
def test_a_contract_ends_when_notice_given_today_lets_it(contract: Contract, today: dt.date, end: dt.date) -> None:
    assert earliest_end(contract, today) == end
    assert switch_day(contract, today) == end + dt.timedelta(days=1)


def test_nobody_is_left_without_a_supplier() -> None:
    assert switch_day(OPEN, D(2026, 5, 1), lead_days=30) == D(2026, 5, 31)
    assert switch_day(MONTHLY, D(2026, 5, 31), lead_days=40) == D(2026, 8, 1), "the July term passes before the new supplier can begin"


def test_months_are_calendar_months() -> None:
    assert add_months(D(2028, 1, 31), 1) == D(2028, 2, 29)
    assert next_end(D(2028, 2, 29), 12) == D(2029, 2, 28)
    assert last_day_for_notice(D(2026, 6, 30), Notice(months=3)) == D(2026, 3, 31)
    assert last_day_for_notice(D(2026, 6, 30), Notice(weeks=6)) == D(2026, 5, 19)
    assert months_until(D(2026, 7, 1), D(2026, 5, 16)) == 1.5
    assert months_until(D(2026, 5, 1), D(2026, 5, 16)) == 0.0


@given(DAYS, DAYS, st.integers(1, 24), st.integers(0, 4), st.integers(0, 40))
def test_notice_is_always_in_time_and_waiting_never_ends_it_sooner(
    ends_on: dt.date, today: dt.date, renews: int, months: int, lead_days: int
) -> None:
    contract = Contract(ends_on=ends_on, renews_months=renews, notice=Notice(months=months))
    end = earliest_end(contract, today, lead_days)
    assert last_day_for_notice(end, contract.notice) >= today
    assert end + dt.timedelta(days=1) >= today + dt.timedelta(days=lead_days)
    assert end >= ends_on
    assert earliest_end(contract, today + dt.timedelta(days=1), lead_days) >= end
