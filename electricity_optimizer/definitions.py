"""The one Definitions object: reading this file shows the whole system."""

import datetime as dt
import warnings

warnings.filterwarnings("ignore", message=r"Parameter `(backfill_policy|pool)`", module="dagster")  # beta in 1.13, pinned in the lock

import dagster as dg  # noqa: E402 - the filter must stand before the import

from electricity_optimizer.defs.assets import (  # noqa: E402
    forecasting,
    ingestion,
    learning,
    market,
    models,
    operations,
    optimization,
    settlement,
    similar_days,
    sites,
    suppliers,
)
from electricity_optimizer.defs.automation import schedules  # noqa: E402
from electricity_optimizer.defs.checks import CHECKS  # noqa: E402
from electricity_optimizer.defs.fleet import fleet_job  # noqa: E402
from electricity_optimizer.defs.jobs import JOBS  # noqa: E402
from electricity_optimizer.defs.late import tomorrow_published  # noqa: E402
from electricity_optimizer.defs.notes import NOTES, Notes  # noqa: E402
from electricity_optimizer.defs.reparse_job import reparse_job  # noqa: E402
from electricity_optimizer.defs.resources import Desk, desk_resource  # noqa: E402
from electricity_optimizer.defs.sensors import sensors  # noqa: E402
from electricity_optimizer.settings import load_settings  # noqa: E402

STAGES = [ingestion, market, models, forecasting, sites, learning, similar_days, optimization, settlement, suppliers, operations]
"""Modules of assets in the order a price passes them."""

FRESH_WITHIN = dt.timedelta(hours=36)
WEEKLY = {"forecast_models": dt.timedelta(days=8), "country_statistics": dt.timedelta(days=8), "supplier_advice": dt.timedelta(days=32)}
"""A daily asset that was not materialized for longer is not fresh: a day and a night's grace."""


def build_defs(desk: object = desk_resource) -> dg.Definitions:
    """A fresh Definitions object; tests and the demo hand in a `desk` of their own."""
    assets = [asset for asset in dg.load_assets_from_modules(STAGES) if isinstance(asset, dg.AssetsDefinition)]
    return dg.Definitions(
        assets=dg.map_asset_specs(_with_policies, assets),
        asset_checks=[*CHECKS, tomorrow_published],
        jobs=[*JOBS, reparse_job, fleet_job(desk.settings if isinstance(desk, Desk) else load_settings())],
        schedules=schedules(),
        sensors=sensors(),
        resources={"desk": desk, NOTES: Notes()},
        executor=dg.in_process_executor,
    )


def _with_policies(spec: dg.AssetSpec) -> dg.AssetSpec:
    within = WEEKLY.get(spec.key.to_user_string(), FRESH_WITHIN)
    policy = dg.FreshnessPolicy.time_window(fail_window=within)
    return spec.replace_attributes(owners=["team:operations"], kinds={"polars"}, freshness_policy=policy)


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions that the UI, the daemon and the command line load."""
    return build_defs()
