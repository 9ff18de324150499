"""Given files of OMIE, recorded and made after its documented shape."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources import omie
from electricity_optimizer.sources.omie import parse, requests
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.timeline import UTC, interval_count, interval_starts
from electricity_optimizer_tests.sources.asked import asked, price, round_trip
from electricity_optimizer_tests.sources.wire import omie as wire

NAME = "payloads/omie/INT_PBC_EV_H_1_01_10_2025_01_10_2025"
DAY = dt.date(2025, 10, 1)


@pytest.fixture
def recorded(shared):
    return (shared / f"{NAME}.TXT").read_bytes()


def a_day(count=96, **more):
    return wire.file(DAY, [float(k) for k in range(count)], **more)


def test_the_recorded_first_day_of_quarter_hours_is_read_as_another_reader_read_it(shared, recorded):
    expected = json.loads((shared / f"{NAME}.json").read_bytes())
    for area, key in (("ES", "es_spot_price"), ("PT", "pt_spot_price")):
        records = parse(recorded, area=area, day="2025-10-01")
        assert [record.price for record in records] == expected[key]
        assert [record.start_utc for record in records] == interval_starts(DAY, "Europe/Madrid", 15)
        assert {record.delivery_date for record in records} == {DAY}


def test_the_header_says_when_the_file_was_issued_by_the_clock_of_madrid(recorded):
    first = parse(recorded)[0]
    assert first.published_at == dt.datetime(2025, 9, 30, 11, 51, tzinfo=UTC)  # 13:51 in summer
    assert (first.price, first.price_raw, first.unit_raw, first.currency) == (105.10, "105,10", "EUR/MWh", "EUR")


def test_without_an_area_both_countries_come(recorded):
    assert [record.area for record in parse(recorded)] == ["ES"] * 96 + ["PT"] * 96


def test_the_file_is_read_in_its_own_encoding_and_in_utf_8(recorded):
    assert recorded.decode("utf-8")  # the recording was stored as UTF-8, OMIE sends ISO-8859-1
    assert parse(recorded.decode("utf-8").encode("iso-8859-1")) == parse(recorded)


@pytest.mark.parametrize(
    ("day", "count"),
    [("2025-10-26", 100), ("2026-03-29", 92), ("2026-05-04", 96), ("2021-10-31", 25), ("2022-03-27", 23), ("2025-09-30", 24)],
)
def test_columns_are_positions_of_the_madrid_day(day, count):
    for key in ("ES", "PT"):
        records, _ = round_trip(omie, wire, asked("omie", "prices", day, zone_key=key))
        assert len(records) == count
        assert [(record.start_utc, record.price) for record in records] == [(r.start_utc, price(r.start_utc)) for r in records]
        assert [record.start_utc for record in records] == interval_starts(
            dt.date.fromisoformat(day), "Europe/Madrid", records[0].resolution_s // 60
        )


def test_an_empty_cell_is_a_null_price_and_a_negative_one_is_true():
    records = parse(wire.file(DAY, [None, -2.0, *([0.5] * 94)]), area="ES")
    assert [(record.price, record.price_raw) for record in records[:2]] == [(None, None), (-2.0, "-2")]


def test_prices_of_the_two_countries_may_differ():
    body = a_day(portugal=[7.5] * 96)
    assert [parse(body, area=area)[3].price for area in ("ES", "PT")] == [3.0, 7.5]


def test_old_files_in_cents_per_kwh_become_euros_per_mwh():
    record = parse(wire.file(dt.date(2007, 7, 1), [4.321] * 24, unit="Cent/kWh"), area="ES")[0]
    assert (record.price, record.price_raw, record.unit_raw) == (43.21, "4,321", "Cent/kWh")


@pytest.mark.parametrize("count", [24, 23, 25, 92, 95, 100])
def test_quarters_that_do_not_make_up_the_day_are_refused_and_the_first_24_are_no_hours(count):
    body = a_day().decode("iso-8859-1").split("\n")
    cut = "\n".join(";".join(line.split(";")[: count + 1]) if line.startswith((";H", "Precio")) else line for line in body)
    if count < 96:
        with pytest.raises(SchemaChangedError, match="do not make up"):
            parse(cut.encode("iso-8859-1"))
    else:
        with pytest.raises(SchemaChangedError):
            parse(a_day(count))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("H5Q3", "17:30"),
        ("H5Q3;H5Q4", "H5Q4;H5Q3"),
        ("     3;", "     x;"),
        ("     3;", " 3.141;"),
        ("     3;", "   NaN;"),
        ("(EUR/MWh);        0", "(GBP/MWh);        0"),
        ("(EUR/MWh);        0;", "(EUR/MWh);"),
        (";       95;", ";       95;       96;"),
        ("OMIE - ", "<html>"),
        ("01/10/2025;", "02/10/2025;"),
    ],
)
def test_another_shape_day_or_number_is_said_and_not_guessed(old, new):
    body = a_day().decode("iso-8859-1")
    assert old in body
    with pytest.raises(SchemaChangedError, match="omie: "):
        parse(body.replace(old, new).encode("iso-8859-1"), day="2025-10-01", area="ES")


def test_a_truncated_file_is_refused(recorded):
    end = recorded.index(b"Precio marginal en el sistema portugu")
    for size in range(200, end, 13):
        with pytest.raises(SchemaChangedError):
            parse(recorded[:size], area="ES", day="2025-10-01")


@pytest.mark.parametrize("body", [b"", b"<html>blocked</html>", b"{}", b"OMIE - Mercado de electricidad;"])
def test_what_is_no_market_file_is_said(body):
    with pytest.raises(SchemaChangedError, match="first line"):
        parse(body)


def test_the_parse_of_another_reader_is_no_market_file(shared):
    with pytest.raises(SchemaChangedError):
        parse((shared / f"{NAME}.json").read_bytes())


def test_each_day_is_one_file_under_its_year_and_month():
    first, second = requests(asked("omie", "prices", "2025-12-31", "2026-01-01", zone_key="PT"))
    assert first.url.endswith("/AGNO_2025/MES_12/TXT/INT_PBC_EV_H_1_31_12_2025_31_12_2025.TXT")
    assert second.url.endswith("/AGNO_2026/MES_01/TXT/INT_PBC_EV_H_1_01_01_2026_01_01_2026.TXT")
    assert first.about == {"area": "PT", "day": "2025-12-31"}


def test_a_file_that_is_not_there_is_404():
    status, _, _ = wire.answer(requests(asked("omie", "prices", "2026-05-04", zone_key="ES"))[0].url, lambda _: None)
    assert status == 404
    assert interval_count(DAY, "Europe/Madrid", 15) == 96
