"""The catalogue of sites: what it holds, and what it says about a wrong entry."""

import pytest

from electricity_optimizer.catalog.production import Batch, ColdStore
from electricity_optimizer.catalog.site_devices import Appliance, Battery, Car, HeatPump, Roof
from electricity_optimizer.catalog.sites import load_sites, site, sites, sites_of
from electricity_optimizer.errors import CatalogError

SITE = """
[mine]
name = "My house"
subject = "me"
zone = "DE-LU"
tariff = "de-household-dynamic"
grid = { import_limit_kw = 11.0 }
load = { profile = "household", annual_kwh = 3000 }
"""
WASHER = '[[mine.devices]]\ntype = "appliance"\nname = "washer"\nprofile_kw = [2.0, 1.0]\nfrom = "08:00"\nuntil = "18:00"\n'
BATCH = """
[[mine.devices]]
type = "batch"
name = "dark"
from = "06:00"
until = "14:00"
stages = [
  { name = "conching", machine = "conche", power_kw = 80, minutes = 360, attended = false },
  { name = "cooling", machine = "tunnel", power_kw = 60, minutes = 90 },
]
"""
SHIFT = '[[mine.shifts]]\nfrom = "06:00"\nuntil = "22:00"\n'
COLD = """
[[mine.devices]]
type = "cold_store"
name = "cold store"
power_kw = 40
cop = 2.5
heat_capacity_kwh_per_k = 50
heat_gain_w_per_k = 1500
temperature_min = -22
temperature_max = -18
"""
CAR = '[[mine.devices]]\ntype = "car"\nname = "car"\ncapacity_kwh = 50\ninitial_kwh = 20\ncharge_kw = 11\ntarget_kwh = 40\n'


def test_the_demo_has_a_house_a_flat_and_a_factory_in_one_zone() -> None:
    assert [(entry.key, entry.zone) for entry in sites_of(["DE-LU"])] == [("house-1", "DE-LU"), ("flat-1", "DE-LU"), ("factory-1", "DE-LU")]
    assert sites_of(["ES", "FR"]) == []
    assert {type(device) for device in site("house-1").devices} == {Roof, Battery, Car, Appliance}
    assert site("flat-1").devices_of(HeatPump)[0].temperature_min == 20.0
    assert len({entry.subject for entry in sites().values()}) == 3


def test_the_dryer_waits_for_the_washer() -> None:
    assert {run.name: run.after for entry in sites().values() for run in entry.devices_of(Appliance) if run.after} == {"dryer": "washer"}


def test_the_factory_has_two_conches_before_a_line_and_a_tunnel_that_they_share() -> None:
    machines = [[stage.machine for stage in batch.stages] for batch in site("factory-1").devices_of(Batch)]
    assert machines == [["conche 1", "tempering line", "cooling tunnel"], ["conche 2", "tempering line", "cooling tunnel"]]
    assert [(shift.days[0], shift.opens, shift.closes) for shift in site("factory-1").shifts] == [("mon", 360, 1320), ("sat", 360, 840)]


def test_a_cold_store_is_told_by_its_heat_and_becomes_a_pump_that_cools() -> None:
    store = load_sites(SITE + COLD, "own.toml")["mine"].devices_of(ColdStore)[0]
    assert store.gain_c_per_kwh == pytest.approx(-2.5 / 50)  # a kWh takes 2.5 kWh of heat out of 50 kWh/K
    assert store.loss_per_hour == pytest.approx(1.5 / 50)


def test_a_person_may_bring_sites_of_their_own() -> None:
    mine = load_sites(SITE + WASHER, "own.toml")["mine"]
    washer = mine.devices_of(Appliance)[0]
    assert (washer.opens, washer.closes, washer.run_minutes) == (480, 1080, 30)
    assert mine.tz == "Europe/Berlin"


def test_times_are_written_back_as_they_were() -> None:
    washer = load_sites(SITE + WASHER.replace("18:00", "24:00"), "own.toml")["mine"].devices_of(Appliance)[0]
    assert washer.model_dump()["closes"] == "24:00"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (SITE.replace("DE-LU", "DE-LX"), "own.toml [mine] zone: zone 'DE-LX' is not known (near: DE-LU"),
        (
            SITE.replace("de-household", "de-hausehold"),
            "own.toml [mine] tariff: tariff 'de-hausehold-dynamic' is not known (near: de-household",
        ),
        (SITE.replace("11.0", "-1"), "own.toml [mine] grid.import_limit_kw: Input should be greater than 0"),
        (SITE.replace('subject = "me"', ""), "own.toml [mine] subject: Field required"),
        (SITE.replace('"household"', '"houshold"'), "own.toml [mine] load.profile: Input should be 'household' or 'two_shifts'"),
        (SITE + "colour = 1\n", "own.toml [mine] colour: Extra inputs are not permitted"),
        (SITE + WASHER.replace("appliance", "washer"), "own.toml [mine] devices.0: Input tag 'washer'"),
        (SITE + WASHER.replace("08:00", "8 am"), "own.toml [mine] devices.0.appliance.from: Value error, '8 am' is not a wall-clock time"),
        (SITE + WASHER.replace("08:00", "17:45"), "own.toml [mine] devices.0.appliance: Value error, the run is longer than its window"),
        (
            SITE + WASHER.replace("profile_kw = [2.0, 1.0]", "power_kw = 2.0"),
            "own.toml [mine] devices.0.appliance: Value error, give either",
        ),
        (SITE + WASHER + WASHER, "own.toml [mine] : Value error, device name 'washer' is used twice"),
        (SITE + WASHER + 'after = "conche"\n', "own.toml [mine] : Value error, 'washer' runs after 'conche'"),
        (
            SITE + CAR.replace("target_kwh = 40", "target_kwh = 60"),
            "own.toml [mine] devices.0.car: Value error, target_kwh must lie between",
        ),
        (
            SITE + CAR + 'trips = [{ depart = "18:00", arrive = "07:00", energy_kwh = 9 }]\n',
            "own.toml [mine] devices.0.car.trips.0: Value error",
        ),
        (
            SITE + CAR + 'trips = [{ depart = "07:00", arrive = "18:00", energy_kwh = 45 }]\n',
            "own.toml [mine] devices.0.car: Value error, a trip",
        ),
        (SITE + BATCH.replace("from =", "form ="), "own.toml [mine] devices.0.batch.form: Extra inputs are not permitted"),
        (
            SITE + BATCH.replace("machine =", "mashine ="),
            "own.toml [mine] devices.0.batch.stages.0.mashine: Extra inputs are not permitted",
        ),
        (SITE + BATCH.replace('"cooling"', '"conching"'), "own.toml [mine] devices.0.batch: Value error, two stages have the same name"),
        (SITE + BATCH.replace("14:00", "13:00"), "own.toml [mine] devices.0.batch: Value error, the stages together are longer"),
        (SITE + BATCH.replace(", minutes = 90", ""), "own.toml [mine] devices.0.batch.stages.1: Value error, give either profile_kw"),
        (SITE + SHIFT.replace("22:00", "05:00"), "own.toml [mine] shifts.0: Value error, until must be later than from"),
        (SITE + COLD.replace("cop = 2.5", ""), "own.toml [mine] devices.0.cold_store.cop: Field required"),
        (SITE + COLD.replace("-22", "-17"), "own.toml [mine] devices.0.cold_store: Value error, temperature_min must lie below"),
        ("[mine", "own.toml: "),
    ],
)
def test_a_wrong_entry_names_file_entry_and_field(text: str, line: str) -> None:
    with pytest.raises(CatalogError) as caught:
        load_sites(text, "own.toml")
    assert str(caught.value).startswith(line)


def test_an_unknown_site_lists_the_near_ones() -> None:
    with pytest.raises(CatalogError, match=r"site 'house-2' is not known .near: house-1"):
        site("house-2")
