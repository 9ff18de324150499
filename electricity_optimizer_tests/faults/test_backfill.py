"""A backfill of many requests whose upstream dies in the middle: what came stays, and the next one asks only for the rest."""

import dataclasses
import datetime as dt
import threading
import time

from electricity_optimizer.settings import load_settings
from electricity_optimizer.sources.ingest import BACKFILL, Means, ingest
from electricity_optimizer.timeline import delivery_days, interval_starts
from electricity_optimizer_tests.faults.cell import adjust, opened
from electricity_optimizer_tests.faults.faults import DAY, PATIENT
from electricity_optimizer_tests.faults.server import FaultServer, Scene
from electricity_optimizer_tests.faults.upstreams import UPSTREAMS

OMIE = next(upstream for upstream in UPSTREAMS if upstream.source == "omie")
DAYS = 24
DIES_AFTER = 9


def test_a_backfill_goes_on_where_its_upstream_died(templates, tmp_path, monkeypatch):
    """Given a file a day for 24 days and a server that is gone after nine of them, when it runs again elsewhere, fifteen are asked for."""
    place = adjust(dataclasses.replace(OMIE, fallback="omie"), [], PATIENT, monkeypatch)
    last = DAY - dt.timedelta(days=2)
    first = last - dt.timedelta(days=DAYS - 1)
    now = dt.datetime.combine(DAY, dt.time(9), dt.UTC)
    told = []
    with opened(templates.copied(tmp_path)) as house:
        dying = _server(tmp_path / "one")
        undertaker = threading.Thread(target=_close_after, args=(dying, DIES_AFTER))
        undertaker.start()
        cut_off = ingest("prices", place, first, last, Means(house, _settings(dying, tmp_path), now, progress=told.append), BACKFILL)
        undertaker.join()
        came = DAYS - len(cut_off.missing_days)
        assert DIES_AFTER - 1 <= came < DAYS
        assert cut_off.outcomes[-1].outcome == "transient"
        assert sum("days" in line for line in told) >= came

        alive = _server(tmp_path / "two")
        later = Means(house, _settings(alive, tmp_path), now + dt.timedelta(minutes=15))
        resumed = ingest("prices", place, first, last, later, BACKFILL)
        alive.close()
        assert resumed.held_days == came
        assert resumed.missing_days == []
        assert alive.count("omie") == DAYS - came
        rows = house.records("price_record", place.key, first, last)
        due = [start for day in delivery_days(first, last) for start in interval_starts(day, place.tz, 15)]
        assert rows.sort("start_utc")["start_utc"].to_list() == due
        assert rows["revision"].unique().to_list() == [1]
        assert all(abs(price - OMIE.price(start)) < 1e-9 for start, price in rows.select("start_utc", "price").iter_rows())


def _server(folder):
    folder.mkdir()
    server = FaultServer(folder)
    server.begin(Scene("omie", OMIE.price, lambda reply, _: time.sleep(0.02) or reply))
    return server


def _close_after(server, count):
    while server.count("omie") < count:
        time.sleep(0.002)
    server.close()


def _settings(server, home):
    return load_settings(home=home, source_urls={"omie": server.address("omie")}, allow_simulator=False)
