"""The seeded simulated market as a source of prices, weather and grid forecasts; all of it flagged synthetic, for any zone.

What a real market would not have published at `now` is not given either: the prices of a day appear at 12:45 local of the day before,
actual values end at `now`, forecasts reach seven days ahead.
"""

import datetime as dt

import numpy as np
import polars as pl

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.sources.ask import Answer, Ask, published
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.sources.records import GridForecastRecord, PriceRecord, WeatherRecord, completed, series_id
from electricity_optimizer.sources.simulation.simulated_market import Grid, Market, market
from electricity_optimizer.sources.simulation.simulated_noise import Floats, key, normals
from electricity_optimizer.sources.simulation.simulated_weather import Weather
from electricity_optimizer.timeline import UTC, UTC_DTYPE, delivery_day, local_day, range_bounds

NAME = "simulator"
PARSER_VERSION = 1
FORECAST_DAYS = 7


def prices(ask: Ask) -> Answer:
    """Day-ahead prices at the market time unit of each day, as far as they are published at `now`."""
    days = [day for day in ask.days if published(day, ask.zone.tz) <= ask.now]
    if not days:
        return Answer(outcome=Outcome.NOT_YET, reason="prices appear at 12:45 local of the day before")
    frame = price_frame(ask.zone, min(days), max(days), seed=ask.settings.seed)
    return Answer(frame=frame.filter(pl.col("delivery_date").is_in(days)))


def weather(ask: Ask) -> Answer:
    """Hourly weather: the forecast of the day before up to seven days ahead, and the actual values up to `now`."""
    return _inputs(ask, "weather")


def grid_forecasts(ask: Ask) -> Answer:
    """Hourly load, wind and sun: day-ahead forecast up to seven days ahead, and the actual values up to `now`."""
    return _inputs(ask, "grid")


def price_frame(zone: Zone, first: dt.date, last: dt.date, *, seed: int) -> pl.DataFrame:
    """Price records of the days `first` to `last`, whether published yet or not."""
    simulated, hours = _market(zone, first, last, seed, margin=1)
    hourly = pl.DataFrame({"start_utc": hours[1:-1], "price": simulated.price[1:-1]}).with_columns(
        delivery_date=local_day("start_utc", zone.tz),
        quarters=pl.Series(_quarters(zone, simulated, seed).tolist(), dtype=pl.List(pl.Float64)),
    )
    parts = []
    for minutes, days in _days_by_resolution(zone, first, last).items():
        chosen = hourly.filter(pl.col("delivery_date").is_in(days))
        parts.append(_at_resolution(chosen, zone, minutes))
    return pl.concat(parts).sort("start_utc")


def _at_resolution(hourly: pl.DataFrame, zone: Zone, minutes: int) -> pl.DataFrame:
    if minutes < 60:
        size = 60 // minutes
        values = [pl.col("quarters").list.slice(k * 4 // size, 4 // size).list.mean().round(2) for k in range(size)]
        offsets = pl.concat_list(pl.duration(minutes=k * minutes) for k in range(size))
        hourly = hourly.with_columns(price=pl.concat_list(values), offset=offsets).explode("price", "offset", empty_as_null=False)
        hourly = hourly.with_columns(start_utc=(pl.col("start_utc") + pl.col("offset")).cast(UTC_DTYPE))
    frame = hourly.select("start_utc", "delivery_date", "price").with_columns(
        end_utc=pl.col("start_utc") + pl.duration(minutes=minutes),
        resolution_s=pl.lit(minutes * 60),
        series_id=pl.lit(series_id(NAME, zone.key, minutes, currency=zone.currency)),
    )
    return completed(frame, PriceRecord, area=zone.key, currency=zone.currency, unit_raw=f"{zone.currency} / MWh", **_origin())


def _quarters(zone: Zone, simulated: Market, seed: int) -> Floats:
    """Four quarter prices of each hour, without its first and last: their mean is the hour, they follow its slope with a saw-tooth."""
    price = simulated.price
    slope = np.clip((price[2:] - price[:-2]) / 2, -60, 60)
    index = np.arange(simulated.first + 1, simulated.first + len(price) - 1)
    noise = np.stack([normals(key(seed, zone.key, "quarter", k), index) for k in range(4)], axis=1)
    steps = np.array([-0.375, -0.125, 0.125, 0.375])
    shape = slope[:, None] * 1.4 * steps + 1.8 * noise
    shape -= shape.mean(axis=1, keepdims=True)
    return np.asarray(np.clip(price[1:-1, None] + shape, -500, 4000), dtype=np.float64)


def _days_by_resolution(zone: Zone, first: dt.date, last: dt.date) -> dict[int, list[dt.date]]:
    grouped: dict[int, list[dt.date]] = {}
    for offset in range((last - first).days + 1):
        day = first + dt.timedelta(days=offset)
        grouped.setdefault(zone.resolution_on(day), []).append(day)
    return grouped


def _inputs(ask: Ask, what: str) -> Answer:
    horizon = delivery_day(ask.now, ask.zone.tz) + dt.timedelta(days=FORECAST_DAYS)
    days = [day for day in ask.days if day <= horizon]
    if not days:
        return Answer(outcome=Outcome.NOT_YET, reason=f"forecasts reach {FORECAST_DAYS} days ahead")
    frame = input_frame(ask.zone, min(days), max(days), what=what, seed=ask.settings.seed)
    known = (pl.col("kind") == "forecast") | (pl.col("end_utc") <= ask.now)
    return Answer(frame=frame.filter(known & pl.col("delivery_date").is_in(days)))


def input_frame(zone: Zone, first: dt.date, last: dt.date, *, what: str, seed: int) -> pl.DataFrame:
    """Records of `what` (weather or grid), forecasts and actual values, of the days `first` to `last`."""
    simulated, hours = _market(zone, first, last, seed, margin=0)
    views: dict[str, Weather | Grid]
    if what == "weather":
        views = {"forecast": simulated.weather_forecast, "actual": simulated.weather_actual}
    else:
        views = {"forecast": simulated.grid_forecast, "actual": simulated.grid_actual}
    return pl.concat(_view_frame(zone, what, kind, view, hours) for kind, view in views.items())


def _view_frame(zone: Zone, what: str, kind: str, view: Weather | Grid, hours: pl.Series) -> pl.DataFrame:
    record = WeatherRecord if what == "weather" else GridForecastRecord
    values = {name: getattr(view, name) for name in view.__dataclass_fields__}
    frame = pl.DataFrame({"start_utc": hours, **values}).with_columns(
        end_utc=pl.col("start_utc") + pl.duration(hours=1), delivery_date=local_day("start_utc", zone.tz)
    )
    name = series_id(NAME, zone.key, 60, market=what, auction=kind, currency="-")
    return completed(frame, record, series_id=name, area=zone.key, kind=kind, **_origin())


def _market(zone: Zone, first: dt.date, last: dt.date, seed: int, *, margin: int) -> tuple[Market, pl.Series]:
    """The market of the days with `margin` hours more on both sides, and the UTC starts of its hours."""
    start, end = range_bounds(first, last, zone.tz)
    origin = int(start.timestamp()) // 3600 - margin
    count = int((end - start).total_seconds()) // 3600 + 2 * margin
    begin = dt.datetime.fromtimestamp(origin * 3600, UTC)
    hours = pl.datetime_range(begin, begin + dt.timedelta(hours=count), "1h", closed="left", time_unit="us", eager=True)
    return market(zone, seed, origin, count), hours.alias("start_utc")


def _origin() -> dict[str, object]:
    return {
        "source": NAME,
        "licence": source(NAME).licence,
        "redistributable": True,
        "synthetic": True,
        "parser_version": PARSER_VERSION,
    }
