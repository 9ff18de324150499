"""Two sources of one auction say the same; where they do not, the majority is right or nobody knows."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.market.agreement import Difference, Verdict, compared, judged, verdicts
from electricity_optimizer.market.candidates import candidates
from electricity_optimizer_tests.market.records_of_prices import DE, records

DAY, NEXT = dt.date(2026, 5, 20), dt.date(2026, 5, 21)
HOURLY = dt.date(2025, 9, 30)
TRUE = [40.0 + k / 4 for k in range(96)]


def changed(shift, count=12):
    return [price + shift * (k < count) for k, price in enumerate(TRUE)]


def verdict(*sent, day=DAY):
    frame = pl.concat(sent)
    return verdicts(frame, candidates(frame, zone=DE)).get(day)


def test_one_source_says_nothing_of_itself():
    assert verdict(records(DAY, 15)) is None


def test_two_that_say_the_same_agree():
    assert verdict(records(DAY, 15, "smard", TRUE), records(DAY, 15, "entsoe", TRUE)) == Verdict(
        ("entsoe", "smard"), (), "entsoe and smard agree"
    )


@pytest.mark.parametrize(("shift", "agree"), [(0.0099, True), (0.01, True), (-0.01, True), (0.011, False), (0.02, False)])
def test_a_cent_is_rounding(shift, agree):
    found = verdict(records(DAY, 15, "smard", TRUE), records(DAY, 15, "entsoe", changed(shift, 1)))
    assert bool(found.agreeing) is agree


def test_with_three_the_outvoted_one_is_named_and_how_much_it_differs():
    found = verdict(
        records(DAY, 15, "energy-charts", changed(3.2)), records(DAY, 15, "entsoe", TRUE), records(DAY, 15, "smard", changed(0.01, 1))
    )
    assert (found.agreeing, found.out) == (("entsoe", "smard"), ("energy-charts",))
    assert found.said == "entsoe and smard agree, energy-charts is out: 12 of 96 intervals differ, up to 3.20"


def test_a_last_one_can_be_out_as_well():
    found = verdict(records(DAY, 15, "energy-charts", TRUE), records(DAY, 15, "entsoe", TRUE), records(DAY, 15, "smard", changed(3.2)))
    assert (found.agreeing, found.out) == (("energy-charts", "entsoe"), ("smard",))


def test_two_that_differ_are_both_named_and_neither_is_right():
    found = verdict(records(DAY, 15, "smard", TRUE), records(DAY, 15, "entsoe", changed(-7.5, 3)))
    assert found == Verdict((), (), "entsoe and smard: 3 of 96 intervals differ, up to 7.50")


def test_three_that_all_differ_and_two_pairs_decide_nothing():
    three = [records(DAY, 15, name, changed(k)) for k, name in enumerate(("energy-charts", "entsoe", "smard"))]
    assert verdict(*three).agreeing == ()
    assert verdict(*three).said.count("12 of 96 intervals differ") == 3
    pairs = [records(DAY, 15, name, changed(k // 2)) for k, name in enumerate(("files", "energy-charts", "entsoe", "smard"))]
    assert verdict(*pairs).agreeing == ()


def test_three_of_five_are_a_majority_against_two_that_agree():
    names = ("files", "energy-charts", "entsoe", "smard", "energinet")
    found = verdict(*[records(DAY, 15, name, changed(k // 3)) for k, name in enumerate(names)])
    assert (found.agreeing, found.out) == (names[:3], names[3:])


def test_hours_are_compared_with_means_of_quarters_and_may_be_rounded():
    hours = [sum(TRUE[4 * k : 4 * k + 4]) / 4 for k in range(24)]
    quarters = records(DAY, 15, "smard", TRUE)
    assert verdict(quarters, records(DAY, 60, "awattar", [round(hour + 0.0149, 4) for hour in hours])).agreeing == ("smard", "awattar")
    found = verdict(quarters, records(DAY, 60, "awattar", [hour + 0.5 * (k == 7) for k, hour in enumerate(hours)]))
    assert found.said == "smard and awattar: 1 of 24 intervals differ, up to 0.50"
    assert not verdict(quarters, records(DAY, 60, "awattar", TRUE[::4])).agreeing


def test_hours_before_quarters_is_the_same_comparison():
    quarters = [price for price in TRUE[:24] for _ in range(4)]
    sent = records(HOURLY, 60, "energy-charts", TRUE[:24]), records(HOURLY, 15, "smard", quarters)
    assert verdict(*sent, day=HOURLY).agreeing == ("energy-charts", "smard")


def test_an_hourly_source_decides_between_two_of_quarters():
    hours = [sum(TRUE[4 * k : 4 * k + 4]) / 4 for k in range(24)]
    found = verdict(records(DAY, 15, "energy-charts", changed(5.0)), records(DAY, 15, "smard", TRUE), records(DAY, 60, "awattar", hours))
    assert (found.agreeing, found.out) == (("smard", "awattar"), ("energy-charts",))


def test_the_simulator_an_incomplete_source_and_another_auction_have_no_voice():
    first = records(DAY, 15, "energy-charts", TRUE)
    for other in (
        records(DAY, 15, "simulator", changed(9.0), synthetic=True),
        records(DAY, 15, "smard", changed(9.0)).head(95),
        records(DAY, 15, "smard", changed(9.0), auction="EXAA"),
        records(DAY, 15, "smard", changed(9.0), currency="DKK"),
    ):
        assert verdict(first, other) is None


def test_a_source_speaks_once_with_its_finest_series():
    assert verdict(records(DAY, 15, "smard", TRUE), records(DAY, 60, "smard", TRUE[:24])) is None


def test_each_day_has_its_own_verdict():
    sent = [records(day, 15, name, TRUE) for day in (DAY, NEXT) for name in ("entsoe", "smard")]
    sent[3] = records(NEXT, 15, "smard", changed(1.0))
    frame = pl.concat(sent)
    found = verdicts(frame, candidates(frame, zone=DE))
    assert {day: bool(one.agreeing) for day, one in found.items()} == {DAY: True, NEXT: False}


@pytest.mark.parametrize("day", [dt.date(2025, 10, 26), dt.date(2026, 3, 29)])
def test_days_of_a_clock_change_are_compared_as_any_other(day):
    quarters = records(day, 15, "smard")
    hours = records(day, 60, "awattar", [4 * k + 1.5 for k in range(quarters.height // 4)])
    assert verdict(quarters, hours, records(day, 15, "entsoe"), day=day).agreeing == ("entsoe", "smard", "awattar")


def test_pairs_can_be_judged_without_one_of_them():
    pairs = compared(
        pl.concat([records(DAY, 15, "files", changed(1.0)), records(DAY, 15, "entsoe", TRUE), records(DAY, 15, "smard", TRUE)])
    )[DAY]
    assert pairs[frozenset(("files", "smard"))] == Difference(96, 12, pytest.approx(1.0))
    assert judged(pairs, ["entsoe", "smard"]).agreeing == ("entsoe", "smard")
    assert judged(pairs, ["files", "smard"]).agreeing == ()
