"""The faults of calls and bodies at the source of a tariff: what comes is right or does not come, and it is said why."""

import re

import polars as pl
import pytest

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.catalog.subscriptions import subscription
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.ingest import Means
from electricity_optimizer.sources.subscribe import subscribe
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer_tests.faults.cell import opened
from electricity_optimizer_tests.faults.faults import Expect
from electricity_optimizer_tests.faults.server import Scene
from electricity_optimizer_tests.faults.table import FAULTS
from electricity_optimizer_tests.faults.upstreams import TARIFF

pytestmark = pytest.mark.usefixtures("_no_waiting_between_tries")
AGILE = "gb-agile-c"
MARKED = {"nan", "infinity", "null", "duplicate", "missing", "hole", "wrong_resolution", "wrong_zone_named"}
"""They are written for formats in euros per MWh."""
OF_A_MARKET = {"wrong_zone", "spike", "yesterday", "unit_10", "unit_1000", "zeros"}
"""Only days before and other sources tell them, which one customer's tariff does not have."""
FITTING = [fault for fault in FAULTS if fault.name not in MARKED | OF_A_MARKET]
SORTED_ANYWAY = Expect("ok", taken="faulty")


@pytest.mark.parametrize("fault", FITTING, ids=lambda fault: fault.name)
def test_a_tariff_is_recorded_as_it_is_or_not_at_all(fault, server, templates, tmp_path, monkeypatch):
    expect = SORTED_ANYWAY if fault.name == "unordered" else fault.expect
    changes = {"limits": (), "timeout_s": fault.seconds, "budget_s": 3 * fault.seconds}
    monkeypatch.setitem(sources(), "octopus", sources()["octopus"].model_copy(update=changes))
    true = fault.true(TARIFF.price)
    server.begin(Scene("octopus", fault.lie(true), lambda reply, _: fault.spoil(TARIFF, reply)))
    settings = Settings(home=tmp_path, source_urls={"octopus": server.address("octopus", fault.address)})
    with opened(templates.copied(tmp_path)) as house:
        means = Means(house, settings, TARIFF.now(fault.day))
        (report,) = subscribe([subscription(AGILE)], fault.day, fault.day, means)
        assert not server.defects
        assert report.outcome == expect.outcome
        assert re.search(expect.said, report.reason) or fault.name == "nothing"
        assert server.count("octopus") <= 6
        rows = house.records("price_record", AGILE, fault.day, fault.day).filter(pl.col("vat") == "included").sort("start_utc")
        if expect.taken == "healthy":
            assert rows.is_empty()
        else:
            starts = interval_starts(fault.day, "Europe/London", 30)
            assert rows["start_utc"].to_list() == starts
            assert rows["price"].round(6).to_list() == [pytest.approx(true(start)) for start in starts]
