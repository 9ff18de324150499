"""The limit: cases A, B, C and their like as arrays of numpy, given straight to HiGHS, and the flows read back. Nothing is verified.

Written for these cases only (one connection, one battery, an EV that only charges, curtailable PV, runs in one block) and as lean as they
allow: import and export need no binary where export does not pay more, a run has one binary for each start, and a battery one a step to
tell its direction, either at every step ("all") or only where the price is negative ("negative"), with more added wherever the solution
goes both ways. `tuned` sets the options of HiGHS that were found to make these cases faster: no presolve (A, B and C lose by it), no
feasibility jump (its search takes a third of a solve), and a tolerance of 1e-7 (fewer rounds of cuts on C).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from serving import began, read_problems, serve

STARTED = began()

import highspy  # noqa: E402 - its import is told in the first line
import numpy as np  # noqa: E402
from flows import Array, answer, hours  # noqa: E402

NO_LIMIT = highspy.kHighsInf
PLAIN: dict[str, Any] = {"output_flag": False, "threads": 1, "mip_rel_gap": 1e-6}
TUNED: dict[str, Any] = PLAIN | {"presolve": "off", "mip_heuristic_run_feasibility_jump": False, "mip_feasibility_tolerance": 1e-7}
BOTH_WAYS_KW = 1e-6


class Arrays:
    """A model in the making: blocks of columns and rows, entries as triplets."""

    def __init__(self) -> None:
        self.columns = self.rows = 0
        self.column_parts: list[Array] = []
        self.row_parts: list[Array] = []
        self.entries: list[tuple[Any, Any, Array]] = []

    def add_columns(self, n: int, high: Any, *, low: Any = 0.0, cost: Any = 0.0, whole: bool = False) -> Any:
        """Numbers of n new columns."""
        self.column_parts.append(np.array([np.broadcast_to(part, n) for part in (low, high, cost, float(whole))], float))
        self.columns += n
        return np.arange(self.columns - n, self.columns)

    def add_rows(self, n: int, low: Any, high: Any) -> Any:
        """Numbers of n new rows."""
        self.row_parts.append(np.array([np.broadcast_to(part, n) for part in (low, high)], float))
        self.rows += n
        return np.arange(self.rows - n, self.rows)

    def put(self, rows: Any, columns: Any, value: float) -> None:
        """The same value wherever a row meets a column."""
        rows, columns = np.broadcast_arrays(rows, columns)
        self.entries.append((rows.ravel(), columns.ravel(), np.full(rows.size, value)))

    def at_most_one(self, first: Any, second: Any, most: tuple[float, float]) -> None:
        """Of two powers a step at most one is above zero, by a binary a step."""
        mode = self.add_columns(len(first), 1.0, whole=True)
        rows = self.add_rows(len(first), -NO_LIMIT, 0.0)
        self.put(rows, first, 1.0)
        self.put(rows, mode, -most[0])
        rows = self.add_rows(len(first), -NO_LIMIT, most[1])
        self.put(rows, second, 1.0)
        self.put(rows, mode, most[1])

    def solved(self, options: Mapping[str, Any]) -> Array:
        """The values of the columns at the optimum."""
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships no types for its class
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._model())
        solver.run()
        return np.array(solver.getSolution().col_value)

    def _model(self) -> Any:
        low, high, cost, whole = np.concatenate(self.column_parts, axis=1)
        rows, columns, values = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        order = np.argsort(columns, kind="stable")
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.columns, self.rows
        model.col_lower_, model.col_upper_, model.col_cost_ = low, high, cost
        model.row_lower_, model.row_upper_ = np.concatenate(self.row_parts, axis=1)
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_ = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=self.columns))]).astype(np.int32)
        matrix.index_, matrix.value_ = rows[order].astype(np.int32), values[order]
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(one)] for one in whole]
        return model


class Site:
    """The arrays of a problem and where its devices' columns are."""

    def __init__(self, problem: Mapping[str, Any], modes: Sequence[int]) -> None:
        self.problem, self.modes, self.arrays = problem, np.array(modes, int), Arrays()
        self.n, self.prices = len(problem["import_price"]), np.array(problem["import_price"])
        self.read: dict[str, Callable[[Array], Array]] = {}
        self.charging: list[tuple[Any, Any]] = []
        load = np.array(problem["load_kw"])
        self.balance = self.arrays.add_rows(self.n, load, load)
        self._connection()
        for device in problem["devices"]:
            {"pv": self._sun, "load": self._run, "battery": self._store, "ev": self._store}[device["type"]](device)

    def _connection(self) -> None:
        grid, sold, step = self.problem["grid"], np.array(self.problem["export_price"]), hours(self.problem)
        most = grid["import_limit_kw"], grid["export_limit_kw"]
        drawn = self.arrays.add_columns(self.n, most[0], cost=self.prices * step)
        fed = self.arrays.add_columns(self.n, most[1], cost=-sold * step)
        self.arrays.put(self.balance, drawn, 1.0)
        self.arrays.put(self.balance, fed, -1.0)
        tempting = sold > self.prices
        if tempting.any():
            self.arrays.at_most_one(drawn[tempting], fed[tempting], most)

    def _sun(self, device: Mapping[str, Any]) -> None:
        forecast = np.array(device["forecast_kw"])
        up = np.flatnonzero(forecast)
        used = self.arrays.add_columns(len(up), forecast[up], low=0.0 if device["curtailable"] else forecast[up])
        self.arrays.put(self.balance[up], used, 1.0)
        self.read[device["name"]] = lambda x: self._spread(up, -x[used])

    def _run(self, device: Mapping[str, Any]) -> None:
        first, steps = device["earliest"], device["steps"]
        starts = self.arrays.add_columns(device["latest_end"] - first - steps + 1, 1.0, whole=True)
        self.arrays.put(self.arrays.add_rows(1, 1.0, 1.0), starts, 1.0)
        on = first + np.arange(len(starts))[:, None] + np.arange(steps)
        self.arrays.put(self.balance[on], starts[:, None], -device["power_kw"])
        self.read[device["name"]] = lambda x: (
            np.convolve(self._spread(first + np.arange(len(starts)), x[starts]), np.ones(steps))[: self.n] * device["power_kw"]
        )

    def _store(self, device: Mapping[str, Any]) -> None:
        step, low = hours(self.problem), np.full(self.n, float(device["soc_min_kwh"]))
        if device["type"] == "battery":
            plugged = np.arange(self.n)
            low[-1] = max(low[-1], device["soc_final_min_kwh"])
        else:
            plugged = np.concatenate([np.arange(session["arrive"], session["depart"]) for session in device["sessions"]])
            for session in device["sessions"]:
                low[session["depart"] - 1] = session["target_kwh"]
        last = plugged[-1] + 1
        charge = self.arrays.add_columns(len(plugged), device["charge_kw"])
        self.arrays.put(self.balance[plugged], charge, -1.0)
        held = self.arrays.add_columns(last, device["soc_max_kwh"], low=low[:last])
        before = np.concatenate([[float(device["soc_initial_kwh"])], np.zeros(last - 1)])
        kept = self.arrays.add_rows(last, before, before)
        self.arrays.put(kept, held, 1.0)
        self.arrays.put(kept[1:], held[:-1], -1.0)
        self.arrays.put(kept[plugged], charge, -device["charge_efficiency"] * step)
        self.read[device["name"]] = lambda x: self._spread(plugged, x[charge])
        if device.get("discharge_kw"):
            self._discharging(device, charge, kept)

    def _discharging(self, device: Mapping[str, Any], charge: Any, kept: Any) -> None:
        discharge = self.arrays.add_columns(self.n, device["discharge_kw"])
        self.arrays.put(self.balance, discharge, 1.0)
        self.arrays.put(kept, discharge, hours(self.problem) / device["discharge_efficiency"])
        self.arrays.at_most_one(charge[self.modes], discharge[self.modes], (device["charge_kw"], device["discharge_kw"]))
        self.charging.append((charge, discharge))
        self.read[device["name"]] = lambda x: x[charge] - x[discharge]

    def _spread(self, steps: Any, values: Array) -> Array:
        whole = np.zeros(self.n)
        whole[steps] = values
        return whole

    def both_ways(self, x: Array) -> set[int]:
        """Steps in which a battery charges and discharges."""
        return {int(k) for charge, discharge in self.charging for k in np.flatnonzero(np.minimum(x[charge], x[discharge]) > BOTH_WAYS_KW)}


def direct(problem: Mapping[str, Any], modes: str, options: Mapping[str, Any]) -> dict[str, Array]:
    """Build, solve and read the flows; again with more binaries while a battery goes both ways."""
    prices = np.array(problem["import_price"])
    steps = set(range(len(prices))) if modes == "all" else {int(k) for k in np.flatnonzero(prices < 0)}
    while True:
        site = Site(problem, sorted(steps))
        x = site.arrays.solved(options)
        more = site.both_ways(x) - steps
        if not more:
            return {name: read(x) for name, read in site.read.items()}
        steps |= more


def each(problems: Sequence[Mapping[str, Any]], modes: str, options: Mapping[str, Any]) -> Callable[[], dict[str, Any]]:
    """The call: all problems of the file, one after the other."""
    powers = [direct(problem, modes, options) for problem in problems]
    return lambda: {"answer": [answer(problem, power) for problem, power in zip(problems, powers, strict=True)]}


def main() -> None:
    problems = read_problems()
    ways = {"tuned": TUNED, "plain": PLAIN}
    names = [(modes, way) for modes in ("all", "negative") for way in ways]
    serve({f"{modes} {way}": partial(each, problems, modes, ways[way]) for modes, way in names}, STARTED)


if __name__ == "__main__":
    main()
