"""From sources to the record: asks the sources of a zone in their order, keeps the bytes, records what they say.

Per day the first source that holds it completely wins; days still open go to the next. The simulator stands in only where settings
allow it, no real source gave the day, and the zone has no real history: a real history stays real, days that are not known stay so.
"""

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from electricity_optimizer.catalog.sources import Kind, Source, source
from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.settings import Environment, Settings
from electricity_optimizer.sources import files
from electricity_optimizer.sources.ask import Answer, Ask
from electricity_optimizer.sources.client import Reach, make_client
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.sources.registry import REGISTRY, order
from electricity_optimizer.timeline import day_bounds, delivery_days
from electricity_optimizer.warehouse import Warehouse

TABLES: dict[Kind, str] = {"prices": "price_record", "weather": "weather_record", "grid_forecasts": "grid_forecast_record"}
SIMULATOR = "simulator"
HISTORY_DAYS = 30
"""A zone with a real price within so many days before a window has a real history."""


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """How asking one source went: how many days it gave, and why not more."""

    source: str
    outcome: Outcome
    reason: str
    days: int


@dataclass(slots=True)
class IngestReport:
    """What an ingest of one kind and zone did: rows by what the record said of them, days by source, days that nobody gave.

    Days that the outcome of the simulator counts are synthetic.
    """

    kind: Kind
    zone: str
    first: dt.date
    last: dt.date
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    outcomes: list[SourceOutcome] = field(default_factory=list)
    missing_days: list[dt.date] = field(default_factory=list)


def ingest_prices(
    warehouse: Warehouse, zone: Zone, first: dt.date, last: dt.date, *, settings: Settings, now: dt.datetime, reach: Reach | None = None
) -> IngestReport:
    """Records the day-ahead prices of the days `first` to `last`. Raises InputError for a faulty file; then nothing is recorded."""
    return _ingest("prices", warehouse, zone, first, last, settings=settings, now=now, reach=reach)


def ingest_weather(
    warehouse: Warehouse, zone: Zone, first: dt.date, last: dt.date, *, settings: Settings, now: dt.datetime, reach: Reach | None = None
) -> IngestReport:
    """Records weather forecasts and actual weather of the days `first` to `last`."""
    return _ingest("weather", warehouse, zone, first, last, settings=settings, now=now, reach=reach)


def ingest_grid_forecasts(
    warehouse: Warehouse, zone: Zone, first: dt.date, last: dt.date, *, settings: Settings, now: dt.datetime, reach: Reach | None = None
) -> IngestReport:
    """Records day-ahead forecasts and actual values of load, wind and sun. Raises InputError for a faulty file."""
    return _ingest("grid_forecasts", warehouse, zone, first, last, settings=settings, now=now, reach=reach)


def _ingest(
    kind: Kind,
    warehouse: Warehouse,
    zone: Zone,
    first: dt.date,
    last: dt.date,
    *,
    settings: Settings,
    now: dt.datetime,
    reach: Reach | None,
) -> IngestReport:
    report = IngestReport(kind, zone.key, first, last)
    missing = set(delivery_days(first, last))
    with make_client() as client:
        for name in order(kind, zone):
            if not missing:
                break
            refusal = _refusal(kind, name, warehouse, zone, report, settings, reach)
            if refusal is not None:
                report.outcomes.append(refusal)
                continue
            answer = REGISTRY[kind][name](Ask(zone, tuple(sorted(missing)), now, settings, client))
            given = _record(answer, warehouse, zone, name, report, now)
            missing -= given
            report.outcomes.append(SourceOutcome(name, *_outcome(answer, given, missing), len(given)))
    report.missing_days = sorted(missing)
    return report


def _refusal(
    kind: Kind, name: str, warehouse: Warehouse, zone: Zone, report: IngestReport, settings: Settings, reach: Reach | None
) -> SourceOutcome | None:
    """Why source `name` is not asked; None when it is."""
    entry = source(name)
    if reason := _not_wanted(kind, name, zone, settings):
        return SourceOutcome(name, Outcome.NO_DATA, reason, 0)
    if reason := _not_allowed(entry, settings):
        return SourceOutcome(name, Outcome.PERMANENT, reason, 0)
    if reason := _not_answering(entry, settings, reach):
        return SourceOutcome(name, Outcome.TRANSIENT, reason, 0)
    if name == SIMULATOR and kind != "weather" and _has_real_prices(warehouse, zone, report, settings):
        return SourceOutcome(name, Outcome.NO_DATA, "the zone has real prices: nothing is simulated beside them", 0)
    return None


def _not_wanted(kind: Kind, name: str, zone: Zone, settings: Settings) -> str:
    others = name != files.NAME and kind != "weather" and files.only_files(settings, zone, kind)
    return "files are given: nothing else is asked" if others else ""


def _not_allowed(entry: Source, settings: Settings) -> str:
    if settings.environment is Environment.PRODUCTION and not entry.production:
        return "not allowed in production"
    return "EO_ALLOW_SIMULATOR is false" if entry.key == SIMULATOR and not settings.synthetic_allowed else ""


def _not_answering(entry: Source, settings: Settings, reach: Reach | None) -> str:
    if not entry.url:
        return ""
    if settings.offline:
        return "EO_OFFLINE is set"
    return "" if reach is None or entry.key in reach.answering else reach.reasons.get(entry.key, "does not answer")


def _has_real_prices(warehouse: Warehouse, zone: Zone, report: IngestReport, settings: Settings) -> bool:
    if files.contents(settings, zone, "prices"):
        return True
    since = report.first - dt.timedelta(days=HISTORY_DAYS)
    known = warehouse.records(TABLES["prices"], zone.key, since, report.last)
    return not known.filter(~pl.col("synthetic")).is_empty()


def _record(answer: Answer, warehouse: Warehouse, zone: Zone, name: str, report: IngestReport, now: dt.datetime) -> set[dt.date]:
    """Keeps the bytes, records the complete days of an answer and returns them."""
    frames = [] if answer.frame is None else [answer.frame]
    for payload in answer.payloads:
        fetched = payload.fetched
        sha256 = warehouse.store_payload(
            fetched.body, source=name, request=fetched.request, fetched_at=fetched.fetched_at, outcome=str(fetched.outcome)
        )
        frames.append(payload.frame.with_columns(payload_sha256=pl.lit(sha256)))
    frames = [frame for frame in frames if frame.height]
    if not frames:
        return set()
    frame = pl.concat(frames)
    given = complete_days(frame, report.kind, zone.tz)
    taken = frame.filter(pl.col("delivery_date").is_in(sorted(given)))
    recorded = warehouse.record(TABLES[report.kind], taken, now=now)
    report.new += recorded.new
    report.revised += recorded.revised
    report.unchanged += recorded.unchanged
    return given


def complete_days(frame: pl.DataFrame, kind: Kind, tz: str) -> set[dt.date]:
    """Days that a series of record rows tiles from local midnight to midnight; prices must all be there, inputs may hold nulls.

    Of weather and grid quantities the forecasts count: a day ahead has no actual values yet.
    """
    counted = frame.filter(pl.col("price").is_not_null()) if kind == "prices" else frame.filter(pl.col("kind") == "forecast")
    held = counted.group_by("delivery_date", "series_id").agg(
        pl.col("start_utc").min(), pl.col("end_utc").max(), seconds=(pl.col("end_utc") - pl.col("start_utc")).dt.total_seconds().sum()
    )
    complete = set()
    for row in held.iter_rows(named=True):
        start, end = day_bounds(row["delivery_date"], tz)
        if (row["start_utc"], row["end_utc"], row["seconds"]) == (start, end, (end - start).total_seconds()):
            complete.add(row["delivery_date"])
    return complete


def _outcome(answer: Answer, given: set[dt.date], missing: set[dt.date]) -> tuple[Outcome, str]:
    """The answer's own outcome; an answer that is ok and still leaves days open says which."""
    if answer.outcome is not Outcome.OK or not missing:
        return answer.outcome, answer.reason
    return (Outcome.OK if given else Outcome.NO_DATA), f"{len(missing)} days not complete, first {min(missing)}"
