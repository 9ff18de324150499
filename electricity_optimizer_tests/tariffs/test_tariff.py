"""Prices of a tariff: exact components, VAT on negative prices, unknown prices, and wrong entries."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from electricity_optimizer.errors import CatalogError, InputError
from electricity_optimizer.tariffs import load_tariffs, tariff
from electricity_optimizer.timeline import UTC_DTYPE

TZ = "Europe/Berlin"
HOUSEHOLD_NET = (
    Decimal("0.018")
    + Decimal("0.09")
    + Decimal("0.0205")
    + Decimal("0.0159")
    + Decimal("0.00446")
    + Decimal("0.00941")
    + Decimal("0.01559")
)


def market(*prices: float | None, minutes: int = 15) -> pl.DataFrame:
    first = dt.datetime(2026, 5, 3, 22, tzinfo=dt.UTC)
    starts = [first + dt.timedelta(minutes=minutes * k) for k in range(len(prices))]
    return pl.DataFrame({"start": starts, "price_eur_mwh": prices}, schema={"start": UTC_DTYPE, "price_eur_mwh": pl.Float64})


def entry(**changes: str) -> str:
    fields = {"name": '"x"', "currency": '"EUR"', "vat_percent": "19", "energy": '{ kind = "dynamic", markup = 0.01 }'} | changes
    return "[mine]\n" + "\n".join(f"{name} = {value}" for name, value in fields.items())


def test_a_dynamic_price_is_spot_and_components_then_vat() -> None:
    prices = tariff("de-household-dynamic").prices(market(102.60), TZ).frame
    assert prices["import_eur_kwh"][0] == float((Decimal("0.10260") + HOUSEHOLD_NET) * Decimal("1.19"))
    assert prices["export_eur_kwh"][0] == 0.0786


@given(st.decimals(min_value=-500, max_value=4000, places=2))
def test_a_price_with_cents_comes_out_as_its_exact_decimal(price: Decimal) -> None:
    import_price = tariff("de-household-dynamic").prices(market(float(price)), TZ).frame["import_eur_kwh"][0]
    assert import_price == pytest.approx(float((price / 1000 + HOUSEHOLD_NET) * Decimal("1.19")), abs=1e-12)


@given(st.floats(min_value=-500, max_value=4000))
def test_the_components_sum_to_the_import_price(price: float) -> None:
    row = tariff("de-flat-dynamic").prices(market(price), TZ).frame
    parts = row.select(pl.sum_horizontal(pl.exclude("start", "import_eur_kwh", "export_eur_kwh"))).item()
    assert parts == pytest.approx(row["import_eur_kwh"][0], abs=1e-8)


def test_vat_follows_a_net_price_below_zero() -> None:
    row = tariff("de-household-dynamic").prices(market(-499.99), TZ).frame
    net = Decimal("-0.49999") + HOUSEHOLD_NET
    assert net < 0
    assert row["vat_eur_kwh"][0] == pytest.approx(float(net * Decimal("0.19")), abs=1e-10)
    assert row["import_eur_kwh"][0] == pytest.approx(float(net * Decimal("1.19")), abs=1e-10)


def test_an_unknown_market_price_stays_null_and_is_never_zero() -> None:
    industry = tariff("de-industry-dynamic").prices(market(50.0, None), TZ).frame
    assert industry["import_eur_kwh"].null_count() == industry["export_eur_kwh"].null_count() == industry["vat_eur_kwh"].null_count() == 1
    household = tariff("de-household-dynamic").prices(market(None), TZ).frame
    assert household["import_eur_kwh"].null_count() == 1
    assert household["export_eur_kwh"].to_list() == [0.0786]


def test_a_fixed_price_is_known_even_where_the_market_is_not() -> None:
    prices = tariff("de-household-fixed").prices(market(None, -80.0), TZ).frame["import_eur_kwh"]
    assert prices.n_unique() == 1
    assert prices.null_count() == 0


def test_spot_feed_in_goes_below_zero_with_the_market_and_carries_no_vat() -> None:
    prices = tariff("de-industry-dynamic").prices(market(-20.0, 80.0), TZ).frame
    assert prices["export_eur_kwh"].to_list() == [-0.024, 0.076]


def test_a_tariff_without_feed_in_pays_nothing_for_exports() -> None:
    assert tariff("de-flat-dynamic").prices(market(80.0), TZ).frame["export_eur_kwh"].to_list() == [0.0]


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_prices_keep_the_intervals_of_the_market(minutes: int) -> None:
    given_market = market(1.0, 2.0, 3.0, minutes=minutes)
    assert tariff("de-flat-dynamic").prices(given_market, TZ).frame["start"].equals(given_market["start"])


def test_a_demand_charge_is_per_kw_and_month() -> None:
    charge = tariff("de-industry-dynamic").demand_charge
    assert charge is not None
    assert (charge.price_per_kw, charge.interval_minutes) == (12, 15)
    assert tariff("de-household-dynamic").demand_charge is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            entry(energy='{ kind = "dynamik" }'),
            "own.toml [mine] energy.kind: kind 'dynamik' is not known (one of: fixed, dynamic, time_of_use, tiered, urdb)",
        ),
        (entry(energy='{ kind = "fixed" }'), "own.toml [mine] energy.price: Field required (correct this field)"),
        (entry(energy='{ kind = "dynamic", mark_up = 0.01 }'), "own.toml [mine] energy.mark_up: Extra inputs are not permitted"),
        (entry(surcharges='{ grid_fee = "much" }'), "own.toml [mine] surcharges.grid_fee.price: Input should be a valid decimal"),
        (entry(feed_in='{ kind = "spot", fee = -1 }'), "own.toml [mine] feed_in.fee: Input should be greater than or equal to 0"),
        (entry(demand_charge="{ price_per_kw = -1 }"), "own.toml [mine] demand_charge.price_per_kw: Input should be greater than"),
        (entry(vat_percent="190"), "own.toml [mine] vat_percent: Input should be less than or equal to 100"),
        (entry(vat="19"), "own.toml [mine] vat: Extra inputs are not permitted"),
    ],
)
def test_a_wrong_entry_names_file_entry_and_field(text: str, line: str) -> None:
    with pytest.raises(CatalogError) as caught:
        load_tariffs(text, "own.toml")
    assert str(caught.value).startswith(line)


def test_an_unknown_tariff_lists_the_near_ones() -> None:
    with pytest.raises(CatalogError, match=r"tariff 'de-household-dynamik' is not known .near: de-household-dynamic"):
        tariff("de-household-dynamik")


@pytest.mark.parametrize(
    ("frame", "line"),
    [
        (market(1.0).drop("price_eur_mwh"), "market.price_eur_mwh: is missing"),
        (market(1.0).with_columns(pl.col("start").dt.replace_time_zone(None)), "market.start: is Datetime"),
        (market(float("nan")), "market.price_eur_mwh: holds NaN or infinity"),
    ],
)
def test_a_wrong_market_series_is_refused(frame: pl.DataFrame, line: str) -> None:
    with pytest.raises(InputError) as caught:
        tariff("de-flat-dynamic").prices(frame, TZ)
    assert str(caught.value).startswith(line)
