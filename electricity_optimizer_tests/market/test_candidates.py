"""Which series may give a zone its price, and which is tried first."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.market.candidates import COLUMNS, candidates, of_market
from electricity_optimizer_tests.market.records_of_prices import DE, records

DAY = dt.date(2026, 5, 20)
GB = zone("GB")


def order(*sent, place=DE):
    return candidates(of_market(pl.concat(sent), zone=place), zone=place).select("source", "complete").rows()


def complete(sent, place=DE):
    return candidates(sent, zone=place)["complete"].item()


@pytest.mark.parametrize(
    "other",
    [
        {"market": "retail"},
        {"market": "tariff_expanded"},
        {"market": "imbalance"},
        {"market": "statistic"},
        {"auction": "EXAA"},
        {"auction": "IDA1", "market": "intraday"},
        {"auction": "none"},
        {"direction": "export"},
        {"components": "all-in"},
        {"components": "energy+grid"},
        {"vat": "included"},
        {"status": "forecast"},
    ],
)
def test_what_is_not_the_result_of_the_market_never_becomes_its_price(other):
    assert of_market(records(DAY, 15, **other), zone=DE).is_empty()
    assert of_market(records(DAY, 15), zone=DE).height == 96


def test_the_market_of_great_britain_is_the_index_of_trade_before_what_files_call_day_ahead():
    index = {"market": "intraday", "auction": "APXMIDP"}
    assert of_market(records(DAY, 30, "elexon", place=GB, **index), zone=GB).height == 48
    assert of_market(records(DAY, 30, "elexon", place=GB, market="imbalance", auction="none"), zone=GB).is_empty()
    assert of_market(records(DAY, 30, "elexon", place=GB, market="intraday", auction="N2EXMIDP"), zone=GB).is_empty()
    sent = [records(DAY, 30, "elexon", place=GB, auction="SDAC"), records(DAY, 30, "elexon", place=GB, **index)]
    assert candidates(pl.concat(sent), zone=GB)["auction"].to_list() == ["APXMIDP", "SDAC"]


def test_complete_ones_come_first_then_real_ones_then_the_order_of_the_zone():
    sent = [
        records(DAY, 15, "simulator", synthetic=True),
        records(DAY, 15, "smard"),
        records(DAY, 15, "energy-charts"),
        records(DAY, 15, "files").head(90),
        records(DAY, 15, "unheard-of"),
    ]
    assert order(*sent) == [("energy-charts", True), ("smard", True), ("unheard-of", True), ("simulator", True), ("files", False)]


def test_quarters_come_before_hours_that_would_have_to_be_repeated():
    assert order(records(DAY, 60, "energy-charts"), records(DAY, 15, "smard")) == [("smard", True), ("energy-charts", True)]


def test_on_an_hourly_day_quarters_count_as_much_as_hours():
    day = dt.date(2025, 9, 30)
    assert order(records(day, 60, "smard"), records(day, 15, "energy-charts")) == [("energy-charts", True), ("smard", True)]


@pytest.mark.parametrize("minutes", [15, 60])
def test_a_gap_a_null_a_doubled_or_a_shifted_interval_makes_a_day_incomplete(minutes):
    sent = records(DAY, minutes)
    third = pl.int_range(pl.len()) == 2
    assert complete(sent)
    assert not complete(sent.filter(~third))
    assert not complete(sent.with_columns(price=pl.when(~third).then("price")))
    assert not complete(pl.concat([sent, sent[2:3]]))
    assert not complete(pl.concat([sent[:3], sent[2:3], sent[4:]]))
    shifted = pl.when(third).then(pl.col("start_utc") + pl.duration(minutes=5)).otherwise("start_utc")
    assert not complete(sent.with_columns(start_utc=shifted))
    assert not complete(sent.with_columns(end_utc=pl.when(third).then(pl.col("end_utc") - pl.duration(minutes=5)).otherwise("end_utc")))


def test_a_day_of_another_time_zone_is_not_complete():
    in_london = records(DAY, 15, place=zone("GB"), auction="SDAC", currency="EUR", area="DE-LU", series_id="files:DE-LU:x")
    assert not complete(in_london)


def test_only_the_index_of_a_running_day_grows():
    index = records(DAY, 30, "elexon", place=GB, market="intraday", auction="APXMIDP")
    assert candidates(index.head(20), zone=GB)["growing"].to_list() == [True]
    assert candidates(index, zone=GB)["growing"].to_list() == [False]
    assert candidates(pl.concat([index[:5], index[6:20]]), zone=GB)["growing"].to_list() == [False]
    assert candidates(records(DAY, 15).head(20), zone=DE)["growing"].to_list() == [False]


def test_the_columns_are_named_once():
    assert tuple(candidates(records(DAY, 15), zone=DE).columns) == COLUMNS
