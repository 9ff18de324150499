"""Tiers: the price of the next kWh by what was used in the month or day, and bills that split an interval at a bound."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from electricity_optimizer.errors import CatalogError, InputError
from electricity_optimizer.tariffs import bill, tariff
from electricity_optimizer_tests.tariffs.series import BERLIN, PACIFIC, market, meter, mine

PATIENT = settings(max_examples=30, deadline=None)  # the machine may be busy
TIERS = """
[mine.energy]
kind = "tiered"
tiers = [{ price = 0.20, up_to_kwh = 100 }, { price = 0.30, up_to_kwh = 250.5 }, { price = 0.45 }]
"""
MONTHLY, DAILY = mine(TIERS), mine(TIERS.replace('"tiered"', '"tiered"\nperiod = "day"'))


def price(used: float, day: str = "2026-05-04") -> float:
    return MONTHLY.prices(market(day, day), BERLIN, used_kwh=used).frame["import_eur_kwh"][0]


@pytest.mark.parametrize(("used", "next_kwh"), [(0, 0.2), (99.999, 0.2), (100, 0.3), (250.49, 0.3), (250.5, 0.45), (1e6, 0.45)])
def test_the_price_is_that_of_the_tier_the_next_kwh_falls_into(used: float, next_kwh: float) -> None:
    assert price(used) == next_kwh


def test_a_new_month_begins_in_the_first_tier_and_a_new_day_where_the_tiers_are_daily() -> None:
    frame = MONTHLY.prices(market("2026-05-31", "2026-06-01"), BERLIN, used_kwh=120).frame
    assert frame["import_eur_kwh"].to_list() == [0.3] * 96 + [0.2] * 96
    frame = DAILY.prices(market("2026-05-04", "2026-05-05"), BERLIN, used_kwh=120).frame
    assert frame["import_eur_kwh"].to_list() == [0.3] * 96 + [0.2] * 96


@pytest.mark.parametrize("used", [-1.0, float("nan"), float("inf")])
def test_a_use_that_is_none_is_refused(used: float) -> None:
    with pytest.raises(InputError, match=r"used_kwh: .* is no use so far"):
        price(used)


def test_a_bill_splits_the_interval_that_crosses_a_bound() -> None:
    """60 kWh in an hour on top of 80: 20 at 0.20, 40 at 0.30."""
    found = bill(MONTHLY, meter("2026-05-04", "2026-05-04", minutes=60, taken=[60.0] + [0.0] * 23), None, BERLIN, Decimal(80))
    assert [(line.label, line.quantity, line.amount) for line in found.lines] == [
        ("tier 1", Decimal(20), Decimal("4.00")),
        ("tier 2", Decimal(40), Decimal("12.00")),
    ]


def test_daily_tiers_begin_again_every_day_and_monthly_ones_every_month() -> None:
    """120 kWh on each of two days, the last of May and the first of June."""
    days = meter("2026-05-31", "2026-06-01", minutes=60, taken=5.0)
    for found in (MONTHLY, DAILY):
        assert bill(found, days, None, BERLIN).total == 2 * (Decimal("20.00") + Decimal("6.00"))
    within = meter("2026-05-04", "2026-05-05", minutes=60, taken=5.0)
    assert bill(MONTHLY, within, None, BERLIN).total == Decimal("20.00") + 140 * Decimal("0.30")
    assert bill(DAILY, within, None, BERLIN).total == Decimal("52.00")


def test_a_daily_allowance_is_added_up_over_the_month() -> None:
    """Region T in summer: 6.8 kWh a day. A May of 10 kWh a day: 210.8 kWh at 0.25902, 99.2 at 0.32596 USD, however they are spread."""
    owed = (Decimal("210.8") * Decimal("0.25902") + Decimal("99.2") * Decimal("0.32596")).quantize(Decimal("0.0001"))
    even = meter("2026-05-01", "2026-05-31", PACIFIC, 60, taken=lambda begin: 10.0 if begin.hour == 18 else 0.0)
    uneven = meter("2026-05-01", "2026-05-31", PACIFIC, 60, taken=lambda begin: 155.0 if begin.day > 29 and begin.hour == 2 else 0.0)
    for given_meter in (even, uneven):
        found = bill(tariff("us-california-tiered"), given_meter, None, PACIFIC)
        assert sum(line.exact for line in found.lines).quantize(Decimal("0.0001")) == owed


def test_seasons_must_be_all_months_once() -> None:
    first, second = '{{ months = "5-10", tiers = [{{ price = 1 }}] }}', '{{ months = "{}", tiers = [{{ price = 2 }}] }}'
    seasons = f'[mine.energy]\nkind = "tiered"\nseasons = [{first}, {second}]'
    assert mine(seasons.format("11-4")).prices(market("2026-01-01", "2026-01-01"), BERLIN).frame["import_eur_kwh"][0] == 2
    with pytest.raises(CatalogError, match="no window holds in month 1"):
        mine(seasons.format("11-12"))
    with pytest.raises(CatalogError, match="windows 'months 5-10' and 'months 11-5' overlap in month 5"):
        mine(seasons.format("11-5"))


@pytest.mark.parametrize(
    ("energy", "line"),
    [
        ("tiers = [{ price = 1 }, { price = 2 }]", "every tier but the last has an up_to_kwh"),
        ("tiers = [{ price = 1, up_to_kwh = 5 }]", "the last has none"),
        ("tiers = [{ price = 1, up_to_kwh = 5 }, { price = 2, up_to_kwh = 5 }, { price = 3 }]", "up_to_kwh of the tiers must be ascending"),
        ("tiers = [{ price = 1, up_to_kwh = 0 }, { price = 3 }]", "energy.tiers.0.up_to_kwh: Input should be greater than 0"),
        ("tiers = []", "energy.tiers: Tuple should have at least 1 item"),
        ("", "give either tiers or seasons"),
        ('period = "day"\nper_day_of_month = true\ntiers = [{ price = 1 }]', "per_day_of_month goes with period"),
    ],
)  # fmt: skip
def test_wrong_tiers_are_named(energy: str, line: str) -> None:
    with pytest.raises(CatalogError) as caught:
        mine(f'[mine.energy]\nkind = "tiered"\n{energy}')
    assert line in str(caught.value)


KWH = st.decimals(min_value=0, max_value=500, places=3)


@PATIENT
@given(st.lists(KWH, min_size=24, max_size=24), KWH)
def test_the_bill_of_a_month_depends_on_its_energy_and_not_on_its_hours(hours, used) -> None:
    """Exact to the last digit against the tiers applied once to the total."""
    found = bill(MONTHLY, meter("2026-05-04", "2026-05-04", minutes=60, taken=[float(kwh) for kwh in hours]), None, BERLIN, used)

    def owed(kwh: Decimal) -> Decimal:
        low, middle = min(kwh, Decimal(100)), min(max(kwh - 100, Decimal(0)), Decimal("150.5"))
        return low * Decimal("0.2") + middle * Decimal("0.3") + (kwh - low - middle) * Decimal("0.45")

    assert sum(line.exact for line in found.lines) == owed(used + sum(hours)) - owed(used)


@PATIENT
@given(st.floats(min_value=0, max_value=600))
def test_the_marginal_price_is_what_a_little_more_costs_on_the_bill(used: float) -> None:
    assume(all(abs(used - bound) > 0.01 for bound in (100, 250.5)))
    little = bill(MONTHLY, meter("2026-05-04", "2026-05-04", minutes=60, taken=[0.001] + [0.0] * 23), None, BERLIN, Decimal(repr(used)))
    assert float(sum(line.exact for line in little.lines)) == pytest.approx(price(used) * 0.001, abs=1e-12)
