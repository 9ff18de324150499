"""Charges on the highest flow and priced breaches of a soft limit: FlexMeasures' cases F1 and F2, and what a house pays.

Numbers of F1 and F2: FlexMeasures `test_solver.py`, each re-solved independently (shared/reference/optimizer_cases.md). Their MW and
MWh stand here as kW and kWh.
"""

import pytest

from electricity_optimizer.optimization import schedule
from electricity_optimizer_tests.optimization.sites import battery, roof, site

NEAR = {"abs": 1e-6}
SLOPE = [k / 23 for k in range(24)]
DIP = [-100.0 if k == 10 else slope for k, slope in enumerate(SLOPE)]


def arbitrage(slope=SLOPE, *, initial=0.4, least=None, **grid):
    store = battery(1.0, 1.0, initial) | ({} if least is None else {"soc_min_kwh": least})
    return schedule(site([100 + s for s in slope], store, export_price=[90 + s for s in slope], grid=grid))


def net(answer):
    bat = answer["devices"]["bat"]
    return [charge - discharge for charge, discharge in zip(bat["charge_kw"], bat["discharge_kw"], strict=True)]


def test_f1b_a_charge_on_the_highest_export_above_a_tenth_spreads_the_sale_over_the_last_hours():
    answer = arbitrage(export_charge={"price_per_kw": 1000, "existing_peak_kw": 0.1})
    assert net(answer)[20:] == pytest.approx([-0.1] * 4, **NEAR)
    assert net(answer)[:20] == pytest.approx([0] * 20, **NEAR)
    assert answer["objective"] == pytest.approx(-36.373913, **NEAR)


def test_f1c_charges_on_both_peaks_spread_the_sale_over_the_day():
    answer = arbitrage(demand_charge={"price_per_kw": 80}, export_charge={"price_per_kw": 80})
    assert net(answer) == pytest.approx([-0.4 / 24] * 24, **NEAR)
    assert answer["objective"] == pytest.approx(-34.866667, **NEAR)
    assert answer["cost"]["export_charge"] == pytest.approx(80 * 0.4 / 24, **NEAR)


BREACH = {"price_per_kw": 1000, "existing_peak_kw": 0.1}
SIX_AT_ONE = [0.6] + [0.0] * 23


def test_f2a_the_highest_breach_is_not_worth_its_price():
    answer = arbitrage(DIP, demand_charge=BREACH)
    assert {k: power for k, power in enumerate(net(answer)) if abs(power) > 1e-9} == pytest.approx({10: 0.1, 23: -0.5}, **NEAR)
    assert answer["objective"] == pytest.approx(-45.5, **NEAR)


def test_f2b_a_breach_that_must_be_is_paid_once_and_used_again():
    answer = arbitrage(DIP, least=SIX_AT_ONE, demand_charge=BREACH)
    assert {k: power for k, power in enumerate(net(answer)) if abs(power) > 1e-9} == pytest.approx({0: 0.2, 10: 0.2, 23: -0.8}, **NEAR)
    assert answer["objective"] == pytest.approx(47.2, **NEAR)


def test_f2c_a_breach_paid_in_each_slot_is_not_used_again():
    answer = arbitrage(DIP, least=SIX_AT_ONE, demand_charge=BREACH, import_limit_kw=0.1, limits_are="soft", breach_price_per_kw=1000)
    assert {k: power for k, power in enumerate(net(answer)) if abs(power) > 1e-9} == pytest.approx({0: 0.2, 10: 0.1, 23: -0.7}, **NEAR)
    assert answer["objective"] == pytest.approx(156.3, **NEAR)
    assert answer["cost"]["breach"] == pytest.approx(100, **NEAR)
    assert [violation["steps"] for violation in answer["violations"]] == [[0]]


def test_without_a_price_a_soft_limit_is_missed_only_where_nothing_else_is_possible():
    answer = arbitrage(DIP, least=SIX_AT_ONE, import_limit_kw=0.1, limits_are="soft")
    assert net(answer)[0] == pytest.approx(0.2, **NEAR)
    assert net(answer)[10] == pytest.approx(0.1, **NEAR)
    assert answer["violations"] == [{"limit": "grid.import_limit_kw", "short_by": 0.1, "unit": "kW", "steps": [0]}]


def test_an_export_charge_curtails_what_is_not_worth_its_peak():
    answer = schedule(site([0.3] * 4, roof([2, 6, 2, 2]), export_price=0.1, grid={"export_charge": {"price_per_kw": 1.0}}))
    assert answer["devices"]["roof"]["used_kw"] == pytest.approx([0, 0, 0, 0], **NEAR)
    free = {"price_per_kw": 1.0, "existing_peak_kw": 2.0}
    answer = schedule(site([0.3] * 4, roof([2, 6, 2, 2]), export_price=0.1, grid={"export_charge": free}))
    assert answer["devices"]["roof"]["used_kw"] == pytest.approx([2, 2, 2, 2], **NEAR)
