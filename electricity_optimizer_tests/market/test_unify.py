"""From records of several sources to one price per interval."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.zones import zone, zones
from electricity_optimizer.market.unify import PRICE_SCHEMA, unify
from electricity_optimizer.market.weather import WEATHER_SCHEMA, weather_frame
from electricity_optimizer.sources.simulator import input_frame, price_frame
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer.warehouse import frames, tables
from electricity_optimizer_tests.market.records_of_prices import DE, records

HOURLY, QUARTERS = dt.date(2025, 9, 30), dt.date(2025, 10, 1)


@pytest.mark.parametrize(("schema", "table"), [(PRICE_SCHEMA, tables.price), (WEATHER_SCHEMA, tables.weather)])
def test_the_columns_are_those_of_the_published_table(schema, table):
    expected = frames.schema_of(column for column in table.columns if column.name != "version_id")
    assert dict(schema) == {name: dtype() if isinstance(dtype, type) else dtype for name, dtype in expected.items()}


def test_a_day_at_its_own_time_unit_is_taken_as_sent():
    frame = unify(records(QUARTERS, 15), zone=DE)
    assert frame.schema == PRICE_SCHEMA
    assert frame["price_eur_mwh"].to_list() == [float(k) for k in range(96)]
    assert frame.select("derivation", "resolution_minutes", "source").unique().row(0) == ("as_sent", 15, "energy-charts")


def test_hours_become_quarters_by_repeating_and_say_so():
    frame = unify(records(QUARTERS, 60), zone=DE)
    assert frame["price"].to_list() == [float(k // 4) for k in range(96)]
    assert frame["start"].to_list() == interval_starts(QUARTERS, DE.tz, 15)
    assert frame["derivation"].unique().to_list() == ["split_from_coarser"]


def test_quarters_become_hours_by_their_mean_and_say_so():
    frame = unify(records(HOURLY, 15), zone=DE)
    assert frame["price"].to_list() == [4 * k + 1.5 for k in range(24)]
    assert frame["derivation"].unique().to_list() == ["mean_of_finer"]


def test_an_hour_with_a_missing_quarter_is_null_and_no_mean_of_three():
    frame = unify(records(HOURLY, 15, prices=[None] + [2.0] * 95), zone=DE)
    assert frame["price"].to_list() == [None] + [2.0] * 23


@pytest.mark.parametrize(
    ("day", "minutes", "count"), [("2025-10-26", 15, 100), ("2026-03-29", 15, 92), ("2024-10-27", 60, 25), ("2025-03-30", 60, 23)]
)
@pytest.mark.parametrize("sent", [15, 60])
def test_days_of_a_clock_change_are_tiled_from_either_resolution(day, minutes, count, sent):
    day = dt.date.fromisoformat(day)
    frame = unify(records(day, sent), zone=DE)
    assert frame["start"].to_list() == interval_starts(day, DE.tz, minutes)
    assert frame.height == count


def test_the_first_complete_source_in_the_order_of_the_zone_wins_the_day():
    both = pl.concat([records(QUARTERS, 15, "energy-charts"), records(QUARTERS, 15, "files", [5.0] * 96)])
    assert unify(both, zone=DE)["source"].unique().to_list() == ["files"]
    hole = both.filter(~((pl.col("source") == "files") & (pl.col("start_utc").dt.hour() == 3)))
    assert unify(hole, zone=DE)["source"].unique().to_list() == ["energy-charts"]


def test_a_null_makes_a_source_incomplete():
    both = pl.concat([records(QUARTERS, 15, "energy-charts"), records(QUARTERS, 15, "files", [5.0] * 95 + [None])])
    assert unify(both, zone=DE)["source"].unique().to_list() == ["energy-charts"]


def test_each_day_has_its_own_winner():
    days = pl.concat(
        [records(HOURLY, 60, "files"), records(QUARTERS, 15, "energy-charts"), records(HOURLY, 60, "simulator", synthetic=True)]
    )
    frame = unify(days, zone=DE)
    assert frame.group_by("delivery_day").agg(pl.col("source").unique().first()).sort("delivery_day")["source"].to_list() == [
        "files",
        "energy-charts",
    ]
    assert not frame["synthetic"].any()


def test_a_source_at_both_resolutions_is_taken_at_the_zones_own():
    both = pl.concat([records(QUARTERS, 60), records(QUARTERS, 15, prices=[7.0] * 96)])
    assert unify(both, zone=DE)["derivation"].unique().to_list() == ["as_sent"]


def test_a_day_that_nobody_completes_shows_what_there_is_so_that_the_check_can_say_it():
    frame = unify(records(QUARTERS, 15).head(90), zone=DE)
    assert frame.height == 90


def test_another_currency_has_no_price_in_euros():
    frame = unify(records(QUARTERS, 15, currency="DKK"), zone=DE)
    assert frame["price_eur_mwh"].null_count() == 96
    assert frame["price"].null_count() == 0


def test_status_and_redistribution_come_from_the_record():
    sent = records(QUARTERS, 15, status="preliminary", redistributable=False, licence="terms of use")
    assert unify(sent, zone=DE).select("status", "redistributable", "licence").unique().rows() == [("preliminary", False, "terms of use")]


def test_a_mean_is_as_good_as_the_worst_of_its_parts():
    first = pl.int_range(pl.len()) == 0
    sent = records(HOURLY, 15).with_columns(
        status=pl.when(first).then(pl.lit("estimated")).otherwise(pl.lit("revised")),
        redistributable=~first,
        synthetic=pl.int_range(pl.len()) == 5,
    )
    rows = unify(sent, zone=DE).select("status", "redistributable", "synthetic").head(3).rows()
    assert rows == [("estimated", False, False), ("revised", True, True), ("revised", True, False)]


def test_an_hour_repeated_keeps_what_it_said_of_itself():
    sent = records(QUARTERS, 60, status="revised", redistributable=False)
    assert unify(sent, zone=DE).select("status", "redistributable").unique().rows() == [("revised", False)]


def test_an_hour_of_which_a_quarter_came_twice_and_another_never_has_no_mean():
    sent = records(HOURLY, 15)
    assert unify(pl.concat([sent[:1], sent[:1], sent[2:]]), zone=DE)["price"].to_list()[:2] == [None, 5.5]


def test_no_records_make_an_empty_table():
    assert unify(records(QUARTERS, 15).clear(), zone=DE).schema == PRICE_SCHEMA
    assert unify(records(QUARTERS, 15, market="retail"), zone=DE).schema == PRICE_SCHEMA
    assert weather_frame(input_frame(DE, QUARTERS, QUARTERS, what="weather", seed=7).clear(), zone=DE).schema == WEATHER_SCHEMA


@settings(max_examples=25, deadline=None)
@given(day=st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 31)), key=st.sampled_from(sorted(zones())))
def test_any_simulated_day_of_any_zone_is_tiled(day, key):
    """Other resolutions and the days of clock changes: test_clock_changes."""
    place = zone(key)
    frame = unify(price_frame(place, day, day, seed=1), zone=place)
    assert frame["start"].to_list() == interval_starts(day, place.tz, place.resolution_on(day))
    assert frame["delivery_day"].unique().to_list() == [day]


def test_weather_prefers_what_was_known_ahead_and_real_over_simulated():
    simulated = input_frame(DE, QUARTERS, QUARTERS, what="weather", seed=7)
    assert weather_frame(simulated, zone=DE)["kind"].unique().to_list() == ["forecast"]
    real = simulated.filter(pl.col("kind") == "actual").with_columns(synthetic=pl.lit(value=False), source=pl.lit("open-meteo"))
    mixed = weather_frame(pl.concat([simulated, real.head(5)]), zone=DE)
    assert mixed.height == 24
    assert mixed["source"].to_list() == ["open-meteo"] * 5 + ["simulator"] * 19
