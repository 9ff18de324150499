"""The hourly table that models learn from."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.market.features import SCHEMA, features
from electricity_optimizer.market.unify import PRICE_SCHEMA, unify
from electricity_optimizer.market.weather import weather_frame
from electricity_optimizer.sources.simulator import input_frame, price_frame
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer.warehouse import frames, tables

DE = zone("DE-LU")
FIRST, LAST = dt.date(2026, 4, 30), dt.date(2026, 5, 2)
GIVEN_ONLY = ("neighbour_price_eur_mwh", "gas_eur_mwh", "carbon_eur_t")


def simulated(first=FIRST, last=LAST):
    return {
        "prices": unify(price_frame(DE, first, last, seed=7), zone=DE),
        "weather": weather_frame(input_frame(DE, first, last, what="weather", seed=7), zone=DE),
        "grid_records": input_frame(DE, first, last, what="grid", seed=7),
    }


def real(frame):
    return frame.with_columns(synthetic=pl.lit(value=False))


def test_the_columns_are_those_of_the_published_table():
    expected = frames.schema_of(column for column in tables.features.columns if column.name != "version_id")
    assert dict(SCHEMA) == {name: dtype() if isinstance(dtype, type) else dtype for name, dtype in expected.items()}


@pytest.mark.parametrize(("day", "hours"), [("2025-10-26", 25), ("2026-03-29", 23), ("2026-05-01", 24)])
def test_every_hour_of_a_day_has_one_row(day, hours):
    day = dt.date.fromisoformat(day)
    frame = features(DE, day, day, **simulated(day, day))
    assert frame["start"].to_list() == interval_starts(day, DE.tz, 60)
    assert frame.height == hours
    assert frame.schema == SCHEMA
    assert sum(frame.drop(GIVEN_ONLY).null_count().row(0)) == 0


def test_the_price_is_the_mean_of_its_quarters():
    inputs = simulated()
    frame = features(DE, FIRST, LAST, **inputs)
    assert frame["price_eur_mwh"][0] == pytest.approx(inputs["prices"]["price"][:4].mean())


def test_a_day_to_come_has_its_inputs_and_no_price():
    inputs = simulated()
    inputs["prices"] = inputs["prices"].filter(pl.col("delivery_day") < LAST)
    frame = features(DE, LAST, LAST, **inputs)
    assert frame["price_eur_mwh"].null_count() == 24
    assert frame["load_forecast_mw"].null_count() == 0


def test_actual_values_never_enter():
    inputs = simulated()
    before = features(DE, FIRST, LAST, **inputs)
    changed = pl.when(pl.col("kind") == "actual").then(-1.0).otherwise("load_mw")
    inputs["grid_records"] = inputs["grid_records"].with_columns(load_mw=changed)
    assert features(DE, FIRST, LAST, **inputs).equals(before)


def test_quarter_hourly_forecasts_are_averaged():
    inputs = simulated()
    hourly = inputs["grid_records"]
    quarters = [
        hourly.with_columns(pl.col("start_utc", "end_utc") + pl.duration(minutes=0), load_mw=pl.col("load_mw") + k) for k in range(4)
    ]
    inputs["grid_records"] = pl.concat(
        frame.with_columns(
            start_utc=pl.col("start_utc") + pl.duration(minutes=15 * k), end_utc=pl.col("start_utc") + pl.duration(minutes=15 * (k + 1))
        )
        for k, frame in enumerate(quarters)
    )
    frame = features(DE, FIRST, LAST, **inputs)
    expected = hourly.filter(pl.col("kind") == "forecast").sort("start_utc")["load_mw"] + 1.5
    assert frame["load_forecast_mw"].to_list() == pytest.approx(expected.to_list())


def test_the_first_of_may_is_a_holiday_in_germany():
    frame = features(DE, FIRST, LAST, **simulated())
    assert frame.filter(pl.col("is_holiday"))["delivery_day"].unique().to_list() == [dt.date(2026, 5, 1)]


def test_simulated_rows_are_flagged():
    assert features(DE, FIRST, LAST, **simulated())["synthetic"].all()


def test_beside_real_prices_simulated_inputs_stay_null():
    inputs = simulated()
    inputs["prices"] = real(inputs["prices"])
    frame = features(DE, FIRST, LAST, **inputs)
    assert frame["temperature_c"].null_count() == frame["load_forecast_mw"].null_count() == frame.height
    assert not frame["synthetic"].any()


def test_beside_real_forecasts_of_a_day_to_come_simulated_weather_stays_null():
    inputs = simulated()
    inputs |= {"prices": PRICE_SCHEMA.to_frame(), "grid_records": real(inputs["grid_records"])}
    frame = features(DE, LAST, LAST, **inputs)
    assert frame["temperature_c"].null_count() == 24
    assert frame["load_forecast_mw"].null_count() == 0
    assert not frame["synthetic"].any()


def test_nothing_known_is_a_table_of_nulls():
    empty = {name: frame.clear() for name, frame in simulated().items()}
    frame = features(DE, LAST, LAST, **empty)
    assert frame.height == 24
    assert frame["price_eur_mwh"].null_count() == 24
    assert not frame["synthetic"].any()


def test_a_neighbours_price_of_the_hour_is_there_where_its_auction_was_earlier_and_real():
    inputs = simulated()
    swiss = inputs["prices"].with_columns(price_eur_mwh=pl.col("price_eur_mwh") * 2)
    assert features(DE, FIRST, LAST, **inputs)["neighbour_price_eur_mwh"].null_count() == 72
    assert features(DE, FIRST, LAST, **inputs, neighbours=[swiss])["neighbour_price_eur_mwh"].null_count() == 72  # simulated
    frame = features(DE, FIRST, LAST, **inputs, neighbours=[real(swiss)])
    assert frame["neighbour_price_eur_mwh"].to_list() == pytest.approx((frame["price_eur_mwh"] * 2).to_list())
    two = features(DE, FIRST, LAST, **inputs, neighbours=[real(swiss), real(inputs["prices"])])
    assert two["neighbour_price_eur_mwh"].to_list() == pytest.approx((frame["price_eur_mwh"] * 1.5).to_list())


def fuels(*rows):
    return pl.DataFrame(rows, schema={"fuel": pl.String, "delivery_date": pl.Date, "price": pl.Float64}, orient="row")


def test_a_fuels_price_is_that_of_the_day_before_or_the_last_before_it():
    said = fuels(("gas", FIRST, 31.0), ("gas", LAST, 99.0), ("carbon", FIRST - dt.timedelta(days=3), 72.0), ("carbon", FIRST, None))
    frame = features(DE, FIRST, LAST, **simulated(), fuels=said).unique("delivery_day", maintain_order=True)
    assert frame["gas_eur_mwh"].to_list() == [None, 31.0, 31.0]
    assert frame["carbon_eur_t"].to_list() == [72.0, 72.0, 72.0]


def test_a_fuels_price_older_than_a_fortnight_is_not_known():
    frame = features(DE, FIRST, LAST, **simulated(), fuels=fuels(("gas", FIRST - dt.timedelta(days=15), 31.0)))
    assert frame["gas_eur_mwh"].unique(maintain_order=True).to_list() == [31.0, None]
