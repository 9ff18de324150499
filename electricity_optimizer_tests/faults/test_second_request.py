"""A source that fails in the middle of its requests: what came before stays, the days still open come from the next source."""

import dataclasses
import datetime as dt
import itertools

import pytest

from electricity_optimizer.sources.ingest import Effort, Means, ingest
from electricity_optimizer_tests.faults.cell import market_step, set_up
from electricity_optimizer_tests.faults.expectations import expect_nothing_wrong
from electricity_optimizer_tests.faults.table import FAULTS
from electricity_optimizer_tests.faults.upstreams import UPSTREAMS

pytestmark = pytest.mark.usefixtures("_no_waiting_between_tries")
NAMES = ("429_none", "500", "read_timeout", "truncated", "html", "invalid", "403", "404")
A_DAY_EACH = [upstream for upstream in UPSTREAMS if upstream.source in {"omie", "nordpool"}]
IN_STEPS = [upstream for upstream in UPSTREAMS if upstream.source == "smard"]
FAILING = [fault for fault in FAULTS if fault.name in NAMES]
ONE = dt.timedelta(days=1)


def from_the_second_on(fault):
    """The fault, with the first request answered well."""
    asked = itertools.count()
    return dataclasses.replace(fault, spoil=lambda upstream, reply: fault.spoil(upstream, reply) if next(asked) else reply)


@pytest.mark.parametrize("fault", FAILING, ids=lambda fault: fault.name)
@pytest.mark.parametrize("upstream", [*A_DAY_EACH, *IN_STEPS], ids=lambda upstream: upstream.source)
def test_days_that_came_stay_and_the_others_come_from_the_next_source(fault, upstream, server, templates, tmp_path, monkeypatch):
    with set_up(server, templates, upstream, from_the_second_on(fault), tmp_path, monkeypatch) as cell:
        first, last = fault.day - 2 * ONE, fault.day
        means = Means(cell.house, cell.settings, cell.now)
        report = ingest("prices", cell.place, first, last, means, Effort(refresh=True))
        market_step(cell.house, cell.place, first, last, cell.now)
        assert report.missing_days == []
        assert [one.outcome for one in report.outcomes] == [fault.expect.outcome, "ok"]
        came = 1 if upstream in A_DAY_EACH else 0
        assert [one.days for one in report.outcomes] == [came, 3 - came]
        for place, day in enumerate((first, first + ONE, last)):
            rows = cell.house.read("prices", cell.place.key, day, day)
            assert rows["source"].unique().to_list() == [upstream.source if place < came else upstream.fallback]
            expect_nothing_wrong(cell, rows, cell.true, day)
