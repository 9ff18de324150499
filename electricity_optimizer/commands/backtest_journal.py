"""The pieces of a backtest that are done, kept beside its output so that a stopped run can go on.

A folder `<output>.partial` holds what the run is (`run.json`) and one Parquet file a piece, each written under another name and then
renamed: a killed run leaves whole pieces only.
"""

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import polars as pl

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.backtest import Piece, PieceResult, Request
from electricity_optimizer.forecasting.days import DayTable

HOURS = [f"h{hour:02d}" for hour in range(24)]


@dataclasses.dataclass(frozen=True)
class Journal:
    """The folder of one run's pieces."""

    folder: Path

    def load(self, pieces: Sequence[Piece]) -> list[PieceResult]:
        """The pieces that are done."""
        return [self._read(piece) for piece in pieces if self._path(piece).is_file()]

    def keep(self, result: PieceResult) -> None:
        """Write one piece, whole or not at all."""
        hours = pl.DataFrame(result.hourly, schema=HOURS, orient="row")
        cost = {"fit_cpu_seconds": result.fit_cpu_seconds, "predict_cpu_seconds": result.predict_cpu_seconds}
        write_whole(hours.with_columns(**{name: pl.lit(value) for name, value in cost.items()}), self._path(result.piece))

    def close(self) -> None:
        """The run is done: its pieces are no longer needed."""
        shutil.rmtree(self.folder)

    def _path(self, piece: Piece) -> Path:
        return self.folder / f"{piece.name}.parquet"

    def _read(self, piece: Piece) -> PieceResult:
        frame = pl.read_parquet(self._path(piece))
        fit, predict = float(frame["fit_cpu_seconds"][0]), float(frame["predict_cpu_seconds"][0])
        return PieceResult(piece, frame.select(HOURS).to_numpy(), fit, predict)


def open_journal(output: Path, table: DayTable, request: Request, *, resume: bool) -> Journal:
    """The journal beside `output`: with `resume` the one that is there, else an empty one.

    Raises InputError when the one that is there belongs to other data, options or code, or when nothing can be written there.
    """
    if output.is_dir():
        raise InputError("is a folder", where=str(output), remedy="name a file in it")
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


def write_whole(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` to `path` (CSV by its ending, else Parquet) under another name, then rename."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    if path.suffix.lower() == ".csv":
        frame.write_csv(unfinished)
    else:
        frame.write_parquet(unfinished)
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
