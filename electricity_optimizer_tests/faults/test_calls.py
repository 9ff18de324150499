"""What the server sees of our manners: limits between requests, waiting when told to, asking whether anything is new, keys at home."""

import dataclasses
import datetime as dt
import itertools

import pytest
import stamina

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.sources.ingest import QUICK, Effort, Means, ingest
from electricity_optimizer_tests.faults.cell import KEYS, set_up
from electricity_optimizer_tests.faults.server import Reply, Scene
from electricity_optimizer_tests.faults.table import FAULTS
from electricity_optimizer_tests.faults.upstreams import UPSTREAMS

FINE = next(fault for fault in FAULTS if fault.name == "content_type")
UPSTREAM = {upstream.source: upstream for upstream in UPSTREAMS}


def changed(monkeypatch, name, **changes):
    monkeypatch.setitem(sources(), name, sources()[name].model_copy(update=changes))


def test_requests_keep_the_distance_that_the_catalogue_says(server, templates, tmp_path, monkeypatch):
    limits = sources()["energy-charts"].limits
    assert limits == ("1/s",)
    with set_up(server, templates, UPSTREAM["energy-charts"], FINE, tmp_path, monkeypatch) as cell:
        changed(monkeypatch, "energy-charts", limits=limits, days_per_request=1)
        first = FINE.day - dt.timedelta(days=2)
        refresh = Effort(refresh=True)
        report = ingest("prices", cell.place, first, FINE.day, Means(cell.house, cell.settings, cell.now), refresh)
        assert report.missing_days == []
        times = [asked.at for asked in server.asked if asked.source == "energy-charts"]
        assert len(times) == 3
        assert all(later - earlier > 0.97 for earlier, later in itertools.pairwise(times))


def test_tries_take_turns_too_and_a_used_up_quota_is_an_outcome_that_the_next_source_makes_good(server, templates, tmp_path, monkeypatch):
    broken = dataclasses.replace(FINE, spoil=lambda *_: Reply(503))
    with set_up(server, templates, UPSTREAM["awattar"], broken, tmp_path, monkeypatch) as cell, stamina.set_testing(True, attempts=3):
        changed(monkeypatch, "awattar", limits=("2/day",))
        first = cell.play()
        assert first.asked["awattar"] == 2
        assert first.published["source"].unique().to_list() == [cell.upstream.fallback]
        second = cell.play(Effort(refresh=True), cell.now + dt.timedelta(hours=1))
        found = second.outcome("awattar")
        assert found is not None
        assert (found.outcome, second.asked["awattar"]) == ("rate_limited", 0)
        assert "our own limit 2/day is used up" in found.reason
        assert cell.house.source_state("awattar").failures == 1  # our own limit says nothing about the upstream


def test_a_short_retry_after_is_waited_for_and_a_long_one_closes_the_source_until_then(server, templates, tmp_path, monkeypatch):
    told = iter(["1", "3600"])

    def busy(_upstream, reply):
        seconds = next(told, None)
        return reply if seconds is None else Reply(429, headers={"Retry-After": seconds})

    with set_up(server, templates, UPSTREAM["entsoe"], dataclasses.replace(FINE, spoil=busy), tmp_path, monkeypatch) as cell:
        done = cell.play()
        first, second = (asked.at for asked in server.asked if asked.source == "entsoe")
        assert 0.97 < second - first < 4
        assert done.published["source"].unique().to_list() == ["energy-charts"]
        state = cell.house.source_state("entsoe")
        assert state.retry_at is not None
        assert dt.timedelta(hours=1) <= state.retry_at - cell.now < dt.timedelta(hours=1, seconds=10)
        refresh = Effort(refresh=True)
        assert cell.play(refresh, cell.now + dt.timedelta(minutes=30)).asked["entsoe"] == 0
        assert cell.play(refresh, cell.now + dt.timedelta(minutes=61)).outcome("entsoe").outcome == "ok"
        assert cell.house.source_state("entsoe").failures == 0


def test_waits_between_tries_are_real_and_end_within_the_budget(server, templates, tmp_path, monkeypatch):
    broken = dataclasses.replace(FINE, spoil=lambda *_: Reply(500))
    with set_up(server, templates, UPSTREAM["elering"], broken, tmp_path, monkeypatch) as cell:
        done = cell.play()
        times = [asked.at for asked in server.asked if asked.source == "elering"]
        assert len(times) == 3
        assert all(later - earlier > 0.45 for earlier, later in itertools.pairwise(times))
        assert done.seconds < 5


def test_what_has_not_changed_is_not_sent_again_and_makes_no_revision(server, templates, tmp_path, monkeypatch):
    with set_up(server, templates, UPSTREAM["elering"], FINE, tmp_path, monkeypatch) as cell:
        scene = Scene("elering", cell.true, etag='"one"')
        server.scenes["elering"] = scene
        first = cell.play()
        assert first.report.new == 96
        refresh = Effort(refresh=True)
        second = cell.play(refresh, cell.now + dt.timedelta(hours=1))
        assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, '"one"']
        assert second.outcome("elering").outcome == "ok"
        assert (second.report.new, second.report.revised, second.report.unchanged) == (0, 0, 0)  # nothing was read again
        assert second.published.equals(first.published)
        server.scenes["elering"] = dataclasses.replace(scene, price=lambda start: round(cell.true(start) + 1.5, 2), etag='"two"')
        third = cell.play(refresh, cell.now + dt.timedelta(hours=2))
        assert (third.report.revised, third.asked["elering"]) == (96, 1)
        assert (third.published["price"] - first.published["price"]).round(6).unique().to_list() == [1.5]
        before = cell.house.read("prices", cell.place.key, FINE.day, FINE.day, as_of=cell.now + dt.timedelta(minutes=90))
        assert before["price"].equals(first.published["price"])


def test_an_answer_whose_bytes_were_lost_is_asked_for_in_full(server, templates, tmp_path, monkeypatch):
    with set_up(server, templates, UPSTREAM["elering"], FINE, tmp_path, monkeypatch) as cell:
        server.scenes["elering"] = Scene("elering", cell.true, etag='"one"')
        cell.play()
        for file in (tmp_path / "payloads").rglob("*.zst"):
            file.unlink()
        again = cell.play(Effort(refresh=True), cell.now + dt.timedelta(hours=1))
        assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, None]
        assert again.report.unchanged == 96


@pytest.mark.parametrize("name", list(KEYS))
def test_a_key_goes_to_its_own_source_and_into_nothing_that_is_kept(name, server, templates, tmp_path, monkeypatch):
    broken = dataclasses.replace(FINE, spoil=lambda upstream, _: Reply(400, f"bad {KEYS[upstream.source]}".encode()))
    with set_up(server, templates, UPSTREAM[name], broken, tmp_path, monkeypatch) as cell:
        done = cell.play(QUICK)
        seen = {asked.source: f"{asked.url} {dict(asked.headers)}" for asked in server.asked}
        assert KEYS[name] in seen[name]
        assert not any(KEYS[name] in text for source, text in seen.items() if source != name)
        assert KEYS[name] not in str(done.report)
        assert all(KEYS[name].encode() not in file.read_bytes() for file in tmp_path.rglob("*.db*"))
