"""Checks that gate the publication of a day's prices."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.market.agreement import Verdict
from electricity_optimizer.market.check import check_prices, refused
from electricity_optimizer.market.level import past_days
from electricity_optimizer.market.unify import unify
from electricity_optimizer_tests.market.records_of_prices import DE, records

GB = zone("GB")
DAY = dt.date(2026, 5, 20)


def usual(day=DAY, factor=1.0, base=40.0):
    """A day of prices 40 to 135 with an evening peak, a little different every day."""
    return unify(records(day, 15, prices=[factor * (base + k + day.day / 7) for k in range(96)]), zone=DE)


def history(days=14):
    return past_days(pl.concat([usual(DAY - dt.timedelta(days=k)) for k in range(days, 0, -1)]))


def failed(frame, day=DAY, **known):
    return [result.name for result in check_prices(frame, zone=DE, day=day, **known) if not result.passed]


def test_a_usual_day_passes_everything():
    results = check_prices(usual(), zone=DE, day=DAY, previous=history())
    assert [result.name for result in results if not result.passed] == []
    assert {result.zone for result in results} == {"DE-LU"}
    assert {result.day for result in results} == {DAY}


def test_without_history_or_a_second_source_the_rest_is_still_checked():
    assert failed(usual()) == []


@pytest.mark.parametrize("keep", [slice(0, 95), slice(1, 96), slice(0, 0)])
def test_a_day_that_is_not_tiled_is_refused(keep):
    assert "tiling" in failed(usual()[keep])


def test_hours_where_quarters_are_due_are_refused():
    hourly = usual().gather_every(4).with_columns(resolution_minutes=pl.lit(60, dtype=pl.Int64))
    results = check_prices(hourly, zone=DE, day=DAY)
    assert results[0].detail == "24 of 96 intervals of 15 min"
    assert results[0] in refused(results)


@pytest.mark.parametrize(("day", "count"), [("2025-10-26", 100), ("2026-03-29", 92)])
def test_days_of_a_clock_change_have_their_own_count(day, count):
    day = dt.date.fromisoformat(day)
    frame = unify(records(day, 15), zone=DE)
    assert check_prices(frame, zone=DE, day=day)[0].detail == f"{count} of {count} intervals of 15 min"
    assert failed(frame, day=day) == []


def test_a_null_is_refused():
    frame = usual().with_columns(price=pl.when(pl.int_range(pl.len()) == 7).then(None).otherwise("price"))
    assert failed(frame) == ["complete"]


@pytest.mark.parametrize("price", [-500.01, 4000.01])
def test_a_price_outside_the_harmonised_limits_is_refused(price):
    frame = usual().with_columns(price=pl.when(pl.int_range(pl.len()) == 7).then(price).otherwise("price"))
    assert "bounds" in failed(frame)


def test_the_limits_themselves_are_prices():
    frame = usual().with_columns(price=pl.when(pl.int_range(pl.len()) == 7).then(-500.0).otherwise("price"))
    assert failed(frame) == []


def test_one_price_all_day_is_refused():
    assert failed(usual().with_columns(price=pl.lit(50.0))) == ["not_constant"]


def test_all_zeros_are_no_prices():
    results = check_prices(usual().with_columns(price=pl.lit(0.0)), zone=DE, day=DAY)
    assert [(result.name, result.detail) for result in refused(results)] == [("not_constant", "0.00 in every interval")]


def test_a_copy_of_yesterday_is_refused_and_one_of_a_day_before_may_be_true():
    """The system price of Nord Pool of 2013-08-05 is that of 2013-08-02 in every hour."""

    def copied(back):
        return usual().with_columns(price=usual(DAY - dt.timedelta(days=back))["price"])

    assert failed(copied(1), previous=history()) == ["not_yesterday"]
    assert failed(copied(3), previous=history()) == []


def test_where_yesterday_was_refused_the_last_known_day_is_compared():
    copied = usual().with_columns(price=usual(DAY - dt.timedelta(days=3))["price"])
    assert failed(copied, previous=history()[:-2]) == ["not_yesterday"]


def test_a_copy_with_a_few_prices_changed_is_a_copy():
    earlier = usual(DAY - dt.timedelta(days=1))["price"]
    assert failed(usual().with_columns(price=pl.when(pl.int_range(96) < 5).then("price").otherwise(earlier)), previous=history()) == [
        "not_yesterday"
    ]


@pytest.mark.parametrize(("day", "count"), [("2025-10-26", 100), ("2026-03-29", 92)])
def test_a_copy_on_the_day_of_a_clock_change_is_a_copy_by_the_clock(day, count):
    day = dt.date.fromisoformat(day)
    before = unify(records(day - dt.timedelta(days=1), 15), zone=DE)
    clock = [*range(8), *range(12, 96)] if count == 92 else [*range(12), *range(8, 96)]
    copied = unify(records(day, 15, prices=[before["price"][k] for k in clock]), zone=DE)
    assert failed(copied, day=day, previous=past_days(before)) == ["not_yesterday"]


def test_a_day_of_the_same_zeros_as_yesterday_but_other_prices_beside_them_is_no_copy():
    """Spring in Spain: 63 % of the intervals of 2024-03-10 repeat the day before."""
    zeros = [0.0] * 60
    yesterday = unify(records(DAY - dt.timedelta(days=1), 15, prices=zeros + [5.0 + k for k in range(36)]), zone=DE)
    today = unify(records(DAY, 15, prices=zeros + [6.5 + k for k in range(36)]), zone=DE)
    assert failed(today, previous=past_days(yesterday)) == []


@pytest.mark.parametrize("factor", [0.1, 0.001, 10.0])
def test_another_unit_is_refused(factor):
    names = failed(usual(factor=factor), previous=history())
    assert "unit" in names


def test_a_glut_is_low_and_true():
    glut = usual().with_columns(price=pl.col("price") / 40 - 2)
    assert failed(glut, previous=history()) == []


def test_a_spike_is_flagged_and_kept():
    frame = usual().with_columns(price=pl.when(pl.int_range(pl.len()) >= 92).then(900.0).otherwise("price"))
    results = check_prices(frame, zone=DE, day=DAY, previous=history())
    assert [result.name for result in results if not result.passed] == ["spikes"]
    assert refused(results) == []
    assert results[-1].detail.startswith("4 above ")


def test_a_source_that_the_others_outvote_is_refused_and_one_that_they_join_only_says_so():
    out = Verdict(("smard", "entsoe"), ("energy-charts",), "smard and entsoe agree, energy-charts is out")
    found = {result.name: result for result in check_prices(usual(), zone=DE, day=DAY, verdict=out)}["sources_agree"]
    assert (found.passed, found.blocking, found.detail) == (False, True, out.said)
    joined = check_prices(usual().with_columns(source=pl.lit("smard")), zone=DE, day=DAY, verdict=out)
    assert [(one.name, one.blocking) for one in joined if not one.passed] == [("sources_agree", False)]


def test_sources_that_differ_refuse_each_other():
    assert failed(usual(), verdict=Verdict((), (), "energy-charts and smard differ")) == ["sources_agree"]
    assert failed(usual(), verdict=Verdict(("energy-charts", "smard"), (), "both agree")) == []


def test_real_days_are_not_compared_with_simulated_ones():
    simulated = past_days(
        pl.concat([usual(DAY - dt.timedelta(days=k)) for k in range(14, 0, -1)]).with_columns(synthetic=pl.lit(value=True))
    )
    assert failed(usual(factor=10), previous=simulated) == []


def test_a_day_without_any_price_has_no_bounds():
    names = failed(usual().with_columns(price=pl.lit(None, pl.Float64)), previous=history())
    assert names == ["complete", "bounds", "not_constant"]


def half_hours(prices, **more):
    day = dt.date(2026, 10, 25)
    return day, unify(records(day, 30, "elexon", prices, place=GB, market="intraday", **more), zone=GB)


def test_great_britain_has_fifty_half_hours_in_autumn_and_bounds_in_pounds():
    day, frame = half_hours([60.0 + k for k in range(50)])
    results = {result.name: result for result in check_prices(frame, zone=GB, day=day)}
    assert results["tiling"].detail == "50 of 50 intervals of 30 min"
    assert all(result.passed for result in results.values())


def test_continuous_trade_has_wider_bounds_than_an_auction():
    day, frame = half_hours([6000.0 + k for k in range(50)])
    assert refused(check_prices(frame, zone=GB, day=day)) == []
    assert [one.name for one in refused(check_prices(frame, zone=GB, day=day, auction="SDAC"))] == ["bounds"]


def test_prices_in_another_currency_are_out_of_bounds():
    day, frame = half_hours([60.0 + k for k in range(50)], currency="EUR")
    found = {result.name: result for result in check_prices(frame, zone=GB, day=day)}["bounds"]
    assert (found.passed, found.detail) == (False, "in EUR and not in GBP")
