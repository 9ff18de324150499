"""Demand charges: the price per kW of a month's highest interval mean, in windows, in blocks, and what a plan is told."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.errors import CatalogError, InputError
from electricity_optimizer.optimization import read_problem
from electricity_optimizer.tariffs import DemandCharge, bill, tariff
from electricity_optimizer_tests.tariffs.series import BERLIN, PHOENIX, market, meter, mine

PATIENT = settings(max_examples=100, deadline=None)  # the machine may be busy
WINDOWED = tariff("de-industry-high-load-windows")


def active(day: str) -> list[int]:
    """Quarter hours of the day that count."""
    prices = WINDOWED.prices(market(day, day), BERLIN)
    told = prices.demand_problem(prices.frame["start"], 15, 0.0)
    assert told is not None
    return [k for k, counted in enumerate(told["active"]) if counted]


def test_high_load_windows_count_on_working_days_of_their_season_only() -> None:
    evening = list(range(66, 78))
    assert active("2026-10-05") == evening
    assert active("2026-01-14") == [*range(40, 52), *evening]
    assert active("2026-07-14") == []
    assert active("2026-10-03") == []  # German Unity Day
    assert active("2026-12-25") == []  # a Friday and Christmas


def test_windows_keep_their_clock_on_days_of_23_and_25_hours() -> None:
    text = 'demand_charge = { price_per_kw = 1, windows = [{ hours = "17:00-18:00" }] }'
    for day, first in (("2026-03-29", 64), ("2026-03-30", 68), ("2026-10-25", 72)):
        prices = mine(text).prices(market(day, day), BERLIN)
        told = prices.demand_problem(prices.frame["start"], 15, 0.0)
        assert told is not None
        assert [k for k, counted in enumerate(told["active"]) if counted] == list(range(first, first + 4))


def test_a_plan_is_told_what_the_contract_of_problems_says() -> None:
    prices = WINDOWED.prices(market("2026-10-05", "2026-10-05"), BERLIN)
    charge = prices.demand_problem(prices.frame["start"], 15, 310.0)
    assert charge is not None
    problem = {
        "name": "x", "start": "2026-10-05T00:00:00+02:00", "step_minutes": 15, "currency": "EUR",
        "import_price": prices.frame["import_eur_kwh"].to_list(), "export_price": prices.frame["export_eur_kwh"].to_list(),
        "load_kw": [1.0] * 96, "grid": {"import_limit_kw": 500, "export_limit_kw": 0, "demand_charge": charge}, "devices": [],
    }  # fmt: skip
    read = read_problem(problem).grid.demand_charge
    assert read is not None
    assert (read.price_per_kw, read.existing_peak_kw, read.interval_steps, sum(read.active or [])) == (12.0, 310.0, 1, 12)
    always = tariff("de-industry-dynamic").prices(market("2026-10-05", "2026-10-05"), BERLIN)
    assert always.demand_problem(always.frame["start"], 15, 0.0) == {"price_per_kw": 12.0, "existing_peak_kw": 0.0, "interval_steps": 1}


def test_a_look_ahead_into_another_month_counts_in_the_plan_of_that_month() -> None:
    """APS: winter's charge until April, summer's from May on; April 30 and May 1 of 2026 are working days."""
    prices = tariff("us-aps-saver-choice-plus").prices(market("2026-04-30", "2026-05-01", PHOENIX), PHOENIX)
    with pytest.raises(InputError, match="2 demand charges count at these times"):
        _ = prices.demand_charge
    told = prices.demand_problem(prices.frame["start"], 15, 2.0)
    assert told is not None
    assert [k for k, counted in enumerate(told["active"]) if counted] == list(range(60, 80))
    industry = tariff("de-industry-dynamic").prices(market("2026-05-31", "2026-06-01"), BERLIN)
    ahead = industry.demand_problem(industry.frame["start"], 15, 2.0)
    assert ahead is not None
    assert ahead["active"] == [True] * 96 + [False] * 96


def test_a_plan_pays_demand_with_vat_as_it_pays_energy() -> None:
    found = mine("demand_charge = { price_per_kw = 10, interval_minutes = 60 }", vat="19")
    prices = found.prices(market("2026-10-05", "2026-10-05"), BERLIN)
    assert found.demand_charge is not None
    assert found.demand_charge.price_per_kw == 10
    assert prices.demand_charge is not None
    assert prices.demand_charge.price_per_kw == Decimal("11.90")
    assert prices.demand_problem(prices.frame["start"], 15, 0.0) == {"price_per_kw": 11.9, "existing_peak_kw": 0.0, "interval_steps": 4}
    with pytest.raises(InputError, match="'demand' is measured over 60 min, steps are 45 min"):
        prices.demand_problem(prices.frame["start"][:1], 45, 0.0)


def test_the_bill_takes_the_highest_mean_of_the_interval_in_the_windows() -> None:
    """100 kW outside, 30 and 50 kW in two quarters of an hour inside: 50 over 15 minutes, 40 over 30."""

    def taken(begin):
        inside = begin.day == 6 and begin.hour == 17 and begin.minute in {0, 15}
        return {0: 7.5, 15: 12.5}[begin.minute] if inside else 25.0 if begin.hour == 3 else 0.0

    october = meter("2026-10-01", "2026-10-31", taken=taken)
    windows = 'windows = [{{ days = ["weekday"], hours = "16:00-20:00" }}]'
    text = f'holidays = "DE"\ndemand_charge = {{{{ price_per_kw = 2, interval_minutes = {{}}, {windows} }}}}'
    assert bill(mine(text.format(15)), october, None, BERLIN).of("demand") == 100
    assert bill(mine(text.format(30)), october, None, BERLIN).of("demand") == 80
    assert bill(mine("demand_charge = { price_per_kw = 2 }"), october, None, BERLIN).of("demand") == 200
    with pytest.raises(InputError, match="intervals of 60 min do not make up the 15 min that demand is measured over"):
        bill(mine("demand_charge = { price_per_kw = 2 }"), meter("2026-10-01", "2026-10-31", minutes=60), None, BERLIN)


def test_a_part_of_a_month_pays_its_part_of_the_charge() -> None:
    half = bill(mine("demand_charge = { price_per_kw = 3 }"), meter("2026-06-16", "2026-06-30", taken=2.5), None, BERLIN)
    assert half.of("demand") == 10 * 3 * Decimal("0.5")


def test_two_charges_at_a_time_are_both_billed_and_one_is_planned() -> None:
    peak = '{{ name = "peak", price_per_kw = 9, {} windows = [{{ hours = "08:00-20:00" }}] }}'
    text = f'demand_charge = [{{{{ name = "any time", price_per_kw = 4 }}}}, {peak}]'
    found = mine(text.format(""))
    assert bill(found, meter("2026-06-01", "2026-06-30", taken=1.0), None, BERLIN).of("demand") == 4 * 13
    with pytest.raises(InputError, match=r"tariff mine: 2 demand charges count at these times .*mark one as planned"):
        _ = found.prices(market("2026-06-01", "2026-06-01"), BERLIN).demand_charge
    planned = mine(text.format("planned = true,")).prices(market("2026-06-01", "2026-06-01"), BERLIN).demand_charge
    assert planned is not None
    assert planned.name == "peak"


@PATIENT
@given(st.decimals(min_value=0, max_value=1000, places=3))
def test_blocks_of_demand_cost_the_sum_of_their_parts_and_the_margin_is_the_block_of_the_peak(peak: Decimal) -> None:
    charge = DemandCharge.model_validate({"price_per_kw": 8, "above": [{"kw": 100, "price_per_kw": 5}, {"kw": 500, "price_per_kw": 11}]})
    parts = [min(peak, Decimal(100)), min(max(peak - 100, Decimal(0)), Decimal(400)), max(peak - 500, Decimal(0))]
    assert charge.cost(peak) == parts[0] * 8 + parts[1] * 5 + parts[2] * 11
    assert charge.cost(peak + 1) - charge.cost(peak) in {8, 5, 11} or any(edge - 1 < peak < edge for edge in (100, 500))
    assert charge.price_at(float(peak)) == (8 if peak < 100 else 5 if peak < 500 else 11)


@pytest.mark.parametrize(
    ("charge", "line"),
    [
        ("{ price_per_kw = 1, interval_minutes = 7 }", "demand_charge: interval_minutes 7 does not divide an hour"),
        (
            "{ price_per_kw = 1, above = [{ kw = 5, price_per_kw = 1 }, { kw = 5, price_per_kw = 2 }] }",
            "demand_charge: above must be ascending in kw",
        ),
        ('{ price_per_kw = 1, windows = [{ hours = "16:10-20:00" }] }', "demand_charge: windows begin or end inside an interval of 15 min"),
        ('{ price_per_kw = 1, windows = [{ days = ["holiday"] }] }', "demand_charge.windows.0: days names holidays of no country"),
        ("[{ price_per_kw = 1 }, { price_per_kw = 2 }]", "demand_charge: two charges are called 'demand'"),
        ('[{ price_per_kw = 1 }, { name = "b" }]', "demand_charge.1.price_per_kw: Field required"),
    ],
)
def test_a_wrong_charge_names_its_field(charge: str, line: str) -> None:
    with pytest.raises(CatalogError) as caught:
        mine(f"demand_charge = {charge}")
    assert str(caught.value).startswith(f"own.toml [mine] {line}")
