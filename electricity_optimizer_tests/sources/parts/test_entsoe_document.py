"""Given documents of the ENTSO-E platform, recorded and made after its documented shape."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.parts.entsoe_document import number, read
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.wire.entsoe import acknowledgement


def values(body):
    return [(interval.start, float(interval.text), interval.repeated) for one in read(body).series for interval in one.intervals()]


def series(points, *, curve="A03", resolution="PT60M", end="2025-10-20T04:00Z", start="2025-10-20T00:00Z"):
    sent = "".join(f"<Point><position>{place}</position><quantity>{value}</quantity></Point>" for place, value in points)
    edges = f"<timeInterval><start>{start}</start><end>{end}</end></timeInterval>"
    return (
        f"<TimeSeries><curveType>{curve}</curveType><Period>{edges}<resolution>{resolution}</resolution>{sent}</Period></TimeSeries>"
    ).encode()


def test_a_position_left_out_repeats_the_value_before_it_to_the_end_of_the_period(shared):
    recorded = values((shared / "payloads/entsoe/fake_time_series.xml").read_bytes())
    assert len(recorded) == 71  # 2025-10-20 11:00 to 2025-10-23 10:00
    assert [value for _, value, _ in recorded[:7]] == [0.9, 0.7, 0.6, 0.4, 0.4, 0.5, 0.4]
    assert [repeated for _, _, repeated in recorded[:7]] == [False, False, False, False, True, False, False]
    assert recorded[0][0] == dt.datetime(2025, 10, 20, 11, tzinfo=UTC)
    assert recorded[-1][0] == dt.datetime(2025, 10, 23, 9, tzinfo=UTC)


def test_a_constant_day_is_one_point(shared):
    recorded = values((shared / "payloads/entsoe/fake_time_series_all_0.xml").read_bytes())
    assert len(recorded) == 71
    assert {value for _, value, _ in recorded} == {0.0}
    assert [repeated for _, _, repeated in recorded].count(False) == 1


def test_the_sample_of_the_curve_type_is_six_hours(shared):
    recorded = values((shared / "payloads/entsoe/publication.a03curvetype.xml").read_bytes())
    assert [value for _, value, _ in recorded] == [50.0, 50.0, 55.0, 55.0, 55.0, 60.0]


def test_under_curve_type_a01_a_position_left_out_is_a_hole():
    recorded = values(series([(1, 5), (3, 7)], curve="A01"))
    assert [(start.hour, value) for start, value, _ in recorded] == [(0, 5.0), (2, 7.0)]


def test_before_the_first_position_there_is_nothing_to_repeat():
    assert [(start.hour, value) for start, value, _ in values(series([(3, 7)]))] == [(2, 7.0), (3, 7.0)]


def test_the_position_and_not_the_place_in_the_file_says_which_interval_it_is():
    assert [value for _, value, _ in values(series([(4, 4), (1, 1), (3, 3), (2, 2)]))] == [1.0, 2.0, 3.0, 4.0]


@settings(max_examples=60, deadline=None)
@given(prices=st.lists(st.sampled_from([-1.5, 0.0, 3.25, 1000.0]), min_size=1, max_size=96))
def test_compressing_a_period_and_expanding_it_gives_it_back(prices):
    kept = [(place, price) for place, price in enumerate(prices, 1) if place == 1 or price != prices[place - 2]]
    end = dt.datetime(2025, 10, 20, tzinfo=UTC) + len(prices) * dt.timedelta(minutes=15)
    expanded = values(series(kept, resolution="PT15M", end=f"{end:%Y-%m-%dT%H:%MZ}"))
    assert [value for _, value, _ in expanded] == prices
    assert sum(not repeated for _, _, repeated in expanded) == len(kept)


@pytest.mark.parametrize(
    "body",
    [
        series([(1, 5), (1, 6)]),
        series([(0, 5)]),
        series([(5, 5)]),
        series([("x", 5)]),
        series([(1, "")]),
        series([(1, 5)], curve="A02"),
        series([(1, 5)], resolution="P1D"),
        series([(1, 5)], resolution=""),
        series([(1, 5)], end="2025-10-20T00:30Z"),
        series([(1, 5)], end="2025-10-20T00:00Z"),
        series([(1, 5)], end="2025-10-19T00:00Z"),
        series([(1, 5)], end="9999-10-20T00:00Z"),
        series([(1, 5)], start="2025-10-20T00:07Z", end="2025-10-20T04:07Z"),
        series([(1, 5)], end="2025-10-20T04:00"),
        series([(1, 5)], end="soon"),
    ],
)
def test_positions_resolutions_and_times_that_are_none_are_said(body):
    with pytest.raises(SchemaChangedError, match="entsoe: "):
        values(body)


@pytest.mark.parametrize("body", [b"", b"<html><body>", b"{}", b"<root/>", b'<!DOCTYPE x [<!ENTITY a "b">]><TimeSeries>&a;</TimeSeries>'])
def test_what_is_no_market_document_is_said(body):
    with pytest.raises(SchemaChangedError):
        read(body)


@pytest.mark.parametrize("name", ["bad_request", "error_body"])
def test_recorded_errors_of_the_server_are_no_documents(shared, name):
    with pytest.raises(SchemaChangedError, match="no market document"):
        read((shared / f"payloads/entsoe/{name}.xml").read_bytes())


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("acknowledgement.invalidrequest", Outcome.NO_DATA),
        ("no_data", Outcome.NO_DATA),
        ("not_available", Outcome.NO_DATA),
        ("offset_response", Outcome.PERMANENT),
    ],
)
def test_a_recorded_acknowledgement_says_why_there_are_no_data(shared, name, outcome):
    with pytest.raises(UpstreamSaidError) as said:
        read((shared / f"payloads/entsoe/{name}.xml").read_bytes())
    assert said.value.outcome is outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Unauthorized. Missing or invalid security token.", Outcome.AUTH),
        ("Delivered time interval is not valid for this Data item.", Outcome.PERMANENT),
        ("No matching data found for Data item ENERGY_PRICES [12.1.D] and interval.", Outcome.NO_DATA),
        ("something new", Outcome.NO_DATA),
    ],
)
def test_the_text_tells_what_code_999_means(text, outcome):
    with pytest.raises(UpstreamSaidError, match=text.split(" [")[0]) as said:
        read(acknowledgement(text))
    assert said.value.outcome is outcome


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "", "1,5", "1_000", "0x10", " 1"])
def test_no_number_is_no_number(text):
    with pytest.raises(SchemaChangedError, match="not a number"):
        number(text)


def test_numbers_may_be_negative_whole_or_with_an_exponent():
    assert [number(text) for text in ("-3.5", "45", "1.0E-3")] == [-3.5, 45.0, 0.001]
