"""Which source gives a day its price: fallback when a check refuses one, the majority where they differ, nothing where nobody knows."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.market.check import refused
from electricity_optimizer.market.choice import WINDOW_DAYS, choose
from electricity_optimizer.market.unify import PRICE_SCHEMA, unify
from electricity_optimizer_tests.market.records_of_prices import DE, rates, records

DAY = dt.date(2026, 5, 20)
GB = zone("GB")


def back(days):
    return DAY - dt.timedelta(days=days)


def true(day=DAY):
    """Prices 40 to 135 with the digits of an auction, a little different every day."""
    return [round(40.03 + 1.01 * k + day.toordinal() % 97 / 7, 2) for k in range(96)]


def history(days=WINDOW_DAYS):
    return unify(pl.concat([records(back(k), 15, "energy-charts", true(back(k))) for k in range(days, 0, -1)]), zone=DE)


def given(source, prices=None, day=DAY, **more):
    return records(day, 15, source, true(day) if prices is None else prices, **more)


def chosen(*sent, first=DAY, last=DAY, published=None):
    return choose(pl.concat(sent), zone=DE, first=first, last=last, published=history() if published is None else published)


def only(*sent, **more):
    (choice,) = chosen(*sent, **more)
    return choice


def failures(choice):
    return {result.name: (result.blocking, result.detail) for result in choice.results if not result.passed}


def source_of(choice):
    return None if choice.frame is None else choice.frame["source"].unique().item()


def test_the_first_of_the_zones_order_is_published_and_every_check_has_its_result():
    choice = only(given("smard"), given("energy-charts"))
    assert source_of(choice) == "energy-charts"
    assert failures(choice) == {}
    assert len(choice.results) == 8
    assert choice.frame.schema == PRICE_SCHEMA


FAULTS = {
    "unit": [price / 10 for price in true()],
    "bounds": [price * 1000 for price in true()],
    "not_constant": [0.0] * 96,
    "not_yesterday": true(back(1)),
}


@pytest.mark.parametrize("check", FAULTS)
def test_a_source_that_fails_a_check_is_replaced_by_the_next_and_both_are_named(check):
    choice = only(given("energy-charts", FAULTS[check]), given("smard"))
    assert source_of(choice) == "smard"
    assert choice.frame["price"].to_list() == true()
    blocking, said = failures(choice)[check]
    assert not blocking
    assert said.startswith("energy-charts: ")
    assert said.endswith("; smard taken instead")
    assert refused(choice.results) == []


@pytest.mark.parametrize("check", FAULTS)
def test_without_another_source_the_day_is_refused(check):
    choice = only(given("energy-charts", FAULTS[check]))
    assert choice.frame is None
    assert check in [result.name for result in refused(choice.results)]


def test_the_third_is_taken_where_two_fail_and_all_that_is_wrong_is_said():
    choice = only(given("energy-charts", FAULTS["unit"]), given("entsoe", FAULTS["not_yesterday"]), given("smard"))
    assert source_of(choice) == "smard"
    assert failures(choice)["not_yesterday"][1].startswith("entsoe: same as 2026-05-19 in 100% of its intervals")
    assert failures(choice)["unit"][1].startswith("energy-charts: median")


def test_when_all_fail_the_day_is_refused_with_everything_that_is_wrong():
    choice = only(given("energy-charts", FAULTS["not_constant"]), given("smard", FAULTS["not_yesterday"]))
    assert choice.frame is None
    assert {name for name, (blocking, _) in failures(choice).items() if blocking} >= {"not_constant", "not_yesterday"}
    assert failures(choice)["not_constant"][1] == "energy-charts: 0.00 in every interval"


def spoilt(count=12, shift=3.2):
    return [round(price + shift * (k < count), 2) for k, price in enumerate(true())]


def test_with_three_the_outvoted_first_one_is_replaced():
    choice = only(given("energy-charts", spoilt()), given("entsoe"), given("smard"))
    assert source_of(choice) == "entsoe"
    assert failures(choice)["sources_agree"] == (
        False,
        "entsoe and smard agree, energy-charts is out: 12 of 96 intervals differ, up to 3.20; entsoe taken instead",
    )


def test_an_outvoted_last_one_changes_nothing_and_is_named():
    choice = only(given("energy-charts"), given("entsoe"), given("smard", spoilt()))
    assert source_of(choice) == "energy-charts"
    assert failures(choice) == {
        "sources_agree": (False, "energy-charts and entsoe agree, smard is out: 12 of 96 intervals differ, up to 3.20")
    }


def test_two_that_differ_leave_the_day_unpublished_and_are_both_named():
    choice = only(given("energy-charts", spoilt(1)), given("smard"))
    assert choice.frame is None
    assert failures(choice)["sources_agree"] == (True, "energy-charts and smard: 1 of 96 intervals differ, up to 3.20")


@pytest.mark.parametrize("faulty", ["energy-charts", "smard"])
def test_of_two_that_differ_the_one_that_fails_another_check_is_out(faulty):
    sound = "smard" if faulty == "energy-charts" else "energy-charts"
    choice = only(given(faulty, FAULTS["unit"]), given(sound))
    assert source_of(choice) == sound
    assert failures(choice)["unit"][1].startswith(f"{faulty}: median")
    assert "96 of 96 intervals differ" in failures(choice)["sources_agree"][1]


def test_sources_that_fail_a_check_have_no_voice_against_a_sound_one():
    """Two that both repeat yesterday are no majority."""
    choice = only(given("energy-charts", true(back(1))), given("entsoe", true(back(1))), given("smard"))
    assert source_of(choice) == "smard"


def test_one_spike_of_a_thousandfold_is_flagged_and_kept_unless_it_is_out_of_bounds():
    spike = [1500.0 if k == 70 else price for k, price in enumerate(true())]
    kept = only(given("energy-charts", spike))
    assert kept.frame["price"].max() == 1500.0
    assert list(failures(kept)) == ["spikes"]
    beyond = [price * 1000 if k == 70 else price for k, price in enumerate(true())]
    assert "bounds" in failures(only(given("energy-charts", beyond)))
    assert source_of(only(given("energy-charts", spike), given("entsoe"), given("smard"))) == "entsoe"


def test_an_incomplete_source_is_passed_over_and_named():
    choice = only(given("energy-charts").filter(pl.int_range(pl.len()) != 5), given("smard"))
    assert source_of(choice) == "smard"
    assert failures(choice) == {"tiling": (False, "energy-charts: 95 intervals with a price; smard taken instead")}


def test_an_incomplete_source_that_stands_behind_is_no_news():
    assert failures(only(given("energy-charts"), given("smard").head(90))) == {}


def test_a_day_that_nobody_completes_is_refused_and_says_what_is_missing():
    choice = only(given("energy-charts").head(90))
    assert choice.frame is None
    assert failures(choice) == {"tiling": (True, "energy-charts: 90 of 96 intervals of 15 min")}


def test_a_real_source_comes_before_the_simulator_also_out_of_its_order():
    choice = only(given("simulator", synthetic=True), given("unheard-of"))
    assert source_of(choice) == "unheard-of"


def test_the_simulator_never_stands_in_for_a_real_source_that_was_refused():
    choice = only(given("energy-charts", FAULTS["not_constant"]), given("simulator", synthetic=True))
    assert choice.frame is None


def test_the_simulator_gives_a_day_that_no_real_source_gave():
    choice = only(given("simulator", synthetic=True), given("energy-charts").head(4))
    assert source_of(choice) == "simulator"
    assert choice.frame["synthetic"].all()
    assert failures(choice)["tiling"] == (False, "energy-charts: 4 intervals with a price; simulator taken instead")


def test_a_real_day_after_simulated_ones_is_not_compared_with_them():
    simulated = history().with_columns(synthetic=pl.lit(value=True), price=pl.col("price") * 10)
    assert source_of(only(given("energy-charts"), published=simulated)) == "energy-charts"


def test_later_days_are_compared_with_what_was_accepted_and_never_with_what_was_refused():
    """The unit is wrong from the second day on: if the first wrong day counted, the next ones would pass."""
    days = [DAY + dt.timedelta(days=k) for k in range(6)]
    sent = [given("energy-charts", [price / (1 if k == 0 else 10) for price in true(day)], day) for k, day in enumerate(days)]
    found = chosen(*sent, last=days[-1])
    assert [choice.frame is not None for choice in found] == [True] + [False] * 5


def test_a_source_that_stands_still_for_days_is_refused_on_each_of_them():
    days = [DAY + dt.timedelta(days=k) for k in range(4)]
    found = chosen(*[given("energy-charts", true(), day) for day in days], last=days[-1])
    assert [choice.frame is not None for choice in found] == [True, False, False, False]


def test_every_row_says_where_it_comes_from():
    choice = only(
        given("energy-charts", FAULTS["unit"]), records(DAY, 60, "awattar", true()[::4], licence="fair use", redistributable=False)
    )
    assert choice.frame.select("source", "derivation", "licence", "redistributable").unique().rows() == [
        ("awattar", "split_from_coarser", "fair use", False)
    ]


def test_days_outside_the_window_and_days_that_nobody_speaks_of_are_left_out():
    sent = given("energy-charts", day=back(1)), given("energy-charts", day=DAY + dt.timedelta(days=2))
    assert [choice.day for choice in chosen(*sent, last=DAY + dt.timedelta(days=3))] == [DAY + dt.timedelta(days=2)]
    assert chosen(given("energy-charts", market="retail")) == []


def half_hours(count=48, day=DAY):
    return records(day, 30, "elexon", [60.0 + k for k in range(48)], place=GB, market="intraday").head(count)


def of_gb(sent, fixed=None):
    return choose(sent, zone=GB, first=DAY, last=DAY, rates=fixed)


def test_an_index_of_trade_is_published_when_its_day_is_over_and_is_no_failure_before():
    assert of_gb(half_hours(20)) == []
    assert of_gb(half_hours())[0].frame.height == 48


def test_a_hole_in_an_index_is_a_failure():
    (choice,) = of_gb(half_hours().filter(pl.int_range(pl.len()) != 7))
    assert choice.frame is None
    assert list(failures(choice)) == ["tiling"]


def test_imbalance_and_retail_prices_of_great_britain_are_no_other_sources():
    imbalance = records(DAY, 30, "elexon", [500.0 + k for k in range(48)], place=GB, market="imbalance", auction="none")
    retail = records(DAY, 30, "octopus", [200.0 + k for k in range(48)], place=GB, market="retail", auction="none", vat="included")
    (choice,) = of_gb(pl.concat([half_hours(), imbalance, retail]), rates((back(1), 0.85)))
    assert failures(choice) == {}
    assert choice.frame["price"].to_list() == [60.0 + k for k in range(48)]
    assert choice.frame["price_eur_mwh"].to_list() == pytest.approx(np.arange(60, 108) / 0.85)


def test_a_price_of_another_auction_does_not_vote_but_may_stand_in():
    """The day-ahead price that a file gives for Great Britain is another one than the index of trade."""
    day_ahead = records(DAY, 30, "files", [70.0 + k for k in range(48)], place=GB, auction="SDAC")
    (both,) = of_gb(pl.concat([half_hours(), day_ahead]))
    assert (both.frame["source"][0], failures(both)) == ("files", {})
    flat = day_ahead.with_columns(price=pl.lit(0.0))
    (index,) = of_gb(pl.concat([half_hours(), flat]))
    assert index.frame["source"][0] == "elexon"
    assert failures(index) == {"not_constant": (False, "files: 0.00 in every interval; elexon taken instead")}
