"""Before the deadline nothing is missing: whatever an upstream says in place of prices is "not yet", and no empty day is written."""

import datetime as dt

import pytest

from electricity_optimizer.catalog.sources import source
from electricity_optimizer_tests.faults.cell import set_up
from electricity_optimizer_tests.faults.expectations import expect_nothing_wrong, expect_taken
from electricity_optimizer_tests.faults.server import Scene
from electricity_optimizer_tests.faults.table import FAULTS
from electricity_optimizer_tests.faults.upstreams import UPSTREAMS

pytestmark = pytest.mark.usefixtures("_no_waiting_between_tries")
SILENT = [fault for fault in FAULTS if fault.name in {"nothing", "404", "empty"}]
AHEAD = [upstream for upstream in UPSTREAMS if not upstream.settled]


@pytest.mark.parametrize("fault", SILENT, ids=lambda fault: fault.name)
@pytest.mark.parametrize("upstream", AHEAD, ids=lambda upstream: upstream.source)
def test_tomorrow_is_not_yet_there_and_comes_with_a_later_poll(fault, upstream, server, templates, tmp_path, monkeypatch):
    with set_up(server, templates, upstream, fault, tmp_path, monkeypatch) as cell:
        server.scenes.pop(upstream.fallback)
        early = dt.datetime.combine(fault.day - dt.timedelta(days=1), dt.time(12, 15), dt.UTC)  # 14:15 in Berlin, 15:15 in Tallinn
        first = cell.play(now=early)
        found = first.outcome(upstream.source)
        assert found is not None
        assert found.outcome == "not_yet"
        assert found.reason
        assert first.report.missing_days == [fault.day]
        assert first.choices == []
        assert cell.house.versions("prices", upstream.zone, fault.day, fault.day).is_empty()
        assert cell.house.source_state(upstream.source).failures == 0
        server.scenes[upstream.source] = Scene(upstream.source, cell.true)
        later = cell.play(now=early + dt.timedelta(minutes=20))
        expect_nothing_wrong(cell, later.published, cell.true)
        expect_taken(cell, later.published, upstream.source)


@pytest.mark.parametrize("upstream", AHEAD, ids=lambda upstream: upstream.source)
def test_before_its_window_a_source_is_not_asked_for_tomorrow(upstream, server, templates, tmp_path, monkeypatch):
    fine = next(fault for fault in FAULTS if fault.name == "content_type")
    with set_up(server, templates, upstream, fine, tmp_path, monkeypatch) as cell:
        opens = source(upstream.source).publication["prices"].opens
        assert opens >= dt.time(12, 45)
        morning = cell.play(now=dt.datetime.combine(fine.day - dt.timedelta(days=1), dt.time(7), dt.UTC))
        assert not any(morning.asked.values())
        assert {found.outcome for found in morning.report.outcomes} == {"not_yet"}
