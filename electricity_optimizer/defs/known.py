"""What the forecasts of a zone are made from: the day table of its features, and the stored models it may use."""

import datetime as dt

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted
from electricity_optimizer.forecasting.published import feature_table
from electricity_optimizer.warehouse import Warehouse

HISTORY_DAYS = 1500
"""How far back a model may look: the longest window and its lags."""

MODEL_SCHEMA = 1


def known_table(house: Warehouse, place: Zone, first: dt.date, last: dt.date) -> DayTable:
    """Day table of the published features of a zone. Raises ForecastError when there are none."""
    rows = house.read("price_features", place.key, first, last)
    if rows.is_empty():
        raise ForecastError(f"no features from {first} to {last}", where=place.key, remedy="materialize price_features first")
    return feature_table(rows, place.tz)


def last_known(table: DayTable) -> dt.date:
    """The last day of which every price is known."""
    known = [day for day, price in zip(table.days, table.price, strict=True) if (price == price).all()]  # noqa: PLR0124 - NaN differs from itself
    if not known:
        raise ForecastError("no day has all its prices", where="price_features", remedy="materialize prices first")
    return known[-1]


def stored_models(house: Warehouse, place: Zone, first: dt.date) -> dict[str, Fitted]:
    """Stored models that were fitted from what was known before `first`: a newer one would look ahead in a backfill.

    One that had to do without an input is left out: that input may be known again.
    """
    cards = house.read("forecast_models", place.key).filter(pl.col("schema_version") == MODEL_SCHEMA, pl.col("trained_until") < first)
    stored = {row["model"]: load_fitted(house.models.get(row["file_sha256"])) for row in cards.iter_rows(named=True)}
    return {name: fitted for name, fitted in stored.items() if not fitted.inputs_missing}
