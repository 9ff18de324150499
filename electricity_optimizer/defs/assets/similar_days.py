"""Similar days: which past days were like a delivery day, also like tomorrow before its prices are out.

The index of a zone is a file of the model store, which the table `similar_day_file` points to (asset name `similar_day_files`, one current
row a zone). It holds the days before the month and is the same for every run of that month (`forecasting/similar/zone.py`).
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.known import known_table, last_known
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_zones
from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.similar.zone import SCHEMA, YEARS_BACK, Found, Month, MonthIndex
from electricity_optimizer.warehouse import Part, Warehouse

NEIGHBOURS = 20
"""Enough for scenarios; people are shown the first few."""
FILES = "similar_day_files"
CURRENT = "current"
AHEAD = dt.timedelta(days=2)
"""A run goes on to the day after the last known price when that lies so near: the nightly one over the days that ended makes tomorrow."""
RECALL_CHECK = "recall_holds"
LEAST_RECALL = 0.99


@dataclass
class _Made:
    """What a run makes of a zone: the neighbours of its days, their recall, and the row of the newest month's index."""

    found: list[Found] = field(default_factory=list)
    recall: float = 1.0
    row: dict[str, Any] = field(default_factory=dict)


@checked_asset(
    "learning",
    deps=["price_features", "learning_journal"],
    checks=[(RECALL_CHECK, f"The index finds at least {LEAST_RECALL:.0%} of the true neighbours that brute force finds.")],
)
def similar_day_index(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """For each delivery day the past days most like it in prices, load, wind, sun and place in week and year (HNSW index).

    A day whose price is not known yet is compared by what is known ahead; its rows are renewed when the price is there. Expected run
    time: half a second a zone.
    """
    first, last = day_window(context)
    recalls: dict[str, float] = {}

    def work(place: Zone, tally: Tally) -> None:
        table = known_table(desk.warehouse, place, first.replace(day=1) - YEARS_BACK, last + AHEAD)
        made = _made(desk.warehouse, place, table, (first, _end(table, last)), tally)
        if not made.found:
            what = f"no day from {first} to {last} has earlier days to compare with"
            raise ForecastError(what, where=place.key, remedy="materialize price_features of the weeks before first")
        recalls[place.key] = made.recall
        publish(context, desk, tally, place.key, [_part(place, found) for found in made.found])
        frame = pl.DataFrame([made.row], schema_overrides={"card": pl.Object})
        desk.warehouse.publish(FILES, [Part(place.key, CURRENT, frame)], run_id=context.run.run_id, now=desk.now())
        tally.facts[f"{place.key} recall"] = round(made.recall, 4)

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally), _recall_check(recalls)])


def _end(table: DayTable, last: dt.date) -> dt.date:
    """The last day to look at: `last`, or the day after the last known price when it comes soon after."""
    ahead = last_known(table) + dt.timedelta(days=1)
    return ahead if last < ahead <= last + AHEAD else last


def _made(house: Warehouse, place: Zone, table: DayTable, days: tuple[dt.date, dt.date], tally: Tally) -> _Made:
    """The neighbours of the days of each month from the first to the last of `days`."""
    begin, last = days
    before = _stored_row(house, place)
    stored = _stored_index(house, before, tally)
    made, table = _Made(row=before), table.reaching(last)
    while begin <= last:
        end = min(last, _next_month(begin) - dt.timedelta(days=1))
        month = Month.of(table, end)
        if month is not None:
            index = month.index(stored)
            if index is not stored and (not before or before["card"]["since"] <= month.since.isoformat()):
                made.row = _row(house, place, index)  # a backfill of an older month leaves the newer index alone
            made.found += month.neighbours(index, begin, end, NEIGHBOURS)
            made.recall = min(made.recall, index.recall)
        begin = _next_month(begin)
    known = [found.day.isoformat() for found in made.found if found.whole]
    until = max([*known, *([before["card"]["known_until"]] if before else [])], default="")
    made.row = {**made.row, "card": {**made.row.get("card", {}), "known_until": until}}
    return made


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _part(place: Zone, found: Found) -> Part:
    rows = [
        {"zone": place.key, "delivery_day": found.day, "rank": rank, "similar_day": like.day, "distance": like.distance}
        for rank, like in enumerate(found.neighbours, start=1)
    ]
    return Part(place.key, found.day.isoformat(), pl.DataFrame(rows))


def _stored_row(house: Warehouse, place: Zone) -> dict[str, Any]:
    """The row of the zone's index; empty when there is none of this schema."""
    rows = house.read(FILES, place.key).filter(pl.col("schema_version") == SCHEMA)
    return rows.row(0, named=True) if rows.height else {}


def _stored_index(house: Warehouse, row: dict[str, Any], tally: Tally) -> MonthIndex | None:
    """The index that `row` points to; None when there is none, and when it cannot be read, which is said: it is built again then."""
    if not row:
        return None
    body = house.models.find(row["file_sha256"])
    try:
        return MonthIndex.from_bytes(body or b"")
    except InputError as error:
        tally.facts[f"{row['zone']} index built again"] = str(error)
        return None


def _row(house: Warehouse, place: Zone, index: MonthIndex) -> dict[str, Any]:
    """Store the index of a month and say what it is."""
    card = {
        "since": index.since.isoformat(),
        "days": {"whole": len(index.whole), "ahead": len(index.ahead)},
        "dimension": {"whole": index.whole.dimension, "ahead": index.ahead.dimension},
        "scales": index.scales.card(),
        "recall": index.recall,
    }
    return {"zone": place.key, "file_sha256": house.models.put(index.to_bytes()), "schema_version": SCHEMA, "card": card}


def _recall_check(recalls: dict[str, float]) -> dg.AssetCheckResult:
    """An error that names the zones whose index misses neighbours."""
    poor = {zone: recall for zone, recall in recalls.items() if recall < LEAST_RECALL}
    said = "; ".join(f"{zone}: {recall:.3f} of the true neighbours are found" for zone, recall in poor.items())
    return dg.AssetCheckResult(
        check_name=RECALL_CHECK,
        passed=not poor,
        severity=dg.AssetCheckSeverity.ERROR,
        description=said or None,
        metadata={"recall": {zone: round(recall, 4) for zone, recall in recalls.items()}},
    )
