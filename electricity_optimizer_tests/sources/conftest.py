"""A desk to ingest at: a warehouse and settings in a folder of the test, and no waiting between tries."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import stamina

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.calls.reach import Reach
from electricity_optimizer.sources.ingest import QUICK, Effort, IngestReport, Means, ingest
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import Warehouse, open_warehouse

TODAY, TOMORROW = dt.date(2026, 5, 4), dt.date(2026, 5, 5)
NOW = dt.datetime(2026, 5, 4, 11, 30, tzinfo=UTC)  # 13:30 local: tomorrow may be there, or not yet
NOBODY = Reach(frozenset(), {"energy-charts": "ConnectError: no route", "open-meteo": "ConnectError: no route"})


def only(*names: str) -> Reach:
    """A reach of these sources alone."""
    return Reach(frozenset(names), {})


@dataclass
class Desk:
    """Ingests with settings of its own folder."""

    warehouse: Warehouse
    settings: Settings

    def __call__(
        self,
        kind: str = "prices",
        first: dt.date = TODAY,
        last: dt.date | None = None,
        reach: Reach | None = NOBODY,
        now: dt.datetime = NOW,
        place: Zone | None = None,
        effort: Effort = QUICK,
        **more: Any,
    ) -> IngestReport:
        means = Means(self.warehouse, self.settings, now, reach, **more)
        return ingest(kind, place or zone("DE-LU"), first, last or first, means, effort)

    def prices(self, first: dt.date = TODAY, last: dt.date | None = None, **more: Any) -> pl.DataFrame:
        return self.warehouse.records("price_record", "DE-LU", first, last or first, **more)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes desks on one folder; `more` are settings."""
    made = []

    def make(**more: Any) -> Desk:
        settings = Settings(home=tmp_path / "home", **more)
        made.append(Desk(open_warehouse(settings), settings))
        return made[-1]

    yield make
    for one in made:
        one.warehouse.engine.dispose()


@pytest.fixture(autouse=True)
def _no_waiting_between_tries() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield
