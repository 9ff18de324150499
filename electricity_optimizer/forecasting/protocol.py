"""What a model is: something that fits on what is known for a day and forecasts that day; and what a fit leaves behind.

A new model is one file in `models/` that follows `Model`, and one line in the registry. A fit is arrays and a card, so that it can
be stored by content hash and read by anything; never a pickle.
"""

import dataclasses
import datetime as dt
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np

from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.forecasting.days import Array, DayTable

CARD = "card.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a fixed time in the archive: the same fit has the same bytes


class InputsMissingError(ForecastError):
    """The day to forecast lacks an input that the fit reads; a fit without it may still forecast."""


@dataclasses.dataclass(frozen=True)
class Fitted:
    """A model as fitted for `day` from what was known then.

    `inputs` are the known-ahead inputs it reads, `inputs_missing` those that the window has and `day` lacks, `arrays` its
    parameters, `card` what a person wants to know (JSON values).
    """

    model: str
    day: dt.date
    inputs: tuple[str, ...] = ()
    inputs_missing: tuple[str, ...] = ()
    arrays: Mapping[str, Array] = dataclasses.field(default_factory=dict)
    card: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Model(Protocol):
    """One way to forecast the 24 hourly prices of a delivery day.

    `known` always comes from `DayTable.known_for`: its last row is the day to forecast. Both methods raise ForecastError when
    what is known does not suffice.
    """

    @property
    def name(self) -> str:
        """Name in the registry, in tables and in files."""

    @property
    def refit_days(self) -> int:
        """After how many days a fit is too old in production."""

    def fit(self, known: DayTable, seed: int, /) -> Fitted:
        """The model fitted on the days before the last row of `known`; models that draw numbers draw them from `seed`."""

    def predict(self, fitted: Fitted, known: DayTable, /) -> Array:
        """The 24 prices of the last row of `known`."""


@runtime_checkable
class Probabilistic(Protocol):
    """A model that also says how sure it is; its median is its point forecast."""

    def quantiles(self, fitted: Fitted, known: DayTable, /) -> Array:
        """Quantiles (19, 24) at `quantiles.LEVELS`, ascending. Raises as `Model.predict`."""


@runtime_checkable
class WarmStarting(Protocol):
    """A model that can go on from its last fit: the walk hands it over instead of calling `fit`."""

    def refit(self, known: DayTable, previous: Fitted, seed: int, /) -> Fitted:
        """As `fit`, starting from `previous`, which was fitted for an earlier day; the model itself decides when to begin anew."""


def save_fitted(fitted: Fitted) -> bytes:
    """A zip archive of .npy arrays and a JSON card; equal fits give equal bytes, so the content hash is stable."""
    inputs = {"inputs": list(fitted.inputs), "inputs_missing": list(fitted.inputs_missing)}
    card = {"model": fitted.model, "day": fitted.day.isoformat(), **inputs, "card": dict(fitted.card)}
    parts = {CARD: json.dumps(card, sort_keys=True, indent=1).encode()}
    for name, array in sorted(fitted.arrays.items()):
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
        parts[f"{name}.npy"] = buffer.getvalue()
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), part)
    return body.getvalue()


def load_fitted(body: bytes) -> Fitted:
    """The fit stored by `save_fitted`. Raises InputError for bytes that are none."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            card = json.loads(archive.read(CARD))
            names = [name for name in archive.namelist() if name != CARD]
            arrays = {name.removesuffix(".npy"): _read_array(archive.read(name)) for name in names}
        inputs, missing = tuple(card["inputs"]), tuple(card["inputs_missing"])
        return Fitted(card["model"], dt.date.fromisoformat(card["day"]), inputs, missing, arrays, card["card"])
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(f"the bytes are no stored model: {error}", where="model file", remedy="fit the model again") from error


def _read_array(body: bytes) -> Array:
    array: Array = np.lib.format.read_array(io.BytesIO(body), allow_pickle=False)
    return array
