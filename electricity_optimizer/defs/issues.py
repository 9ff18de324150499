"""The issues of a zone's price forecast: which days are in reach, what each is made from, and which of them stands.

The day after the last known price is the day ahead; the six days after it are an outlook, each made from the forecast of the day before.
A run up to today or tomorrow issues all seven. A run over the past issues the day ahead of each of its days, and where it is asked to
the outlook from each as well, as it would have been issued then: without a weather forecast, for what is on record may be younger.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.ahead import HORIZON_DAYS, is_live, last_ahead
from electricity_optimizer.defs.known import HISTORY_DAYS, known_rows, last_known, stored_models
from electricity_optimizer.defs.reissue import DAY_AHEAD, is_frozen, standing_issue, with_bands
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.unchanged import unchanged_issues
from electricity_optimizer.errors import ForecastError
from electricity_optimizer.forecasting.bands import RECORD_DAYS
from electricity_optimizer.forecasting.feature_table import feature_table
from electricity_optimizer.forecasting.history import MemberHistory
from electricity_optimizer.forecasting.learning.promotion import standing_forecasts
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.outlook import extend, growth_of
from electricity_optimizer.forecasting.outlook_inputs import weather_table, with_estimates
from electricity_optimizer.forecasting.protocol import Probabilistic
from electricity_optimizer.forecasting.published import forecast_rows, history_of
from electricity_optimizer.forecasting.shape import Shape, learn_shape
from electricity_optimizer.forecasting.walk import ENSEMBLE, MEMBERS, DayForecast, walk_forward
from electricity_optimizer.timeline import day_start, delivery_days
from electricity_optimizer.warehouse import Part, Warehouse
from electricity_optimizer.warehouse.tables import QUANTILES

ONE_DAY = dt.timedelta(days=1)
SHAPE_WEEKS = 8
POINT = ("delivery_day", "start", "model", "horizon_days", "value_eur_mwh")
LAG_DAYS = 7
"""Models look so far back for an input: where it is missing there too it is estimated, as it was for the forecast of that day."""
RECENT_DAYS = 420
"""Enough to forecast with fits that are there: the lags of every model, and a year from which inputs are estimated."""
RECORD_WINDOW = 60
"""Days of the accuracy from which the width of the band by horizon is learnt."""


@dataclass(frozen=True)
class Issues:
    """What is to be published of a zone, in the order of publication, and what is not.

    `not_yet` are days out of reach, `failed` those that no member could forecast, `ignored` the stored models that were not used, each
    with its reason; `estimated` the inputs that were estimated by day.
    """

    batches: list[list[Part]] = field(default_factory=list)
    not_yet: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    estimated: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def parts(self) -> list[Part]:
        """All of them; of a day that is issued more than once the last one stands in the end."""
        return [part for batch in self.batches for part in batch]


def issues(desk: Desk, place: Zone, first: dt.date, last: dt.date, *, outlook: bool = False) -> Issues:
    """Issues of `place` for the delivery days of a run. Raises ForecastError when there is none.

    `outlook`: from each day of the past the six after it too.
    """
    standing = unchanged_issues(desk, place, first)
    if standing is not None:
        return Issues([standing])
    making = _Making(desk, place, first, last)
    found = Issues(ignored=dict(making.ignored), not_yet=[day.isoformat() for day in delivery_days(first, last) if day > making.furthest])
    for day in delivery_days(min(first, making.reach), min(making.reach, making.furthest)):
        forecast = making.day_ahead(day, found.failed)
        if forecast is None:
            continue
        batch = [making.part(forecast)]
        days = (making.furthest - day).days if day == making.reach else HORIZON_DAYS - 1 if outlook else 0
        batch += [making.part(later) for later in making.outlook(forecast, days, found.estimated)]
        found.batches.append([part for part in batch if part.partition >= first.isoformat()])
    if not found.parts:
        said = next(iter(found.failed.values()), f"prices are known to {making.reach - ONE_DAY}, {first} is out of reach")
        raise ForecastError(said, where=place.key, remedy="materialize prices first")
    return found


class _Making:
    """What the issues of one run are made from: read once, and extended with each issue."""

    def __init__(self, desk: Desk, place: Zone, first: dt.date, last: dt.date) -> None:
        house, self._desk, self._place = desk.warehouse, desk, place
        stored = stored_models(house, place, first)
        self.ignored, self._champions, self._fitted = stored.ignored, stored.fits, dict(stored.fits)
        back = RECENT_DAYS if set(MEMBERS) <= set(stored.fits) and is_live(desk, place, last) else HISTORY_DAYS
        rows = known_rows(house, place, first - back * ONE_DAY, last_ahead(desk, place, last))
        self._table, self._weather = feature_table(rows, place.tz), weather_table(rows, place.tz)
        self.reach = last_known(self._table) + ONE_DAY
        seventh = self.reach + (HORIZON_DAYS - 1) * ONE_DAY
        self.furthest = seventh if is_live(desk, place, last) else min(last, seventh)
        begin = min(first, self.reach)
        issued = house.read("price_forecasts", place.key, begin, max(last, seventh))
        self._issued: dict[str, pl.DataFrame] = {str(key[0]): part for key, part in issued.group_by("delivery_day", maintain_order=True)}
        self._none = issued.clear()
        self._history = _history(house, place, begin)
        self._synthetic = bool(house.versions("price_features", place.key, first, last)["synthetic"].any())
        self._shapes = _Shapes(house, place, first, last)

    def day_ahead(self, day: dt.date, failed: dict[str, str]) -> DayForecast | None:
        """The forecast of one day; a day that no member can forecast (the day before it was refused) is named in `failed`.

        A champion stands until it is replaced: the walk does not refit it because of its age. What has been issued for good is taken as
        it is. The history stays: what a day adds to it is what is published of it. So one run over a month and a run a day have the same
        record, and the published weights are those of the walk, after the day of 23 hours too.
        """
        record = MemberHistory()
        _remember(record, self._history)
        table, issued = self._table, self._issued_for(day)
        if is_frozen(issued, gate=self._place.gate_closure(day), now=self._desk.now()):
            _remember(record, history_of(issued, self._place.tz))
        else:
            if day == self.reach:
                table, _ = with_estimates(self._table, list(delivery_days(day - LAG_DAYS * ONE_DAY, day)), self._weather)
            for name, (hourly, fan) in standing_forecasts(table, day, self._champions).items():
                record.add(day, name, hourly, fan)
        try:
            return next(walk_forward(table, [day], history=record, fitted=self._fitted))
        except ForecastError as error:
            failed[day.isoformat()] = str(error)
            return None

    def outlook(self, first: DayForecast, days: int, estimated: dict[str, tuple[str, ...]]) -> list[DayForecast]:
        """The `days` after `first`; notes in `estimated` which inputs of them nobody had forecast."""
        if days < 1:
            return []
        ahead = list(delivery_days(first.day - LAG_DAYS * ONE_DAY, first.day + days * ONE_DAY))
        now = first.day == self.reach
        known = self._table if now else self._table.known_for(first.day)
        table, guessed = with_estimates(known, ahead, self._weather if now else None)
        estimated |= {day.isoformat(): names for day, names in guessed.items()}
        return extend(table, first, self._fitted, days, growth=self._growth(first.day), estimated=guessed)

    def part(self, forecast: DayForecast) -> Part:
        """What stands for the day of `forecast`: it, or what was issued before."""
        place, day = self._place, forecast.day
        minutes, gate, now = place.resolution_on(day), place.gate_closure(day), self._desk.now()
        fresh = forecast_rows(
            forecast,
            zone=place.key,
            tz=place.tz,
            minutes=minutes,
            shape=self._shapes.before(min(day, self.reach), minutes),
            issued_at=min(now, gate),
            synthetic=self._synthetic,
        )
        standing = standing_issue(self._issued_for(day), with_bands(fresh), gate=gate, now=now)
        frame = standing.sort("start", "model")  # whichever stands: the same rows in the same order are no new version
        self._issued[day.isoformat()] = frame
        _remember(self._history, history_of(frame, place.tz))
        return Part(place.key, day.isoformat(), frame)

    def _issued_for(self, day: dt.date) -> pl.DataFrame:
        return self._issued.get(day.isoformat(), self._none)

    def _growth(self, day: dt.date) -> Mapping[int, float]:
        """How the band widens by horizon, as the accuracy told before `day` says."""
        told = self._desk.warehouse.read(
            "forecast_accuracy",
            self._place.key,
            day - 10 * ONE_DAY,
            day - ONE_DAY,
            where={"model": [ENSEMBLE], "hour": [-1], "window_days": [RECORD_WINDOW]},
        )
        newest = told.filter(pl.col("delivery_day") == pl.col("delivery_day").max())
        errors = {row["horizon_days"]: (row["mae"], row["count"] // 24) for row in newest.iter_rows(named=True)}
        return growth_of(errors, HORIZON_DAYS)


def _history(house: Warehouse, place: Zone, before: dt.date) -> MemberHistory:
    """What members and ensemble forecast a day ahead in the half year before; quantiles only of the members that give them."""
    fans = [name for name in MEMBERS if isinstance(MODELS[name], Probabilistic)]
    plain = [ENSEMBLE, *(name for name in MEMBERS if name not in fans)]
    days = before - RECORD_DAYS * ONE_DAY, before - ONE_DAY
    points = house.read("price_forecasts", place.key, *days, where={"model": plain, "horizon_days": [DAY_AHEAD]}, only=POINT)
    bands = house.read("price_forecasts", place.key, *days, where={"model": fans, "horizon_days": [DAY_AHEAD]}, only=[*POINT, *QUANTILES])
    return history_of(pl.concat([with_bands(points), bands], how="diagonal"), place.tz)


def _remember(history: MemberHistory, more: MemberHistory) -> None:
    for day, model, hourly in more.rows():
        history.add(day, model, hourly, more.fan(day, model))


class _Shapes:
    """The quarter-hour shape of the weeks before a day, from the zone's published prices read once."""

    def __init__(self, house: Warehouse, place: Zone, first: dt.date, last: dt.date) -> None:
        rows = house.read("prices", place.key, first - dt.timedelta(weeks=SHAPE_WEEKS + 1), last)
        self._prices = rows.filter(pl.col("resolution_minutes") == 15).select("start", pl.col("price_eur_mwh").alias("price"))
        self._tz, self._learnt = place.tz, dict[dt.date, Shape]()

    def before(self, day: dt.date, minutes: int) -> Shape:
        """Shape of the quarter hours as known before `day`; flat for a coarser market time unit."""
        if minutes != 15:
            return Shape.flat(minutes)
        if day not in self._learnt:
            self._learnt[day] = learn_shape(self._prices, self._tz, before=day_start(day, self._tz), weeks=SHAPE_WEEKS)
        return self._learnt[day]
