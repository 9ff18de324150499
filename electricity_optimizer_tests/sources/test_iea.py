"""Given answers of the IEA website's back end, whose shape is known and of which no recording was found."""

import datetime as dt
import json

import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.subscriptions import subscription
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.sources.ask import Ask
from electricity_optimizer.sources.iea import parse, refusal, requests
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.records import StatisticRecord
from electricity_optimizer.timeline import UTC

ROW = {
    "CODE_COUNTRY": "SPAIN", "CODE_YEAR": "2022", "CODE_SECTOR": "RESID", "CODE_PRODUCT": "ELECTR", "CODE_INDICATOR": "PRICE",
    "CODE_UNIT": "USDCUR", "Unit": "USD/MWh", "Country": "Spain", "Product": "Electricity", "Sector": "Residential",
    "Currency": "USD", "Value": 321.5, "updated_at": "2026-01-01T00:00:00Z",
}  # fmt: skip
ASKED = {"country": "SPAIN", "product": "ELECTR", "sector": "RES", "indicator": "PRICE", "unit": "USDCUR"}


def answer(*rows):
    return json.dumps([{**ROW, **row} for row in rows]).encode()


def ask(parameters=None, days=(dt.date(2026, 5, 4), dt.date(2026, 5, 5))):
    entry = subscription("es-household-iea")
    return Ask(
        "statistics", zone("ES"), days, dt.datetime(2026, 5, 6, tzinfo=UTC), source("iea"), load_settings(),
        parameters=entry.parameters if parameters is None else parameters, subscription=entry.key, local_tz=entry.tz,
    )  # fmt: skip


def test_a_row_of_end_use_prices_is_a_statistic_that_says_that_vat_is_in_it():
    (record,) = parse(answer({}), area="es-household-iea", tz="Europe/Madrid", **ASKED)
    assert (record.indicator, record.unit, record.value) == ("electricity, residential, price, VAT included", "USD/MWh (USDCUR)", 321.5)
    assert (record.start_utc, record.end_utc) == (dt.datetime(2021, 12, 31, 23, tzinfo=UTC), dt.datetime(2022, 12, 31, 23, tzinfo=UTC))
    assert record.series_id == "iea:es-household-iea:statistic:none:SPAIN-ELECTR-RESID-PRICE-USDCUR-P1Y:USD"


def test_the_shape_of_end_use_prices_is_read(shared):
    (record,) = parse((shared / "payloads/iea/prices_fields.json").read_bytes())
    assert isinstance(record, StatisticRecord)
    assert (record.area, record.delivery_date, record.currency) == ("SPAIN", dt.date(2022, 1, 1), "USD")


def test_the_placeholder_of_the_tracker_has_no_time_and_is_refused(shared):
    with pytest.raises(SchemaChangedError, match="'<iso>' is no time"):
        parse((shared / "payloads/iea/rte_price_timeseries_fields.json").read_bytes())


@pytest.mark.parametrize(("sector", "product"), [("RES", "ELECT"), ("RESID", "ELECTR"), ("RES", "ELECTR"), ("RESID", "ELECT")])
def test_codes_that_are_truncated_otherwise_fit(sector, product):
    assert len(parse(answer({"CODE_SECTOR": sector, "CODE_PRODUCT": product}), **ASKED)) == 1


def test_rows_that_were_not_asked_are_left_out():
    rows = answer(
        {"CODE_COUNTRY": "PORTUGAL"},
        {"CODE_PRODUCT": "NATGAS"},
        {"CODE_SECTOR": "IND"},
        {"CODE_UNIT": "NCCUR"},
        {},
        {"CODE_INDICATOR": "PRICEMONTHLY"},
    )
    assert len(parse(rows, **ASKED)) == 1
    with pytest.raises(UpstreamSaidError, match="6 rows and none of") as said:
        parse(rows, **{**ASKED, "country": "FRANCE"})
    assert said.value.outcome is Outcome.NO_DATA


@pytest.mark.parametrize(
    ("text", "first", "last", "length"),
    [
        ("2022", "2022-01-01", "2022-12-31", "P1Y"),
        ("2024-06-01", "2024-06-01", "2024-06-30", "P1M"),
        ("2024-12", "2024-12-01", "2024-12-31", "P1M"),
        ("2024Q4", "2024-10-01", "2024-12-31", "P3M"),
        ("2Q2024", "2024-04-01", "2024-06-30", "P3M"),
    ],
)
def test_a_period_is_a_year_a_quarter_or_a_month(text, first, last, length):
    (record,) = parse(answer({"CODE_YEAR": text}))
    assert record.delivery_date == dt.date.fromisoformat(first)
    assert (record.end_utc - dt.timedelta(days=1)).date() == dt.date.fromisoformat(last)
    assert record.series_id.split(":")[4].endswith(length)


def test_records_are_in_order_though_rows_are_not_and_null_stays_null():
    records = parse(answer({"CODE_YEAR": "2023", "Value": None}, {"CODE_YEAR": "2021"}))
    assert [(record.delivery_date.year, record.value) for record in records] == [(2021, 321.5), (2023, None)]


def test_national_currency_has_no_code_of_its_own():
    assert parse(answer({"CODE_UNIT": "NCCUR", "Currency": "National currency"}))[0].currency is None


@pytest.mark.parametrize("date", ["2026-05-04", "2026-05-04T00:00:00", "2026-05-04T00:00:00.000Z"])
def test_a_day_of_the_tracker_is_a_local_day(date):
    rows = json.dumps([{"ISO3": "ESP", "Date": date, "DayType": "Weekday", "Value": 41.3}]).encode()
    (record,) = parse(rows, area="es", tz="Europe/Madrid", iso3="ESP")
    assert (record.start_utc, record.end_utc) == (dt.datetime(2026, 5, 3, 22, tzinfo=UTC), dt.datetime(2026, 5, 4, 22, tzinfo=UTC))
    assert (record.unit, record.currency, record.series_id) == ("EUR/MWh", "EUR", "iea:es:statistic:none:wholesale-P1D:EUR")


def test_an_hour_of_the_tracker_needs_its_offset():
    row = {"ISO3": "ESP", "DayType": "Weekday", "Value": -1.0}
    (record,) = parse(json.dumps([{**row, "Date": "2025-10-26T02:00:00+01:00"}]).encode(), tz="Europe/Madrid", currency="local")
    assert (record.start_utc, record.value, record.unit) == (dt.datetime(2025, 10, 26, 1, tzinfo=UTC), -1.0, "local currency/MWh")
    with pytest.raises(SchemaChangedError, match="an hour without an offset"):
        parse(json.dumps([{**row, "Date": "2025-10-26T02:00:00"}]).encode(), tz="Europe/Madrid")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"<!DOCTYPE html><html>", Outcome.BLOCKED),
        (b"\n <html>", Outcome.BLOCKED),
        (b"", Outcome.TRANSIENT),
        (b" \n", Outcome.TRANSIENT),
        (b"[]", Outcome.NO_DATA),
    ],
)
def test_a_page_nothing_or_no_rows_are_outcomes(body, outcome):
    with pytest.raises(UpstreamSaidError) as said:
        parse(body)
    assert said.value.outcome is outcome


def test_a_refusal_with_a_page_is_a_block():
    assert refusal(403, b"<html>")[0] is Outcome.BLOCKED
    assert refusal(404, b'{"message": "Not Found"}') is None


@pytest.mark.parametrize(
    "body",
    [
        answer({})[:-40],
        b'{"message": "Forbidden"}',
        b"[1]",
        b"null",
        answer({}, {}),
        answer({"Value": "321.5"}),
        answer({"Value": True}),
        answer({}).replace(b"321.5", b"NaN"),
        answer({"CODE_YEAR": "last year"}),
        json.dumps([{key: value for key, value in ROW.items() if key != "Value"}]).encode(),
        json.dumps([{key: value for key, value in ROW.items() if key != "CODE_UNIT"}]).encode(),
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="iea"):
        parse(body)


def test_another_country_of_the_tracker_is_no_answer():
    with pytest.raises(SchemaChangedError, match="ISO3 'FRA' where 'ESP' was asked"):
        parse(b'[{"ISO3": "FRA", "Date": "2026-05-04", "Value": 1}]', iso3="ESP")


def test_end_use_prices_are_asked_by_code_and_the_tracker_by_days():
    (prices,) = requests(ask())
    assert prices.url == "https://api.iea.org/prices"
    assert prices.params == {
        "CODE_COUNTRY": "SPAIN", "CODE_PRODUCT": "ELECTR", "CODE_SECTOR": "RES", "CODE_INDICATOR": "PRICE", "CODE_UNIT": "USDCUR",
    }  # fmt: skip
    assert parse(answer({}), **prices.about)[0].area == "es-household-iea"
    (tracker,) = requests(ask({"iso3": "ESP"}))
    assert tracker.url == "https://api.iea.org/rte/price/ESP/timeseries"
    assert tracker.params == {"from": "2026-05-04", "to": "2026-05-05", "precision": "day", "currency": "EUR"}
    with pytest.raises(InputError, match="names no country"):
        requests(ask({}))


def test_it_is_asked_only_where_it_is_enabled_and_gives_statistics_only():
    assert source("iea").optional
    assert source("iea").kinds == ("statistics",)
