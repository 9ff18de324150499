"""An answer that has not changed is not read again once its rows are recorded; what is stored can be read again at any time."""

import datetime as dt

import httpx
import orjson
import pytest
import respx
import stamina

from electricity_optimizer.catalog.subscriptions import subscription
from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.settings import load_settings
from electricity_optimizer.sources import energy_charts
from electricity_optimizer.sources.ingest import DEEP, Means, ingest
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.sources.reparse import reparse
from electricity_optimizer.sources.subscribe import exchange_rates, subscribe
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import Warehouse, open_warehouse
from electricity_optimizer_tests.sources.wire import ecb as ecb_wire
from electricity_optimizer_tests.sources.wire import energy_charts as wire
from electricity_optimizer_tests.sources.wire import octopus as octopus_wire

DAY = dt.date(2026, 5, 4)
NOW = dt.datetime(2026, 5, 4, 12, tzinfo=UTC)
ALONE = zone("DE-LU").model_copy(update={"price_sources": ("energy-charts",)})


@pytest.fixture(autouse=True)
def _no_waiting_between_tries():
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def means(tmp_path):
    settings = load_settings(home=tmp_path / "home", allow_simulator=False)
    return Means(open_warehouse(settings), settings, NOW)


@pytest.fixture
def upstream():
    """energy-charts that sends 50 once and then says that nothing has changed."""

    def respond(request):
        if request.headers.get("if-none-match") == '"1"':
            return httpx.Response(304)
        status, kind, body = wire.answer(str(request.url), lambda _: 50.0)
        return httpx.Response(status, content=body, headers={"content-type": kind, "etag": '"1"'})

    with respx.mock(assert_all_called=False) as router:
        yield router.get(host="api.energy-charts.info").mock(side_effect=respond)


def prices(means):
    return means.warehouse.records("price_record", "DE-LU", DAY, DAY)


def test_an_unchanged_answer_is_not_read_again_and_still_gives_its_day(means, upstream, monkeypatch):
    assert ingest("prices", ALONE, DAY, DAY, means).new == 96
    monkeypatch.setattr(energy_charts, "parse", lambda *_, **__: pytest.fail("read again"))
    report = ingest("prices", ALONE, DAY, DAY, means, DEEP)
    [outcome] = report.outcomes
    assert (outcome.outcome, outcome.days, report.missing_days) == (Outcome.OK, 1, [])
    assert upstream.call_count == 2


def test_an_answer_that_was_stored_and_not_recorded_is_read_when_it_has_not_changed(means, upstream, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(Warehouse, "record", lambda *_, **__: (_ for _ in ()).throw(WarehouseError("is locked")))
        with pytest.raises(WarehouseError):
            ingest("prices", ALONE, DAY, DAY, means)
    assert prices(means).is_empty()
    assert ingest("prices", ALONE, DAY, DAY, means).new == 96
    assert upstream.call_count == 2


@pytest.mark.usefixtures("upstream")
def test_a_newer_parser_reads_an_unchanged_answer(means, monkeypatch):
    ingest("prices", ALONE, DAY, DAY, means)
    monkeypatch.setattr(energy_charts, "PARSER_VERSION", energy_charts.PARSER_VERSION + 1)
    assert ingest("prices", ALONE, DAY, DAY, means, DEEP).unchanged == 96


def corrected(monkeypatch, factor):
    """A parser of the next version that says `factor` times what the old one said."""
    old = energy_charts.parse

    def parse(body, **about):
        document = orjson.loads(body)
        document["price"] = [value * factor for value in document["price"]]
        return old(orjson.dumps(document), **about)

    monkeypatch.setattr(energy_charts, "parse", parse)
    monkeypatch.setattr(energy_charts, "PARSER_VERSION", energy_charts.PARSER_VERSION + 1)


def test_reparse_records_what_a_corrected_parser_says_as_a_revision_without_asking(means, upstream, monkeypatch):
    ingest("prices", ALONE, DAY, DAY, means)
    corrected(monkeypatch, 2)
    later = Means(means.warehouse, means.settings, NOW + dt.timedelta(days=1))
    [report] = reparse(["energy-charts"], later)
    assert (report.payloads, report.new, report.revised, report.refused) == (1, 0, 96, 0)
    assert prices(means)["price"].unique().to_list() == [100.0]
    assert means.warehouse.records("price_record", "DE-LU", DAY, DAY, as_of=NOW + dt.timedelta(hours=1))["price"].unique().to_list() == [
        50.0
    ]
    assert reparse(["energy-charts"], later)[0].payloads == 0
    assert upstream.call_count == 1


def test_an_old_answer_read_again_does_not_undo_a_later_one(means, upstream, monkeypatch):
    ingest("prices", ALONE, DAY, DAY, means)
    upstream.mock(side_effect=lambda request: httpx.Response(200, content=wire.answer(str(request.url), lambda _: 70.0)[2]))
    ingest("prices", ALONE, DAY, DAY, Means(means.warehouse, means.settings, NOW + dt.timedelta(hours=6)), DEEP)
    assert prices(means)["price"].unique().to_list() == [70.0]
    corrected(monkeypatch, 1)
    reparse(["energy-charts"], Means(means.warehouse, means.settings, NOW + dt.timedelta(days=1)), everything=True)
    assert prices(means)["price"].unique().to_list() == [70.0]


def test_an_answer_that_is_still_refused_is_counted_with_its_reason(means):
    with respx.mock() as router:
        router.get(host="api.energy-charts.info").respond(200, json={"unix_seconds": [1], "price": []})
        ingest("prices", ALONE, DAY, DAY, means)
    [report] = reparse(["energy-charts"], means, everything=True)
    assert (report.payloads, report.refused) == (1, 1)
    assert "lists of one length" in report.last_refusal


def test_a_subscription_is_recorded_and_one_that_fails_stops_no_other(means):
    with respx.mock(assert_all_called=False) as router:
        router.get(host="api.octopus.energy").mock(
            side_effect=lambda request: httpx.Response(200, content=octopus_wire.answer(str(request.url), lambda _: 200.0)[2])
        )
        router.route().mock(side_effect=httpx.ConnectError("down"))
        reports = {report.key: report for report in subscribe([subscription("es-pvpc"), subscription("gb-agile-c")], DAY, DAY, means)}
    assert (reports["es-pvpc"].outcome, reports["es-pvpc"].rows) == (Outcome.TRANSIENT, 0)
    assert reports["gb-agile-c"].new >= 48
    rows = means.warehouse.records("price_record", "gb-agile-c", DAY, DAY)
    assert (set(rows["market"]), set(rows["currency"])) == ({"retail"}, {"GBP"})


def test_exchange_rates_are_recorded_by_currency(means):
    with respx.mock() as router:
        router.get(host="www.ecb.europa.eu").mock(
            side_effect=lambda request: httpx.Response(200, content=ecb_wire.answer(str(request.url), lambda _: 0.86, now=NOW)[2])
        )
        report = exchange_rates(DAY - dt.timedelta(days=7), DAY, means)
    assert report.new > 0
    pounds = means.warehouse.records("exchange_rate_record", "GBP", DAY - dt.timedelta(days=7), DAY)
    assert pounds.height >= 4
    assert (pounds["rate"] > 0).all()
