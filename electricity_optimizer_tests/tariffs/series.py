"""Series and entries that tests of tariffs are about."""

import datetime as dt
from collections.abc import Callable, Sequence

import polars as pl

from electricity_optimizer.tariffs import Tariff, load_tariffs
from electricity_optimizer.timeline import grid, range_bounds

BERLIN, PHOENIX, DETROIT, PACIFIC = "Europe/Berlin", "America/Phoenix", "America/Detroit", "America/Los_Angeles"

Shape = float | Sequence[float] | Callable[[dt.datetime], float]


def starts(first: str, last: str, tz: str = BERLIN, minutes: int = 15) -> pl.Series:
    """Interval starts of the local days `first` to `last`, both included."""
    return grid(*range_bounds(dt.date.fromisoformat(first), dt.date.fromisoformat(last), tz), minutes)


def _values(shape: Shape, begins: pl.Series, tz: str) -> list[float]:
    if callable(shape):
        return [shape(begin) for begin in begins.dt.convert_time_zone(tz).to_list()]
    return [shape] * len(begins) if isinstance(shape, float | int) else list(shape)


def market(first: str, last: str, tz: str = BERLIN, minutes: int = 15, price: Shape = 80.0) -> pl.DataFrame:
    """Market prices; a function gets local times."""
    begins = starts(first, last, tz, minutes)
    return pl.DataFrame({"start": begins, "price_eur_mwh": _values(price, begins, tz)}, schema_overrides={"price_eur_mwh": pl.Float64})


def meter(first: str, last: str, tz: str = BERLIN, minutes: int = 15, taken: Shape = 0.1, given: Shape = 0.0) -> pl.DataFrame:
    """Metered energy; functions get local times."""
    begins = starts(first, last, tz, minutes)
    energy = {"import_kwh": _values(taken, begins, tz), "export_kwh": _values(given, begins, tz)}
    return pl.DataFrame({"start": begins, **energy}, schema_overrides={"import_kwh": pl.Float64, "export_kwh": pl.Float64})


def mine(text: str, *, currency: str = "EUR", vat: str = "0") -> Tariff:
    """The tariff of the fields `text`; its energy is fixed at 0.10 where `text` does not say."""
    stated = "energy =" in text.split("[[", maxsplit=1)[0] or "[mine.energy]" in text
    energy = "" if stated else 'energy = { kind = "fixed", price = 0.10 }\n'
    return load_tariffs(f'[mine]\nname = "x"\ncurrency = "{currency}"\nvat_percent = {vat}\n{energy}{text}', "own.toml")["mine"]
