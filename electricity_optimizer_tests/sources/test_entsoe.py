"""Given answers of the ENTSO-E platform about prices and grid quantities, recorded and made after its documented shape."""

import datetime as dt
import itertools
from urllib.parse import parse_qs, urlsplit

import pytest

from electricity_optimizer.sources import entsoe
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.entsoe import follow, parse, refusal, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC, interval_count, interval_starts
from electricity_optimizer_tests.sources.asked import asked, price, round_trip, url_of
from electricity_optimizer_tests.sources.wire import entsoe as wire


@pytest.fixture
def payload(shared):
    return lambda name: (shared / f"payloads/entsoe/{name}.xml").read_bytes()


def grid_document(kind, process, *series):
    return wire._document(kind, process, list(series))


def quantity(plant, values, *, domain="inBiddingZone_Domain.mRID", eic="10Y1001A1001A82H", unit="MAW"):
    """A series of hours from 2026-05-04T00:00Z on; a null is a hole."""
    points = "".join(
        f"<Point><position>{place}</position><quantity>{value}</quantity></Point>"
        for place, value in enumerate(values, 1)
        if value is not None
    )
    period = (
        f"<timeInterval><start>2026-05-04T00:00Z</start><end>2026-05-04T{len(values):02d}:00Z</end></timeInterval>"
        f"<resolution>PT60M</resolution>{points}"
    )
    said = f"<MktPSRType><psrType>{plant}</psrType></MktPSRType>" if plant else ""
    return (
        f"<TimeSeries><{domain}>{eic}</{domain}><quantity_Measure_Unit.name>{unit}</quantity_Measure_Unit.name>"
        f"<curveType>A01</curveType>{said}<Period>{period}</Period></TimeSeries>"
    )


def test_the_recorded_go_live_of_quarter_hours_is_two_hourly_days_and_two_quarter_hourly_ones(payload):
    records = parse(payload("ES_day_ahead_price"), kind="prices", area="ES")
    assert [record.resolution_s for record in records] == [3600] * 48 + [900] * 192
    assert all(later.start_utc == earlier.end_utc for earlier, later in itertools.pairwise(records))
    repeated = [record for record in records if record.derivation == "a03_repeat"]
    first = dt.datetime(2025, 9, 30, 22, tzinfo=UTC)
    assert [int((record.start_utc - first).total_seconds() // 900) + 1 for record in repeated] == [
        12, 15, 84, *(96 + place for place in (4, 10, 11, 12, 17, 21, 60)),
    ]  # fmt: skip
    assert (records[0].price, records[2].price, records[2].price_raw) == (51.6, 45.0, "45")
    assert {(record.currency, record.source_area, record.published_at) for record in records} == {("EUR", "10YES-REE------0", None)}
    assert not any(record.redistributable for record in records)


def test_of_two_recorded_auctions_only_the_first_is_ours(payload):
    records = parse(payload("DE_60M_15M_overlap"))
    assert {(record.area, record.resolution_s, record.auction) for record in records} == {("DE-LU", 3600, "SDAC")}
    assert len(records) == 48
    assert min(record.price for record in records) < 0


@pytest.mark.parametrize(("name", "count", "step"), [("BE_60M", 24, 3600), ("BE_15M_exact4", 4, 900)])
def test_recorded_belgian_days(payload, name, count, step):
    records = parse(payload(name))
    assert (len(records), {record.resolution_s for record in records}) == (count, {step})


def test_a_recorded_position_outside_its_period_spoils_the_answer(payload):
    with pytest.raises(SchemaChangedError, match="position '3' of 2"):
        parse(payload("BE_15M_avg"))


@pytest.mark.parametrize("name", ["publication.a03curvetype", "configuration", "fake_time_series", "fake_time_series_all_0", "error_body"])
def test_recorded_documents_about_something_else_are_refused(payload, name):
    with pytest.raises(SchemaChangedError):
        parse(payload(name))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<currency_Unit.name>EUR</currency_Unit.name>", ""),
        ("<currency_Unit.name>EUR<", "<currency_Unit.name>euro<"),
        ("<price_Measure_Unit.name>MWH<", "<price_Measure_Unit.name>KWH<"),
        ("10YBE----------2", "10YXX----------2"),
        ("<price.amount>64.98<", "<price.amount>NaN<"),
        ("<type>A44<", "<type>A65<"),
    ],
)
def test_another_unit_currency_zone_or_number_is_said_and_not_guessed(payload, old, new):
    body = payload("BE_60M")
    assert old.encode() in body
    with pytest.raises(SchemaChangedError, match="entsoe: "):
        parse(body.replace(old.encode(), new.encode()))


@pytest.mark.parametrize("about", [{"area": "ES"}, {"kind": "grid_forecasts", "area": "BE"}])
def test_an_answer_about_another_zone_or_kind_than_asked_is_refused(payload, about):
    with pytest.raises(SchemaChangedError):
        parse(payload("BE_60M"), **about)


def test_the_currency_is_the_one_that_the_document_names(payload):
    records = parse(payload("BE_60M").replace(b">EUR<", b">PLN<"))
    assert {(record.currency, record.unit_raw) for record in records} == {("PLN", "PLN/MWH")}


def test_a_series_sent_twice_counts_once_and_two_prices_for_one_hour_are_refused(payload):
    body = payload("BE_60M")
    start, end = body.index(b"<TimeSeries>"), body.index(b"</TimeSeries>") + len(b"</TimeSeries>")
    twice = body[:end] + body[start:end] + body[end:]
    assert parse(twice) == parse(body)
    with pytest.raises(SchemaChangedError, match="two values"):
        parse(body[:end] + body[start:end].replace(b">64.98<", b">64.99<") + body[end:])


def test_intraday_auctions_beside_the_daily_one_are_left_out(payload):
    body = payload("BE_60M").replace(b"<contract_MarketAgreement.type>A01<", b"<contract_MarketAgreement.type>A07<")
    with pytest.raises(UpstreamSaidError, match="no series of the day-ahead auction") as said:
        parse(body)
    assert said.value.outcome is Outcome.NO_DATA


@pytest.mark.parametrize(
    ("zone_key", "day"),
    [
        ("DE-LU", "2025-10-26"), ("ES", "2026-03-29"), ("FI", "2025-10-26"), ("GB", "2025-10-26"),
        ("ES", "2021-10-31"), ("AT", "2022-03-27"), ("CH", "2026-03-29"),
    ],
)  # fmt: skip
def test_a_day_that_the_clock_changes_on_comes_back_exactly(zone_key, day):
    ask = asked("entsoe", "prices", day, zone_key=zone_key)
    records, _ = round_trip(entsoe, wire, ask)
    starts = interval_starts(ask.first, ask.zone.tz, ask.zone.resolution_on(ask.first))
    assert [(record.start_utc, record.price) for record in records] == [(start, price(start)) for start in starts]
    assert {record.delivery_date for record in records} == {ask.first}


def test_a_null_ends_a_period_and_is_neither_a_price_nor_a_repetition():
    ask = asked("entsoe", "prices", "2026-05-04", zone_key="DE-LU")
    gap = interval_starts(ask.first, ask.zone.tz, 15)[40]
    records, _ = round_trip(entsoe, wire, ask, price=lambda start: None if start == gap else 5.0)
    assert len(records) == 95
    assert gap not in {record.start_utc for record in records}


def test_a_year_is_one_request_and_pages_of_100_series():
    ask = asked("entsoe", "prices", "2025-01-01", "2025-12-31", zone_key="DE-LU")
    records, urls = round_trip(entsoe, wire, ask)
    assert [parse_qs(urlsplit(url).query).get("offset", ["0"]) for url in urls] == [[str(100 * page)] for page in range(8)]
    assert sum(interval_count(ask.first + dt.timedelta(days=k), "Europe/Berlin", 60 if k < 273 else 15) for k in range(365)) == len(records)
    assert {record.auction for record in records} == {"SDAC"}


def test_pages_without_end_are_not_followed_for_ever():
    full = b"<TimeSeries>" * 100
    request = Request("https://web-api.tp.entsoe.eu/api", {"documentType": "A44"})
    pages = 0
    while found := follow(full, request):
        (request,) = found
        pages += 1
    assert pages == 10
    assert follow(full, Request("https://web-api.tp.entsoe.eu/api", {"documentType": "A69"})) == []


def test_prices_are_asked_by_code_in_universal_time_for_the_daily_auction():
    (request,) = requests(asked("entsoe", "prices", "2026-03-29", zone_key="ES"))
    query = {name: values[0] for name, values in parse_qs(urlsplit(url_of(request)).query).items()}
    assert query == {
        "documentType": "A44",
        "in_Domain": "10YES-REE------0",
        "out_Domain": "10YES-REE------0",
        "contract_MarketAgreement.type": "A01",
        "periodStart": "202603282300",
        "periodEnd": "202603292200",
    }
    assert request.about == {"kind": "prices", "area": "ES"}


def test_the_grid_is_asked_ahead_for_all_days_and_in_truth_for_those_that_have_begun():
    asking = requests(asked("entsoe", "grid_forecasts", "2026-06-15", "2026-06-16", zone_key="DE-LU"))
    assert [(request.params["documentType"], request.params["processType"], request.params["periodEnd"]) for request in asking] == [
        ("A65", "A01", "202606162200"),
        ("A69", "A01", "202606162200"),
        ("A65", "A16", "202606152200"),
        ("A75", "A16", "202606152200"),
    ]


def test_load_wind_and_sun_come_back_as_a_series_each():
    ask = asked("entsoe", "grid_forecasts", "2025-10-26", zone_key="DE-LU")
    records, _ = round_trip(entsoe, wire, ask, price=lambda start: 100.0 + start.hour)
    by_series = {name: list(group) for name, group in itertools.groupby(records, key=lambda record: record.series_id)}
    assert sorted(by_series) == sorted(
        f"entsoe:DE-LU:grid_{kind}:{quantity}:PT15M:-" for kind in ("forecast", "actual") for quantity in ("load", "wind", "solar")
    )
    assert {len(found) for found in by_series.values()} == {100}
    first = by_series["entsoe:DE-LU:grid_forecast:wind:PT15M:-"][0]
    assert (first.load_mw, first.wind_mw, first.solar_mw, first.kind) == (None, 2 * 122.0, None, "forecast")  # at sea and on land
    assert by_series["entsoe:DE-LU:grid_actual:solar:PT15M:-"][0].solar_mw == 122.0


def test_wind_is_the_sum_of_land_and_sea_and_unknown_where_one_of_them_is():
    body = grid_document("A69", "A01", quantity("B19", [10, 20, 30]), quantity("B18", [1, None, 3]))
    assert [record.wind_mw for record in parse(body)] == [11.0, None, 33.0]


def test_without_the_sea_wind_is_unknown_where_there_are_turbines_at_sea_and_that_of_the_land_elsewhere():
    assert [record.wind_mw for record in parse(grid_document("A69", "A01", quantity("B19", [10, 20])))] == [None, None]
    inland = quantity("B19", [10, 20], eic="10YAT-APG------L")
    assert [record.wind_mw for record in parse(grid_document("A69", "A01", inland))] == [10.0, 20.0]


def test_what_plants_consume_and_other_plants_are_no_wind_and_no_sun():
    own = quantity("B16", [5, 5])
    body = grid_document("A75", "A16", own, quantity("B16", [1, 1], domain="outBiddingZone_Domain.mRID"), quantity("B04", [9, 9]))
    assert [(record.solar_mw, record.kind) for record in parse(body)] == [(5.0, "actual"), (5.0, "actual")]


@pytest.mark.parametrize(
    "body",
    [
        grid_document("A65", "A31", quantity("", [1], domain="outBiddingZone_Domain.mRID")),
        grid_document("A65", "", quantity("", [1], domain="outBiddingZone_Domain.mRID")),
        grid_document("A69", "A16", quantity("B16", [1])),
        grid_document("A65", "A01", quantity("", [1], unit="MWH")),
        grid_document("A65", "A01", quantity("", [1]), quantity("", [2])),
        grid_document("A65", "A01", quantity("", [1]), quantity("", [1], eic="10YES-REE------0")),
    ],
)
def test_weekly_forecasts_other_units_and_contradictions_are_refused(body):
    with pytest.raises(SchemaChangedError):
        parse(body)


def test_generation_without_wind_and_sun_is_no_data():
    with pytest.raises(UpstreamSaidError, match="no series of load, wind or sun"):
        parse(grid_document("A75", "A16", quantity("B04", [1])))


def test_an_acknowledgement_under_http_400_is_no_data_and_under_others_the_status_counts(payload):
    body = payload("acknowledgement.invalidrequest")
    assert refusal(400, body) == (Outcome.NO_DATA, "999 No matching data found")
    assert refusal(400, payload("offset_response"))[0] is Outcome.PERMANENT
    assert [refusal(status, body) for status in (401, 403, 429, 500, 503)] == [None] * 5
    assert refusal(400, payload("bad_request")) is None
    assert refusal(400, payload("BE_60M")) is None


def test_no_series_at_all_is_an_acknowledgement():
    with pytest.raises(UpstreamSaidError, match="No matching data"):
        round_trip(entsoe, wire, asked("entsoe", "prices", "2026-05-04", zone_key="DE-LU"), price=lambda _: None)
