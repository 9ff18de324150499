"""Ingestion and market: what is published, what is refused, and what stays."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.defs.resources import Desk
from electricity_optimizer_tests.defs.conftest import Run, reasons

FIRST, LAST = dt.date(2026, 3, 27), dt.date(2026, 3, 31)  # the spring day is the 29th
MARKET = ["raw_prices", "prices"]
Cut = Callable[[dt.date, dt.date], pl.DataFrame]


@pytest.fixture
def price_file(tmp_path: Path) -> Path:
    return tmp_path / "prices.csv"


def failed_checks(result: object) -> dict[str, str]:
    return {check.check_name: check.description for check in result.get_asset_check_evaluations() if not check.passed}


def test_real_prices_are_published_with_92_quarters_on_the_spring_day(
    make_desk: Callable[..., Desk], run: Run, real_days: Cut, price_file: Path
) -> None:
    real_days(FIRST, LAST).write_csv(price_file)
    desk = make_desk(price_files=(price_file,))
    result = run(desk, MARKET, FIRST, LAST)
    assert result.success, reasons(result)
    counts = desk.warehouse.read("prices", "DE-LU").group_by("delivery_day").len().sort("delivery_day")["len"].to_list()
    assert counts == [96, 96, 92, 96, 96]


def test_the_same_run_again_makes_no_new_version(make_desk: Callable[..., Desk], run: Run, real_days: Cut, price_file: Path) -> None:
    real_days(FIRST, LAST).write_csv(price_file)
    desk = make_desk(price_files=(price_file,))
    for _ in range(2):
        result = run(desk, MARKET, FIRST, LAST)
        assert result.success, reasons(result)
    assert desk.warehouse.versions("prices")["version"].to_list() == [1] * 5


def test_a_day_in_the_wrong_unit_is_refused_named_and_the_last_good_version_stays(
    make_desk: Callable[..., Desk], run: Run, real_days: Cut, price_file: Path
) -> None:
    good = real_days(FIRST - dt.timedelta(days=10), LAST)
    good.write_csv(price_file)
    desk = make_desk(price_files=(price_file,))
    result = run(desk, MARKET, FIRST - dt.timedelta(days=10), LAST)
    assert result.success, reasons(result)
    before = desk.warehouse.read("prices", "DE-LU", LAST, LAST)

    in_cents = (
        pl.when(pl.col("start") >= dt.datetime(2026, 3, 30, 22, tzinfo=dt.UTC)).then(pl.col("price") / 1000).otherwise(pl.col("price"))
    )
    good.with_columns(in_cents.alias("price")).write_csv(price_file)
    result = run(desk, MARKET, LAST, LAST)
    assert "2026-03-31 unit" in failed_checks(result)["unit"]
    assert "unit" in failed_checks(result)["every_zone_published"]
    assert desk.warehouse.read("prices", "DE-LU", LAST, LAST).equals(before)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda frame: frame.rename({"price": "cost"}), "price"),
        (lambda frame: pl.concat([frame[:100], frame[101:]]), "gap|missing|hole|interval"),
        (lambda frame: pl.concat([frame, frame[:1]]), "twice|duplicate"),
        (lambda frame: frame.with_columns(pl.col("price").cast(pl.String).replace({str(frame["price"][5]): "n/a"})), "n/a"),
    ],
)
def test_a_wrong_file_stops_the_partition_with_one_line(
    make_desk: Callable[..., Desk],
    run: Run,
    real_days: Cut,
    price_file: Path,
    spoil: Callable[[pl.DataFrame], pl.DataFrame],
    said: str,
) -> None:
    spoil(real_days(FIRST, LAST)).write_csv(price_file)
    desk = make_desk(price_files=(price_file,))
    result = run(desk, MARKET, FIRST, LAST)
    line = failed_checks(result)["every_zone_published"]
    assert "\n" not in line
    assert pytest.approx(0) == desk.warehouse.read("prices", "DE-LU").height
    assert any(word in line for word in said.split("|")), line


def test_one_faulty_zone_never_stops_the_others(make_desk: Callable[..., Desk], run: Run, price_file: Path) -> None:
    price_file.write_text("start,cost\n2026-03-27T00:00:00Z,1\n")
    desk = make_desk(price_files=(price_file,))
    result = run(desk, MARKET, FIRST, LAST, ["DE-LU", "ES"])
    assert list(desk.warehouse.versions("prices")["scope"].unique()) in (["ES"], [])
    assert "DE-LU" in failed_checks(result)["every_zone_published"]


def test_a_locked_warehouse_fails_with_one_line_and_may_be_tried_again(make_desk: Callable[..., Desk], run: Run) -> None:
    desk = make_desk()
    result = run(desk, MARKET, FIRST, FIRST)
    assert result.success, reasons(result)
    file = desk.settings.home / "warehouse.db"
    blocker = sqlite3.connect(file)
    blocker.execute("BEGIN IMMEDIATE")
    try:
        with desk.warehouse.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        result = run(desk, ["raw_prices"], LAST, LAST)
    finally:
        blocker.rollback()
        blocker.close()
    assert not result.success
    assert desk.warehouse.read("prices", "DE-LU", FIRST, FIRST).height == 96
