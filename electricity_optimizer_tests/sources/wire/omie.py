"""OMIE as its upstream answers: a text file a day with the same price in Spain and Portugal, 404 for a file that is not there."""

import datetime as dt
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer_tests.sources.wire.entsoe import written

Price = Callable[[dt.datetime], float | None]


def answer(url: str, price: Price) -> tuple[int, str, bytes]:
    """Status, content type and body for a request; `price` gives the price per MWh of the interval that begins at a UTC instant."""
    named = re.search(r"INT_PBC_EV_H_1_(\d\d)_(\d\d)_(\d{4})_", urlsplit(url).path)
    if named is None:
        return 404, "text/html", b"<html>404</html>"
    day = dt.date(int(named[3]), int(named[2]), int(named[1]))
    prices = [price(start) for start in interval_starts(day, "Europe/Madrid", zone("ES").resolution_on(day))]
    if all(value is None for value in prices):
        return 404, "text/html", b"<html>404</html>"
    return 200, "text/plain", file(day, prices)


def file(day: dt.date, prices: list[float | None], *, unit: str = "EUR/MWh", portugal: list[float | None] | None = None) -> bytes:
    """The file of `day`."""
    quarters = len(prices) > 25
    columns = [f"H{k // 4 + 1}Q{k % 4 + 1}" if quarters else str(k + 1) for k in range(len(prices))]
    issued = day - dt.timedelta(days=1)
    lines = [
        f"OMIE - Mercado de electricidad;Fecha Emisión :{issued:%d/%m/%Y} - 13:51;;{day:%d/%m/%Y};Precio del mercado diario ({unit});;;;",
        "",
        f";{';'.join(columns)};",
        f"Precio marginal en el sistema español ({unit});{_cells(prices)};",
        f"Precio marginal en el sistema portugués ({unit});{_cells(portugal or prices)};",
        f"Potencia total de compra sistema español (MW);{_cells([1000.5] * len(prices))};",
        ";" * (len(prices) + 1),
        "",
    ]
    return "\n".join(lines).encode("iso-8859-1")


def _cells(prices: list[float | None]) -> str:
    return ";".join("" if value is None else f"{written(value).replace('.', ','):>9}" for value in prices)
