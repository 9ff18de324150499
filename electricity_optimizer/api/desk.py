"""The pages' way to the same answers that the API gives: in this process, without HTTP."""

import datetime as dt

from electricity_optimizer.api.envelope import Answer, as_json
from electricity_optimizer.api.query import MomentQuery, SeriesQuery, understood
from electricity_optimizer.api.store import Store
from electricity_optimizer.api.views.accuracy import ASSET as ACCURACY
from electricity_optimizer.api.views.accuracy import accuracy
from electricity_optimizer.api.views.current import current
from electricity_optimizer.api.views.plans import latest_plan, plan_days, sites_with_plans
from electricity_optimizer.api.views.savings import ASSETS as SAVINGS
from electricity_optimizer.api.views.savings import savings
from electricity_optimizer.api.views.series import CURVE, series
from electricity_optimizer.catalog.zones import zone as known_zone


class ApiDesk:
    """Implements `pages.desk.Desk`. Every method may raise WarehouseError; unknown names raise CatalogError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def curve(self, zone: str, day: dt.date, days: int, now: dt.datetime, *, open_access: bool) -> Answer:
        """`/v1/curve` of so many local days from `day` on."""
        tz = known_zone(zone).tz
        first = understood(SeriesQuery(zone=zone, day=day.isoformat(), tz=tz), now)
        last = understood(SeriesQuery(zone=zone, day=(day + dt.timedelta(days=days - 1)).isoformat(), tz=tz), now)
        query = SeriesQuery(zone=zone, start=first.start.isoformat(), end=(last.end or first.start).isoformat(), tz=tz)
        found = series(self._store, CURVE, understood(query, now, open_access=open_access), now)
        return as_json(found, self._store.token(CURVE.assets, zone), now, "/v1/curve")

    def current(self, zone: str, now: dt.datetime, *, open_access: bool) -> Answer:
        """`/v1/prices/current`."""
        asked = understood(MomentQuery(zone=zone, tz=known_zone(zone).tz), now, open_access=open_access)
        return current(self._store, asked, now, self._store.token(CURVE.assets, zone))

    def accuracy(self, zone: str) -> Answer:
        """`/v1/forecasts/accuracy` of the ensemble."""
        return accuracy(self._store, known_zone(zone), "ensemble", None, self._store.token((ACCURACY,), zone))

    def sites(self) -> list[str]:
        """`/v1/sites`."""
        return sites_with_plans(self._store)

    def plan(self, site: str, today: dt.date) -> Answer:
        """`/v1/schedules/latest` of today, else the newest."""
        return latest_plan(self._store, site, today if today in plan_days(self._store, site) else None, None)

    def savings(self, site: str) -> Answer:
        """`/v1/savings`."""
        return savings(self._store, site, self._store.token(SAVINGS, site))
