"""The matrix is what R5 of the reference asks for: its 39 faults at six sources of prices at least, what does not fit with its reason."""

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer_tests.faults.table import FAULTS
from electricity_optimizer_tests.faults.upstreams import UPSTREAMS

TWICE = ("NaN", "unit off by 10", "missing (A03 gaps)", "wrong zone (plausible prices, nothing says so)")
"""Rows that are the second half of one of R5's faults."""


def test_the_39_faults_of_r5_are_there_each_with_a_name_of_its_own():
    assert len({fault.name for fault in FAULTS}) == len({fault.words for fault in FAULTS}) == len(FAULTS)
    assert set(TWICE) < {fault.words for fault in FAULTS}
    assert len(FAULTS) - len(TWICE) == 39


def test_at_least_234_cells_are_played_and_what_is_not_says_why():
    played = [(fault, upstream) for fault in FAULTS for upstream in UPSTREAMS if upstream.source not in fault.unfit]
    assert len({upstream.source for _, upstream in played}) >= 6
    assert len(played) >= 39 * 6
    left_out = [reason for fault in FAULTS for reason in fault.unfit.values()]
    assert len(played) + len(left_out) == len(FAULTS) * len(UPSTREAMS)
    assert all(len(reason) > 20 for reason in left_out)


def test_what_is_expected_is_an_outcome_of_ours_at_a_source_of_ours():
    expected = [expect for fault in FAULTS for expect in (fault.expect, *fault.but.values())]
    assert {expect.outcome for expect in expected} <= {str(outcome) for outcome in Outcome}
    assert (
        {name for fault in FAULTS for name in (*fault.but, *fault.unfit)} <= {upstream.source for upstream in UPSTREAMS} <= set(sources())
    )
    assert {expect.taken for expect in expected} == {"faulty", "healthy"}


def test_no_source_of_the_catalogue_may_take_longer_than_a_minute_for_a_request():
    assert all(entry.timeout_s <= entry.budget_s <= 60 for entry in sources().values() if entry.url)


def test_what_the_catalogue_allows_lies_within_what_upstreams_and_the_reference_bear():
    """ENTSO-E bans for ten minutes at 400 a minute; energy-charts bears two a second, aWATTar 100 a day, AEMET 40 a minute."""
    limits = {name: entry.limits for name, entry in sources().items()}
    assert limits["entsoe"] == ("300/min",)
    assert limits["energy-charts"] == ("1/s",)
    assert limits["awattar"] == ("50/day",)
    assert limits["aemet"] == ("40/min",)
    assert limits["openweathermap"] == ("60/min", "1000/day")
    assert all(entry.limits for entry in sources().values() if entry.url)
