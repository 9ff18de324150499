"""Market: one checked price per zone and interval, weather, and the hourly features that forecasts are made from."""

import datetime as dt
from collections import defaultdict

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone, early_neighbours
from electricity_optimizer.charts import Series, line_chart, markdown_image
from electricity_optimizer.defs.ahead import last_ahead
from electricity_optimizer.defs.as_known import prices_at_gate, records_at_gate
from electricity_optimizer.defs.choices import choices
from electricity_optimizer.defs.expectations import Gate
from electricity_optimizer.defs.neighbours import with_neighbours
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_zones
from electricity_optimizer.market.check import CheckResult, refused
from electricity_optimizer.market.features import FUEL_DAYS, features
from electricity_optimizer.market.weather import weather_frame
from electricity_optimizer.warehouse import Part

PRICE_CHECKS = {
    "tiling": "The intervals are exactly those of the local day (92, 96 or 100 quarters; 46, 48 or 50 half hours; 23, 24 or 25 hours).",
    "complete": "Every interval has a price.",
    "bounds": "Prices are in the currency of the zone and within the harmonised limits of its market.",
    "not_constant": "The prices of a day are not all the same.",
    "not_yesterday": "The day is not a copy of the day before.",
    "unit": "The level fits the recent days: no prices per kWh or in cents.",
    "sources_agree": "Other sources, where there are any, say the same; with three or more the majority is right.",
    "spikes": "Unusual prices are flagged and kept.",
}
"""Structural checks of `market.check` and their meaning; a test keeps the names equal."""


@checked_asset(
    "market",
    deps=["raw_prices", "raw_exchange_rates"],
    checks=list(PRICE_CHECKS.items()),
    blocking=[name for name in PRICE_CHECKS if name != "spikes"],
)
def prices(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """The day-ahead price of each zone and interval, checked before anybody sees it.

    Per day the first complete source of the zone's order wins; when it fails a check, or the others outvote it, the next one is taken
    and the check warns of it. A day for which no source passes keeps its last good version, a day that nobody has published yet is left
    out. A neighbour whose auction ends before the zone's gate closes is published too: its price is a feature. Expected run time:
    milliseconds a day.
    """
    first, last = day_window(context)
    results: list[CheckResult] = []
    charts: list[str] = []
    gate = Gate(context, desk, config)

    def work(place: Zone, tally: Tally) -> None:
        chosen = choices(desk.warehouse, place, first, last)
        found = [result for choice in chosen for result in choice.results]
        results.extend(found)
        sound = [Part(place.key, choice.day.isoformat(), choice.frame) for choice in chosen if choice.frame is not None]
        accepted = gate.admit(place, sound)
        publish(context, desk, tally, place.key, accepted)
        tally.facts |= _facts(accepted, place)
        if accepted and not charts:
            charts.append(_plot(accepted, place))
        gate.complain(place, _reasons(refused(found)))

    def beside(other: Zone) -> None:
        sound = [
            Part(other.key, one.day.isoformat(), one.frame) for one in choices(desk.warehouse, other, first, last) if one.frame is not None
        ]
        publish(context, desk, tally, other.key, sound)

    tally = run_zones(desk, config, work)
    with_neighbours(desk, config, tally, beside)
    gate.tell(tally)
    plot = {"prices": dg.MetadataValue.md(charts[0])} if charts else {}
    checks = [published_check(tally), *(_check(name, results, nothing_published=not tally.rows) for name in PRICE_CHECKS)]
    return dg.MaterializeResult(metadata=metadata(tally, first, last, **plot), check_results=checks)


@checked_asset("market", deps=["raw_weather"])
def weather(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Hourly weather of each zone as it was forecast: what may be known before the delivery day.

    A run up to today or tomorrow publishes the week ahead as well: days that have no partition yet.
    """
    first, last = day_window(context)
    gate = Gate(context, desk, config)

    def work(place: Zone, tally: Tally) -> None:
        frame = weather_frame(desk.warehouse.records("weather_record", place.key, first, last_ahead(desk, place, last)), zone=place)
        publish(context, desk, tally, place.key, gate.admit(place, _by_day(frame, place)))
        gate.complain(place)

    tally = run_zones(desk, config, work)
    gate.tell(tally)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


@checked_asset("market", deps=["prices", "weather", "raw_grid_forecasts"])
def price_features(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """One row an hour: mean price, day-ahead forecasts of load, wind and sun, weather, neighbours' prices, fuels, holiday.

    Inputs are those known when the gate of their day closed. A run up to today or tomorrow publishes the week ahead as well, with what is
    known of it. Of each column: docs/FEATURES.md.
    """
    first, last = day_window(context)

    def work(place: Zone, tally: Tally) -> None:
        house, end = desk.warehouse, last_ahead(desk, place, last)
        frame = features(
            place,
            first,
            end,
            prices=house.read("prices", place.key, first, end),
            weather=weather_frame(records_at_gate(house, "weather_record", place, first, end), zone=place),
            grid_records=records_at_gate(house, "grid_forecast_record", place, first, end),
            neighbours=[prices_at_gate(house, other, place, first, end) for other in early_neighbours(place)],
            fuels=house.records("fuel_record", place.key, first - dt.timedelta(days=FUEL_DAYS + 1), end),
        )
        publish(context, desk, tally, place.key, _by_day(frame, place))

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


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
    prices = rows["price"].to_numpy()
    return {f"{place.key} {place.currency}/MWh": f"{prices.min():.2f} to {prices.max():.2f}", f"{place.key} sources": dict(sources)}


def _plot(accepted: list[Part], place: Zone) -> str:
    rows = pl.concat(part.frame for part in accepted[-3:])
    minutes = int(rows["resolution_minutes"][0])
    series = Series(place.key, rows["start"].to_list(), rows["price"].to_list(), minutes=minutes)
    chart = line_chart([series], tz=place.tz, width=640, height=200, unit=f"{place.currency}/MWh")
    return markdown_image(chart, f"prices of {place.key}")
