"""Given rates, their terms: checked by hand against the recorded JSON."""

import datetime as dt
import json

import pytest

from electricity_optimizer.sources.openei_urdb import terms
from electricity_optimizer.sources.records import TariffTermRecord, to_frame

FLAT = [[0] * 24] * 12
WHOLE = {"label": "abc", "energyratestructure": [[{"rate": 0.1}]], "energyweekdayschedule": FLAT, "energyweekendschedule": FLAT}


@pytest.fixture
def recorded(shared):
    def read(name, **about):
        return terms((shared / "payloads/openei-urdb" / name).read_bytes(), **about)

    return read


def rows(records, term):
    return [
        (record.period, record.tier, record.tier_max, record.tier_unit, record.price, record.unit)
        for record in records
        if record.term == term
    ]


def test_tiers_of_energy_and_a_minimum_charge(recorded):
    found = recorded("plan_tier_data.json")
    assert rows(found, "energy") == [
        (0, 0, 6.8, "kWh daily", 0.25902, "USD/kWh"),
        (0, 1, 27.2, "kWh daily", 0.32596, "USD/kWh"),
        (0, 2, None, "kWh daily", 0.40745, "USD/kWh"),
        (1, 0, 8.2, "kWh daily", 0.25902, "USD/kWh"),
        (1, 1, 32.8, "kWh daily", 0.32596, "USD/kWh"),
        (1, 2, None, "kWh daily", 0.40745, "USD/kWh"),
    ]
    assert rows(found, "minimum") == [(0, 0, None, None, 10.0, "USD/month")]
    assert rows(found, "fixed") == []


def test_adjustments_are_part_of_energy_and_of_demand(recorded):
    found = recorded("plan_demand_data.json")
    assert [row[4] for row in rows(found, "energy")] == [0.083721, 0.115911, 0.137341]  # 0.07798, 0.11017, 0.1316 and 0.005741 each
    assert [(row[4], row[5]) for row in rows(found, "demand")] == [
        (0.0, "USD/kW; time of use"),
        (9.238, "USD/kW; time of use"),  # 8.4 + 0.838
        (9.238, "USD/kW; time of use"),
    ]
    assert rows(found, "fixed") == [(0, 0, None, None, 12.99, "USD/month")]


def test_feed_in_is_paid_per_period(recorded):
    found = recorded("sell_rate.json")
    assert [row[4] for row in rows(found, "sell")] == [0.099222, 0.150563, 0.085252]
    assert [row[4] for row in rows(found, "energy")] == [0.23302, 0.282, 0.22837]


def test_flat_demand_names_its_months_and_a_daily_charge_its_day(recorded):
    found = recorded("leap_year.json")
    flat = [record for record in found if record.unit.startswith("USD/kW; flat")]
    assert [record.price for record in flat] == [0.0] + [18.05] * 12
    assert (flat[0].unit, flat[1].unit, flat[12].unit) == ("USD/kW; flat", "USD/kW; flat, months 1", "USD/kW; flat, months 12")
    assert rows(found, "fixed") == [(0, 0, None, None, 24.878, "USD/day")]


def test_a_bound_of_ten_to_the_38th_is_none_and_older_charges_are_per_month_or_year(recorded):
    found = recorded("subhourly_with_urdb.json")
    assert {record.tier_max for record in found} == {None}
    assert [record.unit for record in found if record.series_id.split(":")[4].startswith("demand-flat")] == [
        "USD/kW; flat, months 1-5 9-12",
        "USD/kW; flat, months 6-8",
    ]
    assert rows(found, "fixed") == [(0, 0, None, None, 435.0, "USD/month")]
    assert [(row[4], row[5]) for row in rows(found, "minimum")] == [(0.0, "USD/month"), (0.0, "USD/year")]


def test_tiers_of_demand_have_bounds_in_kilowatts(recorded):
    assert rows(recorded("tiered_tou_demand.json"), "demand") == [
        (0, 0, 50.0, "kW", 0.0, "USD/kW; time of use"),
        (0, 1, None, "kW", 12.0, "USD/kW; time of use"),
    ]
    assert [(row[2], row[4]) for row in rows(recorded("multi_tier_urdb_response.json"), "demand")] == [
        (None, 0.0),
        (100.0, 24.368),
        (None, 17.031),
    ]
    assert [(row[2], row[4]) for row in rows(recorded("customRatePOST.json"), "demand")] == [
        (None, 0.0), (None, 11.54), (480.0, 10.68), (None, 12.34), (None, 14.35),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "unit"),
    [
        ({"demandwindow": 15, "demandratchetpercentage": [0.35] * 12}, "USD/kW; time of use; window 15 min; ratchet 35 %"),
        ({"demandratchetpercentage": [50] * 12}, "USD/kW; time of use; ratchet 50 %"),
        ({"lookbackPercent": 0.8, "lookbackRange": 11}, "USD/kW; time of use; ratchet 80 %; over 11 months"),
        ({"demandrateunit": "kVA"}, "USD/kVA; time of use"),
    ],
)
def test_window_and_ratchet_of_a_demand_stand_after_its_unit(fields, unit):
    body = json.dumps({"items": [{**WHOLE, "demandratestructure": [[{"rate": 20.3}]], **fields}]}).encode()
    assert [record.unit for record in terms(body) if record.term == "demand"] == [unit]


def test_a_charge_without_units_says_so():
    body = json.dumps({"items": [{**WHOLE, "fixedchargefirstmeter": 9.5}]}).encode()
    assert rows(terms(body), "fixed") == [(0, 0, None, None, 9.5, "USD; how often is not stated")]


def test_terms_hold_from_the_first_to_the_last_day_on_the_customers_clock():
    body = json.dumps({"items": [{**WHOLE, "startdate": 1503122400, "enddate": 1554015600}]}).encode()
    found = terms(body, tz="America/Phoenix")[0]
    assert found.delivery_date == dt.date(2017, 8, 19)
    assert found.start_utc == dt.datetime(2017, 8, 19, 7, tzinfo=dt.UTC)
    assert found.end_utc == dt.datetime(2019, 4, 1, 7, tzinfo=dt.UTC)


def test_dates_that_are_not_stated_have_stand_ins(recorded):
    found = recorded("leap_year.json", tz="UTC")[0]
    assert (found.start_utc.year, found.end_utc) == (1970, dt.datetime(2100, 1, 1, tzinfo=dt.UTC))


def test_a_rate_replaced_from_its_first_day_has_no_terms(recorded):
    assert recorded("plan_data.json") == []


@pytest.mark.parametrize("name", ["leap_year.json", "subhourly_with_urdb.json", "sell_rate.json", "plan_tier_data.json"])
def test_each_term_has_a_series_of_its_own_and_fits_the_table(recorded, name):
    frame = to_frame(recorded(name), TariffTermRecord)
    assert frame["series_id"].is_unique().all()
    assert (frame["end_utc"] > frame["start_utc"]).all()
