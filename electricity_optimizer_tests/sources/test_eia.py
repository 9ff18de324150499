"""Given answers of EIA's API v2: recorded hours, the documented retail example, and pages made in its wire format."""

import datetime as dt
import json

import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.sources import eia
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.eia import follow, parse, refusal, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC
from electricity_optimizer_tests.sources.asked import asked, price, round_trip, url_of
from electricity_optimizer_tests.sources.wire import eia as wire

PAYLOADS = "payloads/eia"
RETAIL = {"stateid": "CA", "sectorid": "RES"}


def ask(first, last="", **parameters):
    return asked("eia", "statistics", first, last, parameters=parameters or RETAIL, subscription="us-x", local_tz="America/Los_Angeles")


def month(period="2026-03", value="31.5", **more):
    return {"period": period, **RETAIL, "price": value, "price-units": "cents per kilowatt-hour", **more}


def page(*rows, **more):
    return json.dumps({"response": {"total": str(len(rows)), "data": list(rows), **more}}).encode()


@pytest.mark.parametrize(
    ("name", "area", "indicator", "hours"),
    [
        ("US_NW_BPAT-consumption", "BPAT", "Demand", [("05-01 09", 4792.0), ("05-01 10", 6215.0)]),
        ("US-NW-PGE-with-nulls", "PGE", "Natural gas", [("10-31 10", None), ("10-31 11", 400.0)]),
        ("US_NW_PACW-gas", "PACW", "Natural gas", [("10-31 10", 30.0), ("10-31 11", 50.0)]),
    ],
)
def test_the_recorded_hours_are_named_by_their_end_and_ascend(shared, name, area, indicator, hours):
    records = parse((shared / PAYLOADS / f"{name}.json").read_bytes())
    assert [(f"{record.start_utc:%m-%d %H}", record.value) for record in records] == hours
    assert {(record.area, record.indicator, record.unit, record.currency) for record in records} == {(area, indicator, "MWh", None)}
    assert all(record.end_utc - record.start_utc == dt.timedelta(hours=1) for record in records)


def test_the_documented_month_of_sales_is_a_calendar_month(shared):
    (record,) = parse((shared / PAYLOADS / "retail_sales_doc_example.json").read_bytes())
    assert (record.value, record.unit, record.indicator) == (335012.3, "GWh", "sales All Sectors")
    assert (record.start_utc, record.end_utc) == (dt.datetime(2023, 12, 1, tzinfo=UTC), dt.datetime(2024, 1, 1, tzinfo=UTC))
    assert record.series_id == "eia:US:statistic:sales-US-ALL:P1M:-"


@pytest.mark.parametrize("value", ["31.5", 31.5])
def test_a_retail_price_in_cents_becomes_dollars_per_kwh(value):
    (record,) = parse(page(month(value=value)), area="us-ca-residential", **RETAIL)
    assert (record.value, record.unit, record.currency) == (0.315, "USD/kWh", "USD")
    assert record.series_id == "eia:us-ca-residential:statistic:price-CA-RES:P1M:USD"
    assert (record.delivery_date, record.redistributable) == (dt.date(2026, 3, 1), True)


def test_a_null_stays_null():
    assert parse(page(month(value=None, **{"price-units": None})))[0].value is None


def test_a_retail_price_is_asked_with_the_months_that_are_late():
    (request,) = requests(ask("2026-06-01", "2026-06-15"))
    assert request.url == "https://api.eia.gov/v2/electricity/retail-sales/data/"
    assert dict(request.params) == {
        "frequency": "monthly",
        "data[0]": "price",
        "facets[stateid][]": "CA",
        "facets[sectorid][]": "RES",
        "sort[0][column]": "period",
        "sort[0][direction]": "asc",
        "sort[1][column]": "stateid",
        "sort[1][direction]": "asc",
        "sort[2][column]": "sectorid",
        "sort[2][direction]": "asc",
        "offset": 0,
        "length": 5000,
        "start": "2025-12",
        "end": "2026-06",
    }
    records, _ = round_trip(eia, wire, ask("2026-06-01", "2026-06-15"))
    assert [(record.delivery_date.month, record.value) for record in records] == [
        (record.start_utc.month, round(price(record.start_utc) / 1000, 8)) for record in records
    ]
    assert len(records) == 7


@pytest.mark.parametrize(("day", "hours"), [("2025-10-26", 24), ("2026-03-29", 24)])
def test_the_hours_of_a_grid_come_back_as_they_were(day, hours):
    records, _ = round_trip(eia, wire, ask(day, respondent="CISO", type="D"))
    start = dt.datetime.fromisoformat(f"{day}T00:00Z")
    assert [(record.start_utc, record.value) for record in records] == [
        (start + k * dt.timedelta(hours=1), price(start + k * dt.timedelta(hours=1))) for k in range(hours)
    ]


def test_pages_are_followed_until_all_rows_have_come():
    records, urls = round_trip(eia, wire, ask("2025-01-01", "2025-12-31", respondent="CISO", type="D"))
    assert [url.partition("offset=")[2].partition("&")[0] for url in urls] == ["0", "5000"]
    assert len({record.start_utc for record in records}) == len(records) == 8760


def test_an_empty_page_ends_the_paging_whatever_the_total_says():
    request = Request("https://api.eia.gov/v2/x/data/", {"offset": 5000})
    assert follow(page(total="9000"), request) == []
    assert follow(page(month(), total=5001), request) == []
    with pytest.raises(SchemaChangedError, match="'total' is not a number"):
        follow(page(month(), total="many"), request)


def test_the_route_may_be_named_and_an_unknown_one_is_said():
    assert "fuel-type-data" in url_of(requests(ask("2026-06-01", respondent="CISO", fueltype="SUN"))[0])
    assert "region-data" in url_of(requests(ask("2026-06-01", route="electricity/rto/region-data", respondent="CISO"))[0])
    for wrong in ({"sectorid": "RES"}, {"route": "petroleum/pri/spt", "stateid": "CA"}):
        with pytest.raises(InputError, match="is not read"):
            requests(ask("2026-06-01", **wrong))


@pytest.mark.parametrize(
    ("period", "product", "start", "end"),
    [
        ("2024", "P1Y", "2024-01-01T00:00Z", "2025-01-01T00:00Z"),
        ("2024-Q4", "P3M", "2024-10-01T00:00Z", "2025-01-01T00:00Z"),
        ("2024-02", "P1M", "2024-02-01T00:00Z", "2024-03-01T00:00Z"),
        ("2024-02-29", "P1D", "2024-02-29T00:00Z", "2024-03-01T00:00Z"),
        ("2024-03-01T00", "PT60M", "2024-02-29T23:00Z", "2024-03-01T00:00Z"),
    ],
)
def test_every_kind_of_period_has_its_length(period, product, start, end):
    (record,) = parse(page(month(period)))
    assert (record.start_utc, record.end_utc) == (dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end))
    assert record.series_id.split(":")[4] == product


@pytest.mark.parametrize(
    ("frequency", "start", "end"),
    [
        ("annual", "2024", "2026"),
        ("quarterly", "2025-Q3", "2026-Q2"),
        ("monthly", "2025-12", "2026-06"),
        ("daily", "2026-06-15", "2026-06-15"),
    ],
)
def test_bounds_are_written_as_the_frequency_wants_them(frequency, start, end):
    params = requests(ask("2026-06-15", **RETAIL, frequency=frequency))[0].params
    assert (params["start"], params["end"]) == (start, end)


def test_the_gateways_errors_are_outcomes():
    missing = b'{"error": {"code": "API_KEY_MISSING", "message": "No api_key was supplied."}}'
    assert refusal(403, missing)[0] is Outcome.AUTH
    assert refusal(429, missing.replace(b"API_KEY_MISSING", b"OVER_RATE_LIMIT"))[0] is Outcome.RATE_LIMITED
    with pytest.raises(UpstreamSaidError, match="API_KEY_MISSING"):
        parse(missing)


@pytest.mark.parametrize(
    ("body", "facets"),
    [
        (b"<html>", {}),
        (b"[]", {}),
        (b'{"response": []}', {}),
        (b'{"response": {"data": {}}}', {}),
        (page({"period": "2026-03", "value": 1}), {}),
        (page({"period": "2026-03", **RETAIL}), {}),
        (page(month(value="n/a")), {}),
        (page(month(value="NaN")), {}),
        (page(month(value=True)), {}),
        (page(month("2026-13")), {}),
        (page(month("March 2026")), {}),
        (page(month(), month(value="32")), {}),
        (page(month(**{"price-units": "dollars per megawatthour"})), {}),
        (page(month()), {"stateid": "TX"}),
    ],
)
def test_another_shape_unit_or_state_is_said_and_not_guessed(body, facets):
    with pytest.raises(SchemaChangedError, match="eia: "):
        parse(body, **facets)
