"""The catalogue of offers: what it holds, and what it says about a wrong entry."""

import pytest

from electricity_optimizer.catalog.suppliers import load_offers, offer, offers, offers_in
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import CatalogError
from electricity_optimizer.tariffs import tariff
from electricity_optimizer.tariffs.switching.offered import offered_tariff

OFFER = """
[mine]
supplier = "S"
name = "N"
zones = ["DE-LU"]
energy = { kind = "fixed", price = 0.1 }
standing_charge_per_month = 10
notice = { weeks = 4 }
valid_from = 2026-01-01
green_percent = 50
source = "test"
as_of = 2026-01-01
"""


def test_every_offer_of_the_catalogue_makes_a_tariff_in_its_zones() -> None:
    assert len(offers()) >= 6
    for key, entry in offers().items():
        assert offer(key) is entry
        assert entry in offers_in(zone(entry.zones[0]).key)
        current = tariff("de-industry-dynamic" if entry.customer == "business" else "de-household-dynamic")
        assert offered_tariff(entry, current, entry.as_of).entry.currency == "EUR"


def test_there_are_fixed_and_dynamic_offers_for_households_and_trades() -> None:
    kinds = {(entry.customer, entry.energy["kind"]) for entry in offers().values() if entry.energy is not None}
    assert kinds >= {(customer, kind) for customer in ("household", "business") for kind in ("fixed", "dynamic")}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (OFFER.replace("DE-LU", "DE-LX"), "own.toml [mine] zone: zone 'DE-LX' is not known (near: DE-LU"),
        (OFFER + 'tariff = "de-household-fixed"\n', "own.toml [mine] : Value error, give either tariff"),
        (
            OFFER.replace('energy = { kind = "fixed", price = 0.1 }', 'tariff = "de-household-fixd"'),
            "own.toml [mine] tariff: tariff 'de-house",
        ),
        (OFFER + "valid_until = 2025-01-01\n", "valid_until lies before valid_from"),
        (OFFER.replace("{ weeks = 4 }", "4"), "own.toml [mine] notice"),
        (OFFER.replace("= 10\n", "= -1\n"), "own.toml [mine] standing_charge_per_month: Input should be greater than or equal to 0"),
    ],
)
def test_a_wrong_entry_names_file_entry_and_field(text: str, line: str) -> None:
    with pytest.raises(CatalogError) as error:
        load_offers(text, "own.toml")
    assert line in str(error.value)


def test_a_person_may_bring_offers_of_their_own() -> None:
    assert load_offers(OFFER, "own.toml")["mine"].bonuses == ()
