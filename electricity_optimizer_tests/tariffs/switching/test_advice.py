"""The advice: bonus and switching cost, break-even, confidence, the days of the present contract, and staying."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest

from electricity_optimizer.catalog.contract import Contract, Notice
from electricity_optimizer.catalog.sites import site
from electricity_optimizer.catalog.suppliers import Offer, offers_in
from electricity_optimizer.tariffs import tariff
from electricity_optimizer.tariffs.switching.advice import LEAST_CONFIDENCE, TROUBLE, Advice, Option, advise
from electricity_optimizer.tariffs.switching.candidates import STAY, Candidate, Payment, choice
from electricity_optimizer.tariffs.switching.contracts import add_months
from electricity_optimizer.tariffs.switching.priced import PricedYear
from electricity_optimizer_tests.tariffs.switching.years import TODAY, YEAR, priced

BEGINS = dt.date(2026, 7, 1)
STAYING = Candidate(STAY, "present", tariff("de-household-dynamic"), Decimal(0))


def offered(*payments: tuple[dt.date, float], begins: dt.date = BEGINS) -> Candidate:
    paid = tuple(Payment(day, Decimal(str(amount)), "bonus" if amount < 0 else "switching cost") for day, amount in payments)
    return Candidate("new", "new", tariff("de-household-dynamic"), Decimal(0), switch_on=begins, payments=paid)


def advice(stay: PricedYear, new: PricedYear, *payments: tuple[dt.date, float]) -> dict[str, Advice]:
    found = advise([Option(STAYING, stay), Option(offered(*payments), new)], YEAR, TODAY)
    return {one.candidate.key: one for one in found}


def test_at_equal_cost_the_advice_is_to_stay_and_staying_is_first() -> None:
    found = advice(priced(3.0), priced(3.0))
    assert (found["stay"].recommended, found["stay"].rank, found["new"].rank) == (True, 1, 2)
    assert found["new"].confidence == 0.0
    assert found["stay"].reason == "Stay: the best offer, 'new', costs no more and no less EUR in its first twelve months."


def test_a_sure_saving_is_recommended_with_its_figures() -> None:
    found = advice(priced(3.0), priced(2.5), (BEGINS, 30.0))
    new = found["new"]
    assert new.recommended
    assert new.saving == pytest.approx(0.5 * 365 - 30)
    assert new.confidence == 1.0
    assert new.break_even_on == BEGINS + dt.timedelta(days=59), "60 days at half a euro pay 30 EUR"
    assert new.reason.startswith(
        "Switch: it costs 152 EUR less than staying in its first twelve months, cheaper in 100% of the price years"
    )
    assert found["stay"].reason == "Staying costs 152 EUR more than 'new' in its first twelve months."


def test_the_first_year_holds_the_present_contract_until_it_ends() -> None:
    new = advice(priced(3.0), priced(2.0), (BEGINS, 30.0))["new"]
    before = (BEGINS - TODAY).days
    assert new.first_year_cost == pytest.approx(3.0 * before + 2.0 * (365 - before) + 30)
    assert new.months_before == pytest.approx(1.37, abs=0.01)


def test_a_bonus_counts_from_the_day_it_is_paid() -> None:
    """60 EUR after a year of supply at 10 ct a day more than staying: 23.50 EUR saved in all, not before the bonus comes."""
    due = add_months(BEGINS, 12) - dt.timedelta(days=1)
    new = advice(priced(3.0), priced(3.1), (due, -60.0))["new"]
    assert new.saving == pytest.approx(60 - 36.5)
    assert new.first_year_cost == pytest.approx(3.0 * 42 + 3.1 * 323), "it falls due after the 365 days from today"
    assert new.break_even_on is None, "in the second year the bonus is used up"


def test_a_bonus_at_once_pays_from_the_first_day() -> None:
    assert advice(priced(3.0), priced(2.9), (BEGINS, -10.0))["new"].break_even_on == BEGINS


def test_a_bonus_due_with_the_first_year_pays_back_on_its_day() -> None:
    due = add_months(BEGINS, 12) - dt.timedelta(days=1)
    new = advice(priced(3.0), priced(2.9), (BEGINS, 100.0), (due, -80.0))["new"]
    assert new.break_even_on == due


@pytest.mark.parametrize("cheaper", [0, 50, 74, 75, 100])
def test_an_uncertain_saving_is_no_reason_to_go(cheaper: int) -> None:
    scenarios = [900.0] * cheaper + [1300.0] * (100 - cheaper)
    new_year = PricedYear(np.full(365, 900 / 365), 950.0, {}, np.array(scenarios), dynamic=True, r_squared=None)
    found = advice(priced(1100 / 365), new_year)
    assert found["new"].confidence == cheaper / 100
    assert found["new"].recommended is (cheaper / 100 >= LEAST_CONFIDENCE)
    assert found["stay"].recommended is not found["new"].recommended
    if cheaper == 50:
        assert "costs 200 EUR less, but in only 50% of the price years" in found["stay"].reason


def test_a_saving_that_is_not_worth_the_trouble_is_named_and_left() -> None:
    found = advice(priced(3.0), priced(3.0 - (TROUBLE["household"] - 1) / 365))
    assert found["stay"].recommended
    assert "costs 19 EUR less, and at least 20 would be worth the trouble" in found["stay"].reason


def test_bands_of_a_year_are_ordered() -> None:
    year = priced(1.0, scenarios=list(np.random.default_rng(1).normal(365, 40, 200)))
    assert year.quantile(0.1) < year.quantile(0.5) < year.quantile(0.9)


def test_the_catalogue_tells_each_site_what_it_may_choose_and_why_not() -> None:
    house, factory = (
        choice(site(key), offers_in("DE-LU"), today=TODAY, annual_kwh=kwh) for key, kwh in (("house-1", 5e3), ("factory-1", 8e5))
    )
    assert house.candidates[0].key == STAY
    assert all(one.offer is None or one.offer.customer == "household" for one in house.candidates)
    assert all(one.offer is None or one.offer.customer == "business" for one in factory.candidates)
    assert set(house.refused) | {one.key for one in house.candidates} == {STAY, *(offer.key for offer in offers_in("DE-LU"))}
    assert house.refused["werkhof-spot"] == "for a business only"


def changed(offer: Offer, **fields) -> Offer:
    return Offer.model_validate(offer.model_dump() | fields)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"valid_until": dt.date(2026, 5, 19)}, "ended on 2026-05-19"),
        ({"valid_from": dt.date(2026, 6, 1)}, "not before 2026-06-01"),
        ({"requirements": {"max_annual_kwh": 4000}}, "up to 4000 kWh a year"),
        ({"requirements": {"min_annual_kwh": 6000}}, "from 6000 kWh a year"),
        ({"energy": {"kind": "fixd", "price": 0.1}}, "kind 'fixd' is not known"),
    ],
)
def test_an_offer_that_is_not_made_says_why(fields, reason: str) -> None:
    offer = changed(offers_in("DE-LU")[0], **fields)
    found = choice(site("house-1"), [offer], today=TODAY, annual_kwh=5000.0)
    assert reason in found.refused[offer.key]


def test_without_a_smart_meter_no_dynamic_tariff() -> None:
    house = site("house-1").model_copy(update={"contract": Contract(smart_meter=False)})
    refused = choice(house, offers_in("DE-LU"), today=TODAY, annual_kwh=5000.0).refused
    assert refused["taktwerk-spot"] == "needs a smart meter"


def test_a_bonus_for_new_customers_is_not_for_old_ones() -> None:
    offer = next(one for one in offers_in("DE-LU") if one.bonuses)
    contract = Contract(supplier=offer.supplier, notice=Notice(weeks=2))
    old = choice(site("house-1").model_copy(update={"contract": contract}), [offer], today=TODAY, annual_kwh=5000.0).candidates[1]
    new = choice(site("house-1"), [offer], today=TODAY, annual_kwh=5000.0).candidates[1]
    assert [payment.name for payment in old.payments] == []
    assert [payment.amount for payment in new.payments] == [-75]
    assert new.payments[0].day == add_months(new.switch_on, 12) - dt.timedelta(days=1)
    assert new.guaranteed_until == new.payments[0].day
