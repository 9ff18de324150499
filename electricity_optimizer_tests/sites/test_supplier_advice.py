"""The advice of the demo's sites over a short year of simulated prices: planned and by habit, on bands, the same on every run."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.catalog.sites import Site, site
from electricity_optimizer.catalog.suppliers import offers_in
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.sites.advice_rows import advice_rows
from electricity_optimizer.sites.planned_year import needs_planning, planned_year, stored_values, usual_year
from electricity_optimizer.sites.supplier_advice import SupplierAdvice, advise_site
from electricity_optimizer.sites.year_of_load import LoadYear, year_of_load
from electricity_optimizer.sources.simulator import price_frame
from electricity_optimizer.tariffs import tariff
from electricity_optimizer.tariffs.switching.costs import year_tariff
from electricity_optimizer.tariffs.switching.year import YearSteps, price_days, year_prices
from electricity_optimizer.timeline import UTC_DTYPE

TODAY = dt.date(2026, 4, 8)
STEPS = YearSteps(dt.date(2026, 3, 11), dt.date(2026, 4, 7), "Europe/Berlin")  # four weeks, the day of 23 hours among them
NO_METER = pl.DataFrame(schema={"start": UTC_DTYPE, "load_kw": pl.Float64, "pv_kw": pl.Float64, "outdoor_temperature_c": pl.Float64})


@pytest.fixture(scope="module")
def market() -> pl.DataFrame:
    frame = price_frame(zone("DE-LU"), dt.date(2026, 1, 1), STEPS.last, seed=7)
    return frame.select(
        pl.col("start_utc").alias("start"), (pl.col("resolution_s") // 60).cast(pl.Int64).alias("resolution_minutes"),
        pl.col("price").alias("price_eur_mwh"),
    )  # fmt: skip


def ask(place: Site, market: pl.DataFrame, every: int = 1) -> SupplierAdvice:
    return advise_site(place, year_of_load(place, STEPS, NO_METER), market, offers_in("DE-LU"), today=TODAY, every=every)


@pytest.fixture(scope="module")
def advice(market: pl.DataFrame) -> dict[str, SupplierAdvice]:
    return {key: ask(site(key), market) for key in ("house-1", "flat-1")}


@pytest.mark.parametrize("key", ["house-1", "flat-1"])
def test_every_offer_made_to_the_site_and_staying_are_told_once(advice: dict[str, SupplierAdvice], key: str) -> None:
    rows = advice_rows(advice[key])
    assert {row["offer"] for row in rows} == {"stay", "nordhain-fix-12", "feldmark-fix-24", "taktwerk-spot", "gezeiten-spot-plus"}
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert sum(row["recommended"] for row in rows) == 1
    stay = next(row for row in rows if row["offer"] == "stay")
    assert (stay["switch_on"], stay["break_even_on"], stay["confidence"]) == (None, None, None)
    assert set(stay["details"]["known"]["not_offered"]) == {"werkhof-spot", "werkhof-fest"}
    assert all(row["switch_on"] is None or row["switch_on"] > TODAY for row in rows)


@pytest.mark.parametrize("key", ["house-1", "flat-1"])
def test_planning_never_costs_more_than_habit_and_bands_are_ordered(advice: dict[str, SupplierAdvice], key: str) -> None:
    for row in advice_rows(advice[key]):
        assert row["cost"] <= row["cost_unoptimised"] + 0.01, row["offer"]
        assert row["cost_p10"] <= row["details"]["cost_p50"] <= row["cost_p90"]
        dynamic = row["details"]["dynamic"]
        assert (row["cost_p90"] - row["cost_p10"] > 1) == dynamic, "a fixed price with a guarantee has no band"


def test_at_one_price_a_flat_without_a_roof_cannot_save_by_planning(advice: dict[str, SupplierAdvice]) -> None:
    row = next(row for row in advice_rows(advice["flat-1"]) if row["offer"] == "nordhain-fix-12")
    assert row["cost"] == row["cost_unoptimised"]


def test_tariffs_that_are_alike_are_planned_once(advice: dict[str, SupplierAdvice]) -> None:
    assert (advice["flat-1"].told.plans, advice["house-1"].told.plans) == (1, 2)  # dynamic; with a roof the flat price too


def test_the_same_inputs_give_the_same_rows(market: pl.DataFrame, advice: dict[str, SupplierAdvice]) -> None:
    assert advice_rows(ask(site("flat-1"), market)) == advice_rows(advice["flat-1"])


def test_one_week_of_two_tells_nearly_the_same(market: pl.DataFrame, advice: dict[str, SupplierAdvice]) -> None:
    some, whole = ({row["offer"]: row for row in advice_rows(found)} for found in (ask(site("flat-1"), market, every=2), advice["flat-1"]))
    for offer, row in whole.items():
        assert some[offer]["cost"] == pytest.approx(row["cost"], rel=0.03)
        assert some[offer]["cost_unoptimised"] == row["cost_unoptimised"]


def test_a_plan_for_a_flat_price_is_the_habit_where_that_is_said(market: pl.DataFrame) -> None:
    """The closed form, held against the optimizer: it finds no plan that is cheaper than the habits."""
    flat = site("flat-1")
    load, found = year_of_load(flat, STEPS, NO_METER), tariff("de-household-fixed")
    spot, _ = year_prices(price_days(market, flat.tz), market, STEPS)
    prices = found.prices(spot, flat.tz)
    value = stored_values(flat, load, prices)
    year = year_tariff(found, prices, STEPS, standing_per_month=0, stored_value=value)
    assert not needs_planning(flat, year)
    habits = usual_year(flat, load, prices)
    planned = planned_year(flat, load, prices, value, habits)
    assert planned.import_kwh.sum() == pytest.approx(habits.import_kwh.sum(), rel=2e-3)


class TestYearOfLoad:
    def year(self, place: Site, readings: pl.DataFrame = NO_METER) -> LoadYear:
        return year_of_load(place, YearSteps(dt.date(2025, 5, 20), dt.date(2026, 5, 19), place.tz), readings)

    def test_without_a_meter_it_is_the_profile_and_an_even_weather(self) -> None:
        house = site("house-1")
        found = self.year(house)
        assert found.frame.null_count().sum_horizontal().item() == 0
        assert found.frame["load_kw"].sum() / 4 == pytest.approx(house.load.annual_kwh, rel=0.01)
        assert 850 < found.frame["pv_kw"].sum() / 4 / 9.8 < 1050, "kWh a kWp in the middle of Germany"
        assert found.told == {"days": 365, "load_measured": 0, "load_profiled": 365, "sun_known": 0}
        by_month = found.frame.group_by(pl.col("start").dt.month()).agg(pl.col("outdoor_temperature_c").mean()).sort("start")
        assert int(np.argmax(by_month["outdoor_temperature_c"])) + 1 == 7
        assert int(np.argmin(by_month["outdoor_temperature_c"])) + 1 == 1

    def test_measured_values_stand_and_gaps_are_filled(self) -> None:
        flat = site("flat-1")
        profile = self.year(flat)
        days = profile.frame.head(10 * 96)
        metered = days.with_columns(load_kw=pl.when(pl.int_range(pl.len()) == 5).then(None).otherwise(pl.lit(1.5)))
        found = self.year(flat, metered)
        assert found.measured_days == 9, "the day with a gap is no measured day"
        assert found.frame["load_kw"][0] == 1.5
        assert found.frame["load_kw"][5] == profile.frame["load_kw"][5]
        assert found.frame["load_kw"][2000] == profile.frame["load_kw"][2000]
