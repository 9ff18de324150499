"""Similar days: which past days were like a delivery day."""

import datetime as dt

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_zones
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.published import feature_table
from electricity_optimizer.forecasting.similar_days import earlier_days_like
from electricity_optimizer.warehouse import Part

NEIGHBOURS = 5
YEARS_BACK = dt.timedelta(days=730)


@checked_asset("learning", deps=["price_features"])
def similar_day_index(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """For each delivery day the past days most like it in prices, load, wind, sun and place in the week (HNSW index)."""
    first, last = day_window(context)

    def work(place: Zone, tally: Tally) -> None:
        table = feature_table(desk.warehouse.read("price_features", place.key, first - YEARS_BACK, last), place.tz)
        parts = []
        for day, earlier in earlier_days_like(table, first, NEIGHBOURS):
            rows = [
                {"zone": place.key, "delivery_day": day, "rank": rank, "similar_day": found.day, "distance": found.distance}
                for rank, found in enumerate(earlier, start=1)
            ]
            parts.append(Part(place.key, day.isoformat(), pl.DataFrame(rows)))
        if not parts:
            what = f"no day is known whole from {first} to {last}"
            raise ForecastError(what, where=place.key, remedy="materialize price_features first")
        publish(context, desk, tally, place.key, parts)

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])
