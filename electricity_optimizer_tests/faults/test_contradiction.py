"""What one source cannot know of itself: two that differ publish nothing new, the third decides; who was wrong may be right later."""

import datetime as dt

import pytest

from electricity_optimizer_tests.faults.cell import set_up
from electricity_optimizer_tests.faults.expectations import expect_nothing_wrong, expect_taken
from electricity_optimizer_tests.faults.server import Scene
from electricity_optimizer_tests.faults.table import FAULTS
from electricity_optimizer_tests.faults.upstreams import UPSTREAMS

pytestmark = pytest.mark.usefixtures("_no_waiting_between_tries")
ALONE = [fault for fault in FAULTS if fault.expect.alone]
CELLS = [(fault, upstream) for fault in ALONE for upstream in UPSTREAMS if upstream.witness and upstream.source not in fault.unfit]


@pytest.mark.parametrize(("fault", "upstream"), CELLS, ids=[f"{fault.name}-{upstream.source}" for fault, upstream in CELLS])
def test_with_a_third_source_the_deep_resync_corrects_what_was_published(fault, upstream, server, templates, tmp_path, monkeypatch):
    with set_up(server, templates, upstream, fault, tmp_path, monkeypatch, witness=True) as cell:
        quick = cell.play()
        expect_taken(cell, quick.published, upstream.source)
        deep = cell.resync()
        expect_nothing_wrong(cell, deep.published, cell.true)
        expect_taken(cell, deep.published, upstream.fallback)
        said = deep.failed()["sources_agree"]
        assert f"{upstream.fallback} and {upstream.witness} agree" in said
        assert f"{upstream.source} is out" in said
        assert deep.asked[upstream.witness] > 0
        calm = cell.play()
        assert not any(calm.asked.values())


@pytest.mark.parametrize("upstream", [one for one in UPSTREAMS if one.witness], ids=lambda upstream: upstream.source)
def test_sources_that_agree_are_two_and_the_third_is_left_alone(upstream, server, templates, tmp_path, monkeypatch):
    fine = next(fault for fault in FAULTS if fault.name == "content_type")
    with set_up(server, templates, upstream, fine, tmp_path, monkeypatch, witness=True) as cell:
        deep = cell.resync()
        expect_nothing_wrong(cell, deep.published, cell.true)
        assert deep.failed() == {}
        assert deep.asked[upstream.witness] == 0


def test_who_sent_yesterday_for_tomorrow_is_asked_again_and_believed_when_it_is_right(server, templates, tmp_path, monkeypatch):
    """Given a source that repeats yesterday and nobody else who has tomorrow, when it is right at a later poll, it is published."""
    fault, upstream = fault_named("yesterday"), upstream_named("energy-charts")
    with set_up(server, templates, upstream, fault, tmp_path, monkeypatch) as cell:
        server.scenes.pop(upstream.fallback)
        wrong = cell.play()
        assert wrong.published.is_empty()
        assert wrong.report.refused_days == [fault.day]
        server.scenes[upstream.source] = Scene(upstream.source, cell.true)
        right = cell.play(now=cell.now + dt.timedelta(minutes=15))
        assert right.report.refused_days == []
        assert right.report.revised == 95  # one price a day is always the same
        expect_nothing_wrong(cell, right.published, cell.true)
        expect_taken(cell, right.published, upstream.source)


def test_of_a_past_day_that_was_refused_only_who_has_not_spoken_is_asked_until_the_deep_resync(server, templates, tmp_path, monkeypatch):
    fault, upstream = fault_named("zeros"), upstream_named("elexon")
    with set_up(server, templates, upstream, fault, tmp_path, monkeypatch) as cell:
        server.scenes.pop(upstream.fallback)
        assert cell.play().asked[upstream.source] == 1
        again = cell.play(now=cell.now + dt.timedelta(minutes=15))
        assert (again.asked[upstream.source], again.asked[upstream.fallback]) == (0, 1)
        server.scenes[upstream.source] = Scene(upstream.source, cell.true)
        expect_taken(cell, cell.resync().published, upstream.source)


def fault_named(name):
    return next(fault for fault in FAULTS if fault.name == name)


def upstream_named(name):
    return next(upstream for upstream in UPSTREAMS if upstream.source == name)
