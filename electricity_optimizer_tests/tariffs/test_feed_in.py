"""What an exported kWh earns: fixed, spot, by the clock, as much as an imported one, or nothing."""

from decimal import Decimal

import pytest

from electricity_optimizer.errors import CatalogError
from electricity_optimizer.tariffs import bill, tariff
from electricity_optimizer_tests.tariffs.series import BERLIN, market, meter, mine

TWO_PRICES = """
surcharges = { grid_fee = 0.05 }
[mine.energy]
kind = "time_of_use"
windows = [{ name = "day", price = 0.20, hours = "06:00-22:00" }, { name = "night", price = 0.10, hours = "22:00-06:00" }]
[mine.feed_in]
"""
TIERED = """
[mine.energy]
kind = "tiered"
tiers = [{ price = 0.20, up_to_kwh = 10 }, { price = 0.40 }]
[mine.feed_in]
kind = "net_metering"
"""


def earned(text: str, vat: str = "0") -> list[float]:
    frame = mine(TWO_PRICES + text, vat=vat).prices(market("2026-05-04", "2026-05-04", minutes=60), BERLIN).frame
    return [frame["export_eur_kwh"][hour] for hour in (3, 12)]


def test_a_feed_in_by_the_clock_pays_the_price_of_its_window() -> None:
    noon = '{ name = "noon", price = -0.01, hours = "11:00-15:00" }'
    text = f'kind = "time_of_use"\ndefault = {{ name = "other", price = 0.04 }}\nwindows = [{noon}]'
    assert earned(text) == [0.04, -0.01]


def test_net_metering_pays_the_import_price_with_vat_or_its_energy_part() -> None:
    assert earned('kind = "net_metering"', vat="21") == pytest.approx([0.15 * 1.21, 0.25 * 1.21], abs=1e-10)
    assert earned('kind = "net_metering"\npays = "energy"', vat="21") == [0.10, 0.20]
    assert earned('kind = "net_metering"\nfee = 0.03') == pytest.approx([0.12, 0.22], abs=1e-10)


def test_net_metering_at_a_spot_price_is_unknown_where_the_market_is() -> None:
    text = 'energy = { kind = "dynamic" }\nfeed_in = { kind = "net_metering" }'
    frame = mine(text).prices(market("2026-05-04", "2026-05-04", minutes=60, price=50.0), BERLIN).frame
    assert frame["export_eur_kwh"].to_list() == frame["import_eur_kwh"].to_list() == [0.05] * 24


def test_an_export_under_tiers_earns_the_price_of_the_tier_that_is_reached() -> None:
    """8 kWh, then 4 kWh with 1 kWh out in the same hour, which is behind the bound, then 1 kWh out again."""
    usage = meter("2026-05-04", "2026-05-04", minutes=60, taken=[8.0, 4.0] + [0.0] * 22, given=[1.0, 1.0, 1.0] + [0.0] * 21)
    found = bill(mine(TIERED), usage, None, BERLIN)
    assert found.of("energy") == Decimal("2.00") + Decimal("0.80")
    assert {line.label: line.exact for line in found.lines if line.category == "feed_in"} == {
        "tier 1": -Decimal("0.2"),
        "tier 2": -2 * Decimal("0.4"),
    }


def test_a_fee_on_exports_is_a_cost() -> None:
    found = bill(
        mine('feed_in = { kind = "spot", fee = 0.004 }'),
        meter("2026-05-04", "2026-05-04", given=1.0),
        market("2026-05-04", "2026-05-04"),
        BERLIN,
    )
    assert {line.name: line.exact for line in found.lines if line.category == "feed_in"} == {
        "spot": -96 * Decimal("0.08"),
        "fee": 96 * Decimal("0.004"),
    }


def test_the_selling_price_of_a_rate_is_only_for_rates_that_have_one() -> None:
    assert tariff("us-consumers-rsp").versions[0].energy.sells
    with pytest.raises(CatalogError, match=r"own.toml \[mine\] feed_in.kind: the rate of the energy part does not say what exports earn"):
        mine('feed_in = { kind = "urdb" }')
