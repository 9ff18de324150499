"""Price forecasts as issued: when, for what, how many rows, never rewritten; models and what a site expects."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.forecasting.protocol import load_fitted, save_fitted
from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer.timeline import UTC, gate_closure, interval_starts
from electricity_optimizer.warehouse import Part
from electricity_optimizer.warehouse.tables import QUANTILES
from electricity_optimizer_tests.defs.small_homes import (
    EXTENT,
    LAST,
    NOW,
    ONE_DAY,
    PRICE_FILE,
    TZ,
    ZONE,
    Home,
    copy_of,
    cut,
    desk_of,
    failed_checks,
    materialize,
)

FIRST = LAST - (EXTENT.forecast - 1) * ONE_DAY
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2025, 10, 26)
TO_FORECASTS = ["raw_prices", "prices", "price_features", "price_forecasts"]


@pytest.fixture
def autumn(shared: Path, tmp_path: Path) -> Desk:
    """A house that knows only the prices of two weeks around the day of 25 hours: too few for any model but the naive."""
    file = tmp_path / "prices.csv"
    cut(shared, PRICE_FILE, AUTUMN + ONE_DAY, 16, ["price"]).write_csv(file)
    return desk_of(tmp_path / "home", file)


def issued(desk: Desk, day: dt.date) -> pl.DataFrame:
    return desk.warehouse.read("price_forecasts", ZONE, day, day)


def test_each_day_is_issued_once_not_after_its_gate_closure(small_home: Home) -> None:
    rows = small_home.house.read("price_forecasts", ZONE)
    assert rows["delivery_day"].n_unique() == EXTENT.forecast
    for day, part in rows.group_by("delivery_day"):
        assert part["issued_at"].unique().to_list() == [gate_closure(day[0], TZ)]
    assert rows["horizon_days"].unique().to_list() == [1]


def test_a_forecast_made_before_gate_closure_says_when(autumn: Desk) -> None:
    before = gate_closure(AUTUMN + 2 * ONE_DAY, TZ) - dt.timedelta(hours=2)
    desk = Desk(autumn.settings, lambda: before)
    assert materialize(desk, TO_FORECASTS, AUTUMN - 14 * ONE_DAY, AUTUMN + 2 * ONE_DAY).success
    assert issued(desk, AUTUMN + 2 * ONE_DAY)["issued_at"].unique().to_list() == [before]


@pytest.mark.parametrize(("day", "quarters", "hours"), [(SPRING - ONE_DAY, 96, 24), (SPRING, 92, 23)])
def test_the_ensemble_has_a_row_a_quarter_hour_and_members_one_an_hour(small_home: Home, day: dt.date, quarters: int, hours: int) -> None:
    rows = issued(small_home.desk, day)
    assert dict(rows.group_by("model").len().iter_rows()) == {"naive": hours, "lear_56": hours, ENSEMBLE: quarters}
    assert rows.filter(pl.col("model") == ENSEMBLE)["start"].to_list() == interval_starts(day, TZ, 15)


def test_quantiles_ascend_around_the_point_and_are_null_while_a_week_is_not_known(small_home: Home) -> None:
    ensemble = small_home.house.read("price_forecasts", ZONE).filter(pl.col("model") == ENSEMBLE)
    first_week, later = (ensemble.filter(kept) for kept in (pl.col("delivery_day") < FIRST + 7 * ONE_DAY, pl.col("delivery_day") >= SPRING))
    assert first_week["q50"].null_count() == first_week.height
    assert sum(later[name].null_count() for name in QUANTILES) == 0
    bands = later.select(QUANTILES).to_numpy()
    assert (bands[:, 1:] >= bands[:, :-1]).all()


def test_the_mean_of_an_hour_is_that_of_the_weighted_members(small_home: Home) -> None:
    rows = issued(small_home.desk, FIRST).with_columns(pl.col("start").dt.truncate("1h").alias("hour"))
    means = rows.group_by("hour", "model").agg(pl.col("value_eur_mwh").mean()).pivot("model", index="hour")
    equal_weights = (means["naive"] + means["lear_56"]) / 2  # no record yet
    assert means[ENSEMBLE].to_list() == pytest.approx(equal_weights.to_list(), abs=1e-9)


def test_a_day_of_25_hours_has_100_rows_and_days_ahead_are_an_outlook(autumn: Desk) -> None:
    last = AUTUMN + 9 * ONE_DAY  # prices end with the 27th: the 28th is the day ahead, six more are the outlook, the 4th is out of reach
    result = materialize(autumn, TO_FORECASTS, AUTUMN - 14 * ONE_DAY, last)
    assert result.success
    rows = autumn.warehouse.read("price_forecasts", ZONE).filter(pl.col("model") == ENSEMBLE)
    assert rows.filter(pl.col("delivery_day") == AUTUMN).height == 100
    ahead = rows.filter(pl.col("delivery_day") > AUTUMN).group_by("delivery_day").agg(pl.col("horizon_days").unique()).sort("delivery_day")
    assert ahead["horizon_days"].to_list() == [[1], [1], [2], [3], [4], [5], [6], [7]]
    said = result.asset_materializations_for_node("price_forecasts")[-1].metadata[f"not yet for {ZONE}"].value
    assert said == ["2025-11-04"]


def test_an_outlook_is_followed_by_the_days_own_forecast_and_is_no_history(autumn: Desk, shared: Path) -> None:
    assert materialize(autumn, TO_FORECASTS, AUTUMN - 14 * ONE_DAY, AUTUMN + 3 * ONE_DAY).success
    outlook = issued(autumn, AUTUMN + 3 * ONE_DAY)
    assert outlook["horizon_days"].unique().to_list() == [2]
    cut(shared, PRICE_FILE, AUTUMN + 2 * ONE_DAY, 17, ["price"]).write_csv(autumn.settings.price_files[0])
    later = Desk(autumn.settings, lambda: NOW + ONE_DAY)
    assert materialize(later, TO_FORECASTS, AUTUMN + 2 * ONE_DAY, AUTUMN + 3 * ONE_DAY).success
    own = issued(later, AUTUMN + 3 * ONE_DAY)
    assert own["horizon_days"].unique().to_list() == [1]
    assert later.warehouse.versions("price_forecasts", ZONE, AUTUMN + 3 * ONE_DAY)["version"].to_list() == [2]
    assert later.warehouse.read("price_forecasts", ZONE, AUTUMN + 3 * ONE_DAY, as_of=NOW).rows() == outlook.rows()


def test_the_day_after_a_refused_one_is_named_and_all_others_are_forecast(autumn: Desk) -> None:
    file, refused = autumn.settings.price_files[0], dt.date(2025, 10, 22)  # a Wednesday: the naive of Thursday is Wednesday
    prices = pl.read_csv(file, try_parse_dates=True)
    spoilt = pl.col("utc").dt.convert_time_zone(TZ).dt.date() == refused
    prices.with_columns(pl.when(spoilt).then(50.0).otherwise("price").alias("price")).write_csv(file)
    assert materialize(autumn, TO_FORECASTS[:-1], AUTUMN - 14 * ONE_DAY, AUTUMN + ONE_DAY).success
    result = materialize(autumn, TO_FORECASTS[-1:], refused, AUTUMN + ONE_DAY)
    said = failed_checks(result)["price_forecasts every_zone_published"].description
    assert "2025-10-23" in said
    days = autumn.warehouse.versions("price_forecasts", ZONE)["partition"].to_list()
    assert days == ["2025-10-22", "2025-10-24", "2025-10-25", "2025-10-26", "2025-10-27"]


def test_a_run_a_day_issues_what_one_run_over_all_days_issues(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    for offset in range(3):  # from the day of 23 hours on
        assert materialize(desk, ["price_forecasts"], SPRING + offset * ONE_DAY, SPRING + offset * ONE_DAY).success
    assert desk.warehouse.versions("price_forecasts", ZONE)["version"].unique().to_list() == [1]


def test_a_stored_model_is_used_when_its_last_day_lies_before_the_first_of_the_run(small_home: Home, tmp_path: Path) -> None:
    desk = copy_of(small_home, tmp_path / "home")
    house, cards = desk.warehouse, small_home.house.read("forecast_models", ZONE)
    assert set(cards["trained_until"]) == {LAST - ONE_DAY}  # the file has no inputs for the day after LAST
    before = issued(desk, LAST)

    def store_lear_that_says_1000(trained_until: dt.date) -> None:
        fitted = load_fitted(house.models.get(cards.filter(pl.col("model") == "lear_56")["file_sha256"].item()))
        arrays = dict(fitted.arrays) | {name: fitted.arrays[name] * 0 for name in ("coefficients", "price_mean", "price_width")}
        arrays["price_middle"] = fitted.arrays["price_middle"] * 0 + 1000.0
        odd = type(fitted)(fitted.model, trained_until + ONE_DAY, fitted.inputs, (), arrays, fitted.card)
        lear = cards.filter(pl.col("model") == "lear_56").with_columns(
            file_sha256=pl.lit(house.models.put(save_fitted(odd))), trained_until=pl.lit(trained_until)
        )
        house.publish("forecast_models", [Part(ZONE, "current", lear)], run_id="test", now=desk.now())

    store_lear_that_says_1000(LAST)
    assert materialize(desk, ["price_forecasts"], LAST, LAST).success
    assert issued(desk, LAST).rows() == before.rows()  # newer than what could be known: not used in a backfill
    store_lear_that_says_1000(LAST - ONE_DAY)
    assert materialize(desk, ["price_forecasts"], LAST, LAST).success
    assert issued(desk, LAST).filter(pl.col("model") == "lear_56")["value_eur_mwh"].to_list() == pytest.approx([1000.0] * 24)


def test_a_model_is_fitted_with_its_inputs_and_stored_under_its_hash(small_home: Home) -> None:
    cards = small_home.house.read("forecast_models", ZONE)
    assert cards["model"].to_list() == ["lear_56", "naive"]
    for row in cards.iter_rows(named=True):
        assert load_fitted(small_home.house.models.get(row["file_sha256"])).model == row["model"]
    assert cards["card"][0]["inputs"] == ["load_forecast_mw", "solar_forecast_mw", "wind_forecast_mw"]


def test_a_zone_without_features_is_refused_with_what_to_do(autumn: Desk) -> None:
    check = failed_checks(materialize(autumn, ["price_forecasts"], AUTUMN, AUTUMN))["price_forecasts every_zone_published"]
    assert check.severity.value == "ERROR"
    assert "materialize price_features first" in check.description


def test_a_site_expects_load_sun_and_air_of_every_quarter_hour(small_home: Home) -> None:
    rows = small_home.house.read("site_forecasts", "house-1", LAST, LAST)
    assert rows["start"].to_list() == interval_starts(LAST, zone(ZONE).tz, 15)
    assert rows["pv_kw"].min() == pytest.approx(0.0)
    assert 0 < rows["pv_kw"].to_numpy().max() < 9.8  # kWp
    assert rows["load_kw"].to_numpy().min() > 0


def test_no_instant_is_naive(small_home: Home) -> None:
    schema = small_home.house.read("price_forecasts", ZONE).schema
    assert schema["start"] == schema["issued_at"] == pl.Datetime("us", str(UTC))
