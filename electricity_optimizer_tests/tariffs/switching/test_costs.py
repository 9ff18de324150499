"""What a year costs under a tariff: the same money as its exact bill, tiers and demand charges among it."""

from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.tariffs import load_tariffs, tariff
from electricity_optimizer.tariffs.bill import bill
from electricity_optimizer.tariffs.switching.costs import year_cost, year_tariff
from electricity_optimizer.tariffs.switching.exposure import exposure
from electricity_optimizer.tariffs.switching.year import Usage, price_days, year_prices
from electricity_optimizer_tests.tariffs.switching.years import TZ, YEAR, even_usage, hourly_market

MARKET = hourly_market(YEAR.first, YEAR.last)
SPOT = year_prices(price_days(MARKET, TZ), MARKET, YEAR)[0]
PRICE = SPOT["price_eur_mwh"].to_numpy()
TIERED = """
[steps]
name = "Steps"
currency = "EUR"
vat_percent = 19
energy = { kind = "tiered", tiers = [{ price = 0.10, up_to_kwh = 1000 }, { price = 0.20 }] }
"""


def uneven() -> Usage:
    random = np.random.default_rng(1)
    even = even_usage(YEAR)
    return Usage(random.uniform(0, 2, len(PRICE)).round(4), random.uniform(0, 1, len(PRICE)).round(4), even.wear, even.stored, even.planned)


@pytest.mark.parametrize("key", ["de-household-dynamic", "de-household-fixed", "de-industry-dynamic"])
def test_a_year_costs_what_its_exact_bill_says(key: str) -> None:
    found, usage = tariff(key), uneven()
    year = year_tariff(found, found.prices(SPOT, TZ), YEAR, standing_per_month=Decimal(0), stored_value=np.zeros(365))
    meter = YEAR.starts.to_frame().with_columns(pl.Series("import_kwh", usage.import_kwh), pl.Series("export_kwh", usage.export_kwh))
    exact = bill(found, meter, SPOT, TZ)
    cost = year_cost(year, PRICE, usage, YEAR)
    energy = float(exact.total - exact.of("demand"))
    assert float(cost.energy.sum() - cost.feed_in.sum()) == pytest.approx(energy, abs=0.05), "the bill rounds each line to the cent"
    assert cost.total == pytest.approx(sum(cost.items.values()))


def test_tiers_count_by_calendar_month() -> None:
    """744 h in May at 4 kWh are 2,976 kWh: 1,000 at the first price, the rest at twice that; both with VAT."""
    found, usage = load_tariffs(TIERED, "test")["steps"], even_usage(YEAR)
    year = year_tariff(found, found.prices(SPOT, TZ), YEAR, standing_per_month=Decimal(0), stored_value=np.zeros(365))
    cost = year_cost(year, PRICE, usage, YEAR)
    july = [k for k, day in enumerate(YEAR.days) if (day.year, day.month) == (2025, 7)]
    assert cost.usage[july].sum() == pytest.approx(1.19 * (1000 * 0.10 + 1976 * 0.20))


def test_the_demand_charge_is_that_of_each_months_highest_quarter_hour() -> None:
    found, usage = tariff("de-industry-dynamic"), even_usage(YEAR, kwh=10.0)
    usage.import_kwh[40 * 96] = 20.0  # 80 kW once, in June; 40 kW at all other times
    year = year_tariff(found, found.prices(SPOT, TZ), YEAR, standing_per_month=Decimal(0), stored_value=np.zeros(365))
    assert year_cost(year, PRICE, usage, YEAR).demand.sum() == pytest.approx(12.0 * (11 * 40 + 80))


def test_stored_energy_and_wear_are_no_part_of_a_bill() -> None:
    usage = even_usage(YEAR, kwh=0.0)
    usage.wear[:] = 0.01
    usage.stored[:, 0], usage.stored[:, 1] = np.arange(365), np.arange(1, 366)  # a kWh more each day
    assert usage.off_the_bill(np.full(365, 0.25)).sum() == pytest.approx(365 * (0.01 - 0.25))


def test_standing_charges_of_a_year_are_twelve_months() -> None:
    found = tariff("de-household-fixed")
    year = year_tariff(found, found.prices(SPOT, TZ), YEAR, standing_per_month=Decimal("12.90"), stored_value=np.zeros(365))
    assert year.standing.sum() == pytest.approx(12 * 12.90)


def test_exposure_tells_what_follows_the_market() -> None:
    dynamic, fixed = (exposure(tariff(key), YEAR) for key in ("de-household-dynamic", "de-household-fixed"))
    assert (dynamic.dynamic, dynamic.flat, fixed.dynamic, fixed.flat) == (True, False, False, True)
    assert dynamic.buy.slope == pytest.approx(1.19)
    assert dynamic.buy.price(PRICE) == pytest.approx(tariff("de-household-dynamic").prices(SPOT, TZ).frame["import_eur_kwh"].to_numpy())


def test_a_price_that_bends_with_the_market_is_refused_by_name() -> None:
    class Capped:
        entry = tariff("de-household-fixed").entry

        def prices(self, market: pl.DataFrame, tz: str):
            found = tariff("de-household-dynamic").prices(market, tz)
            found.frame.replace_column(1, found.frame["import_eur_kwh"].clip(None, 0.5))
            return found

    with pytest.raises(InputError, match="no straight line of the market's"):
        exposure(Capped(), YEAR)
