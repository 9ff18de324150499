"""Known-ahead inputs in a file: load, wind and sun in MW under the column names that people use.

A quantity under a name with `forecast` is a day-ahead forecast, and under a plain name beside it an actual value. A quantity that is
there only under its plain name is what the file knows ahead: a forecast. Wind is the sum of onshore and offshore; before its first
reported value an offshore fleet counts as not built, a later null keeps the sum null.

Missing sun at night: TSOs leave out the hours without sun. A null of the sun becomes 0 only where the load forecast of that hour is
there (so the hour was published) and the sun stands below the horizon of the zone for the whole interval, dawn and dusk of a wide
country included (see `DARK`). Any other null stays null.
"""

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.sources.given.file_table import find, numbers
from electricity_optimizer.sources.simulation.sun import mean_sunlight

DARK = 0.02
"""Mean sine of the sun's elevation below which a zone's panels give nothing worth a forecast (about one degree above the horizon)."""

QUANTITIES = ("load", "wind", "solar")


def has_inputs(table: pl.DataFrame) -> bool:
    """Whether the table has a column of load, wind or sun."""
    return any(_columns(table, quantity, kind) for quantity in QUANTITIES for kind in ("forecast", "plain"))


def input_frame(table: pl.DataFrame, name: str, zone: Zone) -> pl.DataFrame:
    """Rows (start, end, day, kind, load_mw, wind_mw, solar_mw) of forecasts and actual values in `table`.

    Raises InputError for text in a number, and when no load, wind or sun is known ahead.
    """
    frames = [frame for kind in ("forecast", "actual") if (frame := _of_kind(table, kind, name, zone)) is not None]
    if not frames:
        raise InputError(
            "has no column of load, wind or solar", where=name, remedy="name them load_forecast_mw, wind_forecast_mw, solar_forecast_mw"
        )
    return pl.concat(frames)


def _of_kind(table: pl.DataFrame, kind: str, name: str, zone: Zone) -> pl.DataFrame | None:
    values = {quantity: _value(table, quantity, kind, name) for quantity in QUANTITIES}
    if all(value is None for value in values.values()):
        return None
    empty = pl.Series([None] * table.height, dtype=pl.Float64)
    frame = table.select("start_utc", "end_utc", "delivery_date").with_columns(
        pl.lit(kind).alias("kind"), *[(empty if value is None else value).alias(f"{quantity}_mw") for quantity, value in values.items()]
    )
    return frame.with_columns(_dark_is_zero(frame, zone)) if kind == "forecast" and values["solar"] is not None else frame


def _value(table: pl.DataFrame, quantity: str, kind: str, name: str) -> pl.Series | None:
    forecast = _columns(table, quantity, "forecast")
    plain = _columns(table, quantity, "plain")
    columns = (forecast or plain) if kind == "forecast" else (plain if forecast else [])
    if not columns:
        return None
    series = [numbers(table, column, name) for column in columns]
    total = series[0]
    for part in series[1:]:
        built = part.is_not_null().cum_max()
        total = total + pl.select(pl.when(built).then(part).otherwise(0.0)).to_series()
    return total


def _columns(table: pl.DataFrame, quantity: str, kind: str) -> list[str]:
    """The column of a quantity, or its parts, the onshore one first."""
    infixes = (
        ("_forecast_mw", "_forecast", "_day_ahead", "_forecast_day_ahead") if kind == "forecast" else ("_mw", "", "_actual", "_actual_mw")
    )
    whole = find(table, [quantity + infix for infix in infixes] + ([f"forecast_{quantity}"] if kind == "forecast" else []))
    if whole is not None or quantity != "wind":
        return [] if whole is None else [whole]
    parts = [find(table, [f"wind_{place}{infix}" for infix in infixes]) for place in ("onshore", "offshore")]
    return [part for part in parts if part is not None]


def _dark_is_zero(frame: pl.DataFrame, zone: Zone) -> pl.Series:
    seconds = float((frame["end_utc"][0] - frame["start_utc"][0]).total_seconds())
    light = mean_sunlight(frame["start_utc"].dt.epoch("s").cast(pl.Float64).to_numpy(), seconds, zone.latitude, zone.longitude)
    night = pl.Series(light < DARK) & frame["load_mw"].is_not_null()
    return frame.select(pl.when(pl.col("solar_mw").is_null() & night).then(0.0).otherwise("solar_mw").alias("solar_mw")).to_series()
