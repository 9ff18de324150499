"""Euro reference rates as the European Central Bank files them: working days, newest first."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from electricity_optimizer.timeline import UTC

Price = Callable[[dt.datetime], float | None]
FIRST = dt.date(1999, 1, 4)
CURRENCIES = ("USD", "GBP", "CHF")
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
    'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
    "<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube>\n"
)


def answer(url: str, price: Price, *, now: dt.datetime | None = None) -> tuple[int, str, bytes]:
    """Status, content type and body for a request at `now`; `price` at the UTC midnight of a day is in place of the rate of every currency.

    A rate of None or below 0 is left out. The file is new at 16:00 Berlin time.
    """
    moment = (now or dt.datetime.now(UTC)).astimezone(ZoneInfo("Europe/Berlin"))
    last = moment.date() if moment.hour >= 16 else moment.date() - dt.timedelta(days=1)
    days = [day for k in range((last - FIRST).days + 1) if (day := last - dt.timedelta(days=k)).weekday() < 5]
    name = urlsplit(url).path.rpartition("/")[2]
    chosen = {"eurofxref-daily.xml": days[:1], "eurofxref-hist-90d.xml": [day for day in days if (last - day).days < 90]}.get(name, days)
    cubes = "".join(_cube(day, price(dt.datetime.combine(day, dt.time(), UTC))) for day in chosen)
    return 200, "text/xml", f"{HEAD}{cubes}</Cube></gesmes:Envelope>".encode()


def _cube(day: dt.date, rate: float | None) -> str:
    rates = "".join(f'<Cube currency="{currency}" rate="{rate!r}"/>' for currency in CURRENCIES) if rate is not None and rate > 0 else ""
    return f'<Cube time="{day}">{rates}</Cube>\n'
