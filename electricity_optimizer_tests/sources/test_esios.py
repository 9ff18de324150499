"""Given answers of ESIOS, recorded and made after its documented shape."""

import datetime as dt
import json

import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.sources import esios
from electricity_optimizer.sources.esios import parse, refusal, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer_tests.sources.asked import asked, price, round_trip, url_of
from electricity_optimizer_tests.sources.wire import esios as wire

LONG_DAY = dt.date(2021, 10, 31)


@pytest.fixture
def payload(shared):
    return lambda name: (shared / f"payloads/esios/{name}.json").read_bytes()


def tariff(first, last="", **parameters):
    return asked("esios", "tariffs", first, last, zone_key="ES", subscription="es-pvpc", local_tz="Europe/Madrid", parameters=parameters)


def indicator(number=1001, rows=(), magnitude="Precio", **more):
    return json.dumps({"indicator": {"id": number, "magnitud": [{"name": magnitude, "id": 23}], "values": list(rows), **more}}).encode()


def row(start, value, geo=8741, **more):
    return {"value": value, "datetime": start, "geo_id": geo, **more}


@pytest.mark.parametrize(("day", "count"), [("2021_06_01", 24), ("2021_10_30", 24), ("2021_10_31", 25), ("2024_03_09", 24)])
def test_the_recorded_tariff_is_a_day_of_hours_for_each_region(payload, day, count):
    records = parse(payload(f"PRICES_ESIOS_1001_{day}"))
    delivery = dt.date.fromisoformat(day.replace("_", "-"))
    for name in ("peninsula", "canarias", "baleares", "ceuta", "melilla"):
        mine = [record for record in records if record.area == f"pvpc-{name}"]
        assert [record.start_utc for record in mine] == interval_starts(delivery, "Europe/Madrid", 60)
        assert len(mine) == count
    assert {(record.market, record.direction, record.components, record.vat) for record in records} == {
        ("retail", "import", "energy+grid", "excluded")
    }


def test_both_hours_of_the_autumn_night_keep_their_own_price_although_datetime_utc_is_the_same(payload):
    records = parse(payload("PRICES_ESIOS_1001_2021_10_31"), area="es-pvpc", geo="8741")
    night = {record.start_utc.hour: record.price for record in records if record.start_utc.date() == LONG_DAY and record.start_utc.hour < 3}
    assert night == {0: 109.55, 1: 104.85, 2: 92.03}
    assert records[0].published_at == dt.datetime(2021, 10, 30, 18, 16, 46, tzinfo=UTC)
    assert {record.area for record in records} == {"es-pvpc"}


@pytest.mark.parametrize("day", ["2021_06_01", "2021_10_30", "2021_10_31"])
def test_the_keyless_archive_and_the_indicator_give_the_same_tariff(payload, day):
    archive, documented = (
        [(record.start_utc, record.price) for record in parse(payload(f"{name}_{day}"), area="es-pvpc", geo="8741")]
        for name in ("PVPC_CURV_DD", "PRICES_ESIOS_1001")
    )
    assert archive == documented


def test_the_recorded_archive_of_the_long_day_counts_rows_and_not_labels(payload):
    records = parse(payload("PVPC_CURV_DD_2021_10_31"), area="es-ceuta", geo="8744", day="2021-10-31")
    assert [record.start_utc for record in records] == interval_starts(LONG_DAY, "Europe/Madrid", 60)
    assert (records[2].price_raw, records[2].source_area, records[2].published_at) == ("109,55", "CYM", None)


@pytest.mark.parametrize(
    ("name", "area", "count", "direction"),
    [
        ("PRICES_ESIOS_1739_2021_10_31", "pvpc-surplus-espana", 25, "export"),
        ("PRICES_ESIOS_1739_2024_03_09", "pvpc-surplus-espana", 24, "export"),
        ("PRICES_ESIOS_10211_2024_03_09", "final-price-peninsula", 24, "import"),
    ],
)
def test_recorded_indicators_of_one_place(payload, name, area, count, direction):
    records = parse(payload(name))
    assert (len(records), {record.area for record in records}, {record.direction for record in records}) == (count, {area}, {direction})


@pytest.mark.parametrize("name", ["PRICES_ESIOS_1900_2024_03_09", "PRICES_ESIOS_2108_2024_03_09"])
def test_recorded_adjustments_have_a_series_for_each_region(payload, name):
    records = parse(payload(name))
    assert len({record.series_id for record in records}) == 5
    assert len(records) == 120


def test_what_is_paid_for_surplus_may_be_below_zero_and_is_national(payload):
    records = parse(payload("PRICES_ESIOS_1739_2024_03_09"), area="es-surplus", geo="8742", indicator="1739")
    assert (records[0].price, records[0].source_area, records[0].area) == (-1.45, "3", "es-surplus")


def test_a_recorded_flow_is_no_price(payload):
    with pytest.raises(SchemaChangedError, match="10209"):
        parse(payload("ESIOS_ES_MA"))


@pytest.mark.parametrize(
    ("day", "count"),
    [("2025-10-26", 100), ("2026-03-29", 92), ("2026-05-04", 96), ("2021-10-31", 25), ("2022-03-27", 23)],
)
def test_spot_prices_of_any_day_come_back_exactly(day, count):
    records, _ = round_trip(esios, wire, asked("esios", "prices", day, zone_key="ES"))
    assert len(records) == count
    assert [(record.start_utc, record.price) for record in records] == [
        (start, price(start)) for start in interval_starts(dt.date.fromisoformat(day), "Europe/Madrid", records[0].resolution_s // 60)
    ]
    assert {(record.area, record.market, record.auction) for record in records} == {("ES", "day_ahead", "SDAC")}


@pytest.mark.parametrize("parameters", [{}, {"geo": "8745"}, {"indicator": "1001"}, {"indicator": "1739"}])
@pytest.mark.parametrize(("first", "last", "count"), [("2021-10-30", "2021-10-31", 49), ("2026-03-28", "2026-03-29", 47)])
def test_a_tariff_of_any_day_comes_back_exactly(first, last, count, parameters):
    records, _ = round_trip(esios, wire, tariff(first, last, **parameters))
    assert len(records) == count
    assert all(record.price == price(record.start_utc) and record.area == "es-pvpc" for record in records)


def test_the_archive_is_asked_a_day_at_a_time_and_an_indicator_three_months():
    assert [url_of(request) for request in requests(tariff("2026-05-04", "2026-05-05"))] == [
        f"https://api.esios.ree.es/archives/70/download_json?locale=es&date=2026-05-0{day}" for day in (4, 5)
    ]
    year = requests(tariff("2025-01-01", "2025-12-31", indicator="1739"))
    assert len(year) == 5
    assert year[0].url == "https://api.esios.ree.es/indicators/1739"
    assert (year[0].params["start_date"], year[0].params["end_date"]) == ("2025-01-01T00:00:00+01:00", "2025-03-31T23:59:59+02:00")


def test_a_region_that_is_none_is_said_with_those_that_are():
    with pytest.raises(InputError, match="geo '9' is not known") as error:
        requests(tariff("2026-05-04", geo="9"))
    assert "8741 (peninsula)" in error.value.remedy


def test_hourly_and_quarter_hourly_days_may_stand_in_one_answer():
    records, urls = round_trip(esios, wire, asked("esios", "prices", "2025-09-30", "2025-10-01", zone_key="ES"))
    assert [record.resolution_s for record in records] == [3600] * 24 + [900] * 96
    assert len(urls) == 1
    assert {record.published_at for record in records} == {None}  # the time is that of the last value


def test_a_null_price_stays_null():
    rows = [row("2026-05-04T00:00:00.000+02:00", None), row("2026-05-04T01:00:00.000+02:00", 0)]
    assert [(record.price, record.price_raw) for record in parse(indicator(rows=rows), area="es-pvpc")] == [(None, None), (0.0, "0")]


@pytest.mark.parametrize(
    "rows",
    [
        [row("2026-05-04T01:00:00+02:00", 1), row("2026-05-04T00:00:00+02:00", 1)],
        [row("2026-05-04T00:00:00+02:00", 1), row("2026-05-04T00:00:00+02:00", 1)],
        [row("2026-05-04T00:00:00+02:00", "1")],
        [row("2026-05-04T00:00:00+02:00", True)],
        [row("2026-05-04T00:00:00", 1)],
        [row("0001-01-01T00:00:00+14:00", 1)],
        [row("soon", 1)],
        [row("2026-05-04T00:00:00+02:00", 1), row("2026-05-04T00:05:00+02:00", 1)],
        [row("2026-05-04T00:07:00+02:00", 1), row("2026-05-04T01:07:00+02:00", 1)],
        [row("2026-05-04T00:00:00+02:00", 1, geo=1)],
        ["x"],
    ],
)
def test_values_out_of_order_of_another_place_or_no_numbers_are_refused(rows):
    with pytest.raises(SchemaChangedError, match="esios: "):
        parse(indicator(rows=rows), area="es-pvpc", geo="8741")


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (b"<html></html>", {}),
        (b"[]", {}),
        (b"{}", {}),
        (b'{"Status":403,"message":"Forbidden"}', {}),
        (b'{"indicator": []}', {}),
        (b'{"indicator": {"id": 1001, "magnitud": [{"name": "Precio"}], "values": [{"value": NaN}]}}', {}),
        (indicator(544, magnitude="Potencia"), {}),
        (indicator(1001, magnitude="Potencia"), {}),
        (indicator(1001, values=None), {}),
        (indicator(600, [row("2026-05-04T00:00:00+02:00", 1, geo=3)]), {"indicator": "1001"}),
        (indicator(600, [row("2026-05-04T00:00:00+02:00", 1, geo=3)]), {"area": "PT"}),
        (indicator(600, [row("2026-05-04T00:00:00+02:00", 1, geo=1)]), {"area": "ES"}),
        (b'{"PVPC": []}', {}),
        (b'{"PVPC": [{"Dia": "01/06/2021", "Hora": "00-01", "PCB": "1,0", "CYM": "1,0"}]}', {}),
        (b'{"PVPC": [{"Dia": "31/02/2021", "Hora": "00-01"}]}', {}),
        (b'{"PVPC": [7]}', {}),
    ],
)
def test_another_shape_or_dataset_is_said_and_not_guessed(body, about):
    with pytest.raises(SchemaChangedError, match="esios: "):
        parse(body, **about)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"03-04"', '"02-03"'),
        ('"PCB": "116,33"', '"PCB": "116.33"'),
        ('"PCB": "116,33",', '"GEN": "116,33",'),
        ('"01/06/2021",\n      "Hora": "05-06"', '"02/06/2021",\n      "Hora": "05-06"'),
    ],
)
def test_rows_out_of_order_of_two_days_or_without_the_column_are_refused(payload, old, new):
    body = json.dumps(json.loads(payload("PVPC_CURV_DD_2021_06_01")), indent=2).replace("        ", "      ")
    assert old in body
    with pytest.raises(SchemaChangedError, match="esios: "):
        parse(body.replace(old, new, 1).encode())


def test_an_archive_of_another_day_than_asked_is_refused(payload):
    with pytest.raises(SchemaChangedError, match="2021-06-01 and not 2021-06-02"):
        parse(payload("PVPC_CURV_DD_2021_06_01"), day="2021-06-02")


@pytest.mark.parametrize("body", [b'{"message":"No values for specified archive"}', indicator(rows=[])])
def test_nothing_yet_is_no_data(body):
    with pytest.raises(UpstreamSaidError) as said:
        parse(body)
    assert said.value.outcome is Outcome.NO_DATA


def test_an_archive_of_nothing_but_zeros_is_not_published_and_a_single_zero_is_a_price(payload):
    rows = json.loads(payload("PVPC_CURV_DD_2021_06_01"))["PVPC"]
    zeros = [{**one, "PCB": "0,00", "CYM": "0,00"} for one in rows]
    with pytest.raises(UpstreamSaidError, match="not published yet"):
        parse(json.dumps({"PVPC": zeros}).encode())
    assert parse(json.dumps({"PVPC": [*zeros[:-1], rows[-1]]}).encode())[0].price == 0.0


def test_a_refused_token_is_told_from_a_wall():
    outcome, reason = refusal(403, b'{"Status":403,"message":"Forbidden"}')
    assert outcome is Outcome.AUTH
    assert "token" in reason
    assert refusal(403, b"<html>blocked</html>") is None
    assert refusal(500, b'{"message":"Forbidden"}') is None
    assert refusal(403, b"[]") is None
