"""URDB rates as tariffs: recorded payloads priced by hand, agreement with our source, and what cannot be billed is refused by field."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from electricity_optimizer.catalog.tariffs import urdb_record
from electricity_optimizer.errors import CatalogError, InputError
from electricity_optimizer.sources import openei_urdb
from electricity_optimizer.tariffs import bill, tariff, urdb_tariff
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer_tests.tariffs.series import DETROIT, PACIFIC, PHOENIX, market, meter

RSP, SAVER_CHOICE_PLUS, E_1 = "6793d5f0408c15764c05042b", "5cacc9d15457a31d537780e2", "60e4c63a5457a3a91679e0f2"
FLAT = [[0] * 24] * 12
PLAIN = {"energyratestructure": [[{"rate": 0.1}]], "energyweekdayschedule": FLAT, "energyweekendschedule": FLAT}


def scenario(body: bytes) -> dict:
    """The rate of a payload: of an answer, a REopt scenario, or a file that is one."""
    found = json.loads(body)
    if "energyratestructure" in found:
        return found
    return found["items"][0] if "items" in found else next(_below(found))


def _below(part):
    for key, value in part.items() if isinstance(part, dict) else ():
        if key == "urdb_response" and isinstance(value, dict):
            yield value
        else:
            yield from _below(value)


@pytest.fixture
def body(shared):
    return lambda name: (shared / "payloads/openei-urdb" / name).read_bytes()


def test_the_records_of_the_catalogue_are_the_recorded_ones(body) -> None:
    for label, name in ((RSP, "sell_rate.json"), (SAVER_CHOICE_PLUS, "plan_demand_data.json"), (E_1, "plan_tier_data.json")):
        recorded = json.loads(body(name), parse_float=Decimal)["items"][0]
        assert urdb_record(label) == recorded
        assert recorded["label"] == label


def test_a_july_week_of_the_residential_summer_on_peak_rate_by_hand() -> None:
    """Consumers Energy RSP, Monday 2026-07-06 to Sunday 07-12: 1 kWh an hour in, 0.5 kWh out at noon and at 15:00 every day.

    On-peak (weekdays 14 to 19): 25 kWh at 0.21545 + 0.06655; off-peak 143 kWh at 0.16647 + 0.06655 USD. Sold: on-peak 5 x 0.5 kWh at
    0.150563, off-peak 7 x 0.5 + 2 x 0.5 kWh at 0.099222. The fixed charge is 8.73 a month, here 7 of 31 days.
    """
    given_meter = meter("2026-07-06", "2026-07-12", DETROIT, 60, taken=1.0, given=lambda begin: 0.5 if begin.hour in {12, 15} else 0.0)
    found = bill(tariff("us-consumers-rsp"), given_meter, None, DETROIT)
    lines = {(line.name, line.label): line for line in found.lines}
    assert lines["energy", "period 1"].exact == 25 * Decimal("0.21545")
    assert lines["energy", "period 0"].exact == 143 * Decimal("0.16647")
    assert sum(line.exact for line in found.lines if line.name == "adjustment") == 168 * Decimal("0.06655")
    assert lines["fixed_charge", ""].amount == Decimal("1.97")
    assert lines["feed_in", "period 1"].exact == -Decimal("2.5") * Decimal("0.150563")
    assert lines["feed_in", "period 0"].exact == -Decimal("4.5") * Decimal("0.099222")
    assert found.total == Decimal("5.39") + Decimal("23.81") + Decimal("1.66") + Decimal("9.52") + Decimal("1.97") - Decimal(
        "0.38"
    ) - Decimal("0.45")
    assert found.currency == "USD"


def test_the_prices_of_that_rate_are_the_published_ones() -> None:
    prices = tariff("us-consumers-rsp").prices(market("2026-07-06", "2026-07-06", DETROIT, 60), DETROIT).frame
    assert prices["import_eur_kwh"].to_list() == [0.23302] * 14 + [0.282] * 5 + [0.23302] * 5
    assert prices["export_eur_kwh"].to_list() == [0.099222] * 14 + [0.150563] * 5 + [0.099222] * 5
    assert set(tariff("us-consumers-rsp").prices(market("2026-07-04", "2026-07-05", DETROIT, 60), DETROIT).frame["import_eur_kwh"]) == {
        0.23302
    }


PRICED = ["sell_rate", "plan_demand_data", "plan_tier_data", "fixed_charge_rate", "plan_adjustments_data"]
SCENARIOS = ["tiered_tou_demand", "customRatePOST", "leap_year", "subhourly_with_urdb", "multi_tier_urdb_response"]


@pytest.mark.parametrize("name", [*PRICED, *SCENARIOS])
@pytest.mark.parametrize("holidays", ["", "US"])
def test_the_first_tier_has_the_prices_that_our_source_expands(body, name: str, holidays: str) -> None:
    """Over the year 2027 with both its DST days."""
    raw, (first, last) = body(f"{name}.json"), ("2027-01-01", "2027-12-31")
    rule = "weekend" if holidays else "schedule"
    records = [
        record
        for record in openei_urdb.parse(raw, tz=DETROIT, holidays=rule, first=first, last=last)
        if record.direction == "import" and "tier" not in record.series_id.rsplit("PT60M", 1)[1]
    ]
    leave_out = ("coincidentratestructure",)
    found = urdb_tariff(scenario(raw), name, leave_out=leave_out, holidays=holidays or None)
    prices = found.prices(market(first, last, DETROIT, 60), DETROIT).frame
    assert prices["start"].to_list() == [record.start_utc for record in records]
    assert prices["import_eur_kwh"].to_list() == pytest.approx([record.price / 1000 for record in records], abs=1e-9)


def test_a_tiered_rate_bills_what_the_same_tiers_of_our_own_do() -> None:
    e_1 = urdb_tariff(urdb_record(E_1), "e-1")
    usage = meter("2026-04-20", "2026-06-10", PACIFIC, 60, taken=lambda begin: 0.4 + 0.1 * (begin.hour % 7) + 0.02 * begin.day)
    rate, own = (bill(one, usage, None, PACIFIC) for one in (e_1, tariff("us-california-tiered")))
    assert rate.of("energy") == own.of("energy") > 0
    assert rate.months == own.months
    assert [line.quantity for line in rate.lines] == [line.quantity for line in own.lines]


def test_the_least_charge_is_due_where_little_was_used() -> None:
    """10 USD a month; 0.05 kWh an hour through June is 36 kWh at 0.25902: 9.32472."""
    found = bill(tariff("us-california-tiered"), meter("2026-06-01", "2026-06-30", PACIFIC, 60, taken=0.05), None, PACIFIC)
    assert found.of("minimum") == (10 - 36 * Decimal("0.25902")).quantize(Decimal("0.01"))
    assert found.months == {"2026-06": Decimal(10)}
    assert (
        bill(tariff("us-california-tiered"), meter("2026-06-01", "2026-06-30", PACIFIC, 60, taken=0.06), None, PACIFIC).of("minimum") == 0
    )


def test_demand_by_time_of_use_is_charged_by_month_in_its_hours() -> None:
    """APS Saver Choice Plus: 8.4 + 0.838 USD per kW of the highest hour on weekdays from 15 to 20; 9 kW at noon cost nothing."""

    def taken(begin: dt.datetime) -> float:
        return 9.0 if begin.hour == 12 else 4.0 if begin.day == 15 and begin.hour == 16 else 6.0 if begin.weekday() == 5 else 1.5

    found = bill(tariff("us-aps-saver-choice-plus"), meter("2026-07-01", "2026-08-31", PHOENIX, 60, taken=taken), None, PHOENIX)
    lines = [line for line in found.lines if line.category == "demand"]
    assert [(line.name, line.label, line.quantity, line.exact) for line in lines] == [
        ("demand 2", "2026-07", Decimal("4.0"), 4 * Decimal("9.238")),
        ("demand 2", "2026-08", Decimal("1.5"), Decimal("1.5") * Decimal("9.238")),
    ]


def test_demand_in_blocks_costs_by_block() -> None:
    """REopt's tiered_tou_demand: the first 50 kW free, 12 USD per kW above."""
    record = PLAIN | {
        "demandratestructure": [[{"rate": 0, "max": 50}, {"rate": 12}]],
        "demandweekdayschedule": FLAT,
        "demandweekendschedule": FLAT,
    }
    usage = meter("2026-06-01", "2026-06-30", PHOENIX, 15, taken=lambda begin: 20.0 if begin.day == 3 and begin.hour == 3 else 1.0)
    assert bill(urdb_tariff(record, "mine"), usage, None, PHOENIX).of("demand") == 30 * 12


def test_a_plan_is_told_the_windows_of_the_month_and_the_price_of_the_block() -> None:
    prices = tariff("us-aps-saver-choice-plus").prices(market("2026-07-01", "2026-07-02", PHOENIX), PHOENIX)
    told = prices.demand_problem(prices.frame["start"][:96], 15, 3.5)
    assert told is not None
    assert (told["price_per_kw"], told["existing_peak_kw"], told["interval_steps"]) == (9.238, 3.5, 4)
    assert told["active"] == [15 <= k // 4 < 20 for k in range(96)]
    saturday = tariff("us-aps-saver-choice-plus").prices(market("2026-07-04", "2026-07-04", PHOENIX), PHOENIX)
    assert saturday.demand_charge is None
    nothing = saturday.demand_problem(saturday.frame["start"], 15, 3.5)
    assert nothing is not None
    assert nothing["active"] == [False] * 96


def test_several_demand_charges_at_a_time_are_all_billed_and_a_plan_has_the_one_that_is_chosen(body) -> None:
    """REopt's leap_year: 18.05 USD per kW whatever the hour and 10 on weekdays from 14 to 20."""
    record = scenario(body("leap_year.json"))
    usage = meter("2026-06-01", "2026-06-30", PACIFIC, 15, taken=lambda begin: 5.0 if begin.hour == 9 else 2.0)
    assert bill(urdb_tariff(record, "two"), usage, None, PACIFIC).of("demand") == 20 * Decimal("18.05") + 8 * 10
    day = market("2026-06-01", "2026-06-01", PACIFIC)
    with pytest.raises(InputError, match=r"2 demand charges count at these times \('flat demand 1' at 18.05 per kW, 'demand 2' at 10.0"):
        _ = urdb_tariff(record, "two").prices(day, PACIFIC).demand_charge
    chosen = urdb_tariff(record, "two", planned_demand="flat demand 1").prices(day, PACIFIC).demand_charge
    assert chosen is not None
    assert chosen.price_per_kw == Decimal("18.05")
    with pytest.raises(CatalogError, match=r"planned_demand 'demand 7' is none of its demand charges: flat demand 1, demand 2"):
        urdb_tariff(record, "two", planned_demand="demand 7")


def test_holidays_go_with_the_weekend_where_the_tariff_says_whose() -> None:
    """Memorial Day, Monday 2026-05-25, has no demand hours and no peak for APS; without a country of holidays it is a Monday."""
    own = urdb_tariff(urdb_record(SAVER_CHOICE_PLUS), "mine").prices(market("2026-05-25", "2026-05-25", PHOENIX, 60), PHOENIX)
    assert own.frame["import_eur_kwh"].n_unique() == 2
    assert own.demand_charge is not None
    listed = tariff("us-aps-saver-choice-plus").prices(market("2026-05-25", "2026-05-25", PHOENIX, 60), PHOENIX)
    assert listed.frame["import_eur_kwh"].n_unique() == 1
    assert listed.demand_charge is None


def test_a_rate_is_valid_on_its_own_dates() -> None:
    with pytest.raises(InputError, match="tariff us-consumers-rsp: is not valid on 2024-12-31: it begins on 2025-01-01"):
        tariff("us-consumers-rsp").prices(market("2024-12-31", "2025-01-01", DETROIT), DETROIT)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"energyratestructure": [[{"rate": None}]]}, "energyratestructure[0][0].rate is missing"),
        (
            {"energyratestructure": [[{"rate": 0.1, "max": 5, "unit": "kWh/kW"}, {"rate": 0.2}]]},
            "energyratestructure[0][0].unit: tiers by 'kWh/kW'",
        ),
        (
            {"energyratestructure": [[{"rate": 1, "max": 9}, {"rate": 2, "max": 5}, {"rate": 3}]]},
            "energyratestructure[0]: bounds of the tiers",
        ),
        ({"energyweekdayschedule": [[1] * 24] * 12}, "energyweekdayschedule: period 1 is not in its structure"),
        ({"energyweekdayschedule": FLAT[:11]}, "energy.rate.energyweekdayschedule: List should have at least 12 items"),
        ({"energyweekendschedule": None}, "energy.rate.energyweekendschedule: Field required"),
        ({"fixedchargefirstmeter": 5}, "fixedchargeunits '' does not say how often the charge is due"),
        ({"coincidentratestructure": [[{"rate": 3.0}]]}, "the rate has coincidentratestructure (a charge at the peak of the system)"),
        ({"fueladjustmentsmonthly": [0.01] * 12}, "the rate has fueladjustmentsmonthly"),
        ({"lookbackpercent": 0.8}, "the rate has lookbackpercent"),
        (
            {"flatdemandstructure": [[{"rate": 5}]], "flatdemandmonths": [0] * 12, "flatdemandunit": "hp"},
            "flatdemandstructure[0]: demand in 'hp'",
        ),
        ({"startdate": 1e30}, "energy.rate.startdate: Input should be less than or equal to 100000000000"),
        ({"country": "CAN"}, "country CAN: its prices are in no currency that the rate names"),
        ({"startdate": 1462258800, "enddate": 1462172400}, "enddate 2016-05-02 lies before startdate 2016-05-03"),
    ],
)
def test_what_is_wrong_or_cannot_be_billed_is_named(changes: dict, line: str) -> None:
    with pytest.raises(CatalogError) as caught:
        urdb_tariff(PLAIN | changes, "mine")
    assert line in str(caught.value)
    assert str(caught.value).startswith("rate [mine] energy")


def test_a_field_that_cannot_be_billed_may_be_left_out_by_name() -> None:
    found = urdb_tariff(PLAIN | {"lookbackpercent": 0.8}, "mine", leave_out=("lookbackpercent",))
    assert found.prices(market("2026-07-01", "2026-07-01", PHOENIX), PHOENIX).frame["import_eur_kwh"][0] == 0.1


@pytest.mark.parametrize(("name", "line"), [("missing_rate", "rate is missing"), ("missing_schedule", "period 1 is not in its structure")])
def test_recorded_defects_are_refused(body, name: str, line: str) -> None:
    with pytest.raises(CatalogError, match=line):
        urdb_tariff(scenario(body(f"{name}.json")), name)


def test_an_unknown_label_lists_those_there_are() -> None:
    with pytest.raises(CatalogError, match=rf"rate 'abc' has no record here \(one of .*{RSP}"):
        urdb_record("abc")


def test_every_day_of_its_validity_can_be_priced() -> None:
    found = tariff("us-aps-saver-choice-plus")
    assert [found.terms_on(day) for day in delivery_days(dt.date(2019, 4, 1), dt.date(2019, 4, 3))] == [found.versions[0]] * 3
