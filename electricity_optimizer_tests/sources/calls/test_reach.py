"""Given hosts that answer, refuse or stay silent: who answers at all is known in seconds."""

import time

import httpx
import pytest
import respx

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.calls import reach as subject
from electricity_optimizer.sources.calls.reach import reachable
from electricity_optimizer_tests.sources.calls.conftest import upstream

SOME = [source("energy-charts"), source("open-meteo")]


@respx.mock
def test_reach_tells_who_answers_and_why_others_do_not():
    respx.head(SOME[0].url).respond(404)
    respx.head(SOME[1].url).mock(side_effect=httpx.ConnectError("Name or service not known"))
    reach = reachable(Settings(), SOME)
    assert reach.answering == {"energy-charts"}
    assert reach.reasons == {"open-meteo": "ConnectError: Name or service not known"}


@respx.mock
@pytest.mark.parametrize(
    ("status", "answers"), [(200, True), (401, True), (405, True), (500, True), (407, False), (502, False), (503, False)]
)
def test_a_host_that_says_no_answers_and_a_gateway_without_anybody_behind_it_does_not(status, answers):
    respx.head(SOME[0].url).respond(status)
    assert bool(reachable(Settings(), SOME[:1])) is answers


@respx.mock
def test_only_those_are_tried_that_would_be_asked_and_no_key_is_sent_for_that():
    route = respx.head(url__regex=".*").respond(200)
    settings = Settings(keys={"entsoe": "k3y-of-entsoe"}, enable=("iea",))
    tried = reachable(settings).answering
    assert {"energy-charts", "open-meteo", "entsoe", "iea"} <= tried
    assert not {"files", "simulator", "eia", "openweathermap", "nordpool"} & tried  # local, without a key, not enabled
    assert not any("k3y" in f"{call.request.url} {call.request.headers}" for call in route.calls)


@respx.mock
def test_another_address_is_tried_where_the_settings_give_one():
    route = respx.head("http://127.0.0.1:9/upstream/price").respond(200)
    assert reachable(Settings(source_urls={"test": "http://127.0.0.1:9/upstream"}), [upstream()])
    assert route.called


def test_an_address_that_is_none_is_named_by_its_setting_and_stops_no_other():
    with respx.mock:
        respx.head(SOME[1].url).respond(200)
        reach = reachable(Settings(source_urls={"energy_charts": "localhost:8080"}), SOME)
    assert reach.answering == {"open-meteo"}
    assert reach.reasons == {"energy-charts": "EO_SOURCE_URLS__ENERGY_CHARTS: is no address (write it like https://host/path)"}


def test_offline_asks_nobody():
    reach = reachable(Settings(offline=True), SOME)
    assert not reach
    assert reach.reasons == {"energy-charts": "EO_OFFLINE is set", "open-meteo": "EO_OFFLINE is set"}


def test_an_upstream_that_never_answers_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(subject, "PROBE_TOTAL_SECONDS", 0.2)
    monkeypatch.setattr(subject, "_probe", lambda *_: time.sleep(1) or "")
    began = time.monotonic()
    assert reachable(Settings(), [upstream()]).reasons == {"test": "no answer in time"}
    assert time.monotonic() - began < 1
