"""Series that tariffs are given, checked: market prices and metered energy."""

import numpy as np
import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.timeline import UTC_DTYPE


def checked_market(market: pl.DataFrame) -> pl.DataFrame:
    """`start` and `price_eur_mwh` as floats. Raises InputError for a missing or mistyped column, wrong order, NaN or infinity."""
    return _checked(market, "market", ["price_eur_mwh"])


def checked_meter(meter: pl.DataFrame) -> pl.DataFrame:
    """`start`, `import_kwh` and `export_kwh`. Raises InputError as `checked_market` does, and for a null or negative energy."""
    columns = ["import_kwh", "export_kwh"]
    found = _checked(meter, "meter", columns)
    for column in columns:
        wrong = found.filter(pl.col(column).is_null() | (pl.col(column) < 0))
        if wrong.height:
            said = "unknown" if wrong[column][0] is None else "negative"
            first = wrong["start"][0].isoformat()
            raise InputError(f"is {said} at {first}", where=f"meter.{column}", remedy="give every interval's energy, 0 or more")
    return found


def _checked(frame: pl.DataFrame, what: str, columns: list[str]) -> pl.DataFrame:
    for column in ("start", *columns):
        if column not in frame.columns:
            raise InputError("is missing", where=f"{what}.{column}", remedy=f"give start (UTC) and {' and '.join(columns)}")
    if frame.schema["start"] != UTC_DTYPE:
        raise InputError(f"is {frame.schema['start']}", where=f"{what}.start", remedy=f"give {UTC_DTYPE}")
    if frame["start"].null_count() or not (np.diff(frame["start"].to_physical().to_numpy()) > 0).all():
        raise InputError("is not ascending", where=f"{what}.start", remedy="sort it, and give each interval once")
    for column in columns:
        if not np.isfinite(frame[column].drop_nulls().cast(pl.Float64).to_numpy()).all():
            raise InputError("holds NaN or infinity", where=f"{what}.{column}", remedy="leave an unknown value null")
    return frame.select("start", *columns)
