"""Reading stored answers again, without the network: after a parser was corrected, what it says now is recorded as a revision."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from electricity_optimizer.catalog.sources import source, sources
from electricity_optimizer.catalog.zones import zones
from electricity_optimizer.errors import ElectricityOptimizerError
from electricity_optimizer.sources.calls.collect import read_body
from electricity_optimizer.sources.days import complete_days
from electricity_optimizer.sources.ingest import TABLES, Means
from electricity_optimizer.sources.registry import module_of
from electricity_optimizer.warehouse import KeptPayload


@dataclass(slots=True)
class ReparseReport:
    """What reading the answers of one source again did; `refused` are those that the parser still (or now) refuses, with its reason."""

    source: str
    payloads: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    refused: int = 0
    last_refusal: str = ""


def reparse(names: Sequence[str], means: Means, *, since: dt.datetime | None = None, everything: bool = False) -> list[ReparseReport]:
    """Reads the stored answers of `names` (all sources when empty) again, oldest first, and records what they say.

    Only answers last read by an older parser are taken, unless `everything`; `since` narrows them to those fetched from then on.
    Raises CatalogError for a source that is not known.
    """
    chosen = [source(name) for name in names] or list(sources().values())
    return [_of_source(entry.key, means, since, everything) for entry in chosen if entry.url]


def _of_source(name: str, means: Means, since: dt.datetime | None, everything: bool) -> ReparseReport:
    report = ReparseReport(name)
    version = module_of(name).PARSER_VERSION
    for kept in means.warehouse.kept_payloads(name, since=since, older_than_parser=None if everything else version):
        report.payloads += 1
        try:
            _read_again(kept, version, means, report)
        except ElectricityOptimizerError as error:
            report.refused += 1
            report.last_refusal = str(error)
    return report


def _read_again(kept: KeptPayload, version: int, means: Means, report: ReparseReport) -> None:
    body = means.warehouse.load_payload(kept.sha256)
    for table, frame in read_body(module_of(kept.source), body, kept.about).items():
        rows = _not_outdated(table, _whole_days(table, frame, kept), kept, means).with_columns(payload_sha256=pl.lit(kept.sha256))
        recorded = means.warehouse.record(table, rows, now=means.now, run_id=means.run_id)
        report.new += recorded.new
        report.revised += recorded.revised
        report.unchanged += recorded.unchanged
    means.warehouse.mark_read(kept, version)
    means.progress(f"{kept.source} {kept.request}: read again")


def _not_outdated(table: str, frame: pl.DataFrame, kept: KeptPayload, means: Means) -> pl.DataFrame:
    """Rows that no later answer has revised: an old answer read again must not undo what came after it."""
    if frame.is_empty():
        return frame
    before = means.now - dt.timedelta(microseconds=1)  # as it was when this reading began
    first, last = frame["delivery_date"].min(), frame["delivery_date"].max()
    areas = frame["area"].unique().to_list()
    known = pl.concat(means.warehouse.records(table, area, first, last, as_of=before) for area in areas)  # type: ignore[arg-type]
    later = known.filter((pl.col("valid_from") > kept.fetched_at) & pl.col("payload_sha256").ne_missing(kept.sha256))
    return frame.join(later.select("series_id", "start_utc"), on=["series_id", "start_utc"], how="anti", maintain_order="left")


def _whole_days(table: str, frame: pl.DataFrame, kept: KeptPayload) -> pl.DataFrame:
    """Of prices of a zone the whole days only, as when the answer came."""
    place = zones().get(frame.item(0, "area")) if frame.height and kept.kind == "prices" and table == TABLES["prices"] else None
    return frame if place is None else frame.filter(pl.col("delivery_date").is_in(sorted(complete_days(frame, "prices", place.tz))))
