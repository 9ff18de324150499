"""Ingestion and market: what is published, what is refused, and what stays."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.sources.records import ExchangeRateRecord, to_frame
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer_tests.defs.conftest import NOW, Run, reasons
from electricity_optimizer_tests.market.records_of_prices import records

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


def recorded(desk: Desk, *frames: pl.DataFrame) -> None:
    """Put price records there as an ingest does."""
    desk.warehouse.record("price_record", pl.concat(frames), now=desk.now())


def quarters(day: dt.date, lift: float = 0.0) -> list[float]:
    return [round(40.03 + 1.01 * k + day.day / 7 + lift, 2) for k in range(96)]


def test_where_a_check_refuses_the_first_source_the_next_one_is_published_and_the_run_warns(
    make_desk: Callable[..., Desk], run: Run
) -> None:
    desk = make_desk(allow_simulator=False)
    days = list(delivery_days(FIRST - dt.timedelta(days=8), FIRST))
    recorded(desk, *(records(day, 15, "energy-charts", quarters(day)) for day in days[:-1]))
    in_cents = [price / 10 for price in quarters(FIRST)]
    recorded(desk, records(FIRST, 15, "energy-charts", in_cents), records(FIRST, 15, "smard", quarters(FIRST)))
    result = run(desk, ["prices"], days[0], FIRST)
    assert result.success, reasons(result)
    rows = desk.warehouse.read("prices", "DE-LU", FIRST, FIRST)
    assert rows.select("source", "derivation", "status", "redistributable").unique().rows() == [("smard", "as_sent", "final", True)]
    assert rows["price"].to_list() == quarters(FIRST)
    failed = failed_checks(result)
    assert set(failed) == {"unit", "sources_agree"}
    assert failed["unit"].startswith("DE-LU 2026-03-27 unit: energy-charts: median ")
    assert failed["unit"].endswith("; smard taken instead")
    severities = {check.check_name: check.severity.value for check in result.get_asset_check_evaluations() if not check.passed}
    assert set(severities.values()) == {"WARN"}


def test_two_sources_that_differ_publish_nothing_and_say_so(make_desk: Callable[..., Desk], run: Run) -> None:
    desk = make_desk(allow_simulator=False)
    recorded(desk, records(FIRST, 15, "energy-charts", quarters(FIRST)), records(FIRST, 15, "smard", quarters(FIRST, lift=3.2)))
    result = run(desk, ["prices"], FIRST, FIRST)
    assert desk.warehouse.read("prices", "DE-LU").is_empty()
    assert failed_checks(result)["sources_agree"].endswith("energy-charts and smard: 96 of 96 intervals differ, up to 3.20")
    severities = {check.check_name: check.severity.value for check in result.get_asset_check_evaluations() if not check.passed}
    assert severities["sources_agree"] == severities["every_zone_published"] == "ERROR"


@pytest.mark.parametrize(("rate", "euros"), [(0.85, 100.0), (None, None)])
def test_great_britain_is_published_in_pounds_with_its_euros_where_a_rate_is_known(
    make_desk: Callable[..., Desk], run: Run, rate: float | None, euros: float | None
) -> None:
    desk, place = make_desk(allow_simulator=False), zone("GB")
    recorded(desk, records(FIRST, 30, "elexon", [85.0 + k for k in range(48)], place=place, market="intraday"))
    if rate is not None:
        fixed = ExchangeRateRecord(
            series_id="ecb:GBP", start_utc=NOW, end_utc=NOW + dt.timedelta(days=1), source="ecb", area="GBP",
            delivery_date=FIRST - dt.timedelta(days=1), rate=rate, licence="ECB", redistributable=True, parser_version=1,
        )  # fmt: skip
        desk.warehouse.record("exchange_rate_record", to_frame([fixed]), now=desk.now())
    result = run(desk, ["prices", "price_features"], FIRST, FIRST, ["GB"])
    assert result.success, reasons(result)
    rows = desk.warehouse.read("prices", "GB", FIRST, FIRST)
    first = rows.row(0, named=True)
    assert (rows.height, first["price"], first["currency"], first["price_eur_mwh"]) == (48, 85.0, "GBP", euros and pytest.approx(euros))
    assert (first["fx_rate"], first["fx_date"]) == ((rate, FIRST - dt.timedelta(days=1)) if rate else (None, None))
    assert "GBP/MWh" in str(result.asset_materializations_for_node("prices")[0].metadata)
