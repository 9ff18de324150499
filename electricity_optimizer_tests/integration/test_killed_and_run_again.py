"""The graph killed in the middle, several times, and run again: the same rows as if nothing had happened, and never half a partition."""

import contextlib
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from electricity_optimizer.warehouse.tables import PUBLISHED
from electricity_optimizer_tests.defs.small_homes import LAST, PRICE_FILE, contents, cut
from electricity_optimizer_tests.integration.small_graph import EXTENT, graph_of

KILLED_AFTER = (3, 20, 40)
"""Versions published when the process is killed: within the prices, within the features, among forecasts and what is learnt from them."""

START_SECONDS = 120


@pytest.fixture
def prices(shared: Path, tmp_path: Path) -> Path:
    file = tmp_path / "prices.csv"
    cut(shared, PRICE_FILE, LAST, EXTENT.history, ["price"]).write_csv(file)
    return file


def versions(home: Path) -> int:
    """How many versions a reader sees now."""
    with (
        contextlib.suppress(sqlite3.OperationalError),
        contextlib.closing(sqlite3.connect(f"file:{home / 'warehouse.db'}?mode=ro", uri=True)) as db,
    ):
        return int(db.execute("SELECT count(*) FROM asset_version").fetchone()[0])
    return 0


def run_until_killed(home: Path, prices: Path, count: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "electricity_optimizer_tests.integration.small_graph", str(home), str(prices)]
    )
    deadline = time.monotonic() + START_SECONDS
    try:
        while versions(home) < count:
            assert process.poll() is None, f"it ended with {process.returncode} before {count} versions"
            assert time.monotonic() < deadline
            time.sleep(0.005)
    finally:
        process.kill()
        process.wait()


def assert_whole(home: Path) -> None:
    """Every version that a reader sees has all its rows, and every row belongs to a version."""
    with contextlib.closing(sqlite3.connect(home / "warehouse.db")) as db:
        for asset, table in PUBLISHED.items():
            told = db.execute("SELECT coalesce(sum(rows), 0) FROM asset_version WHERE asset = ?", (asset,)).fetchone()[0]
            held = db.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
            assert told == held, asset
            by_version = f"SELECT v.rows, count(t.version_id) FROM asset_version v LEFT JOIN {table.name} t ON t.version_id = v.id"
            for rows, found in db.execute(f"{by_version} WHERE v.asset = ? GROUP BY v.id, v.rows", (asset,)):
                assert rows == found, asset


def test_killed_three_times_it_ends_as_if_it_had_not_been(prices: Path, tmp_path: Path) -> None:
    home = tmp_path / "killed"
    for count in KILLED_AFTER:
        run_until_killed(home, prices, count)
        assert_whole(home)
    killed = contents(graph_of(home, prices).warehouse)
    undisturbed = contents(graph_of(tmp_path / "undisturbed", prices).warehouse)
    assert_whole(home)
    assert_frame_equal(killed, undisturbed)
    assert killed["version"].unique().to_list() == [1]
    assert set(PUBLISHED) - {"supplier_advice"} == set(killed["asset"])  # advice waits for a month of prices
    assert killed.filter(pl.col("rows") == 0).is_empty()
