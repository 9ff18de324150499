"""The pages' way to the same answers that the API gives: in this process, without HTTP."""

import datetime as dt
import functools
import logging
from collections import OrderedDict
from collections.abc import Callable

from electricity_optimizer.api.envelope import Answer, as_json
from electricity_optimizer.api.query import MomentQuery, Resolution, SeriesQuery, understood
from electricity_optimizer.api.store import Store
from electricity_optimizer.api.views.accuracy import ASSET as ACCURACY
from electricity_optimizer.api.views.accuracy import Choice, accuracy
from electricity_optimizer.api.views.current import current
from electricity_optimizer.api.views.plans import latest_plan, plan_days, sites_with_plans
from electricity_optimizer.api.views.savings import ASSETS as SAVINGS
from electricity_optimizer.api.views.savings import savings
from electricity_optimizer.api.views.series import CURVE, series
from electricity_optimizer.api.views.similar_days import ASSETS as SIMILAR
from electricity_optimizer.api.views.similar_days import Ask, similar_days
from electricity_optimizer.catalog.zones import zone as known_zone
from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.timeline import range_bounds

_LOG = logging.getLogger(__name__)
SHOWN = 5
"""Similar days on the page."""
KEPT = 256
"""Answers kept for the time when the store does not answer."""


class ApiDesk:
    """Implements `pages.desk.Desk`. Unknown names raise CatalogError.

    When the store does not answer, the last good answer comes back with `stale` and `store_gone`; without one WarehouseError is raised.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[object, ...], Answer] = OrderedDict()

    def curve(self, zone: str, day: dt.date, days: int, now: dt.datetime, *, open_access: bool) -> Answer:
        """`/v1/curve` of so many local days from `day` on."""
        tz = known_zone(zone).tz
        start, end = range_bounds(day, day + dt.timedelta(days=days - 1), tz)
        query = SeriesQuery(zone=zone, start=start.isoformat(), end=end.isoformat(), tz=tz)
        asked = understood(query, now, open_access=open_access)

        def build() -> Answer:
            return as_json(series(self._store, CURVE, asked, now), self._store.token(CURVE.assets, zone), now, "/v1/curve")

        return self._good(("curve", zone, day, days, open_access), build)

    def current(self, zone: str, now: dt.datetime, *, open_access: bool) -> Answer:
        """`/v1/prices/current`."""
        asked = understood(MomentQuery(zone=zone, tz=known_zone(zone).tz), now, open_access=open_access)
        version = functools.partial(self._store.token, CURVE.assets, zone)
        return self._good(("current", zone, open_access), lambda: current(self._store, asked, now, version()))

    def similar_days(self, zone: str, day: dt.date, now: dt.datetime, *, open_access: bool) -> Answer:
        """`/v1/similar-days` with five days by the hour."""
        tz = known_zone(zone).tz
        ask = Ask(understood(MomentQuery(zone=zone, tz=tz, resolution=Resolution.HOUR), now, open_access=open_access), day, SHOWN)
        version = functools.partial(self._store.token, SIMILAR, zone)
        return self._good(("similar", zone, day, open_access), lambda: similar_days(self._store, ask, now, version()))

    def accuracy(self, zone: str) -> Answer:
        """`/v1/forecasts/accuracy` of the ensemble."""
        entry = known_zone(zone)
        return self._good(
            ("accuracy", zone), lambda: accuracy(self._store, entry, Choice("ensemble"), self._store.token((ACCURACY,), zone))
        )

    def sites(self) -> list[str]:
        """`/v1/sites`."""
        found: list[str] = self._good(("sites",), lambda: {"meta": {}, "data": sites_with_plans(self._store)})["data"]
        return found

    def plan(self, site: str, today: dt.date) -> Answer:
        """`/v1/schedules/latest` of today, else the newest."""

        def build() -> Answer:
            return latest_plan(self._store, site, today if today in plan_days(self._store, site) else None, None)

        return self._good(("plan", site, today), build)

    def savings(self, site: str) -> Answer:
        """`/v1/savings`."""
        return self._good(("savings", site), lambda: savings(self._store, site, self._store.token(SAVINGS, site)))

    def _good(self, key: tuple[object, ...], build: Callable[[], Answer]) -> Answer:
        try:
            answer = build()
        except WarehouseError as error:
            _LOG.warning("the page is shown from memory: %s", error)
            if key not in self._kept:
                raise
            kept = self._kept[key]
            return {**kept, "meta": kept["meta"] | {"stale": True, "store_gone": True}}
        self._kept[key] = answer
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return {**answer, "meta": answer["meta"] | {"store_gone": False}}
