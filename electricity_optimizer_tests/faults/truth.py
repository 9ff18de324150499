"""True prices of a zone for the matrix: a shape a day, two decimals, some equal neighbours, one small price a day."""

import datetime as dt
import math

from electricity_optimizer_tests.sources.wire.intervals import Price

SMALL, SMALL_HOUR = 2.5, 3
"""The price of one unit that begins at this UTC hour of every day: a thousand times as much still lies within the limits of the auction."""
NOON = 12
"""UTC hour of the interval that many faults are about; it begins an hour, so every resolution has it."""


def true_prices(level: float, minutes: int) -> Price:
    """Price per MWh of the interval that begins at an instant; the same for all that begin in one unit of `minutes`."""

    def price(start: dt.datetime) -> float:
        seconds = int(start.timestamp()) // (minutes * 60) * minutes * 60
        day, second = divmod(seconds, 86_400)
        if second == SMALL_HOUR * 3600:
            return SMALL
        unit = second // 900
        unit -= unit % 2 if second < 6 * 3600 else 0  # nights in which a quarter is like the one before
        swing = 25 * math.cos(2 * math.pi * (second / 3600 - 18) / 24)
        return round(level + swing + (day * 37 + unit * 11) % 97 / 10 + 0.03, 2)

    return price


def below_zero_at_noon(price: Price) -> Price:
    """The same with negative prices in the middle of the day."""

    def sunny(start: dt.datetime) -> float | None:
        value = price(start)
        return value if value is None or not 10 <= start.hour < 14 else round(value - 150, 2)

    return sunny
