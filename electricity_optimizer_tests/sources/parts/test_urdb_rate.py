"""Given one rate of the Utility Rate Database, whole or with a defect."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.parts.urdb_rate import Tier, rate_of

FLAT = [[0] * 24] * 12
WHOLE = {"label": "abc", "energyratestructure": [[{"rate": 0.1}]], "energyweekdayschedule": FLAT, "energyweekendschedule": FLAT}


def item(shared, name):
    return json.loads((shared / "payloads/openei-urdb" / name).read_bytes())


def test_rate_and_adjustment_add_up_without_the_noise_of_floats():
    assert Tier(rate=0.16647, adj=0.06655).price == Decimal("0.23302")
    assert Tier(rate=0.1).price == Decimal("0.1")
    assert Tier(adj=0.1).price is None


@pytest.mark.parametrize(("bound", "read"), [(None, None), (0, None), (1e38, None), (6.8, 6.8), (40000.0, 40000.0)])
def test_the_last_tier_has_no_bound_or_0_or_a_huge_one(bound, read):
    assert Tier(rate=1.0, max=bound).bound == read


@pytest.mark.parametrize("clock", ["2012-01-01T06:00:00Z", "2012-01-01T08:00:00Z", "2012-01-01T00:00:00Z", "2012-01-01T10:00:00Z"])
def test_a_date_in_seconds_means_the_day_whatever_midnight_was_meant(clock):
    rate = rate_of({**WHOLE, "startdate": dt.datetime.fromisoformat(clock).timestamp()})
    assert rate.first_day == dt.date(2012, 1, 1)


def test_the_last_day_is_a_day_of_the_rate():
    rate = rate_of({**WHOLE, "startdate": 1503122400, "enddate": 1554015600})  # Saver Choice of lookup.json, until its R- successors
    assert rate.holds_on(dt.date(2019, 3, 31))
    assert not rate.holds_on(dt.date(2019, 4, 1))


def test_a_rate_replaced_from_its_first_day_on_holds_never(shared):
    rate = rate_of(item(shared, "plan_data.json")["items"][0])
    assert (rate.first_day, rate.last_day) == (dt.date(2016, 5, 3), dt.date(2016, 5, 2))
    assert not any(rate.holds_on(dt.date(2016, 5, day)) for day in range(1, 32))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing_rate.json", r"539fc25dec4f024c27d8b0a5: energyratestructure\[0\]\[0\].rate is missing"),
        ("missing_schedule.json", r"energyweekdayschedule\[0\]\[0\]: period 1 is not in energyratestructure"),
    ],
)
def test_a_recorded_defect_names_the_rate_and_the_field(shared, name, message):
    with pytest.raises(SchemaChangedError, match=message):
        rate_of(item(shared, name))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("energyweekdayschedule", None, "energyweekdayschedule: Field required"),
        ("energyratestructure", [], "energyratestructure: List should have at least 1 item"),
        ("energyratestructure", [[]], r"energyratestructure\[0\]: List should have at least 1 item"),
        ("energyratestructure", [[{"rate": "0.1"}]], r"energyratestructure\[0\]\[0\].rate: Input should be a valid number"),
        ("energyratestructure", [[{"rate": True}]], r"energyratestructure\[0\]\[0\].rate"),
        ("energyratestructure", [[{"rate": 1e300}]], r"energyratestructure\[0\]\[0\].rate"),
        ("energyratestructure", [[{"rate": 0.1}, {"unit": "kWh"}]], r"energyratestructure\[0\]\[1\].rate is missing"),
        ("energyratestructure", [[{"rate": 0.1, "unit": "MWh"}]], "'MWh' is not per kWh"),
        ("energyweekendschedule", [[0] * 24] * 11, "energyweekendschedule: List should have at least 12 items"),
        ("energyweekendschedule", [[0] * 23] * 12, r"energyweekendschedule\[0\]: List should have at least 24 items"),
        ("energyweekendschedule", [[-1] * 24] * 12, r"energyweekendschedule\[0\]\[0\]"),
        ("energyweekendschedule", [[0] * 23 + [1]] * 12, r"energyweekendschedule\[0\]\[23\]: period 1 is not in energyratestructure"),
        ("startdate", "2016-05-03", "startdate"),
    ],
)
def test_another_shape_names_the_field(field, value, message):
    with pytest.raises(SchemaChangedError, match=message):
        rate_of({**WHOLE, field: value})


def test_a_demand_schedule_must_fit_its_structure_and_without_one_means_nothing():
    wrong = [[3] * 24] * 12
    assert rate_of({**WHOLE, "demandweekdayschedule": wrong}).demandratestructure == []
    with pytest.raises(SchemaChangedError, match="demandweekdayschedule"):
        rate_of({**WHOLE, "demandweekdayschedule": wrong, "demandratestructure": [[{"rate": 8.4}]]})


def test_a_period_that_no_schedule_names_may_lack_its_rate():
    assert rate_of({**WHOLE, "energyratestructure": [[{"rate": 0.1}], [{"unit": "kWh"}]]}).energyratestructure[1][0].rate is None


def test_a_date_that_is_none_is_said():
    with pytest.raises(SchemaChangedError, match="no date"):
        _ = rate_of({**WHOLE, "startdate": 1e20}).first_day
