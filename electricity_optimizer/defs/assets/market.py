"""Market: one checked price per zone and interval, weather, and the hourly features that forecasts are made from."""

import datetime as dt
from collections import defaultdict

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.charts import Series, line_chart, markdown_image
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_zones
from electricity_optimizer.errors import RefusedError
from electricity_optimizer.market.check import CheckResult, check_prices, refused
from electricity_optimizer.market.features import features
from electricity_optimizer.market.unify import other_sources, unify, weather_frame
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer.warehouse import Part

LEVEL_DAYS = 14
"""Days before the window that the checks compare with."""

PRICE_CHECKS = {
    "tiling": "The intervals are exactly those of the local day (92, 96 or 100 quarters; 23, 24 or 25 hours).",
    "complete": "Every interval has a price.",
    "bounds": "Prices lie within the harmonised limits of the auction.",
    "not_constant": "The prices of a day are not all the same.",
    "not_yesterday": "The day is not a copy of the day before.",
    "unit": "The level fits the recent days: no prices per kWh or in cents.",
    "sources_agree": "A second source, where there is one, says the same.",
    "spikes": "Unusual prices are flagged and kept.",
}
"""Structural checks of `market.check` and their meaning; a test keeps the names equal."""


@checked_asset(
    "market", deps=["raw_prices"], checks=list(PRICE_CHECKS.items()), blocking=[name for name in PRICE_CHECKS if name != "spikes"]
)
def prices(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """The day-ahead price of each zone and interval, checked before anybody sees it.

    Per day the first complete source of the zone's order wins. The checks look at the staged day; a refused day keeps its last good
    version, a day that nobody has published yet is left out. Expected run time: milliseconds a day.
    """
    first, last = day_window(context)
    results: list[CheckResult] = []
    charts: list[str] = []

    def work(place: Zone, tally: Tally) -> None:
        records = desk.warehouse.records("price_record", place.key, first - dt.timedelta(days=LEVEL_DAYS), last)
        unified = unify(records, zone=place)
        accepted, found = _checked(unified, other_sources(records, zone=place), place, first, last)
        results.extend(found)
        publish(context, desk, tally, place.key, accepted)
        tally.facts |= _facts(accepted, place)
        if accepted and not charts:
            charts.append(_plot(accepted, place))
        bad = refused(found)
        if bad:
            raise RefusedError(_reasons(bad), where=place.key, remedy="the last good version stays; correct the source and run again")

    tally = run_zones(desk, config, work)
    plot = {"prices": dg.MetadataValue.md(charts[0])} if charts else {}
    checks = [published_check(tally), *(_check(name, results, nothing_published=not tally.rows) for name in PRICE_CHECKS)]
    return dg.MaterializeResult(metadata=metadata(tally, first, last, **plot), check_results=checks)


@checked_asset("market", deps=["raw_weather"])
def weather(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Hourly weather of each zone as it was forecast: what may be known before the delivery day."""
    first, last = day_window(context)

    def work(place: Zone, tally: Tally) -> None:
        frame = weather_frame(desk.warehouse.records("weather_record", place.key, first, last), zone=place)
        publish(context, desk, tally, place.key, _by_day(frame, place))

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


@checked_asset("market", deps=["prices", "weather", "raw_grid_forecasts"])
def price_features(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """One row an hour: mean price, day-ahead forecasts of load, wind and sun, weather, holiday. Days ahead have no price yet."""
    first, last = day_window(context)

    def work(place: Zone, tally: Tally) -> None:
        house = desk.warehouse
        frame = features(
            place,
            first,
            last,
            prices=house.read("prices", place.key, first, last),
            weather=house.read("weather", place.key, first, last),
            grid_records=house.records("grid_forecast_record", place.key, first, last),
        )
        publish(context, desk, tally, place.key, _by_day(frame, place))

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


def _checked(
    unified: pl.DataFrame, others: pl.DataFrame, place: Zone, first: dt.date, last: dt.date
) -> tuple[list[Part], list[CheckResult]]:
    """Parts of the days that pass every blocking check, and what the checks said of each day that somebody published."""
    parts, results = [], []
    days = {key[0]: frame for key, frame in unified.group_by(["delivery_day"], maintain_order=True)}
    for day in delivery_days(first, last):
        if day not in days:
            continue
        previous = unified.filter(pl.col("delivery_day").is_between(day - dt.timedelta(days=LEVEL_DAYS), day - dt.timedelta(days=1)))
        rivals = others.filter(pl.col("delivery_day") == day)
        found = check_prices(days[day], zone=place, day=day, previous=previous, other_sources=rivals)
        results += found
        if not refused(found):
            parts.append(Part(place.key, day.isoformat(), days[day]))
    return parts, results


def _check(name: str, results: list[CheckResult], *, nothing_published: bool) -> dg.AssetCheckResult:
    """One check over all zones and days of the run; a failure names them.

    A refused day was not published, so a failure blocks what comes after only when nothing was published at all.
    """
    failed = [result for result in results if result.name == name and not result.passed]
    seen = sum(result.name == name for result in results)
    return dg.AssetCheckResult(
        check_name=name,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if nothing_published else dg.AssetCheckSeverity.WARN,
        description=_reasons(failed) or None,
        metadata={"days checked": seen, "days failed": len(failed)},
    )


def _reasons(results: list[CheckResult]) -> str:
    shown = [f"{result.zone} {result.day} {result.name}: {result.detail}" for result in results[:5]]
    more = len(results) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def _by_day(frame: pl.DataFrame, place: Zone) -> list[Part]:
    return [Part(place.key, str(key[0]), rows) for key, rows in frame.group_by(["delivery_day"], maintain_order=True)]


def _facts(accepted: list[Part], place: Zone) -> dict[str, object]:
    if not accepted:
        return {}
    rows = pl.concat(part.frame for part in accepted)
    sources: dict[str, int] = defaultdict(int)
    for source, count in rows.group_by("source").len().iter_rows():
        sources[source] += count
    values = rows["price_eur_mwh"].drop_nulls().to_numpy()
    return {
        f"{place.key} EUR/MWh": f"{values.min():.2f} to {values.max():.2f}" if values.size else "no EUR price",
        f"{place.key} sources": dict(sources),
    }


def _plot(accepted: list[Part], place: Zone) -> str:
    rows = pl.concat(part.frame for part in accepted[-3:])
    minutes = int(rows["resolution_minutes"][0])
    series = Series(place.key, rows["start"].to_list(), rows["price_eur_mwh"].to_list(), minutes=minutes)
    return markdown_image(line_chart([series], tz=place.tz, width=640, height=200, unit="EUR/MWh"), f"prices of {place.key}")
