"""The three series: ranges, kinds, units, resolutions, layouts, paging, files."""

import datetime as dt
import io
import json
from itertools import pairwise

import polars as pl
import pytest

from electricity_optimizer.warehouse import Part, Warehouse
from electricity_optimizer_tests.api.client import Client
from electricity_optimizer_tests.api.seed import LICENCE, NOW, TODAY, day_forecast, day_prices, publish

HOUR = {"zone": "DE-LU", "start": "2026-05-04T09:30:00Z", "end": "2026-05-04T10:30:00Z"}


def test_golden_rows(client: Client) -> None:
    """Quarter-hour k of the local day costs 10 k - 100 EUR/MWh: at 11:30 in Berlin k is 46."""
    answer = client.get("/v1/curve", **HOUR)
    assert answer["data"] == [
        {"start": f"2026-05-04T{start}:00Z", "end": f"2026-05-04T{end}:00Z", "value": value, "kind": kind, "p10": None, "p90": None,
         "source": "energy-charts"}
        for start, end, value, kind in (
            ("09:30", "09:45", 0.36, "settled"), ("09:45", "10:00", 0.37, "settled"),
            ("10:00", "10:15", 0.38, "day_ahead"), ("10:15", "10:30", 0.39, "day_ahead"),
        )
    ]  # fmt: skip


def test_golden_meta(client: Client) -> None:
    meta = client.get("/v1/curve", **HOUR)["meta"]
    assert meta.pop("version")
    assert meta == {
        "zone": "DE-LU", "resolution_minutes": 15, "unit": "EUR/kWh", "currency": "EUR", "tz": "UTC", "start": HOUR["start"],
        "end": HOUR["end"], "as_of": None, "issued_at": "2026-05-04T09:07:00Z", "known_until": "2026-05-04T22:00:00Z",
        "horizon_end": "2026-05-06T22:00:00Z", "tomorrow_available": False, "next_expected_at": "2026-05-04T11:00:00Z",
        "synthetic": False, "stale": False, "stale_reason": None, "age_seconds": 420, "sources": ["energy-charts"], "licence": LICENCE,
        "withheld": [],
    }  # fmt: skip


def test_the_default_range_goes_from_now_to_the_end_of_the_forecast(client: Client) -> None:
    rows = client.get("/v1/curve", zone="DE-LU")["data"]
    assert (rows[0]["start"], rows[-1]["end"]) == ("2026-05-04T10:00:00Z", "2026-05-06T22:00:00Z")
    assert [row["kind"] for row in rows] == ["day_ahead"] * 48 + ["forecast"] * 192
    assert (rows[-1]["p10"], rows[-1]["value"], rows[-1]["p90"]) == (0.15, 0.2, 0.25)
    assert all(before["end"] == after["start"] for before, after in pairwise(rows))


def test_prices_end_where_they_are_known_and_never_hold_a_forecast(client: Client) -> None:
    rows = client.get("/v1/prices", zone="DE-LU")["data"]
    assert {row["kind"] for row in rows} == {"day_ahead"}
    assert rows[-1]["end"] == "2026-05-04T22:00:00Z"


def test_the_forecast_is_the_ensemble_alone_also_where_prices_are_out(client: Client) -> None:
    answer = client.get("/v1/forecasts/latest", zone="DE-LU")
    assert {(row["kind"], row["value"]) for row in answer["data"]} == {("forecast", 0.2)}
    assert answer["meta"]["issued_at"] == "2026-05-04T09:07:00Z"


def test_tomorrow_not_published_is_no_error(client: Client) -> None:
    answer = client.get("/v1/prices", zone="DE-LU", day="tomorrow", tz="Europe/Berlin")
    assert answer["meta"]["tomorrow_available"] is False
    assert {(row["kind"], row["value"]) for row in answer["data"]} == {("missing", None)}
    assert len(answer["data"]) == 96


def test_after_publication_tomorrow_is_there(client: Client, seeded: Warehouse) -> None:
    publish(seeded, "prices", [day_prices(TODAY + dt.timedelta(days=1))], NOW)
    meta = client.get("/v1/prices", zone="DE-LU")["meta"]
    assert meta["tomorrow_available"] is True
    assert meta["next_expected_at"] == "2026-05-05T11:00:00Z"


@pytest.mark.parametrize(("day", "count", "last"), [("2026-03-29", 92, 0.81), ("2025-10-26", 100, 0.89), ("2026-05-03", 96, 0.85)])
def test_a_local_day_has_92_96_or_100_quarter_hours(client: Client, day: str, count: int, last: float) -> None:
    rows = client.get("/v1/prices", zone="DE-LU", day=day, tz="Europe/Berlin")["data"]
    assert len(rows) == count
    assert len({row["start"] for row in rows}) == count
    assert (rows[0]["value"], rows[-1]["value"]) == (-0.1, last)
    assert dt.datetime.fromisoformat(rows[0]["start"]).hour == 0


def test_local_output_names_the_offset_and_the_repeated_hour_stays_apart(client: Client) -> None:
    starts = [row["start"] for row in client.get("/v1/prices", zone="DE-LU", day="2025-10-26", tz="Europe/Berlin")["data"]]
    assert "2025-10-26T02:00:00+02:00" in starts
    assert "2025-10-26T02:00:00+01:00" in starts


def test_a_day_without_tz_is_the_delivery_day_of_the_zone(client: Client) -> None:
    rows = client.get("/v1/prices", zone="DE-LU", day="2026-05-03")["data"]
    assert rows[0]["start"] == "2026-05-02T22:00:00Z"


def test_coarser_intervals_are_means_and_take_the_least_certain_kind(client: Client) -> None:
    rows = client.get("/v1/curve", zone="DE-LU", start="2026-05-04T09:00:00Z", duration="PT2H", resolution=60)["data"]
    assert [(row["value"], row["kind"]) for row in rows] == [(0.355, "settled"), (0.395, "day_ahead")]


def test_a_mean_over_a_gap_is_missing_and_not_a_mean_of_the_rest(client: Client) -> None:
    rows = client.get("/v1/prices", zone="DE-LU", start="2026-05-04T21:30:00Z", end="2026-05-04T22:30:00Z", resolution=30)["data"]
    assert [row["kind"] for row in rows] == ["day_ahead", "missing"]


def test_hourly_rows_are_repeated_at_finer_resolutions(client: Client, seeded: Warehouse) -> None:
    day = dt.date(2025, 9, 30)
    part = day_prices(day)
    hourly = part.frame.filter(pl.col("start").dt.minute() == 0).with_columns(resolution_minutes=pl.lit(60))
    publish(seeded, "prices", [type(part)(part.scope, part.partition, hourly)], NOW)
    coarse = client.get("/v1/prices", zone="DE-LU", day=str(day))
    fine = client.get("/v1/prices", zone="DE-LU", day=str(day), resolution=15)
    assert (coarse["meta"]["resolution_minutes"], len(coarse["data"]), len(fine["data"])) == (60, 24, 96)
    assert [row["value"] for row in fine["data"][:5]] == [-0.1, -0.1, -0.1, -0.1, -0.06]
    middle = client.get("/v1/prices", zone="DE-LU", start="2025-09-29T22:30:00Z", duration="PT15M", resolution=15)["data"]
    assert [row["value"] for row in middle] == [-0.1]


@pytest.mark.parametrize(("unit", "value"), [("EUR/kWh", 0.38), ("ct/kWh", 38.0), ("EUR/MWh", 380.0)])
def test_units(client: Client, unit: str, value: float) -> None:
    answer = client.get("/v1/prices", zone="DE-LU", duration="PT15M", unit=unit)
    assert ([row["value"] for row in answer["data"]], answer["meta"]["unit"]) == ([value], unit)


def test_layouts_hold_the_same_numbers(client: Client) -> None:
    rows = client.get("/v1/curve", **HOUR)
    columns = client.get("/v1/curve", **HOUR, layout="columns")
    compact = client.get("/v1/curve", **HOUR, layout="compact")
    assert columns["data"]["value"] == [row["value"] for row in rows["data"]] == compact["data"]["t"]
    assert compact["data"]["s"][0] == int(dt.datetime.fromisoformat(HOUR["start"]).timestamp())
    assert rows["meta"] == columns["meta"] == compact["meta"]


def test_five_days_fit_the_attributes_of_home_assistant(client: Client) -> None:
    """Home Assistant keeps at most 16,384 bytes of attributes."""
    text = json.dumps(client.get("/v1/curve", zone="DE-LU", duration="PT120H", layout="compact")["data"], separators=(",", ":"))
    assert len(text) < 10_000


def test_pages_follow_each_other_without_gap_or_repeat(client: Client) -> None:
    whole = client.get("/v1/curve", zone="DE-LU")["data"]
    path, collected = "/v1/curve?zone=DE-LU&limit=100", []
    while path:
        answer = client.ask(path).json()
        collected += answer["data"]
        path = answer["links"]["next"]
    assert collected == whole


def test_links_mean_the_same_later(client: Client) -> None:
    first = client.get("/v1/curve", zone="DE-LU")
    client.now += dt.timedelta(hours=3)
    again = client.ask(first["links"]["self"]).json()
    assert [row["start"] for row in again["data"]] == [row["start"] for row in first["data"]]


def test_csv_holds_the_whole_range_with_its_unit_in_the_header(client: Client) -> None:
    response = client.ask(client.get("/v1/curve", zone="DE-LU", limit=1)["links"]["csv"])
    lines = response.text.split("\r\n")
    assert response.headers["content-type"].startswith("text/csv")
    assert lines[0] == "start,end,value [EUR/kWh],kind,p10 [EUR/kWh],p90 [EUR/kWh],source,synthetic"
    assert lines[1] == "2026-05-04T10:00:00Z,2026-05-04T10:15:00Z,0.38,day_ahead,,,energy-charts,false"
    assert len(lines) == 240 + 2


def test_parquet_holds_instants_and_the_meta(client: Client) -> None:
    response = client.ask("/v1/curve.parquet?zone=DE-LU")
    frame = pl.read_parquet(io.BytesIO(response.content))
    assert frame.schema["start"] == pl.Datetime("us", "UTC")
    assert frame.height == 240
    meta = json.loads(pl.read_parquet_metadata(io.BytesIO(response.content))["meta"])
    assert meta["unit"] == "EUR/kWh"
    assert client.ask("/v1/curve?zone=DE-LU&format=parquet").content == response.content


def test_as_of_answers_what_was_known_then(client: Client, seeded: Warehouse) -> None:
    publish(seeded, "prices", [day_prices(TODAY, lift=1000.0)], NOW)
    now = client.get("/v1/prices", zone="DE-LU", duration="PT15M")
    before = client.get("/v1/prices", zone="DE-LU", duration="PT15M", as_of="2026-05-04T10:05:00Z")
    long_ago = client.get("/v1/prices", zone="DE-LU", duration="PT15M", as_of="2026-05-01T00:00:00Z")
    assert [answer["data"][0]["value"] for answer in (now, before, long_ago)] == [1.38, 0.38, None]
    assert before["meta"]["as_of"] == "2026-05-04T10:05:00Z"


def test_one_synthetic_row_marks_the_answer(client: Client, seeded: Warehouse) -> None:
    publish(seeded, "prices", [day_prices(TODAY, source="simulator", synthetic=True)], NOW)
    assert client.get("/v1/curve", zone="DE-LU")["meta"]["synthetic"] is True


def test_old_data_says_that_it_is_stale(client: Client) -> None:
    client.now = NOW + dt.timedelta(days=10)
    answer = client.get("/v1/curve", zone="DE-LU")
    assert answer["data"] == []
    assert answer["meta"]["stale"] is True
    assert "2026-05-06T22:00:00Z" in answer["meta"]["stale_reason"]


def half_hours_of_great_britain(euros: float | None) -> Part:
    part = day_prices(TODAY)
    rows = part.frame.head(96).gather_every(2).with_columns(
        pl.col("start") + pl.duration(hours=1), zone=pl.lit("GB"), resolution_minutes=30, currency=pl.lit("GBP"), price=pl.lit(85.0),
        price_eur_mwh=pl.lit(euros, pl.Float64), fx_rate=pl.lit(0.85), fx_date=pl.lit(TODAY),
    )  # fmt: skip
    return Part("GB", TODAY.isoformat(), rows)


@pytest.mark.parametrize(("euros", "value", "kind"), [(100.0, 0.1, "day_ahead"), (None, None, "missing")])
def test_a_market_in_pounds_is_answered_in_euros_and_never_as_if_pounds_were_euros(
    client: Client, seeded: Warehouse, euros: float | None, value: float | None, kind: str
) -> None:
    publish(seeded, "prices", [half_hours_of_great_britain(euros)], NOW)
    for route in ("/v1/prices", "/v1/curve", "/v1/forecasts/latest"):
        answer = client.get(route, zone="GB", start="2026-05-04T11:00:00Z", duration="PT1H")
        assert (answer["meta"]["currency"], answer["meta"]["unit"]) == ("EUR", "EUR/kWh")
        told = (None, "missing") if route.endswith("latest") else (value, kind)
        assert {(row["value"], row["kind"]) for row in answer["data"]} == {told}
    assert client.get("/v1/prices/current", zone="GB")["data"]["now"]["value"] == value
    assert client.get("/v1/zones/GB")["data"]["known_until"] == ("2026-05-04T23:00:00Z" if euros else None)


@pytest.mark.parametrize(("licence", "redistributable"), [("as given by its owner", False), ("CC BY 4.0", False), ("terms", True)])
def test_prices_that_may_not_be_handed_on_stay_at_home(
    client: Client, seeded: Warehouse, settings: object, licence: str, redistributable: bool
) -> None:
    """The row decides and not the words of its licence."""
    publish(seeded, "prices", [day_prices(TODAY, source="files", licence=licence, redistributable=redistributable)], NOW)
    stranger = Client(settings, host="203.0.113.9")  # type: ignore[arg-type]  # a Settings
    at_home, abroad = (one.get("/v1/prices", zone="DE-LU", duration="PT15M") for one in (client, stranger))
    shown = abroad["data"][0]["value"], abroad["data"][0]["kind"], abroad["meta"]["withheld"]
    assert (at_home["data"][0]["value"], at_home["meta"]["withheld"]) == (0.38, [])
    assert shown == ((0.38, "day_ahead", []) if redistributable else (None, "missing", ["files"]))


def test_the_week_ahead_is_there_and_says_when_its_newest_day_was_issued(client: Client, seeded: Warehouse) -> None:
    """Prices end with today: the 5th is the day ahead, the 11th the seventh; the day ahead was issued anew an hour after the others."""
    anew = NOW - dt.timedelta(minutes=5)
    days = [day_forecast(TODAY + dt.timedelta(days=ahead), 100.0 + ahead) for ahead in range(2, 8)]
    ahead = [Part(part.scope, part.partition, part.frame.with_columns(horizon_days=pl.lit(2 + k))) for k, part in enumerate(days)]
    publish(seeded, "price_forecasts", ahead, NOW - dt.timedelta(hours=1))
    tomorrow = day_forecast(TODAY + dt.timedelta(days=1), 101.0)
    issued = tomorrow.frame.with_columns(issued_at=pl.lit(anew).cast(pl.Datetime("us", "UTC")))
    publish(seeded, "price_forecasts", [Part(tomorrow.scope, tomorrow.partition, issued)], anew)
    for route, first in (("/v1/forecasts/latest", 0.2), ("/v1/curve", 0.38)):
        answer = client.get(route, zone="DE-LU")
        assert answer["data"][0]["value"] == first
        assert answer["data"][-1]["end"] == answer["meta"]["horizon_end"] == "2026-05-11T22:00:00Z"
        assert [row["value"] for row in answer["data"][-96 * 7 :: 96]] == [0.101, 0.102, 0.103, 0.104, 0.105, 0.106, 0.107]
        assert answer["meta"]["issued_at"] == "2026-05-04T10:02:00Z"
