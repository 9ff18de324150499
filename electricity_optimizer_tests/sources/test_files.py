"""Given files of prices by a person, right and wrong."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources import files
from electricity_optimizer.sources.ask import Ask
from electricity_optimizer.sources.days import complete_days
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.timeline import UTC, interval_starts

DE = zone("DE-LU")
DAY = dt.date(2026, 5, 4)


def table(day=DAY, minutes=60, **columns):
    starts = interval_starts(day, "Europe/Berlin", minutes)
    return pl.DataFrame({"utc": starts, "price": [float(k) for k in range(len(starts))], **columns})


def csv(frame: pl.DataFrame) -> str:
    return frame.with_columns(pl.col("utc").dt.strftime("%Y-%m-%dT%H:%M:%SZ")).write_csv()


def prices_in(text: str | bytes, name: str = "prices.csv", area: str = "DE-LU"):
    return files.parse(text.encode() if isinstance(text, str) else text, area=area, name=name)


def refusal(text: str | bytes, name: str = "prices.csv") -> str:
    with pytest.raises(InputError) as caught:
        prices_in(text, name)
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(name)
    return said


def test_a_csv_of_one_day_is_24_records():
    records = prices_in(csv(table()))
    assert len(records) == 24
    assert records[3].price == 3.0
    assert records[0].start_utc == dt.datetime(2026, 5, 3, 22, tzinfo=UTC)
    assert {record.delivery_date for record in records} == {DAY}
    assert records[0].series_id == "files:DE-LU:day_ahead:SDAC:PT60M:EUR"


@pytest.mark.parametrize(
    "text",
    [
        "timestamp,Price\n2026-05-04T00:00:00+02:00,1\n2026-05-04T01:00:00+02:00,-2.5\n",
        "time;price\n2026-05-04 00:00;1,0\n2026-05-04 01:00;-2,5\n",
        ",price\n2026-05-03 22:00:00+00:00,1\n2026-05-03 23:00:00+00:00,-2.5\n",
        "\ufeffutc,price\r\n2026-05-03 22:00:00,1\r\n2026-05-03 23:00:00,-2.5\r\n",
        "start\tprice\n1777845600\t1\n1777849200\t-2.5\n",
        "start,price\n2026-05-03T23:00:00.000Z,-2.5\n2026-05-03T22:00:00.000Z,1\n",
    ],
)
def test_dialects_mean_the_same(text):
    records = prices_in(text)
    assert [(record.start_utc.hour, record.price) for record in records] == [(22, 1.0), (23, -2.5)]


def test_parquet_with_a_time_index_of_any_precision_is_read(tmp_path):
    path = tmp_path / "prices.parquet"
    table().with_columns(pl.col("utc").dt.cast_time_unit("ns")).write_parquet(path)
    assert len(prices_in(path.read_bytes(), "prices.parquet")) == 24


def test_line_protocol_is_read():
    lines = "# a comment\n" + "\n".join(
        f'price,zone=DE-LU price={k}.5,note="a b" {int(start.timestamp())}000000000'
        for k, start in enumerate(interval_starts(DAY, "Europe/Berlin", 60))
    )
    records = prices_in(lines, "prices.lp")
    assert [record.price for record in records] == [k + 0.5 for k in range(24)]
    assert refusal("price,zone=DE-LU price 12\n", "prices.lp").startswith(
        "prices.lp row 1: 'price,zone=DE-LU price 12' is no line protocol"
    )


@pytest.mark.parametrize(
    ("day", "minutes", "count"), [("2025-10-26", 15, 100), ("2026-03-29", 15, 92), ("2024-10-27", 60, 25), ("2025-03-30", 60, 23)]
)
def test_days_of_a_clock_change_are_whole_in_utc(day, minutes, count):
    records = prices_in(csv(table(dt.date.fromisoformat(day), minutes)))
    assert len({record.start_utc for record in records}) == count
    assert len({record.delivery_date for record in records}) == 1


def test_one_file_may_hold_hours_and_then_quarters():
    frame = pl.concat([table(dt.date(2025, 9, 30), 60), table(dt.date(2025, 10, 1), 15)])
    assert [record.resolution_s for record in prices_in(csv(frame))] == [3600] * 24 + [900] * 96


def test_an_empty_price_is_null_and_not_zero():
    assert prices_in(csv(table()).replace(",3.0\n", ",\n"))[3].price is None


def test_of_many_zones_the_asked_one_is_taken_however_it_is_written():
    frame = pl.concat([table(zone=["DE_LU"] * 24), table(zone=["FR"] * 24).with_columns(pl.col("price") + 100)])
    assert prices_in(csv(frame))[0].price == 0.0
    assert prices_in(csv(frame), area="FR")[0].price == 100.0


def test_a_missing_price_column_names_the_columns_there_are():
    said = refusal(csv(table()).replace("price", "prize"))
    assert said == "prices.csv: has no column 'price' (its columns: utc, prize) (name the column of prices price, in currency per MWh)"


def test_a_missing_time_column_is_named():
    assert "has no time column" in refusal("hour,price\n1,2\n")


def test_a_gap_names_the_first_missing_interval():
    lines = csv(table()).splitlines()
    said = refusal("\n".join(lines[:6] + lines[7:]))
    assert said == "prices.csv after row 6: gap: no row for 2026-05-04T03:00Z (add the missing rows)"


def test_a_missing_day_is_a_gap():
    frame = pl.concat([table(DAY), table(DAY + dt.timedelta(days=2))])
    assert "gap: no row for 2026-05-04T22:00Z" in refusal(csv(frame))


def test_a_duplicate_names_both_rows():
    lines = csv(table()).splitlines()
    said = refusal("\n".join([*lines, lines[4]]))
    assert said == "prices.csv: time 2026-05-04T01:00Z stands twice, in rows 5 and 26 (keep one of them)"


def test_text_in_a_number_names_row_column_and_text():
    said = refusal(csv(table()).replace(",7.0\n", ",n/a\n"))
    assert said == "prices.csv row 9 column price: 'n/a' is not a number (write it like 12.34, or leave it empty)"


@pytest.mark.parametrize("text", ["inf", "1e999", "12,5"])
def test_what_is_no_finite_number_is_refused(text):
    assert "is not a number" in refusal(csv(table()).replace(",7.0\n", f',"{text}"\n'))


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ("2025-10-26 01:00,1\n2025-10-26 02:00,2\n2025-10-26 03:00,3\n", "row 3 column time: naive time 2025-10-26 02:00"),
        ("2026-03-29 01:00,1\n2026-03-29 02:00,2\n2026-03-29 03:00,3\n", "row 3 column time: naive time 2026-03-29 02:00"),
    ],
)
def test_a_naive_time_that_the_clock_change_repeats_or_skips_is_refused(rows, named):
    said = refusal("time,price\n" + rows)
    assert named in said
    assert said.endswith("is repeated or skipped by the clock change of Europe/Berlin (write times with Z or an offset)")


def test_naive_local_times_away_from_a_clock_change_are_local():
    assert prices_in("time,price\n2026-05-04 00:00,1\n2026-05-04 01:00,2\n")[0].start_utc.hour == 22


@pytest.mark.parametrize(
    ("time", "said"), [("yesterday", "'yesterday' is no time"), ("2026-05-04 01:00", "'2026-05-04 01:00' is no time with an offset")]
)
def test_a_time_that_is_none_or_lacks_the_offset_of_the_others_is_refused(time, said):
    assert said in refusal(f"time,price\n2026-05-03T22:00:00Z,1\n{time},2\n")


def test_a_spacing_that_is_no_market_time_unit_is_refused():
    assert "20 min between rows" in refusal("utc,price\n2026-05-04 00:00,1\n2026-05-04 00:20,2\n2026-05-04 00:40,2\n")


@pytest.mark.parametrize(
    ("body", "name"),
    [(b"PAR1 broken", "prices.parquet"), (b"\xff\xfe\x00", "prices.csv"), (b"", "prices.csv"), (b"utc,price\n1,2,3\n", "prices.csv")],
)
def test_what_is_no_table_is_refused(body, name):
    assert "cannot be read as a table" in refusal(body, name)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere.csv: cannot be read: No such file"):
        files.read_file(tmp_path / "nowhere.csv", DE, "DE-LU")


def answer(settings: Settings, days, place=DE, now=dt.datetime(2026, 6, 1, tzinfo=UTC)):
    return files.prices(Ask("prices", place, tuple(days), now, source("files"), settings))


def saved(path: Path, frame: pl.DataFrame) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv(frame))
    return path


def test_a_window_is_cut_out_and_days_outside_are_simply_not_there(tmp_path):
    settings = Settings(home=tmp_path, price_files=(saved(tmp_path / "a.csv", table()),))
    given = answer(settings, [DAY, DAY + dt.timedelta(days=1)])
    assert [payload.frame["delivery_date"].unique().to_list() for payload in given.payloads] == [[DAY]]
    assert answer(settings, [DAY + dt.timedelta(days=1)]).outcome is Outcome.NO_DATA


def test_a_price_is_not_known_before_it_was_published(tmp_path):
    settings = Settings(home=tmp_path, price_files=(saved(tmp_path / "a.csv", table()),))
    assert answer(settings, [DAY], now=dt.datetime(2026, 5, 3, 10, 44, tzinfo=UTC)).outcome is Outcome.NO_DATA
    assert answer(settings, [DAY], now=dt.datetime(2026, 5, 3, 10, 45, tzinfo=UTC)).outcome is Outcome.OK


def test_the_drop_folder_is_read_too_and_the_first_file_wins_a_day(tmp_path):
    saved(tmp_path / "inbox" / "b.csv", pl.concat([table(), table(DAY + dt.timedelta(days=1))]).with_columns(pl.col("price") + 50))
    settings = Settings(home=tmp_path, price_files=(saved(tmp_path / "a.csv", table()),))
    given = answer(settings, [DAY, DAY + dt.timedelta(days=1)])
    assert [(payload.fetched.request, payload.frame["delivery_date"].unique().to_list()) for payload in given.payloads] == [
        ("a.csv", [DAY]),
        ("b.csv", [DAY + dt.timedelta(days=1)]),
    ]


def test_a_file_without_zone_column_is_about_the_zone_of_the_settings(tmp_path):
    settings = Settings(home=tmp_path, price_files=(saved(tmp_path / "a.csv", table()),), file_zone="FR")
    assert answer(settings, [DAY]).outcome is Outcome.NO_DATA
    assert answer(settings, [DAY], zone("FR")).outcome is Outcome.OK
    assert files.only_files(settings, zone("FR"), "prices")
    assert not files.only_files(settings, DE, "prices")


def test_a_price_file_that_holds_only_inputs_is_refused(tmp_path):
    settings = Settings(home=tmp_path, price_files=(saved(tmp_path / "a.csv", table().rename({"price": "load_forecast_mw"})),))
    with pytest.raises(InputError, match=r"a.csv: has no column 'price'"):
        answer(settings, [DAY])


def test_a_changed_file_is_read_again(tmp_path):
    path = saved(tmp_path / "a.csv", table())
    assert files.read_file(path, DE, "DE-LU").prices["price"].max() == 23
    saved(path, table().with_columns(pl.col("price") * 1000))
    assert files.read_file(path, DE, "DE-LU").prices["price"].max() == 23_000


@pytest.mark.parametrize(
    ("name", "days", "step"),
    [("de_lu_energycharts_hourly_2020_202509.parquet", 2100, 3600), ("de_lu_energycharts_15min_202510_202605.parquet", 243, 900)],
)
def test_the_real_files_load_whole(shared, name, days, step):
    frame = files.read_file(shared / "data" / name, DE, "DE-LU").prices
    assert len(complete_days(frame, "prices", DE.tz)) == days == frame["delivery_date"].n_unique()
    assert frame["resolution_s"].unique().to_list() == [step]
    assert frame["price"].null_count() == 0


@pytest.mark.parametrize("key", ["DE-LU", "ES", "FR", "NL", "AT"])
def test_the_real_file_of_23_zones_loads_for_each_of_ours(shared, key):
    frame = files.read_file(shared / "data/eu_zones_2023_2025_hourly.parquet", zone(key), "DE-LU").prices
    assert frame.height == 16_873
    assert len(complete_days(frame, "prices", zone(key).tz)) == 702  # of 704: the first day begins at 01:00, the last ends at 02:00 local


def test_the_benchmark_files_in_local_time_without_clock_changes_are_refused_for_what_they_are(shared):
    with pytest.raises(InputError, match="naive time 2012-03-25 02:00:00 is repeated or skipped"):
        files.read_file(shared / "data/epf_DE.parquet", DE, "DE-LU")
