"""The tariffs of the catalogue: each can be read, priced and billed; entries that do not fit are named."""

import pytest

from electricity_optimizer.catalog.tariffs import tariff_entries, tariff_entry
from electricity_optimizer.errors import CatalogError
from electricity_optimizer.tariffs import bill, tariff
from electricity_optimizer_tests.tariffs.series import BERLIN, PHOENIX, market, meter


def test_there_is_a_tariff_of_each_kind() -> None:
    kinds = {entry.energy["kind"] for entry in tariff_entries().values()}
    assert kinds == {"fixed", "dynamic", "time_of_use", "tiered", "urdb"}
    assert {entry.currency for entry in tariff_entries().values()} == {"EUR", "USD"}


@pytest.mark.parametrize("key", tariff_entries())
def test_every_tariff_prices_and_bills_a_day(key: str) -> None:
    found = tariff(key)
    tz = PHOENIX if found.entry.currency == "USD" else BERLIN
    spot = market("2026-10-05", "2026-10-05", tz)
    frame = found.prices(spot, tz).frame
    assert frame["import_eur_kwh"].null_count() == frame["export_eur_kwh"].null_count() == 0
    assert 0 < frame["import_eur_kwh"].min() <= frame["import_eur_kwh"].max() < 0.6
    assert bill(found, meter("2026-10-05", "2026-10-05", tz), spot, tz).total > 0


def test_an_unknown_tariff_lists_the_near_ones() -> None:
    with pytest.raises(CatalogError, match=r"tariff 'us-consumers' is not known .near: us-consumers-rsp"):
        tariff_entry("us-consumers")
