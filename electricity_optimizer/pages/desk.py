"""What the pages ask for: answers of the API, as documents of its contract. The API implements it; the pages know no warehouse."""

import datetime as dt
from typing import Any, Protocol

Answer = dict[str, Any]


class Desk(Protocol):
    """Answers as the routes give them. Each may raise WarehouseError; unknown names raise CatalogError."""

    def curve(self, zone: str, day: dt.date, days: int, now: dt.datetime, *, open_access: bool) -> Answer:
        """`/v1/curve` of so many local days of the zone from `day` on, in EUR/kWh, times local."""

    def current(self, zone: str, now: dt.datetime, *, open_access: bool) -> Answer:
        """`/v1/prices/current`, times local."""

    def similar_days(self, zone: str, day: dt.date, now: dt.datetime, *, open_access: bool) -> Answer:
        """`/v1/similar-days` of a local day of the zone, times local."""

    def accuracy(self, zone: str) -> Answer:
        """`/v1/forecasts/accuracy` of the ensemble."""

    def sites(self) -> list[str]:
        """`/v1/sites`."""

    def plan(self, site: str, today: dt.date) -> Answer:
        """`/v1/schedules/latest` of today, else the newest."""

    def savings(self, site: str) -> Answer:
        """`/v1/savings`."""
