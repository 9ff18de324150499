"""A backtest: the production walk over past days, cut into pieces that can run side by side and be kept.

A piece is one member over some weeks, beginning with a refit, so pieces depend on nothing but the table: they run in any process,
in any order, and a stopped backtest goes on with those that are missing. The ensemble is formed afterwards by the same `walk_forward` as
in production, which finds the members' forecasts in the record. Half a year before the test period is walked too, so that
weights and quantiles have a record on the first test day.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.forecasting.accuracy import score
from electricity_optimizer.forecasting.bands import RECORD_DAYS
from electricity_optimizer.forecasting.calendar import naive_lag
from electricity_optimizer.forecasting.days import Array, DayTable
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.protocol import Probabilistic, WarmStarting
from electricity_optimizer.forecasting.quantiles import LEVELS
from electricity_optimizer.forecasting.walk import ENSEMBLE, MEMBERS, quantiles_from_history, walk_forward, walk_member

NAMES = (*MODELS, ENSEMBLE)  # what a backtest can be asked for
TEST_DAYS = 728  # the last 104 weeks
PIECE_DAYS = 28
LONG_PIECE_DAYS = 364  # of a model that goes on from its last fit: a piece begins anew, as it does by itself after a year


@dataclasses.dataclass(frozen=True)
class Request:
    """What to test: the days `first` to `last`, the models by name, a refit every `recalibrate` days."""

    first: dt.date
    last: dt.date
    models: tuple[str, ...] = (ENSEMBLE,)
    recalibrate: int = 7
    seed: int = 0

    @property
    def days(self) -> list[dt.date]:
        """The test days."""
        return [self.first + dt.timedelta(days=k) for k in range((self.last - self.first).days + 1)]

    @property
    def members(self) -> tuple[str, ...]:
        """The members that must walk: all of them for the ensemble."""
        return MEMBERS if ENSEMBLE in self.models else tuple(name for name in MEMBERS if name in self.models)


@dataclasses.dataclass(frozen=True)
class Piece:
    """One member over consecutive days; `test` tells the test period from the run-up."""

    member: str
    days: tuple[dt.date, ...]
    test: bool

    @property
    def name(self) -> str:
        """Unique within a backtest, fit for a file name."""
        return f"{self.member}-{self.days[0]}"


@dataclasses.dataclass(frozen=True)
class PieceResult:
    """Forecasts of one piece, (days, 24) with NaN for a day the member cannot forecast, and CPU seconds.

    `fans` are the quantiles (days, 19, 24) of a member that gives them, NaN for such a day; None for the others.
    """

    piece: Piece
    hourly: Array
    fit_cpu_seconds: float
    predict_cpu_seconds: float
    fans: Array | None = None


@dataclasses.dataclass(frozen=True)
class ModelResult:
    """One model over the test days: `point` (days, 24), `quantiles` (days, 19, 24) with NaN where none, its measures."""

    point: Array
    quantiles: Array
    measures: Mapping[str, float | None]


def default_request(table: DayTable, last: dt.date | None = None) -> Request:
    """The 104 weeks up to `last` (None: to the end of the table; less if it is shorter) with the ensemble, refitted weekly."""
    last = last or last_priced_day(table)
    return Request(max(last - dt.timedelta(days=TEST_DAYS - 1), earliest_test_day(table)), last)


def earliest_test_day(table: DayTable) -> dt.date:
    """The first day the naive can forecast: it looks a week back."""
    return table.first_day + dt.timedelta(days=7)


def last_priced_day(table: DayTable) -> dt.date:
    """The last day with all 24 prices. Raises InputError when there is none."""
    whole = np.flatnonzero(np.isfinite(table.price).all(axis=1))
    if not len(whole):
        raise InputError("no day has all its prices", where="price", remedy="give at least one whole day")
    return table.first_day + dt.timedelta(days=int(whole[-1]))


def check_request(request: Request, table: DayTable) -> None:
    """Raises InputError for an unknown model, a wrong interval, a test period that the table does not hold or cannot forecast."""
    for name in request.models:
        if name not in NAMES:
            raise InputError(f"model '{name}' is not known", where="--model", remedy=f"one of {', '.join(NAMES)}")
    if request.recalibrate < 1:
        raise InputError(f"{request.recalibrate} days", where="--recalibrate", remedy="refit every 1 day or more")
    span = f"the file holds {table.first_day} to {last_priced_day(table)}"
    if request.last < request.first:
        raise InputError(
            f"the test period ends on {request.last}, before it starts", where="--test-end", remedy=f"it starts {request.first}"
        )
    if request.first < table.first_day or request.last > last_priced_day(table):
        raise InputError(f"{request.first} to {request.last} is not in the file", where="test period", remedy=span)
    if request.first < earliest_test_day(table):
        what = "the naive needs seven days before the test period"
        raise InputError(what, where="test period", remedy=f"{span}, start at {earliest_test_day(table)}")


def pieces(request: Request, table: DayTable) -> list[Piece]:
    """Everything that must be walked, the longest first, so that side by side the last one to end is short."""
    run_up = [request.first - dt.timedelta(days=back) for back in range(RECORD_DAYS, 0, -1)]
    run_up = [day for day in run_up if day > table.first_day]
    cut = []
    for member in reversed(request.members):
        longest = LONG_PIECE_DAYS if isinstance(MODELS[member], WarmStarting) else PIECE_DAYS
        length = request.recalibrate * max(1, longest // request.recalibrate)
        for days, test in ((run_up, False), (request.days, True)):
            cut += [Piece(member, tuple(days[k : k + length]), test) for k in range(0, len(days), length)]
    return cut


def run_piece(table: DayTable, piece: Piece, recalibrate: int, seed: int) -> PieceResult:
    """Walk one piece."""
    hourly, fans, fit, predict = np.full((len(piece.days), 24), np.nan), None, 0.0, 0.0
    if isinstance(MODELS[piece.member], Probabilistic):
        fans = np.full((len(piece.days), len(LEVELS), 24), np.nan)
    walk = walk_member(table, piece.days, piece.member, recalibrate=recalibrate, seed=seed)
    for row, (_, forecast) in enumerate(walk):
        if forecast is not None:
            hourly[row] = forecast.hourly
            if fans is not None and forecast.fan is not None:
                fans[row] = forecast.fan
            fit, predict = fit + forecast.fit_cpu_seconds, predict + forecast.predict_cpu_seconds
    return PieceResult(piece, hourly, fit, predict, fans)


def conclude(table: DayTable, request: Request, results: Iterable[PieceResult]) -> dict[str, ModelResult]:
    """Form the ensemble, the quantiles and the measures from all pieces. Raises ForecastError for a day without forecast."""
    done = list(results)
    history = _record(done)
    if ENSEMBLE in request.models:
        _walk_ensemble(table, request, history)
    naive = np.array([table.price_of(day - dt.timedelta(days=naive_lag(day))) for day in request.days])
    actual = np.array([table.price_of(day) for day in request.days])
    concluded = {}
    for name in request.models:
        point, quantiles = _collect(table, request.days, name, history)
        cost = _cost(done, MEMBERS if name == ENSEMBLE else (name,))
        concluded[name] = ModelResult(point, quantiles, score(actual, point, quantiles, naive) | cost)
    return concluded


def _record(results: Iterable[PieceResult]) -> MemberHistory:
    history = MemberHistory()
    for result in results:
        for row, (day, hourly) in enumerate(zip(result.piece.days, result.hourly, strict=True)):
            if np.isfinite(hourly).all():
                history.add(day, result.piece.member, hourly, None if result.fans is None else result.fans[row])
    return history


def _walk_ensemble(table: DayTable, request: Request, history: MemberHistory) -> None:
    """The production walk over run-up and test days; members speak from the record only."""
    known = sorted({day for day, _, _ in history.rows()})
    for day in known:
        members = [name for name in MEMBERS if history.get(day, name) is not None]
        list(walk_forward(table, [day], members=members, recalibrate=request.recalibrate, history=history))


def _collect(table: DayTable, days: Sequence[dt.date], name: str, history: MemberHistory) -> tuple[Array, Array]:
    points, bands = [], []
    for day in days:
        point = history.get(day, name)
        if point is None:
            raise ForecastError(f"{name} cannot forecast {day}", where=name, remedy="start the test later or give more history and inputs")
        band = history.fan(day, name) if name == ENSEMBLE else quantiles_from_history(table.known_for(day), name, history)
        points.append(point)
        bands.append(np.full((len(LEVELS), 24), np.nan) if band is None else band)
    return np.array(points), np.array(bands)


def _cost(results: Sequence[PieceResult], members: Sequence[str]) -> dict[str, float]:
    """CPU seconds of the test period; the ensemble costs what its members cost."""
    own = [result for result in results if result.piece.test and result.piece.member in members]
    fit, predict = sum(result.fit_cpu_seconds for result in own), sum(result.predict_cpu_seconds for result in own)
    return {"fit_cpu_seconds": fit, "predict_cpu_seconds": predict}
