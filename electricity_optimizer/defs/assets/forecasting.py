"""Forecasting: the price forecast of each delivery day."""

from collections.abc import Sequence

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.charts import Series, line_chart, markdown_image
from electricity_optimizer.defs.ahead import HORIZON_DAYS
from electricity_optimizer.defs.expectations import Gate
from electricity_optimizer.defs.issues import issues
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import (
    Tally,
    ZoneConfig,
    checked_asset,
    metadata,
    publish,
    published_check,
    run_zones,
)
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.walk import ENSEMBLE

STORED_CHECK = "stored_models_used"


class ForecastConfig(ZoneConfig):
    """Which forecasts a run issues. `outlook`: a run over the past issues from each of its days the six after it as well."""

    outlook: bool = False


@checked_asset(
    "forecasting",
    deps=["price_features", "prices", "forecast_models"],
    checks=[(STORED_CHECK, "Every champion could be read and used; one that was not is named, its model was fitted anew for the run.")],
)
def price_forecasts(context: dg.AssetExecutionContext, config: ForecastConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Price of each interval of the delivery day, with quantiles, as known at gate closure of the day before; and of the six days after.

    An issue has its `issued_at` and is never rewritten: a later one is a new version, made only where values differ, and none of the day
    ahead after gate closure (`defs/reissue.py`). The ensemble weighs its members by their errors so far. Expected run time: a second a zone
    and day.
    """
    first, last = day_window(context)
    charts: list[str] = []
    ignored: list[str] = []
    gate = Gate(context, desk, config)

    def work(place: Zone, tally: Tally) -> None:
        found = issues(desk, place, first, last, outlook=config.outlook)
        ignored.extend(f"{place.key}: {why}" for why in found.ignored.values())
        for batch in found.batches:
            publish(context, desk, tally, place.key, gate.admit(place, batch))
        if found.not_yet:
            tally.facts[f"not yet for {place.key}"] = found.not_yet
        if found.estimated:
            tally.facts[f"inputs estimated for {place.key}"] = {day: list(names) for day, names in found.estimated.items()}
        if not charts:
            charts.append(_plot([part.frame for part in found.parts[-HORIZON_DAYS:]], place))
        if found.failed:
            days = f"{', '.join(list(found.failed)[:5])}{' and more' if len(found.failed) > 5 else ''}"
            raise ForecastError(
                f"no forecast for {days}: {list(found.failed.values())[-1]}", where=place.key, remedy="the others are published"
            )
        gate.complain(place)

    tally = run_zones(desk, config, work)
    gate.tell(tally)
    plot = {"last days": dg.MetadataValue.md(charts[0])} if charts else {}
    checks = [published_check(tally), _stored_check(ignored)]
    return dg.MaterializeResult(metadata=metadata(tally, first, last, **plot), check_results=checks)


def _stored_check(ignored: list[str]) -> dg.AssetCheckResult:
    """A warning that names each stored model that was not used."""
    said = "; ".join(ignored) or None
    return dg.AssetCheckResult(check_name=STORED_CHECK, passed=not ignored, severity=dg.AssetCheckSeverity.WARN, description=said)


def _plot(frames: Sequence[pl.DataFrame], place: Zone) -> str:
    rows = pl.concat(frames, how="diagonal_relaxed").filter(pl.col("model") == ENSEMBLE).unique("start", keep="last").sort("start")
    low, high = (rows[name].to_list() if rows[name].null_count() == 0 else () for name in ("q10", "q90"))  # no band in a first week
    series = Series("ensemble", rows["start"].to_list(), rows["value_eur_mwh"].to_list(), low=low, high=high)
    return markdown_image(line_chart([series], tz=place.tz, width=640, height=200, unit="EUR/MWh"), f"forecast of {place.key}")
