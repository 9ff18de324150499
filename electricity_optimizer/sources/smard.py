"""SMARD of the Bundesnetzagentur: day-ahead prices of Germany and its neighbours, and Germany's load, wind and sun; keyless files.

Two steps. An index lists the weeks of a series (Monday 00:00 Berlin, in milliseconds); each week is a file of its own with a value
for every interval, null where there is none yet. The files do not say what they hold: that is the filter number in their address.
The newest week is asked with the one before it, for a new file starts on Sunday or Monday. Prices are asked at the market time unit of
their day: the quarter-hour file of a day before 2025-10-01 repeats its hours, the hour file of a later day holds means. Quantities
are energy in MWh per interval and become MW; forecasts are those of the day before (load 411, wind 123 and 3791, sun 125). The
filter list knows no sum of wind (5097 is wind and sun together), so wind has two series; see `grid_series`. Quantities are of
region DE: Germany without Luxembourg, whose load is about one percent of the zone's.

Filter numbers and regions are those of SMARD's own configuration as public clients quote it; no file of prices is recorded.
"""

import datetime as dt
import itertools
from collections.abc import Iterable

from electricity_optimizer.catalog.sources import source
from electricity_optimizer.sources.ask import Ask, Request, windows
from electricity_optimizer.sources.outcome import Outcome, SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.reading.day_ahead import Series, check_starts, check_values, local_days
from electricity_optimizer.sources.reading.grid_series import GridSeries
from electricity_optimizer.sources.reading.json_answer import document, fields, rows, whole
from electricity_optimizer.sources.records import GridForecastRecord, PriceRecord
from electricity_optimizer.timeline import delivery_day, range_bounds

NAME = "smard"
PARSER_VERSION = 1
BERLIN = "Europe/Berlin"
PRICES = {
    "DE-LU": 4169, "AT": 4170, "BE": 4996, "NO2": 4997, "DK1": 252, "DK2": 253, "FR": 254, "IT-North": 255,
    "NL": 256, "PL": 257, "SE4": 258, "CH": 259, "SI": 260, "CZ": 261, "HU": 262,
}  # fmt: skip
"""Filter of the price by zone."""
GRID = {
    "forecast": {"load": 411, "wind_onshore": 123, "wind_offshore": 3791, "solar": 125},
    "actual": {"load": 410, "wind_onshore": 4067, "wind_offshore": 1225, "solar": 4068},
}
"""Filter of each quantity by kind."""
PRICE = "price"
STEP_S = {"quarterhour": 900, "hour": 3600}
WEEK = dt.timedelta(days=7)


def requests(ask: Ask) -> list[Request]:
    """The index of each series, at each resolution that the asked days have; none for what SMARD does not have."""
    if ask.kind == "prices":
        return _price_indexes(ask) if ask.zone.key in PRICES else []
    return _grid_indexes(ask) if ask.zone.key == "DE-LU" else []


def _price_indexes(ask: Ask) -> list[Request]:
    region = "DE-LU" if ask.zone.key == "DE-LU" else "DE"
    by_resolution = {"hour": [day for day in ask.days if ask.zone.resolution_on(day) >= 60]}
    by_resolution["quarterhour"] = [day for day in ask.days if day not in by_resolution["hour"]]
    return [
        _index(ask, PRICES[ask.zone.key], region, resolution, run, PRICE)
        for resolution, days in by_resolution.items()
        for run in _runs(ask, days)
    ]


def _grid_indexes(ask: Ask) -> list[Request]:
    today = delivery_day(ask.now, ask.zone.tz)
    days = {"forecast": ask.days, "actual": tuple(day for day in ask.days if day <= today)}
    return [
        _index(ask, number, "DE", "quarterhour", run, f"{kind}:{quantity}")
        for kind, filters in GRID.items()
        for quantity, number in filters.items()
        for run in _runs(ask, days[kind])
    ]


def _index(ask: Ask, number: int, region: str, resolution: str, run: tuple[dt.date, dt.date], series: str) -> Request:
    about = {"area": ask.zone.key, "series": series, "resolution": resolution, "first": run[0].isoformat(), "last": run[1].isoformat()}
    return Request(f"{ask.source.url}/{number}/{region}/index_{resolution}.json", {}, about)


def _runs(ask: Ask, days: Iterable[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """First and last day of each run of days without a gap of a week, so that a week that nobody asks for is not fetched.

    A run is no longer than `days_per_request`: so many weeks an index may lead to.
    """
    ordered = sorted(days)
    cuts = [k for k, (before, after) in enumerate(itertools.pairwise(ordered), start=1) if after - before > WEEK]
    parts = [ordered[begin:end] for begin, end in itertools.pairwise([0, *cuts, len(ordered)])]
    return [span for part in parts for span in windows(part, ask.source.days_per_request)]


def follow(body: bytes, request: Request) -> list[Request]:
    """The weeks of an index that hold asked days, with the one before where the newest is among them; nothing for a week itself."""
    address, _, name = request.url.rpartition("/")
    if not name.startswith("index_"):
        return []
    weeks, about = _weeks(document(body, NAME)), request.about
    if not weeks:
        raise UpstreamSaidError(Outcome.NO_DATA, "the index lists no week", where=NAME)
    start, end = range_bounds(dt.date.fromisoformat(about["first"]), dt.date.fromisoformat(about["last"]), BERLIN)
    begins, finishes = int(start.timestamp()) * 1000, int(end.timestamp()) * 1000
    after = [*weeks[1:], finishes]
    chosen = [week for week, next_week in zip(weeks, after, strict=True) if week < finishes and next_week > begins]
    if chosen and chosen[-1] == weeks[-1]:
        chosen = sorted({*chosen, *weeks[-2:]})
    number, region = address.rsplit("/", 2)[1:]
    return [Request(f"{address}/{number}_{region}_{about['resolution']}_{week}.json", {}, dict(about)) for week in chosen]


def parse(
    body: bytes, *, area: str = "DE-LU", series: str = PRICE, resolution: str = "", first: str = "", last: str = ""
) -> list[PriceRecord] | list[GridForecastRecord]:
    """Records of one week, ascending and of the days `first` to `last` where given; an index holds none.

    `series` is "price", or kind and quantity like "forecast:solar". Nulls behind the last value are not known yet and no records;
    others stay null. Raises SchemaChangedError for a body of another shape, UpstreamSaidError where no asked day has a value yet.
    """
    answer = document(body, NAME)
    if set(answer) == {"timestamps"}:
        _weeks(answer)
        return []
    starts, values = _points(answer)
    known = max((k for k, value in enumerate(values, start=1) if value is not None), default=0)
    begin, finish = first or "0000-01-01", last or "9999-12-31"
    kept = [k for k, day in enumerate(local_days(starts, BERLIN)) if begin <= day.isoformat() <= finish]
    held = [k for k in kept if k < known]
    if kept and not held:
        raise UpstreamSaidError(Outcome.NO_DATA, f"no values yet for {first or 'the week'} to {last or 'its end'}", where=NAME)
    return _records(area, series, [starts[k] for k in held], [values[k] for k in held], STEP_S.get(resolution))


def _weeks(answer: dict[str, object]) -> list[int]:
    weeks = [whole(week, "a week", NAME) for week in rows(answer.get("timestamps"), "'timestamps'", NAME)]
    check_starts([week // 1000 for week in weeks], NAME)
    return weeks


def _points(answer: dict[str, object]) -> tuple[list[int], list[float | None]]:
    """Starts in seconds and values of a week."""
    fields(answer.get("meta_data"), "'meta_data'", NAME)
    points = rows(answer.get("series"), "'series'", NAME)
    if not all(isinstance(point, list) and len(point) == 2 for point in points):
        raise SchemaChangedError("a point is not a pair of time and value", where=NAME)
    times, values = [whole(time, "a time", NAME) for time, _ in points], [value for _, value in points]
    if any(time % 1000 for time in times):
        raise SchemaChangedError("an interval starts at no whole second", where=NAME)
    starts = [time // 1000 for time in times]
    check_starts(starts, NAME)
    check_values(values, NAME)
    return starts, values


def _records(
    area: str, series: str, starts: list[int], values: list[float | None], step_s: int | None
) -> list[PriceRecord] | list[GridForecastRecord]:
    if series == PRICE:
        return Series.of(NAME, area, PARSER_VERSION).records(starts, values, step_s=step_s)
    kind, _, quantity = series.partition(":")
    length = step_s or STEP_S["quarterhour"]
    entry = source(NAME)
    grid = GridSeries(
        source=NAME, area=area, kind=kind, quantity=quantity,
        licence=entry.licence, redistributable=entry.redistributable, parser_version=PARSER_VERSION,
    )  # fmt: skip
    return grid.one(starts, [None if value is None else value * 3600 / length for value in values], step_s=length)
