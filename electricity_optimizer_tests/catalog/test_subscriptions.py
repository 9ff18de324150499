"""Given the packaged catalogue of subscriptions."""

import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.subscriptions import Subscription, subscription, subscriptions
from electricity_optimizer.catalog.toml import read_entries
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import CatalogError

WHOLE = """
[home]
name = "A home"
source = "octopus"
kind = "tariffs"
zone = "GB"
tz = "Europe/London"
country = "GB"
currency = "GBP"
"""


def read(text):
    return read_entries(text, Subscription, "subscriptions.toml")


def test_only_what_needs_no_key_is_followed_from_the_start():
    assert [entry.key for entry in subscriptions().values() if entry.active] == ["es-pvpc", "gb-agile-c"]


def test_each_entry_is_of_a_kind_that_its_source_gives_and_lies_on_the_clock_of_its_zone():
    for entry in subscriptions().values():
        assert entry.kind in source(entry.source).kinds
        assert not entry.zone or (zone(entry.zone).tz, zone(entry.zone).country) == (entry.tz, entry.country)


def test_sources_of_tariffs_and_statistics_read_these_parameters():
    assert subscription("es-pvpc").parameters == {"geo": "8741"}
    assert subscription("gb-agile-c").parameters == {"product": "AGILE-24-10-01", "region": "C"}
    assert subscription("us-ca-residential").parameters == {"route": "electricity/retail-sales", "stateid": "CA", "sectorid": "RES"}


def test_statistics_are_never_prices():
    for key in ("nrel-nlr", "iea", "eia"):
        assert source(key).kinds == ("statistics",)


def test_a_whole_entry_is_read_and_is_not_followed_unless_it_says_so():
    entry = read(WHOLE)["home"]
    assert (entry.key, entry.active, entry.parameters) == ("home", False, {})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"octopus"', '"elexon"', "source 'elexon' gives no tariffs; these do: .*octopus"),
        ('"octopus"', '"nobody"', "source 'nobody' gives no tariffs"),
        ('"tariffs"', '"prices"', "kind.*'tariffs' or 'statistics'"),
        ('"tariffs"', '"statistics"', "source 'octopus' gives no statistics"),
        ('"Europe/London"', '"Europe/Atlantis"', "time zone 'Europe/Atlantis' is not known"),
        ('zone = "GB"', 'zone = "XX"', "zone 'XX' is not known"),
        ('"GBP"', '"pounds"', "currency.*at most 3"),
        ('currency = "GBP"', 'currency = "GBP"\nlocation = "x"', "location.*Extra inputs"),
    ],
)
def test_a_wrong_entry_is_one_line_that_names_entry_and_field(old, new, message):
    with pytest.raises(CatalogError, match=rf"subscriptions.toml \[home\].*{message}"):
        read(WHOLE.replace(old, new))


def test_an_unknown_subscription_lists_the_near_ones():
    with pytest.raises(CatalogError, match=r"near: .*es-pvpc"):
        subscription("pvpc")
