"""What a site is asked to plan: a delivery day, and what is known beyond it, as a problem file of contracts/schedule_problem.

Energy left in a battery or car at the end of the day is priced, not forced (`overnight_value`): a store is never emptied for free,
and a car that comes home in the evening may wait for the night.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from electricity_optimizer.catalog.production import ColdStore
from electricity_optimizer.catalog.site_devices import Battery, Car, HeatPump, Roof
from electricity_optimizer.catalog.sites import Site
from electricity_optimizer.errors import InputError
from electricity_optimizer.sites import devices
from electricity_optimizer.sites.align import at_steps
from electricity_optimizer.sites.batches import batches, exclusive
from electricity_optimizer.sites.clock import STEP_MINUTES, closing_step, day_steps
from electricity_optimizer.sites.horizon import DayPart, day_parts, longest_steps
from electricity_optimizer.sites.state import Side, SiteState
from electricity_optimizer.tariffs import TariffPrices

Problem = dict[str, Any]

NIGHT_UNTIL = 6 * 60
CHEAP_STEPS = 8
SMOOTHING = 0.25


def build_problem(
    site: Site,
    day: dt.date,
    *,
    prices: TariffPrices,
    forecast: pl.DataFrame,
    state: SiteState,
    published_until: dt.datetime | None = None,
) -> Problem:
    """The problem of `site` for the local delivery `day` in quarter hours from local midnight on, and as far beyond it as all is known.

    `prices` and `forecast` (start UTC, load_kw, pv_kw and, where one is felt, outdoor_temperature_c) cover the day at any resolution; where
    both go on into the next day, so does the problem (`horizon.py`). Prices from `published_until` on are marked as forecasts.
    Raises InputError naming the series and the first step of the day where a value is unknown: an unknown price is never zero.
    """
    own = len(day_steps(day, site.tz))
    series = known_series(site, prices, forecast, longest_steps(day, site.tz), own)
    starts = longest_steps(day, site.tz)[: len(series["import_price"])]
    side = state.on(day).optimised
    charge = prices.demand_problem(starts, STEP_MINUTES, side.peak_kw)
    problem = assembled(site, day_parts(day, site.tz, len(starts)), series, prices.currency, charge, state)
    return problem | forecast_marks(starts, published_until)


def assembled(
    site: Site,
    parts: list[DayPart],
    series: dict[str, list[float]],
    currency: str,
    charge: dict[str, Any] | None,
    state: SiteState,
    *,
    carry_over: bool = False,
) -> Problem:
    """The problem of the days of `parts` from the `series` of their steps; with `carry_over` batches may go on into a later day."""
    day = parts[0].day
    value = overnight_value(series["import_price"], closing_step(day, NIGHT_UNTIL, site.tz), state.value_per_kwh)
    grid: dict[str, Any] = {"import_limit_kw": site.grid.import_limit_kw, "export_limit_kw": site.grid.export_limit_kw}
    jobs = devices.appliances(site, parts) + batches(site, parts, carry_over=carry_over)
    problem = {
        "name": f"{site.key} {day.isoformat()}",
        "start": day_steps(day, site.tz)[0].astimezone(ZoneInfo(site.tz)).isoformat(),
        "step_minutes": STEP_MINUTES,
        "currency": currency,
        "import_price": series["import_price"],
        "export_price": series["export_price"],
        "load_kw": series["load_kw"],
        "grid": grid if charge is None else grid | {"demand_charge": charge},
        "devices": _devices(site, parts, series, state.on(day).optimised, value) + [job.load for job in jobs],
    }
    shared = exclusive(jobs)
    return problem | {"exclusive": shared} if shared else problem


def forecast_marks(starts: pl.Series, published_until: dt.datetime | None) -> dict[str, Any]:
    """`price_is_forecast` where a step's price is not published yet, else nothing."""
    if published_until is None or starts[-1] < published_until:
        return {}
    return {"price_is_forecast": (starts >= published_until).to_list()}


def overnight_value(import_price: list[float], night_steps: int, yesterday: float | None) -> float:
    """What a kWh at the terminal is worth after midnight, never below zero.

    The mean of the two cheapest hours of the day's own 00:00-06:00, since the coming night is not on the market yet: that is when a
    car would be charged instead, and a dearer figure would pay for hoarding. Smoothed over the days from `yesterday`'s value, because
    one odd night (a holiday at -500 EUR/MWh) says little about the next.
    """
    night = max(float(np.mean(sorted(import_price[:night_steps])[:CHEAP_STEPS])), 0.0)
    return night if yesterday is None else yesterday + SMOOTHING * (night - yesterday)


def known_series(
    site: Site, prices: TariffPrices, readings: pl.DataFrame, starts: pl.Series, least: int | None = None
) -> dict[str, list[float]]:
    """Lists of prices, load, sun and, where it is felt, outdoor temperature at `starts`, up to the first step where one is unknown.

    Raises InputError where one is unknown within the first `least` steps (all by default).
    """
    parts = [starts] if least is None else [starts[:least], starts[least:]]  # the days may be of another resolution
    series = pl.concat(_series(site, prices, readings, part) for part in parts if len(part))
    needed = series[:least]
    for name in series.columns[1:]:
        gaps = needed.filter(pl.col(name).is_null())
        if gaps.height:
            first = gaps["start"][0].isoformat()
            raise InputError(
                f"{name} is unknown for {gaps.height} of {needed.height} steps from {first}", where=site.key, remedy="forecast it first"
            )
    unknown = series.select(pl.any_horizontal(pl.all().is_null())).to_series().arg_true()
    known = series[: unknown[0]] if len(unknown) else series
    return {name: known[name].to_list() for name in known.columns[1:]}


def _series(site: Site, prices: TariffPrices, readings: pl.DataFrame, starts: pl.Series) -> pl.DataFrame:
    columns = {"load_kw": "load_kw", "pv_kw": "pv_kw"}
    if site.feels_weather:
        columns["outdoor_temperature"] = "outdoor_temperature_c"
    found = at_steps(prices.frame, starts, ["import_eur_kwh", "export_eur_kwh"]).rename(
        {"import_eur_kwh": "import_price", "export_eur_kwh": "export_price"}
    )
    read = at_steps(readings, starts, list(columns.values())).rename({old: new for new, old in columns.items()})
    return found.hstack(read.drop("start"))


def _devices(site: Site, parts: list[DayPart], series: dict[str, list[float]], side: Side, value: float) -> list[dict[str, Any]]:
    built: list[dict[str, Any]] = []
    kwp = sum(roof.kwp * roof.performance_ratio for roof in site.devices_of(Roof))
    for device in site.devices:
        if isinstance(device, Battery):
            built.append(devices.battery(device, side, value))
        elif isinstance(device, Car):
            built.append(devices.car(device, parts, site.tz, side, value))
        elif isinstance(device, Roof):
            built.append(devices.roof(device, series["pv_kw"], kwp))
        elif isinstance(device, HeatPump):
            built.append(devices.heat_pump(device, series["outdoor_temperature"], side))
        elif isinstance(device, ColdStore):
            built.append(devices.cold_store(device, series.get("outdoor_temperature"), len(series["load_kw"]), side))
    return built
