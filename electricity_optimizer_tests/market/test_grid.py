"""Load, wind and sun of several upstreams made one row an interval."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.market.grid import QUANTITIES, SCHEMA, forecasts, quantities
from electricity_optimizer.sources.reading.grid_series import COLUMN_OF
from electricity_optimizer.sources.records import GridForecastRecord, series_id, to_frame
from electricity_optimizer.sources.simulator import input_frame
from electricity_optimizer.timeline import interval_starts

DE = zone("DE-LU")
DAY = dt.date(2026, 5, 4)
ORDER = ("energy-charts", "smard", "entsoe")


def series(quantity, values=1.0, *, source="energy-charts", day=DAY, minutes=15, kind="forecast", synthetic=False):
    """Records of one series of a day: `values` is a number or a function of the position; None is a null row, "gap" no row."""
    records = []
    for k, start in enumerate(interval_starts(day, DE.tz, minutes)):
        value = values(k) if callable(values) else values
        if value == "gap":
            continue
        columns = dict.fromkeys(QUANTITIES)
        columns |= dict.fromkeys(QUANTITIES if quantity == "all" else [COLUMN_OF[quantity]], value)
        records.append(
            GridForecastRecord(
                series_id=series_id(source, DE.key, minutes, market=f"grid_{kind}", auction=quantity, currency="-"),
                start_utc=start,
                end_utc=start + dt.timedelta(minutes=minutes),
                source=source,
                area=DE.key,
                delivery_date=day,
                kind=kind,
                **columns,
                licence="CC BY 4.0",
                redistributable=True,
                synthetic=synthetic,
                parser_version=1,
            )
        )
    return to_frame(records, GridForecastRecord)


def joined(*frames, order=ORDER):
    return forecasts(pl.concat(frames), sources=order)


def values(frame, name):
    return set(frame[name].to_list())


def test_quantities_sent_apart_meet_in_one_row():
    frame = joined(series("load", 50.0), series("wind", 20.0), series("solar", 7.0))
    assert frame.schema == SCHEMA
    assert frame["start"].to_list() == interval_starts(DAY, DE.tz, 15)
    assert values(frame, "load_mw") == {50.0}
    assert values(frame, "wind_mw") == {20.0}
    assert values(frame, "solar_mw") == {7.0}
    assert not frame["synthetic"].any()


def test_quantities_sent_together_stay_together():
    assert set(joined(series("all", 3.0)).select(QUANTITIES).rows()) == {(3.0, 3.0, 3.0)}


def test_wind_on_land_and_at_sea_are_added_up():
    frame = joined(series("wind_onshore", 20.0), series("wind_offshore", 5.0))
    assert values(frame, "wind_mw") == {25.0}


@pytest.mark.parametrize("part", ["wind_onshore", "wind_offshore"])
def test_a_lone_part_is_never_the_wind(part):
    frame = joined(series("load", 50.0), series(part, 20.0))
    assert values(frame, "wind_mw") == {None}
    assert joined(series(part, 20.0)).is_empty()


def test_parts_of_different_sources_are_not_added_up():
    frame = joined(series("load"), series("wind_onshore", 20.0), series("wind_offshore", 5.0, source="smard"))
    assert values(frame, "wind_mw") == {None}


def test_where_a_part_has_a_hole_the_wind_has_one():
    frame = joined(series("wind_onshore", 20.0), series("wind_offshore", lambda k: None if k == 40 else 5.0), series("load", 50.0))
    assert frame["wind_mw"].null_count() == 1
    assert frame["wind_mw"][40] is None


def test_the_first_source_in_the_order_that_has_the_whole_day_gives_the_quantity():
    both = series("load", 1.0), series("load", 2.0, source="smard")
    assert values(joined(*both), "load_mw") == {1.0}
    assert values(joined(*both, order=("smard", "energy-charts")), "load_mw") == {2.0}
    torn = series("load", lambda k: "gap" if k == 3 else 1.0)
    assert values(joined(torn, both[1]), "load_mw") == {2.0}


def test_without_an_order_it_is_that_of_the_catalogue():
    assert values(forecasts(pl.concat([series("load", 1.0, source="entsoe"), series("load", 2.0)])), "load_mw") == {2.0}


def test_where_no_source_has_the_whole_day_the_fullest_is_taken_as_it_is():
    frame = joined(series("load", lambda k: "gap" if k < 40 else 1.0), series("load", lambda k: None if k < 4 else 2.0, source="smard"))
    assert values(frame, "load_mw") == {2.0}
    assert frame.height == 92


def test_quantities_of_a_day_may_come_from_several_sources_and_days_from_others():
    morrow = DAY + dt.timedelta(days=1)
    frame = joined(
        series("load", 1.0),
        series("solar", 1.0, source="smard"),
        series("load", 2.0, source="smard", day=morrow),
        series("load", 3.0, source="entsoe"),
    )
    assert frame.filter(pl.col("start") < interval_starts(morrow, DE.tz, 15)[0])["load_mw"].unique().to_list() == [1.0]
    assert frame.filter(pl.col("start") >= interval_starts(morrow, DE.tz, 15)[0])["load_mw"].unique().to_list() == [2.0]


def test_a_real_series_comes_before_a_simulated_one_even_with_holes():
    torn = series("load", lambda k: "gap" if k == 3 else 1.0)
    frame = joined(torn, series("all", 9.0, source="simulator", synthetic=True))
    assert values(frame, "load_mw") == {1.0, None}
    assert values(frame, "wind_mw") == {9.0}
    assert frame["synthetic"].all()


def test_a_simulated_zone_is_synthetic_in_every_hour():
    records = input_frame(DE, DAY, DAY, what="grid", seed=7)
    frame = forecasts(records)
    assert frame["synthetic"].all()
    expected = records.filter(pl.col("kind") == "forecast").sort("start_utc")
    assert frame.select(QUANTITIES).rows() == expected.select(QUANTITIES).rows()
    assert frame["resolution_minutes"].unique().to_list() == [60]


def test_the_rows_are_as_fine_as_the_finest_quantity_and_a_coarser_one_repeats():
    frame = joined(series("load", float, minutes=60), series("solar", float))
    assert frame["resolution_minutes"].unique().to_list() == [15]
    assert frame["load_mw"][:8].to_list() == [0.0] * 4 + [1.0] * 4
    assert frame["solar_mw"][:4].to_list() == [0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize(("day", "count"), [("2025-10-26", 100), ("2026-03-29", 92)])
def test_long_and_short_days_are_whole(day, count):
    day = dt.date.fromisoformat(day)
    short = series("load", 2.0, source="smard", day=day, minutes=60)
    assert joined(series("load", day=day), short).height == count
    assert values(joined(series("load", lambda k: "gap" if k == count - 1 else 1.0, day=day), short), "load_mw") == {2.0}


def test_what_came_never_enters_a_forecast_and_is_read_on_its_own():
    frame = pl.concat([series("load", 1.0), series("load", 2.0, kind="actual")])
    assert values(forecasts(frame), "load_mw") == {1.0}
    assert values(quantities(frame, "actual"), "load_mw") == {2.0}


def test_nothing_known_is_an_empty_table():
    for records in (series("load").clear(), series("load", kind="actual"), series("load", None)):
        assert forecasts(records).equals(SCHEMA.to_frame())


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(ORDER),
            st.sampled_from([*COLUMN_OF, "all"]),
            st.sets(st.integers(0, 23), max_size=3),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda one: one[:2],
    )
)
def test_a_quantity_of_a_day_never_mixes_sources(given_series):
    frames = [
        series(quantity, with_gaps(telling(source, quantity), gaps), source=source, minutes=60, synthetic=synthetic)
        for source, quantity, gaps, synthetic in given_series
    ]
    frame = joined(*frames)
    for name in QUANTITIES:
        assert len(values(frame, name) - {None}) <= 1
    parts = {telling(source, "wind_onshore") + telling(source, "wind_offshore") for source in ORDER}
    assert values(frame, "wind_mw") - {None} <= parts | {telling(source, quantity) for source in ORDER for quantity in ("wind", "all")}


def telling(source, quantity):
    """A value that tells source and part apart."""
    return {"wind_onshore": 1.0, "wind_offshore": 2.0}.get(quantity, 4.0) + 8 * ORDER.index(source)


def with_gaps(value, gaps):
    return lambda k: "gap" if k in gaps else value
