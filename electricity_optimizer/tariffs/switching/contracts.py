"""When a contract may be left: ends, notice, renewals, in calendar months as contracts mean them.

Only orderly ends are considered: nobody is advised to break a contract or to end it early for a change of price.
"""

import calendar
import datetime as dt
from collections.abc import Iterator
from itertools import count

from electricity_optimizer.catalog.contract import Contract, Notice

ONE_DAY = dt.timedelta(days=1)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or its last where that month is shorter.

    >>> add_months(dt.date(2027, 11, 30), 3).isoformat()
    '2028-02-29'
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_end(end: dt.date, months: int) -> dt.date:
    """The end of a term of `months` that began after `end`: a term that ends with a month goes on to the end of a month.

    >>> next_end(dt.date(2027, 2, 28), 12).isoformat()
    '2028-02-29'
    """
    return add_months(end + ONE_DAY, months) - ONE_DAY


def last_day_for_notice(end: dt.date, notice: Notice) -> dt.date:
    """The last day on which notice to `end` is in time."""
    return next_end(end, -notice.months) - dt.timedelta(weeks=notice.weeks, days=notice.days)


def earliest_end(contract: Contract, today: dt.date, lead_days: int = 0) -> dt.date:
    """The first day with which the contract can end if notice is given `today`, never before `lead_days` from today are over.

    So long a new supplier needs to begin: who left earlier would be without a contract.
    """
    soonest = today + dt.timedelta(days=lead_days) - ONE_DAY
    if contract.ends_on is not None:
        for end in _ends(contract):
            if end >= soonest and last_day_for_notice(end, contract.notice) >= today:
                return end
    return max(_after_notice(contract.notice, today), soonest, contract.ends_on or today)


def switch_day(contract: Contract, today: dt.date, lead_days: int = 0) -> dt.date:
    """The first day of supply by another supplier."""
    return earliest_end(contract, today, lead_days) + ONE_DAY


def months_until(start: dt.date, today: dt.date) -> float:
    """Months from `today` until `start`, a started one in parts of its days: how long the old contract still runs.

    >>> months_until(dt.date(2026, 7, 1), dt.date(2026, 5, 16))
    1.5
    """
    if start <= today:
        return 0.0
    whole = next(k for k in count() if add_months(today, k + 1) > start)
    begun = add_months(today, whole)
    return round(whole + (start - begun).days / (add_months(today, whole + 1) - begun).days, 2)


def _ends(contract: Contract) -> Iterator[dt.date]:
    """The days with which the contract ends unless it goes on, for ever where it renews."""
    assert contract.ends_on is not None
    yield contract.ends_on
    if contract.renews_months:
        for k in count(1):
            yield next_end(contract.ends_on, k * contract.renews_months)


def _after_notice(notice: Notice, today: dt.date) -> dt.date:
    return add_months(today, notice.months) + dt.timedelta(weeks=notice.weeks, days=notice.days)
