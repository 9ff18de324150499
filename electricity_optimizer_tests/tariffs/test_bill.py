"""Bills: exact decimals, each line rounded once, complete for a year, and the same money as the prices of the intervals."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.errors import CatalogError, InputError
from electricity_optimizer.tariffs import Bill, bill, tariff
from electricity_optimizer_tests.tariffs.series import BERLIN, market, meter, mine

PATIENT = settings(max_examples=30, deadline=None)  # the machine may be busy
HOURS = 24
KWH = st.decimals(min_value=0, max_value=40, places=3).map(float)
PRICES = st.decimals(min_value=-500, max_value=4000, places=2).map(float)
LINEAR = ["de-household-dynamic", "de-household-fixed", "de-flat-dynamic", "de-household-time-of-use", "de-household-dynamic-module3"]


def exact(found: Bill, *categories: str) -> Decimal:
    return sum((line.exact for line in found.lines if line.category in categories), Decimal(0))


def day(taken=0.1, given_back=0.0, price=80.0) -> tuple[pl.DataFrame, pl.DataFrame]:
    return (
        meter("2026-05-04", "2026-05-04", minutes=60, taken=taken, given=given_back),
        market("2026-05-04", "2026-05-04", minutes=60, price=price),
    )


def test_a_day_of_a_dynamic_tariff_by_hand() -> None:
    """24 x 0.1 kWh at 80 EUR/MWh: energy 2.4 x 0.098, levies 2.4 x 0.15586, VAT 19 %; 24 x 0.2 kWh earn 0.0786 each."""
    found = bill(tariff("de-household-dynamic"), *day(0.1, 0.2), BERLIN)
    assert [(line.name, line.quantity, line.exact) for line in found.lines][:3] == [
        ("spot", Decimal("2.4"), Decimal("0.192")),
        ("markup", Decimal("2.4"), Decimal("0.0432")),
        ("grid_fee", Decimal("2.4"), Decimal("0.216")),
    ]
    net = Decimal("2.4") * (Decimal("0.098") + Decimal("0.15586"))
    assert exact(found, "energy", "surcharge") == net
    assert exact(found, "vat") == net * Decimal("0.19")
    assert exact(found, "feed_in") == -Decimal("4.8") * Decimal("0.0786")
    assert found.total == sum(line.amount for line in found.lines)
    assert (found.first, found.last, found.currency) == (dt.date(2026, 5, 4), dt.date(2026, 5, 4), "EUR")


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    """0.1 + 0.2 kWh are 0.30000000000000004 as floats; ten cents thirty times are three euros and no more."""
    found = bill(mine(""), meter("2026-05-04", "2026-05-04", minutes=60, taken=[0.1, 0.2] + [0.0] * 22), None, BERLIN)
    assert found.lines[0].quantity == Decimal("0.3")
    assert found.lines[0].exact == Decimal("0.03")


def test_half_a_cent_is_rounded_away_from_zero_and_only_once() -> None:
    """Two surcharges of half a cent are a cent each; the same half cent as an income is a cent of income."""
    text = 'surcharges = {{ a = 0.005, b = 0.005 }}\nenergy = {{ kind = "fixed", price = 0 }}\nfeed_in = {{ kind = "fixed", price = {} }}'
    usage = meter("2026-05-04", "2026-05-04", minutes=60, taken=[1.0] + [0.0] * 23, given=[1.0] + [0.0] * 23)
    found = bill(mine(text.format("0.005")), usage, None, BERLIN)
    assert [line.amount for line in found.lines if line.category != "energy"] == [Decimal("0.01"), Decimal("0.01"), Decimal("-0.01")]
    hours = bill(mine(text.format("0.0001")), meter("2026-05-04", "2026-05-04", minutes=60, taken=1.0), None, BERLIN)
    assert hours.of("surcharge") == Decimal("0.24")  # 24 half cents a line, not 24 cents


@PATIENT
@given(
    st.sampled_from(LINEAR), st.lists(KWH, min_size=HOURS, max_size=HOURS), st.lists(KWH, min_size=HOURS, max_size=HOURS),
    st.lists(PRICES, min_size=HOURS, max_size=HOURS),
)  # fmt: skip
def test_a_bill_is_the_sum_of_interval_prices_times_energy_for_linear_tariffs(key, taken, given_back, price) -> None:
    usage, spot = day(taken, given_back, price)
    found, frame = bill(tariff(key), usage, spot, BERLIN), tariff(key).prices(spot, BERLIN).frame
    cost = sum(p * kwh for p, kwh in zip(frame["import_eur_kwh"], taken, strict=True))
    income = sum(p * kwh for p, kwh in zip(frame["export_eur_kwh"], given_back, strict=True))
    standing = exact(found, "standing") * (1 + tariff(key).vat)
    assert float(sum(line.exact for line in found.lines) - standing) == pytest.approx(cost - income, abs=1e-6)
    assert abs(found.total - sum(line.exact for line in found.lines)) <= Decimal("0.005") * len(found.lines)


@PATIENT
@given(st.lists(KWH, min_size=HOURS, max_size=HOURS), st.lists(PRICES, min_size=HOURS, max_size=HOURS))
def test_amounts_are_exact_to_the_last_digit(taken, price) -> None:
    """Against rational arithmetic."""
    found = bill(tariff("de-household-dynamic"), *day(taken, price=price), BERLIN)
    energy = [Fraction(repr(kwh)) for kwh in taken]
    spot = sum(kwh * Fraction(repr(p)) / 1000 for kwh, p in zip(energy, price, strict=True))
    net = spot + sum(energy) * Fraction("0.17386")
    assert Fraction(exact(found, "energy", "surcharge")) == net
    assert Fraction(exact(found, "vat")) == net * Fraction("0.19")


def test_vat_follows_a_net_sum_below_zero() -> None:
    found = bill(tariff("de-household-dynamic"), *day(1.0, price=-500.0), BERLIN)
    net = 24 * (Decimal("-0.5") + Decimal("0.17386"))
    assert exact(found, "vat") == net * Decimal("0.19") < 0


def test_a_year_has_every_standing_charge_and_is_the_sum_of_its_months() -> None:
    """10.90 a month, 60 and 33.61 a year, 365 days of 1 kWh; a leap year pays no more."""
    for year in ("2026", "2028"):
        usage = meter(f"{year}-01-01", f"{year}-12-31", minutes=60, taken=0.1)
        found = bill(tariff("de-household-time-of-use"), usage, None, BERLIN)
        assert {line.name: line.amount for line in found.lines if line.category == "standing"} == {
            "base_fee": Decimal("130.80"),
            "grid_base_fee": Decimal("60.00"),
            "metering": Decimal("33.61"),
        }
        assert len(found.months) == 12
        assert sum(found.months.values()) == pytest.approx(sum(line.exact for line in found.lines))


def test_a_yearly_amount_on_half_a_cent_is_not_lost_in_its_months() -> None:
    found = bill(mine("standing = { fee = { per_year = 12.345 } }"), meter("2026-01-01", "2026-12-31", minutes=60), None, BERLIN)
    assert found.of("standing") == Decimal("12.35")


@pytest.mark.parametrize(("first", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_dst_days_are_whole_days(first: str, hours: int) -> None:
    found = bill(mine(""), meter(first, first, minutes=60, taken=1.0), None, BERLIN)
    assert found.lines[0].quantity == hours


def test_a_market_by_the_hour_prices_the_quarter_hours_within_it() -> None:
    """As in Germany until 2025-09-30: the switch to quarter hours within the series too."""
    price = [float(hour) for hour in range(24)]
    hourly = market("2025-09-30", "2025-09-30", minutes=60, price=price)
    quarters = market("2025-10-01", "2025-10-01", price=[100.0 + k for k in range(96)])
    found = bill(mine('energy = { kind = "dynamic" }'), meter("2025-09-30", "2025-10-01", taken=1.0), pl.concat([hourly, quarters]), BERLIN)
    assert found.lines[0].exact == (4 * sum(map(Decimal, price)) + sum(Decimal(100 + k) for k in range(96))) / 1000


def test_money_may_be_given_as_decimals_of_its_own() -> None:
    usage = meter("2026-05-04", "2026-05-04", minutes=60).with_columns(pl.lit("0.1").cast(pl.Decimal(10, 3)).alias("import_kwh"))
    assert bill(mine(""), usage, None, BERLIN).lines[0].exact == Decimal("0.24")


HOURLY = meter("2026-05-04", "2026-05-04", minutes=60)


@pytest.mark.parametrize(
    ("usage", "line"),
    [
        (HOURLY.drop("export_kwh"), "meter.export_kwh: is missing"),
        (HOURLY.with_columns(import_kwh=pl.lit(None, pl.Float64)), "meter.import_kwh: is unknown at 2026-05-03T22:00:00+00:00"),
        (HOURLY.with_columns(import_kwh=pl.lit(-0.1)), "meter.import_kwh: is negative at 2026-05-03T22:00:00+00:00"),
        (HOURLY.with_columns(import_kwh=pl.lit(float("inf"))), "meter.import_kwh: holds NaN or infinity"),
        (HOURLY.reverse(), "meter.start: is not ascending"),
        (HOURLY.vstack(HOURLY).sort("start"), "meter.start: is not ascending"),
        (HOURLY.filter(pl.int_range(24) != 5), "meter.start: has a gap before 2026-05-04T04:00:00+00:00"),
        (HOURLY[1:], "meter.start: begins or ends at 2026-05-03T23:00:00+00:00, which is no midnight in Europe/Berlin"),
        (HOURLY[:-1], "meter.start: begins or ends at 2026-05-04T21:00:00+00:00, which is no midnight in Europe/Berlin"),
        (HOURLY[:1], "meter.start: holds no two intervals"),
        (HOURLY.with_columns(pl.col("start").dt.replace_time_zone(None)), "meter.start: is Datetime"),
    ],
)
def test_a_wrong_meter_is_refused(usage: pl.DataFrame, line: str) -> None:
    with pytest.raises(InputError) as caught:
        bill(mine(""), usage, None, BERLIN)
    assert str(caught.value).startswith(line)


def test_a_use_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="used_kwh: -1 is no use so far"):
        bill(mine(""), HOURLY, None, BERLIN, Decimal(-1))


def test_an_unknown_market_price_is_refused_where_energy_flowed_and_only_there() -> None:
    holed = market("2026-05-04", "2026-05-04", minutes=60).with_columns(
        price_eur_mwh=pl.when(pl.int_range(24) == 7).then(None).otherwise(pl.col("price_eur_mwh"))
    )
    for spot in (holed, holed.drop_nulls()):
        with pytest.raises(InputError, match=r"market.price_eur_mwh: is unknown at 2026-05-04T05:00:00\+00:00, when energy flowed"):
            bill(tariff("de-flat-dynamic"), HOURLY, spot, BERLIN)
        idle = HOURLY.with_columns(import_kwh=pl.when(pl.int_range(24) == 7).then(0.0).otherwise(0.1))
        assert bill(tariff("de-flat-dynamic"), idle, spot, BERLIN).lines[0].quantity == Decimal("2.3")
    with pytest.raises(InputError, match="is unknown at 2026-05-03T22:00"):
        bill(tariff("de-flat-dynamic"), HOURLY, None, BERLIN)


def test_a_meter_coarser_than_the_market_is_refused() -> None:
    with pytest.raises(InputError, match="intervals of 60 min are longer than the market's from 2026-05-03T22:00"):
        bill(tariff("de-flat-dynamic"), HOURLY, market("2026-05-04", "2026-05-04"), BERLIN)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("standing = { fee = { per_week = 1 } }", "standing.fee.per_week: Extra inputs are not permitted"),
        ("standing = { fee = { per_day = 1, per_month = 1 } }", "standing.fee: give one of per_day, per_month and per_year"),
        ("standing = { fee = {} }", "standing.fee: give one of per_day, per_month and per_year"),
        ("minimum = { per_month = true }", "minimum.per_month: "),
        ("surcharges = { vat = 0.1 }", "surcharges.vat: 'vat' is the name of another component (call it otherwise)"),
        ('surcharges = { fee = { kind = "dynamic" } }', "surcharges.fee.kind: kind 'dynamic' is not known (one of: fixed,"),
    ],
)  # fmt: skip
def test_wrong_standing_charges_and_surcharges_name_their_field(text: str, line: str) -> None:
    with pytest.raises(CatalogError) as caught:
        mine(text)
    assert str(caught.value).startswith(f"own.toml [mine] {line}")


def test_a_price_at_the_market_is_in_its_currency() -> None:
    with pytest.raises(CatalogError, match=r"\[mine\] energy: the tariff is in GBP, prices of kind 'dynamic' are in EUR"):
        mine('energy = { kind = "dynamic" }', currency="GBP")
