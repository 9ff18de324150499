"""The catalogue of zones: complete, consistent, and a wrong entry names file, entry and field."""

import datetime as dt
from zoneinfo import available_timezones

import pytest

from electricity_optimizer.catalog.toml import packaged, read_entries
from electricity_optimizer.catalog.zones import Zone, chosen_zones, early_neighbours, zone, zones
from electricity_optimizer.errors import CatalogError

DEMO_ZONES = {"DE-LU", "ES", "FR", "NL", "AT"}
GOOD = """
[XX]
name = "Somewhere"
eic = "10Y1001A1001A82H"
country = "XX"
tz = "Europe/Berlin"
currency = "EUR"
latitude = 51.2
longitude = 10.4
resolution = [["2018-10-01", 60], ["2025-10-01", 15]]
price_sources = ["files"]
"""


def test_the_demo_zones_are_there() -> None:
    assert set(zones()) >= DEMO_ZONES


@pytest.mark.parametrize("key", sorted(zones()))
def test_a_zone_has_a_time_zone_ascending_resolutions_and_sources(key: str) -> None:
    found = zone(key)
    assert found.key == key
    assert found.tz in available_timezones()
    assert [first for first, _ in found.resolution] == sorted({first for first, _ in found.resolution})
    assert {minutes for _, minutes in found.resolution} <= {15, 30, 60}
    assert len(set(found.price_sources)) == len(found.price_sources)


def test_no_two_zones_share_an_eic() -> None:
    assert len({found.eic for found in zones().values()}) == len(zones())


@pytest.mark.parametrize(
    ("day", "minutes"), [(dt.date(2015, 1, 1), 60), (dt.date(2025, 9, 30), 60), (dt.date(2025, 10, 1), 15), (dt.date(2026, 5, 4), 15)]
)
def test_de_lu_is_hourly_until_the_end_of_september_2025(day: dt.date, minutes: int) -> None:
    assert zone("DE-LU").resolution_on(day) == minutes


@pytest.mark.parametrize(("asked", "near"), [("DE", "DE-LU"), ("de-lu", "DE-LU"), ("Frr", "FR"), ("???", "DE-LU")])
def test_an_unknown_zone_names_the_near_ones(asked: str, near: str) -> None:
    with pytest.raises(CatalogError, match=near):
        zone(asked)


def test_choosing_none_means_the_active_ones_and_a_choice_keeps_its_order() -> None:
    assert {found.key for found in chosen_zones([])} == {"DE-LU", "ES", "FR", "NL", "AT"}
    assert [found.key for found in chosen_zones(["PL", "DE-LU"])] == ["PL", "DE-LU"]


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('"Europe/Berlin"', '"Europe/Nowhere"', r"\[XX\] tz: .*'Europe/Nowhere' is not known"),
        ("51.2", "151.2", r"\[XX\] latitude"),
        ('eic = "10Y1001A1001A82H"', "", r"\[XX\] eic"),
        ('name = "Somewhere"', 'name = "Somewhere"\ncolour = "red"', r"\[XX\] colour"),
        ('[["2018-10-01", 60], ["2025-10-01", 15]]', "[]", r"\[XX\] resolution"),
        ("[XX]", "[XX", "repair the TOML"),
    ],
)
def test_a_wrong_entry_names_file_entry_and_field(written: str, instead: str, said: str) -> None:
    with pytest.raises(CatalogError, match=said) as error:
        read_entries(GOOD.replace(written, instead), Zone, "zones.toml")
    assert str(error.value).startswith("zones.toml")


def test_an_entry_that_is_no_table_says_how_to_write_one() -> None:
    with pytest.raises(CatalogError, match=r"write \[name\] and its fields below"):
        read_entries('name = "Somewhere"', Zone, "zones.toml")


def test_the_packaged_file_is_what_is_loaded() -> None:
    assert read_entries(packaged("zones.toml"), Zone, "zones.toml") == zones()


@pytest.mark.parametrize("key", sorted(zones()))
def test_only_a_neighbour_whose_auction_ended_before_may_be_read(key: str) -> None:
    place = zone(key)
    for day in (dt.date(2026, 1, 15), dt.date(2026, 3, 29), dt.date(2026, 7, 15), dt.date(2026, 10, 25)):
        assert all(other.gate_closure(day) < place.gate_closure(day) for other in early_neighbours(place))


def test_the_swiss_auction_closes_at_11_so_its_neighbours_know_its_price() -> None:
    readers = {found.key for found in zones().values() if zone("CH") in early_neighbours(found)}
    assert readers == {"DE-LU", "FR", "AT", "IT-North"}
    assert zone("CH").gate_closure(dt.date(2026, 7, 2)) == dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)
    assert early_neighbours(zone("CH")) == []


def test_a_coupled_neighbour_closes_at_the_same_time_and_is_not_read() -> None:
    borders = zone("DE-LU").model_copy(update={"neighbours": ("FR", "CH", "NL")})
    assert [other.key for other in early_neighbours(borders)] == ["CH"]
