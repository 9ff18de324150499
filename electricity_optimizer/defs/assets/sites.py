"""Sites ahead: what each will use and generate."""

import dagster as dg

from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.site_inputs import SiteInputs
from electricity_optimizer.defs.zone_runs import ZoneConfig, checked_asset, publish_sites


@checked_asset("forecasting", deps=["raw_weather", "raw_grid_forecasts"])
def site_forecasts(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Load, sun and outdoor temperature of each site for the delivery day, from its profile and the weather forecast."""
    first, last = day_window(context)
    return publish_sites(context, config, desk, SiteInputs(desk.warehouse, first, last).expected)
