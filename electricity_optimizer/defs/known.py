"""What the forecasts of a zone are made from: the day table of its features, and the stored models it may use.

A stored model is a row of `model_card` and a file. One that cannot be used (another schema, file missing or damaged, too old) is left out
and named; its model is fitted in the walk then.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.feature_table import feature_table
from electricity_optimizer.forecasting.learning.promotion import CHAMPION_DAYS
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.protocol import Fitted, load_fitted
from electricity_optimizer.warehouse import Warehouse

HISTORY_DAYS = 1500
"""How far back a model may look: the longest window and its lags."""

MODEL_SCHEMA = 1
"""Raised when the arrays or the card of a stored fit get another meaning; fits of another schema are ignored and named.

A recipe that only learns otherwise (other parameters or features) keeps it: then champion and challenger can be compared.
"""

CHAMPION = "champion"
MODELS_ASSET = "forecast_models"
MOST_VERSIONS = 60
"""So many versions back a champion is looked for that has not seen the days of a trial: with weekly training two suffice."""


@dataclass(frozen=True)
class StoredModels:
    """Usable `fits` by model, and why others are `ignored`."""

    fits: dict[str, Fitted] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)


def known_table(house: Warehouse, place: Zone, first: dt.date, last: dt.date) -> DayTable:
    """Day table of the published features of a zone. Raises ForecastError when there are none."""
    return feature_table(known_rows(house, place, first, last), place.tz)


def known_rows(house: Warehouse, place: Zone, first: dt.date, last: dt.date) -> pl.DataFrame:
    """The published features of a zone. Raises ForecastError when there are none."""
    rows = house.read("price_features", place.key, first, last)
    if rows.is_empty():
        raise ForecastError(f"no features from {first} to {last}", where=place.key, remedy="materialize price_features first")
    return rows


def last_known(table: DayTable) -> dt.date:
    """The last day of which every price is known."""
    known = [day for day, price in zip(table.days, table.price, strict=True) if (price == price).all()]  # noqa: PLR0124 - NaN differs from itself
    if not known:
        raise ForecastError("no day has all its prices", where="price_features", remedy="materialize prices first")
    return known[-1]


def stored_models(house: Warehouse, place: Zone, first: dt.date) -> StoredModels:
    """Champions that were fitted from what was known before `first`: a newer one would look ahead in a backfill.

    One that had to do without an input is left out: that input may be known again.
    """
    found = StoredModels()
    for row in champions(house.read(MODELS_ASSET, place.key)):
        if row["trained_until"] >= first:
            continue
        try:
            fitted = open_model(house, row)
            _check_age(fitted, first, row)
        except InputError as error:
            found.ignored[row["model"]] = str(error)
            continue
        if not fitted.inputs_missing:
            found.fits[row["model"]] = fitted
    return found


def champion_lines(house: Warehouse, place: Zone, unseen: dt.date) -> dict[str, list[Fitted]]:
    """The champions of each model, the newest first, back to one that has not seen the day `unseen`; unusable ones are left out."""
    lines: dict[str, dict[str, Fitted]] = defaultdict(dict)
    for rows in _versions(house, place):
        for row in champions(rows):
            if row["file_sha256"] in lines[row["model"]]:
                continue
            try:
                lines[row["model"]][row["file_sha256"]] = open_model(house, row)
            except InputError:
                continue  # named where the current champions are read
        if all(any(fit.day <= unseen for fit in line.values()) for line in lines.values()):
            break
    return {name: list(line.values()) for name, line in lines.items()}


def champions(cards: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of champions; a refused challenger is none to anybody."""
    return [row for row in cards.iter_rows(named=True) if row["role"] == CHAMPION]


def open_model(house: Warehouse, row: Mapping[str, Any]) -> Fitted:
    """The fit that a row of `model_card` points to. Raises InputError that names the file when it cannot be used."""
    where, remedy = _where(row), "the next training replaces it, until then it is fitted for each forecast"
    if row["model"] not in MODELS:
        raise InputError("there is no model of that name any more", where=where, remedy="the next training takes it away")
    if row["schema_version"] != MODEL_SCHEMA:
        raise InputError(f"it has schema {row['schema_version']}, this program reads {MODEL_SCHEMA}", where=where, remedy=remedy)
    body = house.models.find(row["file_sha256"])
    if body is None:
        raise InputError("the file is missing or damaged", where=where, remedy=remedy)
    return load_fitted(body)


def _check_age(fitted: Fitted, first: dt.date, row: Mapping[str, Any]) -> None:
    if (first - fitted.day).days > CHAMPION_DAYS:
        what = f"it was fitted for {fitted.day}, more than {CHAMPION_DAYS} days before {first}"
        raise InputError(what, where=_where(row), remedy="run retrain_models")


def _where(row: Mapping[str, Any]) -> str:
    return f"model file {row['model']} {row['file_sha256'][:12]}"


def _versions(house: Warehouse, place: Zone) -> Iterator[pl.DataFrame]:
    """The model cards of a zone as they stand and as they stood before, the newest first."""
    as_of = None
    for _ in range(MOST_VERSIONS):
        version = house.versions(MODELS_ASSET, place.key, as_of=as_of)
        if version.is_empty():
            return
        yield house.read(MODELS_ASSET, place.key, as_of=as_of)
        as_of = version.row(0, named=True)["committed_at"] - dt.timedelta(microseconds=1)
