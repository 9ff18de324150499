"""Fleets: sites a second of one core, two processes beside one, and the job `plan_fleet` from catalogue to warehouse.

CPU seconds decide, since the cores are often shared; wall seconds stand beside them. The sites are variations of the ten of
../shared/cases/fleet_E10.json (two days of quarter hours, battery, sun). What two processes take on two free cores is the CPU time of
this one plus half of theirs, their start included. The job plans houses with roof and battery for a day into a temporary SQLite, in two
sizes of shard, so that what a shard costs by itself shows. About 75 CPU seconds, a minute on two quiet cores.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from electricity_optimizer.optimization.fleet import schedule_fleet

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "fleet_E10.json"
RESULT = Path(__file__).parent / "results" / "fleet.json"
LEAST_SITES_A_SECOND, LEAST_TIMES_ONE = 40.0, 1.7
ONE, TWO = 200, 3000
HOUSES, SMALL_SHARD = 200, 20
SEED = 20260504

Report = dict[str, Any]


def fleet(count: int) -> list[Report]:
    """Sites that differ: each load by up to a fifth, each price by up to a cent, each battery's energy at the start."""
    draw, base = np.random.default_rng(SEED), json.loads(CASES.read_text(encoding="utf-8"))
    return [varied(base[k % len(base)], k, draw) for k in range(count)]


def varied(site: Report, number: int, draw: np.random.Generator) -> Report:
    load = np.asarray(site["load_kw"]) * draw.uniform(0.8, 1.2)
    price = np.asarray(site["import_price"]) + draw.uniform(-0.01, 0.01)
    return {**site, "name": f"site-{number}", "load_kw": load.round(4).tolist(), "import_price": price.round(5).tolist()}


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(work: Callable[[], Any]) -> tuple[Any, Report]:
    """What `work` gives, and its seconds: of the wall, of this process and of those it started."""
    wall, own, children = time.perf_counter(), time.process_time(), cpu_of_children()
    given = work()
    return given, {
        "wall_seconds": time.perf_counter() - wall,
        "own_cpu_seconds": time.process_time() - own,
        "children_cpu_seconds": cpu_of_children() - children,
    }


def plain_door() -> Report:
    """`schedule_fleet` in one process and in two."""
    sites = fleet(TWO)
    schedule_fleet(sites[:10])  # imports and the first layout are not of the rate
    found: Report = {}
    for name, certified in (("exact", False), ("certified", True)):
        answers, seconds = timed(lambda certified=certified: schedule_fleet(sites[:ONE], certified=certified))
        found[name] = {"sites": ONE, **seconds, "sites_a_cpu_second": ONE / seconds["own_cpu_seconds"], **quality(answers)}
    return found | {"two_processes": beside_one(sites)}


def beside_one(sites: list[Report]) -> Report:
    """Two processes, and one for the half before and the half after them, so that a machine that slows down slows both."""
    half = len(sites) // 2
    first, before = timed(lambda: schedule_fleet(sites[:half]))
    together, two = timed(lambda: schedule_fleet(sites, workers=2))
    second, after = timed(lambda: schedule_fleet(sites[half:]))
    one = {name: before[name] + after[name] for name in before}
    return {
        "sites": len(sites),
        "one": one,
        "two": two,
        "times_one_on_free_cores": one["own_cpu_seconds"] / (two["own_cpu_seconds"] + two["children_cpu_seconds"] / 2),
        "times_one_of_the_wall": one["wall_seconds"] / two["wall_seconds"],
        "same_answers": bare(first + second) == bare(together),
    }


def quality(answers: list[Report]) -> Report:
    return {"verified": sum(answer.get("verified", False) for answer in answers), "worst_gap": max(answer["gap"] for answer in answers)}


def bare(answers: list[Report]) -> str:
    return json.dumps([{**answer, "solve_seconds": 0} for answer in answers])


def job() -> Report:
    """`plan_fleet` in one process, planning and storing, with few and with many shards, and again with nothing new."""
    import dagster as dg  # noqa: PLC0415 - what this file imports, each process of a fleet imports again

    from electricity_optimizer.definitions import build_defs  # noqa: PLC0415
    from electricity_optimizer.defs.instance import dagster_home  # noqa: PLC0415
    from electricity_optimizer_tests.defs.fleet_homes import DAY, fleet_desk, write_sites  # noqa: PLC0415

    found: Report = {"sites": HOUSES}
    for name, size, times in (("one_shard", HOUSES, ("first", "again")), ("shards_of_20", SMALL_SHARD, ("first",))):
        with tempfile.TemporaryDirectory() as folder:
            desk = fleet_desk(Path(folder) / "home", write_sites(Path(folder) / "sites.toml", HOUSES))
            run = build_defs(desk).resolve_job_def("plan_fleet")
            config = {"ops": {"cut_fleet": {"config": {"sites_per_shard": size}}}, "loggers": quiet()}
            with dg.DagsterInstance.from_config(str(dagster_home(desk.settings))) as instance:
                for when in times:
                    _, seconds = timed(lambda: run.execute_in_process(instance=instance, partition_key=DAY.isoformat(), run_config=config))  # noqa: B023 - called at once
                    found[f"{name}_{when}"] = {**seconds, "sites_a_cpu_second": HOUSES / seconds["own_cpu_seconds"]}
    more = found["shards_of_20_first"]["own_cpu_seconds"] - found["one_shard_first"]["own_cpu_seconds"]
    return found | {"cpu_seconds_a_shard": more / (HOUSES // SMALL_SHARD - 1)}


def quiet() -> Report:
    return {"console": {"config": {"log_level": "CRITICAL"}}}


def rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return round(value, 3) if isinstance(value, float) and value > 1e-3 else value


def main() -> None:
    report = {"schedule_fleet": plain_door(), "plan_fleet": job()}
    door = report["schedule_fleet"]
    verdicts = {
        "certified sites a CPU second": (door["certified"]["sites_a_cpu_second"], LEAST_SITES_A_SECOND),
        "exact sites a CPU second": (door["exact"]["sites_a_cpu_second"], LEAST_SITES_A_SECOND),
        "planned and stored, sites a CPU second": (report["plan_fleet"]["one_shard_first"]["sites_a_cpu_second"], LEAST_SITES_A_SECOND),
        "two processes, times one": (door["two_processes"]["times_one_on_free_cores"], LEAST_TIMES_ONE),
        "two processes, same answers": (float(door["two_processes"]["same_answers"]), 1.0),
    }
    report["verdicts"] = {name: {"value": value, "least": least, "met": value >= least} for name, (value, least) in verdicts.items()}
    RESULT.write_text(json.dumps(rounded(report), indent=1) + "\n", encoding="utf-8")
    print(json.dumps(rounded(report), indent=1))


if __name__ == "__main__":
    main()
