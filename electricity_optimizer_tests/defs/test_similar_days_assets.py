"""Similar days of a zone as published: neighbours of past days and of tomorrow, the stored index, and the check of its recall."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.defs.assets import similar_days
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.forecasting.similar.zone import MonthIndex
from electricity_optimizer.timeline import local_day, range_bounds
from electricity_optimizer.warehouse import Part
from electricity_optimizer_tests.defs.small_homes import INPUT_FILE, INPUTS, ONE_DAY, PRICE_FILE, contents, failed_checks

ZONE = "DE-LU"
TZ = zone(ZONE).tz
BEGIN, LAST = dt.date(2025, 12, 1), dt.date(2026, 3, 30)
TOMORROW = LAST + ONE_DAY
ASSET = ["similar_day_index"]
Run = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture(scope="module")
def rows(shared: Path) -> pl.DataFrame:
    """Hourly features of four months of DE-LU: real prices and day-ahead forecasts."""
    start, end = range_bounds(BEGIN, TOMORROW, TZ)
    within = pl.col("start").is_between(start, end, closed="left")
    prices, inputs = (pl.read_parquet(shared / "data" / name).rename({"utc": "start"}).filter(within) for name in (PRICE_FILE, INPUT_FILE))
    hourly = prices.group_by(pl.col("start").dt.truncate("1h")).agg(pl.col("price").mean().alias("price_eur_mwh")).sort("start")
    days = hourly.join(inputs.select("start", *INPUTS), on="start").with_columns(delivery_day=local_day("start", TZ))
    holidays = [day for day in days["delivery_day"].unique() if is_holiday("DE", day)]
    empty = ("temperature_c", "wind_speed_ms", "radiation_w_m2", "neighbour_price_eur_mwh", "gas_eur_mwh", "carbon_eur_t")
    return days.with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in empty),
        pl.col("solar_forecast_mw").fill_null(0.0),
        zone=pl.lit(ZONE),
        resolution_minutes=pl.lit(60),
        is_holiday=pl.col("delivery_day").is_in(holidays),
        synthetic=pl.lit(value=False),
    )


def give(desk: Desk, rows: pl.DataFrame, unpriced: Sequence[dt.date] = (TOMORROW,), *, inputs_of: dt.date = TOMORROW) -> None:
    """Publish the features; the days `unpriced` have no price, those after `inputs_of` no inputs."""
    known = pl.when(~pl.col("delivery_day").is_in(list(unpriced))).then("price_eur_mwh")
    there = rows.with_columns(known.alias("price_eur_mwh")).with_columns(
        pl.when(pl.col("delivery_day") <= inputs_of).then(name).alias(name) for name in INPUTS
    )
    parts = [Part(ZONE, str(day[0]), part) for day, part in there.group_by(["delivery_day"], maintain_order=True)]
    desk.warehouse.publish("price_features", parts, run_id="seed", now=desk.now())


def published(desk: Desk, day: dt.date) -> list[dict[str, Any]]:
    return desk.warehouse.read("similar_day_index", ZONE, day, day).to_dicts()


def stored(desk: Desk) -> dict[str, Any]:
    return desk.warehouse.read("similar_day_files", ZONE).row(0, named=True)


@pytest.fixture
def desk(make_desk: Callable[..., Desk], rows: pl.DataFrame) -> Desk:
    desk = make_desk()
    give(desk, rows)
    return desk


def test_neighbours_are_earlier_days_nearest_first(desk: Desk, run: Run) -> None:
    assert run(desk, ASSET, LAST - 9 * ONE_DAY, LAST).success
    for offset in range(10):
        found = published(desk, LAST - offset * ONE_DAY)
        assert [row["rank"] for row in found] == list(range(1, 21))
        assert all(row["similar_day"] < row["delivery_day"] for row in found)
        assert [row["distance"] for row in found] == sorted(row["distance"] for row in found)


def test_a_sunday_is_mostly_like_sundays_and_holidays(desk: Desk, run: Run) -> None:
    sunday = dt.date(2026, 3, 29)
    assert run(desk, ASSET, sunday, sunday).success
    nearest = [row["similar_day"] for row in published(desk, sunday)[:3]]
    assert all(day.weekday() >= 5 or is_holiday("DE", day) for day in nearest)


def test_the_index_is_a_file_with_a_card(desk: Desk, run: Run) -> None:
    assert run(desk, ASSET, LAST, LAST).success
    row = stored(desk)
    index = MonthIndex.from_bytes(desk.warehouse.models.get(row["file_sha256"]))
    assert (row["schema_version"], row["card"]["since"], row["card"]["known_until"]) == (1, "2026-03-01", LAST.isoformat())
    assert row["card"]["days"] == {"whole": 90, "ahead": 61}
    assert len(index.whole) == 90
    assert row["card"]["recall"] == 1.0
    assert set(row["card"]["scales"]["inputs"]) == {*INPUTS, "residual load"}


def test_tomorrow_has_neighbours_before_its_prices_and_others_after(desk: Desk, run: Run, rows: pl.DataFrame) -> None:
    assert run(desk, ASSET, LAST - ONE_DAY, LAST).success, "the nightly run over days that ended"
    ahead = published(desk, TOMORROW)
    assert len(ahead) == 20
    assert run(desk, ASSET, TOMORROW, TOMORROW).success, "a run for tomorrow says the same"
    assert published(desk, TOMORROW) == ahead
    assert stored(desk)["card"]["known_until"] == LAST.isoformat()
    give(desk, rows, unpriced=())
    assert run(desk, ASSET, TOMORROW, TOMORROW).success
    assert published(desk, TOMORROW) != ahead
    assert stored(desk)["card"]["known_until"] == TOMORROW.isoformat()


def test_the_price_of_tomorrow_does_not_change_what_was_said_ahead(desk: Desk, run: Run, make_desk: Callable[..., Desk], rows) -> None:
    other = make_desk("other")
    changed = rows.with_columns(pl.when(pl.col("delivery_day") == TOMORROW).then(900.0).otherwise("price_eur_mwh").alias("price_eur_mwh"))
    give(other, changed)
    for one in (desk, other):
        assert run(one, ASSET, TOMORROW, TOMORROW).success
    assert published(desk, TOMORROW) == published(other, TOMORROW)


def test_without_inputs_yet_tomorrow_has_neighbours_too(desk: Desk, run: Run, rows: pl.DataFrame) -> None:
    give(desk, rows, inputs_of=LAST)
    assert run(desk, ASSET, LAST, LAST).success
    first = published(desk, TOMORROW)
    assert len(first) == 20
    give(desk, rows)
    assert run(desk, ASSET, LAST, LAST).success
    assert published(desk, TOMORROW) != first, "renewed when the inputs came"


def test_a_run_a_day_publishes_what_one_run_does_and_the_second_time_nothing_new(
    desk: Desk, run: Run, make_desk: Callable[..., Desk], rows: pl.DataFrame
) -> None:
    other = make_desk("other")
    give(other, rows)
    first = dt.date(2026, 2, 26)
    assert run(desk, ASSET, first, first + 5 * ONE_DAY).success
    for offset in range(6):
        assert run(other, ASSET, first + offset * ONE_DAY, first + offset * ONE_DAY).success
    assert [published(desk, first + k * ONE_DAY) for k in range(6)] == [published(other, first + k * ONE_DAY) for k in range(6)]
    assert stored(desk) == stored(other)
    before = contents(desk.warehouse)
    assert run(desk, ASSET, first, first + 5 * ONE_DAY).success
    assert contents(desk.warehouse).rows() == before.rows()


def test_a_backfill_of_an_older_month_leaves_the_newer_index_alone(desk: Desk, run: Run) -> None:
    assert run(desk, ASSET, LAST, LAST).success
    before = stored(desk)
    assert run(desk, ASSET, dt.date(2026, 1, 10), dt.date(2026, 1, 12)).success
    assert stored(desk) == before
    assert len(published(desk, dt.date(2026, 1, 11))) == 20


def test_after_a_corrected_price_the_index_is_built_again(desk: Desk, run: Run, rows: pl.DataFrame) -> None:
    assert run(desk, ASSET, LAST, LAST).success
    before = stored(desk)
    corrected = pl.when(pl.col("delivery_day") == dt.date(2026, 1, 15)).then(pl.col("price_eur_mwh") + 40).otherwise("price_eur_mwh")
    give(desk, rows.with_columns(corrected.alias("price_eur_mwh")))
    assert run(desk, ASSET, LAST, LAST).success
    assert stored(desk)["file_sha256"] != before["file_sha256"]


def test_a_damaged_file_is_said_and_built_again(desk: Desk, run: Run) -> None:
    assert run(desk, ASSET, LAST, LAST).success
    before, found = stored(desk), published(desk, LAST)
    sha256 = before["file_sha256"]
    (desk.warehouse.models.folder / sha256[:2] / f"{sha256}.zst").write_bytes(b"damaged")
    result = run(desk, ASSET, LAST, LAST)
    facts = result.asset_materializations_for_node(ASSET[0])[0].metadata
    assert "build the index again" in str(facts[f"{ZONE} index built again"].value)
    assert (stored(desk), published(desk, LAST)) == (before, found)
    assert MonthIndex.from_bytes(desk.warehouse.models.get(sha256)).since == dt.date(2026, 3, 1)


def test_recall_is_checked_on_what_was_built(desk: Desk, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(desk, ASSET, LAST, LAST)
    check = next(check for check in result.get_asset_check_evaluations() if check.check_name == "recall_holds")
    assert check.passed
    assert check.metadata["recall"].value == {ZONE: 1.0}
    monkeypatch.setattr(similar_days, "LEAST_RECALL", 1.01)
    failed = failed_checks(run(desk, ASSET, LAST, LAST))["similar_day_index recall_holds"]
    assert failed.severity is dg.AssetCheckSeverity.ERROR
    assert "DE-LU: 1.000 of the true neighbours" in (failed.description or "")


def test_without_earlier_days_it_says_what_lacks(desk: Desk, run: Run) -> None:
    result = run(desk, ASSET, BEGIN, BEGIN + 2 * ONE_DAY)
    said = failed_checks(result)["similar_day_index every_zone_published"].description or ""
    assert "materialize price_features of the weeks before" in said
