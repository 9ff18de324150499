"""Given unit rates of Octopus: the documented example, pages made in its format, and the traps that users met."""

import datetime as dt
import json

import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.sources import octopus
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.octopus import follow, parse, refusal, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer_tests.sources.asked import asked, price, round_trip, url_of
from electricity_optimizer_tests.sources.wire import octopus as wire

PAYLOAD = "payloads/octopus/octopus-energy-list-electricity-standard-unit-rates-example.json"
AGILE = {"product": "AGILE-24-10-01", "region": "C", "vat": "inc"}
LONDON = "Europe/London"


def agile(first, last="", **parameters):
    more = {"parameters": {**AGILE, **parameters}, "subscription": "gb-agile-c", "local_tz": LONDON}
    return asked("octopus", "tariffs", first, last, **more)


def rate(begin, until, pence=20.0, method=None):
    return {"value_exc_vat": pence / 1.05, "value_inc_vat": pence, "valid_from": begin, "valid_to": until, "payment_method": method}


def page(*rates, **more):
    return json.dumps({"count": len(rates), "next": None, "previous": None, "results": list(rates), **more}).encode()


def test_the_documented_example_is_read_oldest_first_with_and_without_vat(shared):
    records = parse((shared / PAYLOAD).read_bytes())
    assert [(record.start_utc.hour, record.start_utc.minute, record.vat, record.price) for record in records] == [
        (13, 0, "included", -30.0),
        (13, 0, "excluded", -28.571),
        (21, 30, "included", 99.0),
        (21, 30, "excluded", 94.286),
        (22, 0, "included", 122.0),
        (22, 0, "excluded", 116.19),
        (22, 30, "included", 141.0),
        (22, 30, "excluded", 134.286),
    ]
    assert {(record.vat, record.series_id) for record in records} == {
        ("included", "octopus:GB:retail:vat-included:PT30M:GBP"),
        ("excluded", "octopus:GB:retail:vat-excluded:PT30M:GBP"),
    }
    first = records[0]
    assert (first.price_raw, first.unit_raw, first.vat_rate, first.market, first.components) == ("-3.0", "p/kWh", 0.05, "retail", "all-in")
    assert (first.direction, first.derivation, first.redistributable) == ("import", "as_sent", False)
    assert records[-1].delivery_date == dt.date(2026, 5, 25), "22:30Z is 23:30 in London"


@pytest.mark.parametrize(
    ("day", "count"), [("2025-10-26", 50), ("2026-03-29", 46), ("2021-10-31", 50), ("2022-03-27", 46), ("2026-06-01", 48)]
)
def test_a_london_day_has_46_48_or_50_half_hours_and_comes_back_as_it_was(day, count):
    records, _ = round_trip(octopus, wire, agile(day))
    starts = interval_starts(dt.date.fromisoformat(day), LONDON, 30)
    assert len(starts) == count
    assert [(record.start_utc, record.price) for record in records] == [(start, price(start)) for start in starts]
    assert {str(record.delivery_date) for record in records} == {day}
    assert {record.area for record in records} == {"gb-agile-c"}


def test_one_request_is_one_page_of_up_to_31_days():
    records, urls = round_trip(octopus, wire, agile("2025-09-30", "2025-10-30"))
    assert len(urls) == 1
    assert len(records) == 31 * 48 + 2
    assert urls[0].startswith(
        "https://api.octopus.energy/v1/products/AGILE-24-10-01/electricity-tariffs/E-1R-AGILE-24-10-01-C/standard-unit-rates/?"
        "period_from=2025-09-29T23%3A00%3A00Z&period_to=2025-10-31T00%3A00%3A00Z"
    )


def test_pages_are_followed_to_the_last():
    request = requests(agile("2026-05-01", "2026-05-03"))[0]
    request = Request(request.url, {**request.params, "page_size": 50}, request.about)
    found, pages = [], 0
    while request is not None:
        body = wire.answer(url_of(request), price)[2]
        found += [record.start_utc for record in parse(body, **request.about)]
        request, pages = next(iter(follow(body, request)), None), pages + 1
    assert pages == 3
    assert len(set(found)) == len(found) == 144


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1/products/?page=2",
        "http://api.octopus.energy/v1/products/AGILE-24-10-01/electricity-tariffs/E-1R-AGILE-24-10-01-C/standard-unit-rates/?page=2",
        "https://api.octopus.energy/v1/accounts/?page=2",
        "https://api.octopus.energy/v1/products/AGILE-24-10-01/electricity-tariffs/E-1R-AGILE-24-10-01-C/standard-unit-rates/?page=1",
        "https://api.octopus.energy/v1/products/AGILE-24-10-01/electricity-tariffs/E-1R-AGILE-24-10-01-C/standard-unit-rates/",
        7,
    ],
)
def test_a_next_page_elsewhere_or_without_end_is_refused(link):
    with pytest.raises(SchemaChangedError, match="next page"):
        follow(page(next=link), requests(agile("2026-05-01"))[0])


def test_the_direct_debit_rate_counts_where_two_are_sent():
    begin, until = "2026-05-01T00:00:00Z", "2026-05-01T00:30:00Z"
    pair = [rate(begin, until, 26.4, "DIRECT_DEBIT"), rate(begin, until, 27.8, "NON_DIRECT_DEBIT")]
    assert (
        [record.price for record in parse(page(*pair), vat="inc")]
        == [record.price for record in parse(page(*pair[::-1]), vat="inc")]
        == [264.0]
    )
    assert parse(page(pair[1])) == [], "the rest of a pair on the next page is nobody's rate"


def test_a_rate_without_end_ends_with_the_asked_window_and_is_cut_to_it():
    records = parse(page(rate("2024-03-31T23:00:00Z", None)), vat="inc", area="x", start="2026-03-28T00:00:00Z", end="2026-03-29T23:00:00Z")
    assert [records[0].start_utc, records[-1].end_utc] == [dt.datetime(2026, 3, 28, tzinfo=UTC), dt.datetime(2026, 3, 29, 23, tzinfo=UTC)]
    assert [sum(record.delivery_date == dt.date(2026, 3, day) for record in records) for day in (28, 29)] == [48, 46]
    assert {(record.resolution_s, record.derivation) for record in records} == {(1800, "split_from_coarser")}


def test_a_rate_without_end_and_without_window_is_known_for_its_day():
    assert len(parse(page(rate("2026-05-01T12:00:00Z", None)), vat="exc")) == 22, "13:00 to midnight in London"


def test_the_same_rate_twice_is_one_and_two_rates_for_one_time_are_refused():
    begin, until = "2026-05-01T00:00:00Z", "2026-05-01T00:30:00Z"
    assert len(parse(page(rate(begin, until), rate(begin, until)), vat="inc")) == 1
    with pytest.raises(SchemaChangedError, match="two different values"):
        parse(page(rate(begin, until), rate(begin, until, 21.0)))
    with pytest.raises(SchemaChangedError, match="overlap"):
        parse(page(rate(begin, "2026-05-01T01:00:00Z"), rate("2026-05-01T00:30:00Z", "2026-05-01T01:30:00Z")))


def test_a_tariff_without_rates_is_named():
    with pytest.raises(UpstreamSaidError, match=r"no rates of AGILE-18-02-21 .* retired") as caught:
        parse(page(), product="AGILE-18-02-21")
    assert caught.value.outcome is Outcome.NO_DATA
    outcome, reason = refusal(404, b'{"detail":"Not found."}')
    assert outcome is Outcome.NO_DATA
    assert "retired" in reason
    assert refusal(503, b'{"detail":"x"}') is refusal(404, b"<html>") is None


def test_what_is_sold_to_the_grid_is_an_export_price():
    records = parse(page(rate("2026-05-01T00:00:00Z", "2026-05-01T00:30:00Z")), product="AGILE-OUTGOING-19-05-13")
    assert {(record.direction, record.components) for record in records} == {("export", "energy")}


@pytest.mark.parametrize("parameters", [{"region": "I"}, {"region": ""}, {"region": "CD"}, {"product": ""}])
def test_a_region_or_product_that_cannot_be_is_said_with_the_remedy(parameters):
    with pytest.raises(InputError, match="needs a product and a region"):
        requests(agile("2026-05-01", **parameters))


@pytest.mark.parametrize(
    "body",
    [
        b"<html>maintenance</html>",
        b"[]",
        b'{"detail": "x"}',
        b'{"results": [1]}',
        page(rate("2026-05-01T00:00:00", "2026-05-01T00:30:00")),
        page(rate("2026-05-01T00:30:00Z", "2026-05-01T00:00:00Z")),
        page(rate("2026-05-01T00:10:00Z", "2026-05-01T00:40:00Z")),
        page({**rate("2026-05-01T00:00:00Z", "2026-05-01T00:30:00Z"), "value_inc_vat": "20.0"}),
        page({**rate("2026-05-01T00:00:00Z", "2026-05-01T00:30:00Z"), "value_inc_vat": True}),
        b'{"results": [{"value_exc_vat": NaN, "value_inc_vat": 1, "valid_from": "2026-05-01T00:00:00Z", "valid_to": null}]}',
        b'{"results": [{"price": 1, "valid_from": "2026-05-01T00:00:00Z", "valid_to": null}]}',
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="octopus: "):
        parse(body)
