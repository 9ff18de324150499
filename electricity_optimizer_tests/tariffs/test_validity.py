"""Validity and versions: each day has the amounts of its own time, and outside there is no price but an error."""

import datetime as dt
from decimal import Decimal

import pytest

from electricity_optimizer.errors import CatalogError, InputError
from electricity_optimizer.tariffs import bill, tariff
from electricity_optimizer_tests.tariffs.series import BERLIN, market, meter, mine

NEW_YEAR = """
valid_from = 2025-06-01
valid_until = 2026-12-31
surcharges = { grid_fee = 0.09, tax = 0.02 }
standing = { base_fee = { per_month = 9.30 }, metering = { per_day = 0.10 } }
demand_charge = { price_per_kw = 10 }

[[mine.versions]]
valid_from = 2026-01-01
vat_percent = 16
surcharges = { grid_fee = 0.085, levy = 0.01 }
standing = { base_fee = { per_month = 12.40 } }

[[mine.versions]]
valid_from = 2026-07-01
energy = { kind = "dynamic", markup = 0.02 }
feed_in = { kind = "spot" }
demand_charge = []
"""
FOUND = mine(NEW_YEAR, vat="19")


def test_a_series_over_the_new_year_has_each_versions_prices_in_its_time() -> None:
    """The change is at local midnight, which is 23:00 UTC; what a version does not name stays."""
    frame = FOUND.prices(market("2025-12-31", "2026-01-01"), BERLIN).frame
    assert frame["start"][96] == dt.datetime(2025, 12, 31, 23, tzinfo=dt.UTC)
    old, new = (0.10 + 0.09 + 0.02) * 1.19, (0.10 + 0.085 + 0.02 + 0.01) * 1.16
    assert frame["import_eur_kwh"].to_list() == pytest.approx([old] * 96 + [new] * 96, abs=1e-10)
    assert frame["grid_fee_eur_kwh"].to_list() == [0.09] * 96 + [0.085] * 96
    assert frame["levy_eur_kwh"].to_list() == [0.0] * 96 + [0.01] * 96
    parts = frame.drop("start", "import_eur_kwh", "export_eur_kwh").sum_horizontal()
    assert parts.to_list() == pytest.approx(frame["import_eur_kwh"].to_list(), abs=1e-9)


def test_a_version_may_change_the_kind_of_the_energy_and_of_the_feed_in() -> None:
    frame = FOUND.prices(market("2026-06-30", "2026-07-01", price=-20.0), BERLIN).frame
    assert frame["export_eur_kwh"].to_list() == [0.0] * 96 + [-0.02] * 96
    assert frame["energy_eur_kwh"].to_list() == [0.10] * 96 + [0.0] * 96
    assert frame["spot_eur_kwh"].to_list() == [0.0] * 96 + [-0.02] * 96


@pytest.mark.parametrize(
    ("day", "line"),
    [
        ("2025-05-31", "tariff mine: is not valid on 2025-05-31: it begins on 2025-06-01 (take a tariff or version of that day)"),
        ("2027-01-01", "tariff mine: is not valid on 2027-01-01: it held until 2026-12-31 (take a tariff or version of that day)"),
    ],
)
def test_outside_its_validity_there_is_an_error_that_names_tariff_and_day(day: str, line: str) -> None:
    for attempt in (
        lambda: FOUND.prices(market("2025-05-31", "2025-06-01") if day < "2026" else market("2026-12-31", day), BERLIN),
        lambda: bill(FOUND, meter(day, day), market(day, day), BERLIN),
        lambda: FOUND.terms_on(dt.date.fromisoformat(day)),
    ):
        with pytest.raises(InputError) as caught:
            attempt()
        assert str(caught.value) == line


def test_its_first_and_last_day_are_valid_to_the_last_quarter_hour() -> None:
    assert FOUND.prices(market("2025-06-01", "2025-06-01"), BERLIN).frame.height == 96
    assert FOUND.prices(market("2026-12-31", "2026-12-31"), BERLIN).frame["import_eur_kwh"].null_count() == 0


def test_a_bill_over_a_change_has_both_prices_and_both_rates_of_vat() -> None:
    """December and January, 10 kWh a day and a peak of 40 kW in December, 8 in January; standing 9.30 and 12.40 a month, 0.10 a day."""

    def taken(begin: dt.datetime) -> float:
        return (
            10.0
            if begin.hour == begin.minute == 0 and begin.month == 12
            else 2.0
            if begin.hour < 5 and begin.minute == 0 and begin.month == 1
            else 0.0
        )

    found = bill(FOUND, meter("2025-12-01", "2026-01-31", taken=taken), None, BERLIN)
    lines = {(line.name, line.label, line.price): line.exact for line in found.lines}
    assert lines["grid_fee", "", Decimal("0.09")] == 310 * Decimal("0.09")
    assert lines["grid_fee", "", Decimal("0.085")] == 310 * Decimal("0.085")
    assert lines["base_fee", "", None] == Decimal("9.30") + Decimal("12.40")
    assert lines["metering", "", None] == Decimal("6.2")
    december = 310 * Decimal("0.21") + Decimal("9.30") + Decimal("3.1") + 400
    january = 310 * Decimal("0.215") + Decimal("12.40") + Decimal("3.1") + 80
    assert lines["vat", "19 %", Decimal("0.19")] == december * Decimal("0.19")
    assert lines["vat", "16 %", Decimal("0.16")] == january * Decimal("0.16")
    assert found.months == {"2025-12": december * Decimal("1.19"), "2026-01": january * Decimal("1.16")}


def test_a_change_within_a_month_shares_the_month_by_days() -> None:
    """10.00 a month for 10 of 30 days, 16.00 for 20; peaks of each part are charged for its days."""
    text = "standing = { fee = { per_month = 10 } }\ndemand_charge = { price_per_kw = 3 }\n[[mine.versions]]\nvalid_from = 2026-06-11\n"
    found = bill(
        mine(text + "standing = { fee = { per_month = 16 } }"),
        meter("2026-06-01", "2026-06-30", taken=lambda begin: 2.0 if begin.day == 5 else 1.0),
        None,
        BERLIN,
    )
    assert found.of("standing") == Decimal("14.00")  # 3.33 + 10.67
    assert found.of("demand") == 8 * 3 * Decimal(10) / 30 + 4 * 3 * Decimal(20) / 30


def test_the_same_demand_charge_goes_on_through_versions_and_ends_where_one_drops_it() -> None:
    charges = mine(NEW_YEAR.replace("vat_percent = 16\n", ""), vat="19").prices(market("2026-01-01", "2026-01-01"), BERLIN).charges
    assert [(one.first, one.last) for one in charges] == [(dt.date(2025, 6, 1), dt.date(2026, 6, 30))]
    assert charges[0].charge.price_per_kw == Decimal("11.9")
    july = FOUND.prices(market("2026-07-01", "2026-07-01"), BERLIN)
    assert july.demand_charge is None


def test_the_levies_of_module_3_changed_with_2026() -> None:
    frame = tariff("de-household-dynamic-module3").prices(market("2025-12-31", "2026-01-01"), BERLIN).frame
    assert frame["kwkg_levy_eur_kwh"].unique(maintain_order=True).to_list() == [0.00277, 0.00446]
    assert frame["concession_levy_eur_kwh"].unique().to_list() == [0.0159]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("valid_from = 2026-01-01\nvalid_until = 2025-12-31", "valid_until 2025-12-31 lies before 2026-01-01"),
        ("valid_from = 2026-01-01\n[[mine.versions]]\nvalid_from = 2026-01-01", "version of 2026-01-01 does not begin after the one"),
        ('[[mine.versions]]\nvalid_from = 2026-01-01\ncurrency = "USD"', "[mine] versions.0.currency: Extra inputs are not permitted"),
        ('[[mine.versions]]\nvalid_from = 2026-01-01\nenergy = { kind = "fixed" }', "[mine] versions.0 energy.price: Field required"),
        ('valid_from = "soon"', "[mine] valid_from: Input should be a valid date"),
    ],
)  # fmt: skip
def test_wrong_versions_are_named(text: str, line: str) -> None:
    with pytest.raises(CatalogError) as caught:
        mine(text)
    assert line in str(caught.value)
