"""Prices of fuel and of emission allowances in a file: gas in EUR/MWh of heat, carbon in EUR/t, one a day.

A file may hold them beside load, wind and sun, repeated in every hour, or alone with a row a day. A day's price is its last one in the
file: what the exchange settled at in the end. Days without one are left out; what holds then is the last that was known.
"""

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.sources.given.file_table import find, numbers
from electricity_optimizer.timeline import UTC_DTYPE, day_bounds, local_day

UNITS = {"gas": "EUR/MWh", "carbon": "EUR/t"}
NAMES = {
    "gas": ("gas_eur_mwh", "gas_price_eur_mwh", "gas_price", "ttf_eur_mwh", "ttf"),
    "carbon": ("carbon_eur_t", "carbon_price_eur_t", "carbon_price", "co2_eur_t", "co2_price", "eua_eur_t", "eua"),
}


def has_fuels(table: pl.DataFrame) -> bool:
    """Whether the table has a column of a fuel's or allowance's price."""
    return any(find(table, names) for names in NAMES.values())


def fuel_frame(table: pl.DataFrame, name: str, zone: Zone) -> pl.DataFrame:
    """Rows start_utc, end_utc, delivery_date, fuel, price, unit of a `table` ascending by `start_utc`: one a fuel and local day.

    Raises InputError for text in a number.
    """
    columns = {fuel: column for fuel, names in NAMES.items() if (column := find(table, names)) is not None}
    parts = [
        table.select(delivery_date=local_day("start_utc", zone.tz), price=numbers(table, column, name))
        .drop_nulls("price")
        .group_by("delivery_date", maintain_order=True)
        .agg(pl.col("price").last())
        .with_columns(fuel=pl.lit(fuel), unit=pl.lit(UNITS[fuel]))
        for fuel, column in columns.items()
    ]
    rows = pl.concat(parts)
    bounds = [day_bounds(day, zone.tz) for day in rows["delivery_date"]]
    times = [pl.Series(when, [bound[place] for bound in bounds], dtype=UTC_DTYPE) for place, when in enumerate(("start_utc", "end_utc"))]
    return rows.with_columns(times)
