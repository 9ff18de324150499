"""Whether a source is asked at all, and the reason that an operator reads when it is not."""

import datetime as dt

import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.admission import HISTORY_DAYS, refusal
from electricity_optimizer.sources.calls.reach import Reach
from electricity_optimizer_tests.sources.conftest import TODAY
from electricity_optimizer_tests.warehouse.frames_of_prices import DAY, MORNING, price_records

DE = zone("DE-LU")


def refused(desk, name, kind="prices", first=TODAY, reach=None, **settings):
    told = Settings(home=desk.settings.home, **settings)
    found = refusal(name, kind, DE, first, warehouse=desk.warehouse, settings=told, reach=reach)
    return None if found is None else (str(found.outcome), found.reason, found.days)


@pytest.fixture
def one_desk(desk):
    return desk()


@pytest.mark.parametrize(
    ("name", "kind", "settings", "said"),
    [
        ("energy-charts", "prices", {}, None),
        ("energy-charts", "prices", {"offline": True}, ("transient", "EO_OFFLINE is set", 0)),
        ("entsoe", "prices", {}, ("auth", "needs a key: set EO_KEYS__ENTSOE", 0)),
        ("entsoe", "prices", {"keys": {"entsoe": " \n"}}, ("auth", "needs a key: set EO_KEYS__ENTSOE", 0)),
        ("entsoe", "prices", {"keys": {"entsoe": "two\nlines"}}, ("auth", "EO_KEYS__ENTSOE holds characters that no key has", 0)),
        ("entsoe", "prices", {"keys": {"entsoe": "k3y"}}, None),
        ("nordpool", "prices", {}, ("no_data", "optional: EO_ENABLE=nordpool asks it", 0)),
        ("nordpool", "prices", {"enable": ("nordpool",)}, None),
        ("open-meteo", "prices", {}, ("no_data", "gives no prices of DE-LU", 0)),
        ("elexon", "grid_forecasts", {}, ("no_data", "gives no grid_forecasts of DE-LU", 0)),
        ("simulator", "prices", {}, None),
        ("simulator", "prices", {"allow_simulator": False}, ("permanent", "EO_ALLOW_SIMULATOR is false", 0)),
        ("simulator", "prices", {"environment": "production"}, ("permanent", "not allowed in production", 0)),
    ],
)
def test_the_catalogue_and_the_settings_decide(one_desk, name, kind, settings, said):
    assert refused(one_desk, name, kind, **settings) == said


def test_an_upstream_that_does_not_answer_is_not_waited_for(one_desk):
    reach = Reach(frozenset({"omie"}), {"energy-charts": "ConnectError: no route"})
    assert refused(one_desk, "energy-charts", reach=reach) == ("transient", "ConnectError: no route", 0)
    assert refused(one_desk, "smard", reach=reach) == ("transient", "does not answer", 0)
    assert refused(one_desk, "omie", reach=reach) is None


def test_a_zone_with_real_prices_shortly_before_or_after_is_not_simulated_beside_them(one_desk):
    one_desk.warehouse.record("price_record", price_records(), now=MORNING)
    said = ("no_data", "the zone has real prices: nothing is simulated beside them", 0)
    for first in (DAY - dt.timedelta(days=3000), DAY, DAY + dt.timedelta(days=HISTORY_DAYS)):
        assert refused(one_desk, "simulator", first=first) == said
        assert refused(one_desk, "simulator", "grid_forecasts", first=first) == said
        assert refused(one_desk, "simulator", "weather", first=first) is None
    assert refused(one_desk, "simulator", first=DAY + dt.timedelta(days=HISTORY_DAYS + 1)) is None
