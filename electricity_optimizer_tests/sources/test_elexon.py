"""Given answers of Elexon and of NESO, recorded, documented and made in their wire format: prices, load, wind and sun of Great Britain."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import elexon
from electricity_optimizer.sources.elexon import parse, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.timeline import UTC, interval_starts
from electricity_optimizer_tests.sources.asked import NOW, asked, price, round_trip, url_of
from electricity_optimizer_tests.sources.wire import elexon as wire

PAYLOADS = "payloads/elexon"
BASE = "https://data.elexon.co.uk/bmrs/api/v1"


def half_hour(start="2026-06-01T00:00:00Z", provider="APXMIDP", value=50.0, volume=10.0, **more):
    return {"dataset": "MID", "startTime": start, "dataProvider": provider, "price": value, "volume": volume, **more}


def bare(*rows):
    return json.dumps(rows).encode()


@pytest.mark.parametrize(
    ("day", "count"), [("2025-10-26", 50), ("2026-03-29", 46), ("2021-10-31", 50), ("2022-03-27", 46), ("2026-06-01", 48)]
)
def test_a_settlement_day_has_46_48_or_50_periods_and_comes_back_as_it_was(day, count):
    records, _ = round_trip(elexon, wire, asked("elexon", "prices", day))
    starts = interval_starts(dt.date.fromisoformat(day), "Europe/London", 30)
    assert len(starts) == count
    assert [(record.start_utc, record.price) for record in records] == [(start, price(start)) for start in starts]
    assert {str(record.delivery_date) for record in records} == {day}
    assert {(record.market, record.auction, record.currency, record.series_id) for record in records} == {
        ("intraday", "APXMIDP", "GBP", "elexon:GB:intraday:APXMIDP:PT30M:GBP")
    }


def test_prices_are_asked_of_apx_and_the_next_days_first_period_is_kept_out():
    asked_for = [url_of(request) for request in requests(asked("elexon", "prices", "2026-06-01", "2026-06-03"))]
    assert asked_for == [f"{BASE}/datasets/MID/stream?from=2026-05-31T23%3A00Z&to=2026-06-03T22%3A59Z&dataProviders=APXMIDP"]


def test_the_market_index_is_known_after_the_fact_so_tomorrow_is_not_asked():
    assert requests(asked("elexon", "prices", "2026-06-16")) == []
    assert len(requests(asked("elexon", "prices", "2026-06-15", now=NOW))) == 1


def test_only_great_britain_is_asked():
    assert requests(asked("elexon", "prices", "2026-06-01", zone_key="DE-LU")) == []
    assert requests(asked("elexon", "grid_forecasts", "2026-06-01", zone_key="DE-LU")) == []


def test_zeros_of_n2ex_are_no_prices_and_a_period_without_trade_has_none():
    rows = [half_hour(provider="N2EXMIDP", value=0.0, volume=0.0), half_hour(), half_hour("2026-06-01T00:30:00Z", value=0.0, volume=0.0)]
    assert [record.price for record in parse(bare(*rows))] == [50.0, None]
    assert [record.price for record in parse(bare(half_hour(value=-12.3)))] == [-12.3], "negative prices are true"
    assert parse(bare(rows[0])) == []


def test_rows_come_bare_or_in_an_object_in_any_order():
    rows = [half_hour("2026-06-01T00:30:00Z", value=2.0), half_hour(value=1.0)]
    wrapped = json.dumps({"metadata": {"datasets": ["MID"]}, "data": rows}).encode()
    assert parse(wrapped) == parse(bare(*rows))
    assert [record.price for record in parse(wrapped)] == [1.0, 2.0]


@pytest.mark.parametrize("body", [b"[]", b'{"data": []}', b'{"metadata": {}, "data": []}'])
def test_an_answer_without_rows_is_no_data(body):
    with pytest.raises(UpstreamSaidError, match="no rows") as said:
        parse(body)
    assert said.value.outcome is Outcome.NO_DATA


def test_the_documented_imbalance_price_is_read(shared):
    (record,) = parse((shared / PAYLOADS / "settlement_system_price_schema_example.json").read_bytes())
    assert (record.market, record.price, record.status, record.published_at) == (
        "imbalance", 54.0, "preliminary", dt.datetime(2023, 3, 1, 0, 44, 58, tzinfo=UTC),
    )  # fmt: skip
    assert record.series_id == "elexon:GB:imbalance:none:PT30M:GBP"


def test_a_period_that_its_date_and_number_place_elsewhere_is_refused():
    assert parse(bare(half_hour("2025-10-26T23:30:00Z", settlementDate="2025-10-26", settlementPeriod=50)))
    with pytest.raises(SchemaChangedError, match="settlement period 48 of 2025-10-26"):
        parse(bare(half_hour("2025-10-26T23:30:00Z", settlementDate="2025-10-26", settlementPeriod=48)))


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        (
            "wind_day_ahead_forecast_live",
            "forecast",
            [("wind", "12-16 23:00", 2732), ("wind", "12-16 23:30", 2796), ("wind", "12-17 00:00", 2882)],
        ),
        (
            "consumption_forecast_live",
            "forecast",
            [
                ("load", "07-31 13:30", 20289), ("load", "07-31 14:00", 20099), ("load", "07-31 14:30", 20663),
                ("load", "07-31 15:00", 20747), ("load", "07-31 15:30", 21203), ("load", "07-31 16:00", 22465),
            ],
        ),
        (
            "production",
            "actual",
            [("wind", "12-16 10:00", 13.5), ("wind", "12-16 10:30", 15), ("solar", "12-16 10:00", 3.5), ("solar", "12-16 10:30", 4)],
        ),
    ],
)  # fmt: skip
def test_documents_of_neso_are_series_of_one_quantity_each(shared, name, kind, values):
    records = parse((shared / PAYLOADS / f"{name}.json").read_bytes())
    read = [
        (quantity, f"{record.start_utc:%m-%d %H:%M}", value)
        for record in records
        for quantity in ("load", "wind", "solar")
        if (value := getattr(record, f"{quantity}_mw")) is not None
    ]
    assert read == values
    assert {record.kind for record in records} == {kind}
    assert {record.series_id.split(":")[2] for record in records} == {f"grid_{kind}"}
    assert all(record.end_utc - record.start_utc == dt.timedelta(minutes=30) for record in records)


@pytest.mark.parametrize("name", ["boalf", "bmvalues"])
def test_acceptances_and_levels_of_single_units_are_another_dataset(shared, name):
    with pytest.raises(SchemaChangedError, match="another dataset"):
        parse((shared / PAYLOADS / f"{name}.json").read_bytes())


@pytest.mark.parametrize("day", ["2025-10-26", "2026-03-29"])
def test_load_wind_and_sun_come_back_as_they_were(day):
    records, urls = round_trip(elexon, wire, asked("elexon", "grid_forecasts", day))
    starts = interval_starts(dt.date.fromisoformat(day), "Europe/London", 30)
    for kind in ("forecast", "actual"):
        for quantity, factor in (("load", 1), ("wind", 2), ("solar", 1)):
            name = f"elexon:GB:grid_{kind}:{quantity}:PT30M:-"
            series = [(record.start_utc, getattr(record, f"{quantity}_mw")) for record in records if record.series_id == name]
            assert series == [(start, factor * price(start) if quantity != "load" else price(start) or None) for start in starts]
    assert len(urls) == 4
    assert all("/forecast/demand/day-ahead/latest" not in url for url in urls), "a later forecast knew more than the day before did"


def test_wind_and_sun_are_asked_in_less_than_seven_days_at_once():
    urls = [url_of(request) for request in requests(asked("elexon", "grid_forecasts", "2025-10-20", "2025-10-31"))]
    assert sum("wind-and-solar/day-ahead" in url for url in urls) == 2
    assert sum("/demand/outturn/stream" in url for url in urls) == 1


def plant(name, quantity, published="2026-05-31T16:45:00Z", process="Day ahead"):
    said = {"publishTime": published, "processType": process, "psrType": name, "quantity": quantity}
    return {**said, "startTime": "2026-06-01T00:00:00Z"}


def test_the_newest_forecast_counts_and_half_a_wind_forecast_is_none():
    rows = [plant("Wind Onshore", 5), plant("Wind Onshore", 7, "2026-05-31T17:00:00Z"), plant("Wind Offshore", 10), plant("Solar", 1)]
    assert [record.wind_mw for record in parse(bare(*rows)) if record.wind_mw is not None] == [17]
    assert [record.solar_mw for record in parse(bare(plant("Wind Onshore", 5), plant("Solar", 1)))] == [1]
    assert len(parse(bare(plant("Solar", 1), plant("Solar", 2, process="Intraday total")))) == 1
    with pytest.raises(SchemaChangedError, match="two different values"):
        parse(bare(plant("Solar", 1), plant("Solar", 2)))


def test_demand_of_a_zone_within_the_country_and_a_demand_of_0_are_not_the_countrys():
    start = {"startTime": "2026-06-01T00:00:00Z", "publishTime": "2026-05-31T09:00:00Z"}
    rows = [{**start, "boundary": "B1", "nationalDemand": 1}, {**start, "boundary": "N", "nationalDemand": 21000}]
    assert [record.load_mw for record in parse(bare(*rows))] == [21000]
    assert [record.load_mw for record in parse(bare({**start, "boundary": "N", "nationalDemand": 0}))] == [None]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>gateway</html>",
        b'{"statusCode": 404, "message": "Resource not found"}',
        b'{"success": false, "error": {"message": "no such resource"}}',
        b"[1]",
        b'{"data": {}}',
        bare(half_hour("2026-06-01T00:00:00")),
        bare(half_hour("2026-06-01T00:10:00Z")),
        bare(half_hour(value="50.0")),
        bare(half_hour(), half_hour(value=51.0)),
        bare({"startTime": "2026-06-01T00:00:00Z", "dataProvider": "APXMIDP"}),
        bare(half_hour(settlementDate="1 June", settlementPeriod=1)),
        b'[{"startTime": "2026-06-01T00:00:00Z", "dataProvider": "APXMIDP", "price": Infinity}]',
        bare({"startTime": "2026-06-01T00:00:00Z", "systemSellPrice": 40.0, "systemBuyPrice": 60.0}),
        bare({"startTime": "2026-06-01T00:00:00Z", "nationalDemand": "21000"}),
        bare(plant("Nuclear", 1)),
    ],
)  # fmt: skip
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="elexon: "):
        parse(body)
