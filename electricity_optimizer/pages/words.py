"""Numbers and times as people read them: cent per kWh, money, local clock times. A missing value is a dash."""

import datetime as dt
from zoneinfo import ZoneInfo

from electricity_optimizer.timeline import interval_count

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
LEVELS = {
    "very_low": "very low today",
    "low": "low today",
    "normal": "about average today",
    "high": "high today",
    "very_high": "very high today",
    "flat": "the same all day",
}
DAYS_LIKE_TOMORROW = "Days like tomorrow"
DAYS_LIKE = "Days like {day}"
SIMILAR_DAYS = "similar days"
SIMILAR_CHART = "Prices of the similar days by the hour in cent per kWh, with the price of the day itself"
MATCHED_ON = {
    "known_ahead": "What power cost on the past days most like it, by all that is known before its prices: calendar, load, wind, sun, "
    "and the prices of the days before. The most alike comes first.",
    "whole_day": "What power cost on the past days most like it in prices, load, wind, sun and calendar. The most alike comes first.",
}
NO_SIMILAR_DAYS = "No similar days yet. They are looked for each night, once a month of prices is known."
KINDS = {"settled": "settled", "day_ahead": "day-ahead", "forecast": "forecast", "missing": "not known"}


def cents(value: float | None) -> str:
    """A price in EUR/kWh as ct/kWh.

    >>> cents(0.08714)
    '8.71'
    """
    return DASH if value is None else _signed(f"{100 * value:.2f}")


def money(value: float | None, currency: str = "EUR") -> str:
    """An amount with its currency; what is earned is negative.

    >>> money(1234.5)
    '€1,234.50'
    """
    if value is None:
        return DASH
    sign = MINUS if round(value, 2) < 0 else ""
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{abs(value):,.2f}"


def figure(value: float | None, decimals: int = 2) -> str:
    """Any other number."""
    return DASH if value is None else _signed(f"{value:,.{decimals}f}")


def percent(value: float | None) -> str:
    """A share in percent."""
    return DASH if value is None else _signed(f"{value:.1f}") + " %"


def moment(text: str | None) -> dt.datetime | None:
    """An instant of an answer."""
    return None if text is None else dt.datetime.fromisoformat(text)


def clock(text: str | None, tz: str) -> str:
    """Local clock time; with its offset on the two days a year on which a time may come twice."""
    instant = moment(text)
    if instant is None:
        return DASH
    local = instant.astimezone(ZoneInfo(tz))
    odd = interval_count(local.date(), tz, 60) != 24
    return f"{local:%H:%M} {local.isoformat()[-6:]}" if odd else f"{local:%H:%M}"


def day_name(day: dt.date) -> str:
    """A day in full."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def day_short(day: dt.date) -> str:
    """A day in a table.

    >>> day_short(dt.date(2026, 5, 4))
    'Mon 4 May 2026'
    """
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def day_and_clock(text: str | None, tz: str) -> str:
    """Local day and clock time."""
    instant = moment(text)
    if instant is None:
        return DASH
    local = instant.astimezone(ZoneInfo(tz))
    return f"{local:%a} {local.day} {local:%b}, {clock(text, tz)}"


def age(seconds: int | None) -> str:
    """How long ago.

    >>> age(7300)
    '2 hours ago'
    """
    if seconds is None:
        return "never"
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = seconds // size
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def _signed(text: str) -> str:
    """A true minus sign, and none before a zero."""
    if not text.strip("-0.,"):
        return text.lstrip("-")
    return text.replace("-", MINUS)
