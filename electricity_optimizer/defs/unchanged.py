"""Whether the issues of a zone may stay as they are: nothing that they were made from has changed since.

The hourly job asks first. Making a forecast anew costs a second or two a zone, most of it to read half a year of past forecasts; to see
that nothing has changed costs hundredths. The weather changes every hour, but the day ahead does not follow from it, and the days after
are not issued more often than every six hours.
"""

import datetime as dt

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.ahead import HORIZON_DAYS, is_live
from electricity_optimizer.defs.reissue import OUTLOOK_EVERY, is_frozen
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.forecasting.feature_table import INPUTS
from electricity_optimizer.timeline import delivery_day
from electricity_optimizer.warehouse import Part, Warehouse

ONE_DAY = dt.timedelta(days=1)
MADE_FROM_DAYS = 420
"""So far back a change of features or past forecasts is looked for."""
PRICES_WITHIN = 3
"""Days: where prices are older than that the issues are made anew."""


def unchanged_issues(desk: Desk, place: Zone, first: dt.date) -> list[Part] | None:
    """The issues from `first` to the seventh day ahead as they stand; None when one lacks or something it was made from has changed."""
    house, now = desk.warehouse, desk.now()
    today = delivery_day(now, place.tz)
    if not is_live(desk, place, first):
        return None
    features = house.read("price_features", place.key, today - PRICES_WITHIN * ONE_DAY, today + (HORIZON_DAYS + 1) * ONE_DAY)
    reach = _day_ahead(features)
    if reach is None or not first <= reach + (HORIZON_DAYS - 1) * ONE_DAY:
        return None
    begin, end = min(first, reach), reach + (HORIZON_DAYS - 1) * ONE_DAY
    rows = house.read("price_forecasts", place.key, begin, end)
    issued = {str(key[0]): part.sort("start", "model") for key, part in rows.group_by("delivery_day", maintain_order=True)}
    wanted = {str(begin + k * ONE_DAY): max(1, (begin + k * ONE_DAY - reach).days + 1) for k in range((end - begin).days + 1)}
    if any(day not in issued or issued[day]["horizon_days"][0] != horizon for day, horizon in wanted.items()):
        return None
    versions = house.versions("price_forecasts", place.key, begin, end)
    since = dict(versions.select("partition", "committed_at").iter_rows())
    ahead = str(reach)
    frozen = is_frozen(issued[ahead], gate=place.gate_closure(reach), now=now)
    if not frozen and _changed(house, place, features, reach, since[ahead]):
        return None
    later = [day for day in wanted if day > ahead]
    if _waits(issued, later, now) or not _new_since(house, place, "price_features", reach, end, min(since[day] for day in later)):
        return [Part(place.key, day, issued[day]) for day in wanted if day >= str(first)]
    return None


def _day_ahead(features: pl.DataFrame) -> dt.date | None:
    """The day after the last one whose prices are all known."""
    known = features.group_by("delivery_day").agg(whole=pl.col("price_eur_mwh").is_not_null().all()).filter("whole")
    newest = known["delivery_day"].max()
    return newest + ONE_DAY if isinstance(newest, dt.date) else None


def _changed(house: Warehouse, place: Zone, features: pl.DataFrame, reach: dt.date, since: dt.datetime) -> bool:
    """Whether the day ahead would be another: by a model, an earlier day, or what the models read of its own inputs."""
    models = house.versions("forecast_models", place.key)
    if not models.filter(pl.col("committed_at") > since).is_empty():
        return True
    back = reach - MADE_FROM_DAYS * ONE_DAY
    if any(_new_since(house, place, asset, back, reach - ONE_DAY, since) for asset in ("price_features", "price_forecasts")):
        return True
    then = house.read("price_features", place.key, reach, reach, as_of=since).select(INPUTS)
    return not features.filter(pl.col("delivery_day") == reach).select(INPUTS).equals(then)


def _waits(issued: dict[str, pl.DataFrame], later: list[str], now: dt.datetime) -> bool:
    """Whether the issues of the days after the day ahead are too young to be replaced."""
    return all(now - issued[day]["issued_at"][0] < OUTLOOK_EVERY for day in later)


def _new_since(house: Warehouse, place: Zone, asset: str, first: dt.date, last: dt.date, since: dt.datetime) -> bool:
    return not house.versions(asset, place.key, first, last).filter(pl.col("committed_at") > since).is_empty()
