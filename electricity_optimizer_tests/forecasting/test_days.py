import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer.errors import InputError
from electricity_optimizer.forecasting.days import DayTable, day_table
from electricity_optimizer.timeline import grid, range_bounds

BERLIN = "Europe/Berlin"


def quarters(first: dt.date, last: dt.date, minutes: int = 15) -> pl.DataFrame:
    start = grid(*range_bounds(first, last, BERLIN), minutes)
    return pl.DataFrame({"start": start, "price": np.arange(len(start), dtype=float)})


def test_an_hour_is_the_mean_of_its_quarters():
    table = day_table(quarters(dt.date(2026, 5, 4), dt.date(2026, 5, 4)), BERLIN)
    assert table.price[0, :2].tolist() == [1.5, 5.5]


def test_hourly_and_quarter_hourly_days_stand_in_one_table():
    hourly = quarters(dt.date(2025, 9, 30), dt.date(2025, 9, 30), 60)
    quarter = quarters(dt.date(2025, 10, 1), dt.date(2025, 10, 1))
    table = day_table(pl.concat([hourly, quarter]), BERLIN)
    assert table.price[:, 0].tolist() == [0.0, 1.5]


def test_the_hour_that_spring_skips_is_the_mean_of_its_neighbours():
    table = day_table(quarters(dt.date(2026, 3, 29), dt.date(2026, 3, 29)), BERLIN)
    assert table.price[0, 1:4].tolist() == [5.5, 7.5, 9.5]


def test_the_hour_that_autumn_doubles_is_the_mean_of_both():
    table = day_table(quarters(dt.date(2025, 10, 26), dt.date(2025, 10, 26)), BERLIN)
    assert table.price[0, 1:4].tolist() == [5.5, 11.5, 17.5]


def test_a_missing_value_is_unknown_and_never_zero():
    frame = quarters(dt.date(2026, 5, 4), dt.date(2026, 5, 4), 60).with_columns(
        load=pl.when(pl.col("price").is_between(3, 5)).then(None).otherwise(1.0)
    )
    assert np.isnan(day_table(frame, BERLIN).inputs["load"][0, 3:6]).all()


def test_naive_local_time_needs_no_zone():
    start = pl.datetime_range(dt.datetime(2018, 3, 25), dt.datetime(2018, 3, 25, 23), "1h", eager=True)  # noqa: DTZ001
    table = day_table(pl.DataFrame({"start": start, "price": range(24)}), None)
    assert table.price.tolist() == [[float(hour) for hour in range(24)]]


@pytest.mark.parametrize(
    ("change", "tz", "what"),
    [
        (lambda f: f.drop("price"), BERLIN, "'price' is missing"),
        (lambda f: f.with_columns(pl.lit("n/a").alias("price")), BERLIN, "not numbers"),
        (lambda f: pl.concat([f, f.head(1)]), BERLIN, "comes twice"),
        (lambda f: f.clear(), BERLIN, "no rows"),
        (lambda f: f, None, "start is in UTC"),
        (lambda f: f.with_columns(pl.col("start").dt.replace_time_zone(None)), BERLIN, "start is naive"),
    ],
)
def test_wrong_rows_are_refused_with_what_and_remedy(change, tz, what):
    with pytest.raises(InputError, match=what) as caught:
        day_table(change(quarters(dt.date(2026, 5, 4), dt.date(2026, 5, 4))), tz)
    assert caught.value.remedy


def test_what_is_known_for_a_day_ends_with_its_inputs_and_without_its_price(market):
    day = dt.date(2026, 3, 2)
    known = market.known_for(day)
    assert known.last_day == day
    assert np.isnan(known.price[-1]).all()
    assert np.isfinite(known.price[:-1]).all()
    assert known.inputs["wind"][-1].tolist() == market.inputs["wind"][market.row(day)].tolist()


def test_tomorrow_has_a_row_of_unknowns(market):
    known = market.known_for(market.last_day + dt.timedelta(days=1))
    assert np.isnan(known.inputs["load"][-1]).all()


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 30)))
def test_every_local_day_has_24_known_hours(day):
    assert np.isfinite(day_table(quarters(day, day, 60), BERLIN).price).all()


def test_a_day_before_the_table_is_refused():
    with pytest.raises(InputError, match="not in the table"):
        DayTable(dt.date(2026, 1, 2), np.zeros((1, 24))).known_for(dt.date(2026, 1, 1))
