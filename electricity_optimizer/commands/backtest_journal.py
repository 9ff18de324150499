"""The pieces of a backtest that are done, kept beside its output so that a stopped run can go on.

A folder `<output>.partial` holds what the run is (`run.json`) and one file of numpy arrays a piece, each written under another name and
then renamed: a killed run leaves whole pieces only.
"""

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.backtest import Piece, PieceResult, Request
from electricity_optimizer.forecasting.days import DayTable

_NUMBERS = [field for field in dataclasses.fields(PieceResult) if field.name != "piece"]


@dataclasses.dataclass(frozen=True)
class Places:
    """The files of a run: the data it reads, the forecasts and the report it writes."""

    data: Path
    output: Path | None
    report: Path | None

    @property
    def written(self) -> list[Path]:
        """The files to write; the journal stands beside the first."""
        return [place for place in (self.output, self.report) if place]


@dataclasses.dataclass(frozen=True)
class Journal:
    """The folder of one run's pieces."""

    folder: Path

    def load(self, pieces: Sequence[Piece]) -> list[PieceResult]:
        """The pieces that are done."""
        return [self._read(piece) for piece in pieces if self._path(piece).is_file()]

    def keep(self, result: PieceResult) -> None:
        """Write one piece, whole or not at all."""
        arrays = {field.name: getattr(result, field.name) for field in _NUMBERS}
        path = self._path(result.piece)
        unfinished = path.with_name(f".{path.name}.unfinished")
        with unfinished.open("wb") as file:
            np.savez(file, allow_pickle=False, **{name: value for name, value in arrays.items() if value is not None})
        unfinished.replace(path)

    def close(self) -> None:
        """The run is done: its pieces are no longer needed."""
        shutil.rmtree(self.folder)

    def _path(self, piece: Piece) -> Path:
        return self.folder / f"{piece.name}.npz"

    def _read(self, piece: Piece) -> PieceResult:
        with np.load(self._path(piece), allow_pickle=False) as arrays:
            kept = {field.name: arrays.get(field.name) for field in _NUMBERS}
        numbers: dict[str, Any] = {name: float(value) if value is not None and value.ndim == 0 else value for name, value in kept.items()}
        return PieceResult(piece, **numbers)


def open_journal(output: Path, table: DayTable, request: Request, *, resume: bool) -> Journal:
    """The journal beside `output`: with `resume` the one that is there, else an empty one.

    Raises InputError when the one that is there belongs to other data, options or code, or when nothing can be written there.
    """
    check_place(output)
    folder = output.with_name(f"{output.name}.partial")
    card = folder / "run.json"
    fingerprint = _fingerprint(table, request)
    if resume and card.is_file():
        if json.loads(card.read_text()) != fingerprint:
            what = "the stopped run had other data or options"
            raise InputError(what, where=str(folder), remedy="give the same ones, or leave --resume out to start anew")
        return Journal(folder)
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        card.write_text(json.dumps(fingerprint, indent=1))
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(output), remedy="name a writable place") from None
    return Journal(folder)


def check_place(output: Path) -> None:
    """Raises InputError when no file can be written as `output`."""
    if output.is_dir():
        raise InputError("is a folder", where=str(output), remedy="name a file in it")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(output), remedy="name a writable place") from None


def write_whole(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` to `path` (CSV by its ending, else Parquet) under another name, then rename."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    if path.suffix.lower() == ".csv":
        frame.write_csv(unfinished)
    else:
        frame.write_parquet(unfinished)
    unfinished.replace(path)


def write_text_whole(text: str, path: Path) -> None:
    """Write `text` to `path` under another name, then rename."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _fingerprint(table: DayTable, request: Request) -> dict[str, object]:
    digest = hashlib.sha256(table.price.tobytes())
    for name in sorted(table.inputs):
        digest.update(name.encode() + table.inputs[name].tobytes())
    options = dataclasses.asdict(request)
    return {"version": version("electricity-optimizer"), "data": digest.hexdigest()} | {
        name: _text(value) for name, value in options.items()
    }


def _text(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value if isinstance(value, int) else str(value)
