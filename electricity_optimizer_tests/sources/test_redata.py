"""Given answers of REData, recorded and made after its documented shape."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import esios, redata
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.redata import parse, refusal, requests
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer_tests.sources.asked import asked, price, round_trip, url_of
from electricity_optimizer_tests.sources.wire import redata as wire

NO_DATA = {"errors": [{"code": 502, "status": "502", "title": "Bad Gateway", "detail": "There are no data for the selected filters."}]}


def answer(*series):
    return json.dumps({"data": {"id": "mer13"}, "included": list(series)}).encode()


def series(number="600", rows=(("2021-12-01T00:00:00.000+01:00", 1.5),), **attributes):
    values = [{"value": value, "percentage": 0.5, "datetime": start} for start, value in rows]
    return {"type": "any", "id": number, "attributes": {"magnitude": "price", "values": values, **attributes}}


def tariff(first, last="", **parameters):
    return asked("redata", "tariffs", first, last, zone_key="ES", subscription="es-pvpc", local_tz="Europe/Madrid", parameters=parameters)


def test_the_documented_shape_holds_the_spot_price_and_the_tariff(shared):
    body = (shared / "payloads/redata/precios-mercados-tiempo-real_shape.json").read_bytes()
    records = {record.area: record for record in parse(body)}
    assert sorted(records) == ["ES", "pvpc-peninsula"]
    assert records["ES"].start_utc == dt.datetime(2021, 11, 30, 23, tzinfo=UTC)
    assert (records["ES"].market, records["pvpc-peninsula"].market) == ("day_ahead", "retail")
    assert records["ES"].published_at is None  # "<iso+offset>" is no time


def test_the_recorded_wall_is_no_data(shared):
    body = (shared / "payloads/redata/error_403_incapsula.html").read_bytes()
    assert refusal(403, body) is None  # the status and the HTML say it
    with pytest.raises(SchemaChangedError, match="not JSON"):
        parse(body)


@pytest.mark.parametrize("numbers", [("1001", "600"), ("600", "1001"), ("600",)])
def test_a_series_is_chosen_by_its_number_and_not_by_its_place(numbers):
    rows = {"600": [("2021-12-01T00:00:00.000+01:00", 6.0)], "1001": [("2021-12-01T00:00:00.000+01:00", 10.0)]}
    records = parse(answer(*(series(number, rows[number]) for number in numbers)), area="ES", series="600")
    assert [(record.price, record.area) for record in records] == [(6.0, "ES")]


def test_a_missing_series_is_said():
    with pytest.raises(SchemaChangedError, match="series 600 is not included"):
        parse(answer(series("1001")), area="ES", series="600")


@pytest.mark.parametrize(
    ("day", "count"),
    [("2025-10-26", 100), ("2026-03-29", 92), ("2026-05-04", 96), ("2021-10-31", 25), ("2022-03-27", 23)],
)
def test_spot_prices_of_any_day_come_back_exactly(day, count):
    records, _ = round_trip(redata, wire, asked("redata", "prices", day, zone_key="ES"))
    assert len(records) == count
    assert [(record.start_utc, record.price) for record in records] == [
        (start, price(start)) for start in interval_starts(dt.date.fromisoformat(day), "Europe/Madrid", records[0].resolution_s // 60)
    ]


def test_the_tariff_is_the_one_that_esios_gives_for_the_same_values(shared):
    document = json.loads((shared / "payloads/esios/PRICES_ESIOS_1001_2021_10_31.json").read_bytes())["indicator"]
    rows = [(value["datetime"], value["value"]) for value in document["values"] if value["geo_id"] == 8741]
    mine = parse(answer(series("1001", rows)), area="es-pvpc", series="1001", geo="8741")
    theirs = esios.parse(json.dumps({"indicator": document}).encode(), area="es-pvpc", geo="8741")
    assert [(record.start_utc, record.price) for record in mine] == [(record.start_utc, record.price) for record in theirs]
    assert len(mine) == 25


def test_a_publication_time_is_that_of_a_single_day():
    stamp = {"last-update": "2021-10-30T20:16:46.000+02:00"}
    rows = [("2021-10-31T00:00:00.000+02:00", 1.0), ("2021-11-01T00:00:00.000+01:00", 1.0)]
    assert parse(answer(series(rows=rows[:1], **stamp)))[0].published_at == dt.datetime(2021, 10, 30, 18, 16, 46, tzinfo=UTC)
    assert parse(answer(series(rows=rows, **stamp)))[0].published_at is None


def test_months_are_asked_by_the_clock_of_madrid_and_a_region_by_its_names():
    spot = requests(asked("redata", "prices", "2026-01-01", "2026-03-31", zone_key="ES"))
    assert [request.params["start_date"] for request in spot] == ["2026-01-01T00:00", "2026-01-31T00:00", "2026-03-02T00:00"]
    assert spot[-1].params["end_date"] == "2026-03-31T23:59"
    assert "geo_limit=peninsular&geo_ids=8741" in url_of(spot[0])
    (ceuta,) = requests(tariff("2026-05-04", geo="8744"))
    assert (ceuta.params["geo_limit"], ceuta.params["geo_ids"]) == ("ceuta", "8744")
    assert ceuta.about == {"area": "es-pvpc", "geo": "8744", "series": "1001"}


def test_a_tariff_comes_back_exactly():
    records, _ = round_trip(redata, wire, tariff("2021-10-30", "2021-10-31"))
    assert [(record.price, record.area) for record in records] == [(price(record.start_utc), "es-pvpc") for record in records]
    assert len(records) == 49


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (NO_DATA, Outcome.NO_DATA),
        ({"errors": [{"code": 500, "title": "Internal error"}]}, Outcome.TRANSIENT),
        ({"errors": [{"status": "400", "title": "Bad Request", "detail": "time_trunc"}]}, Outcome.PERMANENT),
    ],
)
def test_a_body_of_errors_says_why_whatever_its_status(body, outcome):
    sent = json.dumps(body).encode()
    with pytest.raises(UpstreamSaidError) as said:
        parse(sent)
    assert said.value.outcome is outcome
    assert refusal(500, sent)[0] is outcome


def test_a_day_without_prices_is_no_data():
    status, _, body = wire.answer(url_of(requests(asked("redata", "prices", "2026-05-04", zone_key="ES"))[0]), lambda _: None)
    assert (status, refusal(status, body)[0]) == (500, Outcome.NO_DATA)
    with pytest.raises(UpstreamSaidError, match="no values yet"):
        parse(answer(series(rows=[])))


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"errors": []}',
        b'{"included": {}}',
        b'{"included": [7]}',
        b'{"included": [{"id": "600", "attributes": null}]}',
        b'{"included": [{"id": "600", "attributes": {"values": null}}]}',
        b'{"included": [{"id": "600", "attributes": {"values": [{"value": NaN}]}}]}',
        answer(series(magnitude="energy")),
        answer(series(rows=[("2021-12-01T00:00:00", 1.0)])),
        answer(series(rows=[("2021-12-01T00:00:00+01:00", "1.0")])),
        answer(series(rows=[("2021-12-01T01:00:00+01:00", 1.0), ("2021-12-01T00:00:00+01:00", 1.0)])),
        answer(series("10", [("2021-12-01T00:00:00+01:00", 1.0)])),
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="redata: "):
        parse(body)
    assert refusal(500, body) is None
