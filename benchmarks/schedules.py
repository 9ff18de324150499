"""Schedules beside their peers: a model of arrays given straight to HiGHS, ours, FlexMeasures and EMHASS, in turns on one pinned core.

Every contender is a process of its own (`peers/`), asked for one schedule at a time, so that a machine that slows down slows all of them.
Ratios are of CPU seconds (each contender has one thread: the wall seconds of a quiet machine), medians over the rounds; wall seconds stand
beside them. What counts as a cost is what ../shared/cases/check_schedule.py recomputes from the flows, if it finds no limit broken.

`python benchmarks/schedules.py --peers` first makes the environments of FlexMeasures and EMHASS (2 GB, in .venv-peers or where
EO_BENCHMARK_PEERS says); without them their lines say so. The limit of a case is the fastest of the direct models: mode binaries at all
steps or at negative prices only, with HiGHS's own options ("plain") or the fastest that were found ("tuned").
"""

import argparse
import importlib.util
import json
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from peers.contender import Contender, cores, pin
from peers.environments import HERE, PEERS, install, python_of

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
RESULT = Path(__file__).parent / "results" / "schedules.json"
ROUNDS, PEER_EVERY, FLEET_ROUNDS, FRESH_STARTS = 15, 3, 3, 3
DIRECT = ("all tuned", "negative tuned", "all plain", "negative plain")
PEER_CALLS = {"flexmeasures": ("call",), "emhass": ("cold", "warm")}
SITES = 100
SEED = 20260504

LIMITS = {
    "over direct": 1.25,
    "flexmeasures over ours": 5.0,
    "emhass over ours": 15.0,
    "above the optimum": 1e-4,
    "certified above the optimum": 0.01,
    "replan outside the solver, ms": 5.0,
    "sites a second": 40.0,
    "two processes": 1.7,
    "import, s": 1.0,
    "peak, MB": 150.0,
}
EQUAL_COST = 1e-6
QUIET = 0.9
"""From this share of a core on a process had it to itself."""

Report = dict[str, Any]


def read(name: str) -> Any:
    """A file of the cases."""
    return json.loads((CASES / name).read_text(encoding="utf-8"))


def checked(problem: Report, answer: Report) -> Report:
    """What the checker says: the recomputed cost, or the limits that the plan breaks."""
    if "grid" not in answer:
        return {"cost": None, "broken": f"no plan: {answer.get('status')}"}
    specification = importlib.util.spec_from_file_location("check_schedule", CASES / "check_schedule.py")
    assert specification, "the file is there"
    assert specification.loader, "it is Python"
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    cost, broken = module.check(problem, answer)
    return {"cost": float(cost), "broken": {name: float(excess) for name, excess in broken.items()}}


def start(script: str, problems: Sequence[Any], core: int) -> Contender:
    """A contender of this environment."""
    return Contender(Path(sys.executable), HERE / f"{script}.py", problems, core)


@contextmanager
def field(problem: Report, core: int) -> Iterator[dict[str, Contender]]:
    """The contenders of a case, ready; peers that are not installed are missing."""
    here = {name: (Path(sys.executable), HERE / f"{name}.py") for name in ("direct", "ours")}
    apart = {peer: (python, HERE / f"{peer}_worker.py") for peer in PEERS if (python := python_of(peer))}
    with ExitStack() as stack:
        started = {}
        for name, (python, script) in (here | apart).items():  # one after the other, so that none disturbs the imports of another
            started[name] = stack.enter_context(Contender(python, script, [problem], core))
            _ = started[name].started
        yield started


def compare(problem: Report, optimum: float, core: int) -> tuple[Report, Report]:
    """Rounds of calls in turns, and the re-plans of ours."""
    calls: dict[str, list[Report]] = {}
    with field(problem, core) as started:
        modes = started["ours"].ask("modes")["modes"]
        turns = [("direct", DIRECT, 1), ("ours", modes, 1)] + [(peer, PEER_CALLS[peer], PEER_EVERY) for peer in PEERS if peer in started]
        for turn in range(-1, ROUNDS):  # the first of each is told apart
            for name, asked, every in turns:
                for call in asked if turn % every == 0 or turn < 0 else ():
                    if name == "ours" and turn >= 0:
                        started[name].ask("disturb")
                    calls.setdefault(f"{name} {call}", []).append(started[name].ask(call))
        replans = [(started["ours"].ask("draw"), started["ours"].ask("replan"))[1] for _ in range(ROUNDS)]
        models = [(started["ours"].ask("draw"), started["ours"].ask("model"))[1] for _ in range(ROUNDS)]
        found = {name: summary(problem, optimum, several) for name, several in calls.items()}
        for name, contender in started.items():
            for line in (line for line in found if line.split()[0] == name):
                found[line]["import_seconds"] = round(contender.started["import_seconds"], 3)
    return found, replanning(replans) | {"model_cpu_seconds": round(median(one["cpu_seconds"] for one in models), 5)}


def summary(problem: Report, optimum: float, calls: Sequence[Report]) -> Report:
    """Medians of the calls after the first, and what the checker says of the last one's plan."""
    first, *later = calls
    (answer,) = later[-1]["answer"]
    verdict = checked(problem, answer)
    cost = verdict["cost"]
    return {
        "seconds": round(median(call["seconds"] for call in later), 5),
        "cpu_seconds": round(median(call["cpu_seconds"] for call in later), 5),
        "first_seconds": round(first["seconds"], 5),
        "first_peak_mb": round(first["peak_mb"], 1),
        "peak_mb": round(later[-1]["peak_mb"], 1),
        "calls": len(later),
        "cost": None if cost is None else round(cost, 6),
        "above_optimum": None if cost is None else round(cost - optimum, 7),
        "broken": verdict["broken"],
    }


def replanning(replans: Sequence[Report]) -> Report:
    """CPU time of a re-plan, all of it and outside HiGHS (null where no run of HiGHS was seen)."""
    seen = all(replan.get("solver_cpu_seconds") for replan in replans)
    outside = median(one["cpu_seconds"] - one["solver_cpu_seconds"] for one in replans) if seen else None
    return {
        "cpu_seconds": round(median(replan["cpu_seconds"] for replan in replans), 5),
        "outside_the_solver_cpu_seconds": None if outside is None else round(outside, 5),
    }


def fleet(core: int, other: int | None) -> Report:
    """Sites a second: direct, ours in one process, and ours in two on two cores."""
    base, draw, problems = read("fleet_E10.json"), np.random.default_rng(SEED), []
    for place in range(SITES):
        site = base[place % len(base)]
        factor = draw.uniform(0.97, 1.03, len(site["import_price"])) if place >= len(base) else 1.0
        moved = {name: (factor * np.array(site[name])).tolist() for name in ("import_price", "export_price")}
        problems.append(site | moved | {"name": f"site {place}"})
    half = SITES // 2
    with start("direct", problems, core) as direct, start("ours", problems, core) as ours, ExitStack() as stack:
        halves = [(problems[:half], core), (problems[half:], other)] if other is not None else []
        pair = [stack.enter_context(start("ours", part, on)) for part, on in halves if on is not None]
        modes = ours.ask("modes")["modes"]
        answers = {"direct": direct.ask("negative tuned")["answer"]}
        rounds = [fleet_round(direct, ours, pair, modes, answers) for _ in range(FLEET_ROUNDS)]
    found: Report = {name: round(median(one[name] for one in rounds), 3) for name in rounds[0]}
    found["share_of_a_core"] = round(found[f"{modes[-1]}_per_second"] / found[f"{modes[-1]}_per_cpu_second"], 2)
    return found | fleet_quality(problems, answers, modes)


def fleet_round(direct: Contender, ours: Contender, pair: Sequence[Contender], modes: Sequence[str], answers: dict[str, Any]) -> Report:
    """One turn of each; the answers are kept."""
    found = {"direct_per_cpu_second": SITES / direct.ask("negative tuned")["cpu_seconds"]}
    for mode in modes:
        ours.ask("disturb")
        one = ours.ask(mode)
        answers[mode] = one["answer"]
        found |= {f"{mode}_per_cpu_second": SITES / one["cpu_seconds"], f"{mode}_per_second": SITES / one["seconds"]}
    if pair:
        for contender in pair:
            contender.ask("disturb")
        for contender in pair:
            contender.send(modes[-1])
        both = [contender.receive() for contender in pair]
        for clock, name in (("seconds", "two_processes"), ("cpu_seconds", "two_processes_cpu")):
            found[f"{name}_ratio"] = one[clock] / max(half[clock] for half in both)
    return found


def fleet_quality(problems: Sequence[Report], answers: dict[str, Any], modes: Sequence[str]) -> Report:
    """How far above the direct model's costs the sites of ours end, at worst, and how many plans the checker refuses."""
    best = [checked(problem, answer)["cost"] for problem, answer in zip(problems, answers["direct"], strict=True)]
    found: Report = {}
    for mode in modes:
        verdicts = [checked(problem, answer) for problem, answer in zip(problems, answers[mode], strict=True)]
        good = [verdict["cost"] - cost for verdict, cost in zip(verdicts, best, strict=True) if not verdict["broken"]]
        found |= {f"{mode}_worst_above_direct": round(max(good, default=math.inf), 6), f"{mode}_refused": len(verdicts) - len(good)}
    return found


def fresh(problem: Report, core: int, usual: float) -> Report:
    """A new process that plans once: CPU seconds of imports with those that its first call makes, and its peak memory."""
    seconds, peaks = [], []
    for _ in range(FRESH_STARTS):
        with start("ours", [problem], core) as ours:
            first = ours.ask("exact")
            seconds.append(ours.started["import_cpu_seconds"] + max(0.0, first["cpu_seconds"] - usual))
            peaks.append(first["peak_mb"])
    return {"import_cpu_seconds": round(median(seconds), 3), "peak_mb": round(max(peaks), 1)}


def verdicts(report: Report) -> list[Report]:
    """Each limit of the issue beside what was measured."""
    lines: list[Report] = []

    def line(what: str, value: float | None, limit: str, *, least: bool = False, besides: bool = True) -> None:
        met = None if value is None else besides and (value >= LIMITS[limit] if least else value <= LIMITS[limit])
        lines.append({"what": what, "value": value, "limit": LIMITS[limit], "at": "least" if least else "most", "met": met})

    for case, found in report["cases"].items():
        ours = found["ours exact"]
        line(
            f"{case}: exact, times the direct model",
            ratio(ours, found[report["limit_of"][case]]),
            "over direct",
            besides=not ours["broken"],
        )
        line(f"{case}: exact, cost above the optimum", ours["above_optimum"], "above the optimum", besides=not ours["broken"])
        if "ours certified" in found:
            line(f"{case}: certified, cost above the optimum", found["ours certified"]["above_optimum"], "certified above the optimum")
    ours = report["cases"]["B"]["ours exact"]
    for peer, call in (("flexmeasures", "call"), ("emhass", "cold")):
        theirs = report["cases"]["B"].get(f"{peer} {call}")
        fair = theirs is None or theirs["broken"] or (not ours["broken"] and ours["cost"] <= theirs["cost"] + EQUAL_COST)
        line(f"B: {peer}, times ours", theirs and ratio(theirs, ours), f"{peer} over ours", least=True, besides=bool(fair))
    outside = report["replan"]["B"]["outside_the_solver_cpu_seconds"]
    line("B: re-plan, its model, ms", round(report["replan"]["B"]["model_cpu_seconds"] * 1e3, 2), "replan outside the solver, ms")
    line("B: re-plan, all outside the solver, ms", outside and round(outside * 1e3, 2), "replan outside the solver, ms")
    sites, mode = report["fleet"], report["mode"]
    line(
        f"fleet: {mode} sites a CPU second",
        sites[f"{mode}_per_cpu_second"],
        "sites a second",
        least=True,
        besides=not sites[f"{mode}_refused"],
    )
    line(f"fleet: {mode}, worst above direct", sites[f"{mode}_worst_above_direct"], "certified above the optimum")
    quiet = sites["share_of_a_core"] >= QUIET
    line("fleet: two processes, times one", sites.get("two_processes_ratio") if quiet else None, "two processes", least=True)
    for case, one in report["fresh"].items():
        line(f"{case}: imports, those of the first call too, s", one["import_cpu_seconds"], "import, s")
        line(f"{case}: peak memory of one plan, MB", one["peak_mb"], "peak, MB")
    return lines


def ratio(one: Report, other: Report) -> float:
    """CPU seconds of one over those of the other."""
    return round(float(one["cpu_seconds"]) / float(other["cpu_seconds"]), 2)


def show(report: Report) -> None:
    """The tables."""
    for case, found in report["cases"].items():
        limit = found[report["limit_of"][case]]
        print(f"\n{case:24} {'CPU ms':>8} {'wall ms':>8} {'x limit':>8} {'first ms':>9} {'import s':>9} {'MB':>5}  cost above the optimum")
        for name, one in found.items():
            numbers = (
                f"{one['cpu_seconds'] * 1e3:8.1f} {one['seconds'] * 1e3:8.1f} {ratio(one, limit):8.2f} {one['first_seconds'] * 1e3:9.1f}"
            )
            told = f"BROKEN {one['broken']}" if one["broken"] else f"{one['above_optimum']:+.6f}"
            print(f"{name:24} {numbers} {one['import_seconds']:9.2f} {one['peak_mb']:5.0f}  {told}{' <- limit' if one is limit else ''}")
        for peer in PEERS:
            if not any(name.startswith(peer) for name in found):
                print(f"{peer:24} not installed: run with --peers")
    print(f"\nfleet of {SITES}: {json.dumps(report['fleet'])}\nre-plans: {json.dumps(report['replan'])}\n")
    if report["fleet"]["share_of_a_core"] < QUIET:
        print("others had a good part of the core: its wall seconds are no measure, and so is the ratio of two processes\n")
    for line in report["verdicts"]:
        met = {True: "met", False: "MISSED", None: "not measured"}[line["met"]]
        print(f"{line['what']:46} {'-' if line['value'] is None else line['value']:>10}  at {line['at']} {line['limit']:<8g} {met}")


def fastest(found: Report) -> str:
    """The direct model of a case that is the limit: of those the checker is content with, the one of least CPU time."""
    names = [name for name in found if name.startswith("direct") and not found[name]["broken"]]
    return min(names, key=lambda name: float(found[name]["cpu_seconds"]))


def measure() -> Report:
    """All sections."""
    usable, optima = cores(), read("optima.json")
    core, other = usable[-1], usable[0] if len(usable) > 1 else None
    pin(0, core)
    report: Report = {"rounds": ROUNDS, "cases": {}, "replan": {}, "limit_of": {}}
    for case in "ABC":
        report["cases"][case], report["replan"][case] = compare(read(f"site_{case}.json"), optima[case], core)
        report["limit_of"][case] = fastest(report["cases"][case])
    pin(0, core if other is None else other)  # waits for both; its own work is small
    report["fleet"] = fleet(core, other)
    report["mode"] = "certified" if "certified_per_second" in report["fleet"] else "exact"
    report["fresh"] = {case: fresh(read(f"site_{case}.json"), core, report["cases"][case]["ours exact"]["cpu_seconds"]) for case in "BC"}
    return report | {"verdicts": verdicts(report)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--peers", action="store_true", help="first make the environments of FlexMeasures and EMHASS")
    if arguments.parse_args().peers:
        for peer in PEERS:
            install(peer)
    if not CASES.exists():
        raise SystemExit("benchmarks/schedules.py needs the cases in ../shared/cases beside the project: nothing was measured")
    report = measure()
    RESULT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    show(report)


if __name__ == "__main__":
    main()
