"""Given answers of OpenEI's rate database: recorded rates, REopt scenarios that carry one, defects, errors and pages."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.subscriptions import subscription
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.openei_urdb import follow, parse, refusal, requests, terms
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.records import PriceRecord, to_frame
from electricity_optimizer.timeline import UTC, delivery_days, interval_count
from electricity_optimizer_tests.sources.wire import openei_urdb as wire

PHOENIX, DETROIT = "America/Phoenix", "America/Detroit"
FLAT = [[0] * 24] * 12
WHOLE = {
    "label": "abc",
    "approved": True,
    "energyratestructure": [[{"rate": 0.1}]],
    "energyweekdayschedule": FLAT,
    "energyweekendschedule": FLAT,
}


@pytest.fixture
def body(shared):
    return lambda name: (shared / "payloads/openei-urdb" / name).read_bytes()


def items(*rates):
    return json.dumps({"items": [{**WHOLE, **rate} for rate in rates]}).encode()


def day_prices(records, number=0):
    """Prices of each series of the records, by product."""
    by_series = {}
    for record in records:
        by_series.setdefault(record.series_id.split(":", 4)[4], []).append(record.price)
    return list(by_series.values())[number] if number is not None else by_series


def ask(key="us-consumers-rsp", days=(dt.date(2026, 3, 8),), **parameters):
    entry = subscription(key)
    return Ask(
        "tariffs", zone("DE-LU"), days, dt.datetime(2026, 3, 1, tzinfo=UTC), source("openei-urdb"), load_settings(),
        parameters=parameters or entry.parameters, subscription=entry.key, local_tz=entry.tz,
    )  # fmt: skip


def test_a_time_of_use_rate_is_on_peak_from_noon_to_seven_on_weekdays(body):
    """ET-2: summer on-peak 0.24477 + 0.02824917, off-peak 0.06118 + 0.02138383 USD/kWh; Saturday has no peak."""
    records = parse(body("plan_data.json"), tz=PHOENIX)
    tuesday, saturday = records[:24], records[96:120]
    assert [record.price for record in tuesday] == [82.56383] * 12 + [273.01917] * 7 + [82.56383] * 5
    assert {record.price for record in saturday} == {82.56383}
    assert tuesday[12].start_utc == dt.datetime(2016, 5, 3, 19, tzinfo=UTC)
    assert tuesday[12].price_raw == "0.24477+0.02824917"
    assert {(record.market, record.derivation, record.currency, record.source_area) for record in records} == {
        ("tariff_expanded", "tariff_schedule", "USD", "574613aa5457a3557e906f5b")
    }


def test_bytes_alone_show_the_first_seven_days_of_the_rate(body):
    records = parse(body("plan_adjustments_data.json"))
    assert sorted({record.delivery_date for record in records}) == list(delivery_days(dt.date(2022, 7, 1), dt.date(2022, 7, 7)))
    assert {record.price for record in records} == {253.79}  # 0.18034 + 0.07345
    assert parse(body("fixed_charge_rate.json"))[0].price == 105.47  # 0.06821 + 0.03726


def test_each_tier_is_a_series_of_its_own(body):
    found = day_prices(parse(body("plan_tier_data.json"), first="2026-06-01", last="2026-06-01", tz="America/Los_Angeles"), None)
    assert found == {"PT60M:USD": [259.02] * 24, "PT60M-tier2:USD": [325.96] * 24, "PT60M-tier3:USD": [407.45] * 24}


def test_a_period_with_fewer_tiers_gives_its_last_one(body):
    """January weekdays: period 3 (0.095) and from 11:00 to 19:00 period 2 (0.082), neither with a second tier; May noon has two."""
    winter = day_prices(parse(body("customRatePOST.json"), first="2026-01-06", last="2026-01-06"), None)
    assert winter["PT60M:USD"] == winter["PT60M-tier2:USD"] == [95.0] * 11 + [82.0] * 8 + [95.0] * 5
    summer = day_prices(parse(body("customRatePOST.json"), first="2026-05-06", last="2026-05-06"), None)
    assert summer["PT60M:USD"] == [82.0] * 11 + [54.0] * 8 + [82.0] * 5
    assert summer["PT60M-tier2:USD"] == [82.0] * 11 + [73.0] * 8 + [82.0] * 5


def test_demand_rates_do_not_enter_the_price_of_energy(body):
    """Saver Choice Plus, a winter Monday and a summer Monday: 15:00 to 20:00 on-peak; demand is a term."""
    winter = day_prices(parse(body("plan_demand_data.json"), first="2026-01-05", last="2026-01-05", tz=PHOENIX))
    summer = day_prices(parse(body("plan_demand_data.json"), first="2026-07-06", last="2026-07-06", tz=PHOENIX))
    assert winter == [83.721] * 15 + [115.911] * 5 + [83.721] * 4
    assert summer == [83.721] * 15 + [137.341] * 5 + [83.721] * 4


def test_what_is_paid_for_feed_in_is_a_series_with_direction_export(body):
    records = parse(body("sell_rate.json"), first="2026-06-01", last="2026-06-01", tz=DETROIT)
    found = day_prices(records, None)
    assert found["PT60M:USD"] == [233.02] * 14 + [282.0] * 5 + [233.02] * 5
    assert found["PT60M-export:USD"] == [99.222] * 14 + [150.563] * 5 + [99.222] * 5
    assert [record.direction for record in records] == ["import"] * 24 + ["export"] * 24


def test_an_hour_without_a_sell_rate_has_a_null_export_price():
    half = [[0] * 12 + [1] * 12] * 12
    rate = {
        "energyratestructure": [[{"rate": 0.1, "sell": 0.05}], [{"rate": 0.2}]],
        "energyweekdayschedule": half,
        "energyweekendschedule": half,
    }
    exported = [record.price for record in parse(items(rate), first="2026-06-01", last="2026-06-01") if record.direction == "export"]
    assert exported == [50.0] * 12 + [None] * 12


def test_a_leap_day_has_its_hours_and_the_scenario_names_its_year(body):
    assert parse(body("leap_year.json"))[0].delivery_date == dt.date(2024, 1, 1)
    records = parse(body("leap_year.json"), first="2024-02-28", last="2024-03-01", tz="America/Los_Angeles")
    assert [record.price for record in records[24:48]] == [280.0] * 7 + [360.0] * 13 + [280.0] * 4
    assert records[24].delivery_date == dt.date(2024, 2, 29)
    assert len(parse(body("leap_year.json"), first="2024-01-01", last="2024-12-31")) == 8784


@pytest.mark.parametrize(
    ("name", "price", "series"),
    [
        ("multi_tier_urdb_response.json", 61.731, 2),
        ("tiered_tou_demand.json", 100.0, 2),
        ("subhourly_with_urdb.json", 83.64, 2),
        ("customRatePOST.json", 95.0, 2),
    ],
)
def test_scenarios_that_carry_a_rate_are_read(body, name, price, series):
    records = parse(body(name))
    assert records[0].price == price
    assert len({record.series_id for record in records}) == series


@pytest.mark.parametrize(("day", "hours"), [("2025-11-02", 25), ("2026-03-08", 23), ("2026-03-29", 24)])
def test_a_day_has_the_hours_of_the_utilitys_own_clock(body, day, hours):
    frame = to_frame(parse(body("sell_rate.json"), first=day, last=day, tz=DETROIT), PriceRecord).filter(direction="import")
    assert frame.height == hours
    assert (frame["end_utc"][:-1] == frame["start_utc"][1:]).all()
    assert frame["delivery_date"].unique().to_list() == [dt.date.fromisoformat(day)]


@pytest.mark.parametrize("name", ["lookup.json", "missing_rate.json", "missing_schedule.json"])
def test_a_rate_without_prices_or_schedule_gives_no_row(body, name):
    for read in (parse, terms):
        with pytest.raises(SchemaChangedError, match=r"openei-urdb .*energy"):
            read(body(name))


@pytest.mark.parametrize(("name", "outcome"), [("api_error.json", Outcome.AUTH), ("rate_limit.json", Outcome.RATE_LIMITED)])
def test_the_gateways_errors_are_outcomes(body, name, outcome):
    with pytest.raises(UpstreamSaidError) as said:
        parse(body(name))
    assert said.value.outcome is outcome
    assert refusal(403, body(name))[0] is outcome


def test_an_invalid_key_is_auth_and_a_page_is_left_to_the_general_rule():
    assert refusal(403, b'{"error": {"code": "API_KEY_INVALID", "message": "An invalid api_key was supplied."}}')[0] is Outcome.AUTH
    assert refusal(503, b"<html>") is None
    assert refusal(200, b'{"items": []}') is None


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"items": {}}',
        b'{"items": [1]}',
        b'{"posts": 1}',
        b'{"items": [{"energyratestructure": [[{"rate": NaN}]]}]}',
        b"",
    ],
)
def test_another_shape_is_said_and_not_guessed(body):
    with pytest.raises(SchemaChangedError, match="openei-urdb"):
        parse(body)


def test_a_superseded_rate_gives_no_price_after_its_end_and_names_the_next_one():
    old = {"label": "old", "startdate": 1503122400, "enddate": 1554015600}
    answer = items(old, {"label": "new", "supersedes": "old", "startdate": 1554102000})
    assert {record.delivery_date for record in parse(answer, label="old", first="2019-03-30", last="2019-04-02")} == {
        dt.date(2019, 3, 30),
        dt.date(2019, 3, 31),
    }
    with pytest.raises(
        UpstreamSaidError, match="holds from 2017-08-19 until 2019-03-31, superseded by new: no price from 2019-04-01"
    ) as said:
        parse(answer, label="old", first="2019-04-01", last="2019-04-02")
    assert said.value.outcome is Outcome.NO_DATA


def test_the_recorded_rate_that_was_replaced_at_once_gives_no_price_for_any_asked_day(body):
    with pytest.raises(UpstreamSaidError, match="574613aa5457a3557e906f5b"):
        parse(body("plan_data.json"), first="2016-05-03", last="2016-05-09")


def test_by_name_the_next_rate_takes_over_on_its_first_day():
    old = {"label": "old", "name": "R-1", "startdate": 1503122400, "enddate": 1554015600}
    new = {"label": "new", "name": "R-1", "startdate": 1554102000, "energyratestructure": [[{"rate": 0.2}]]}
    records = parse(items(old, new, {"name": "R-2"}), eia="803", name="R-1", first="2019-03-31", last="2019-04-01")
    assert [(record.price, record.source_area) for record in records] == [(100.0, "old")] * 24 + [(200.0, "new")] * 24


def test_a_rate_that_is_not_approved_is_preliminary():
    assert parse(items({"approved": False}))[0].status == "preliminary"
    assert parse(items({"label": "x", "approved": False}, {"label": "y"}))[0].source_area == "y"
    assert parse(items({}))[0].status == "final"


@pytest.mark.parametrize(
    ("service", "components"), [("Bundled", "energy+grid"), ("Energy", "energy"), ("Delivery", "grid"), ("", "energy+grid")]
)
def test_what_the_price_holds_is_told_by_the_kind_of_service(service, components):
    assert parse(items({"servicetype": service}))[0].components == components


def test_a_rate_of_another_country_is_in_no_known_currency():
    with pytest.raises(SchemaChangedError, match="country CAN"):
        parse(items({"country": "CAN"}))


def test_another_rate_than_the_asked_one_is_no_answer():
    with pytest.raises(SchemaChangedError, match="rate xyz was asked for"):
        parse(items({}), label="xyz")
    with pytest.raises(UpstreamSaidError, match="there is no rate xyz"):
        parse(b'{"items": []}', label="xyz")


def test_a_utility_with_more_than_500_rates_is_paged():
    first = requests(ask(eia="803", name="R-1"))[0]
    assert first.params["limit"] == 500
    full = items(*({"label": str(number)} for number in range(500)))
    assert parse(full, **first.about) == []
    (second,) = follow(full, first)
    assert (second.params["offset"], second.about["name"]) == (500, "R-1")
    last = items({"name": "R-1"})
    assert follow(last, second) == []
    assert len(parse(last, **second.about)) == 23
    with pytest.raises(UpstreamSaidError, match="there is no rate 'R-1'"):
        parse(items({}), **first.about)


def test_a_rate_by_label_has_no_pages(body):
    assert follow(body("sell_rate.json"), requests(ask())[0]) == []


def test_a_subscription_that_names_no_rate_is_told_what_to_write():
    with pytest.raises(InputError, match="label, or eia and name"):
        requests(ask(eia="803"))
    with pytest.raises(InputError, match="weekend or schedule"):
        requests(ask(label="abc", holidays="free"))


def test_the_key_is_nowhere_in_a_request():
    (request,) = requests(ask())
    assert request.url == "https://api.openei.org/utility_rates"
    assert request.params == {"version": 8, "format": "json", "detail": "full", "getpage": "6793d5f0408c15764c05042b"}
    assert request.about == {
        "area": "us-consumers-rsp", "tz": DETROIT, "label": "6793d5f0408c15764c05042b", "first": "2026-03-08", "last": "2026-03-08",
    }  # fmt: skip


def by_the_clock(tz):
    """A price that a schedule can hold: by month, weekend and hour of the local clock."""

    def price(moment):
        local = moment.astimezone(ZoneInfo(tz))
        return local.month * 10 + local.hour + (0.25 if local.weekday() >= 5 else -50.5)

    return price


@pytest.mark.parametrize("day", ["2025-11-02", "2026-03-08", "2025-10-26", "2026-03-29", "2021-10-31", "2022-03-27", "2024-02-29"])
@pytest.mark.parametrize("key", ["us-consumers-rsp", "us-aps-saver-choice-plus"])
def test_what_the_wire_sends_comes_back(key, day):
    asked = ask(key, (dt.date.fromisoformat(day),), label=subscription(key).parameters["label"])
    price = by_the_clock(asked.tz)
    (request,) = requests(asked)
    status, _, sent = wire.answer(address(request), price)
    records = parse(sent, **request.about)
    assert status == 200
    assert len(records) == interval_count(asked.first, asked.tz, 60)
    assert [record.price for record in records] == [price(record.start_utc) for record in records]
    assert {record.area for record in records} == {key}


def address(request: Request) -> str:
    return f"{request.url}?{'&'.join(f'{name}={value}' for name, value in request.params.items())}"
