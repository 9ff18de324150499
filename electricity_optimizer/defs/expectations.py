"""Great Expectations in the graph: the gate before publication, and the check `expectations` of prices, weather and price forecasts.

The verdict of the suites on an asset is always its check `expectations`, wherever it was found:
- in a deep run (`ZoneConfig.deep`: re-sync, backfill) by the gate inside the asset, before anything is published: a day that is refused
  keeps its last good version, its neighbours are published, and the verdict is noted in the same run;
- in the daily quality job by the report, which judges what is published;
- by the check itself, which judges what is published, where somebody runs it: materializing in the UI, a backfill that is not deep.
The 15-minute cycle selects none of them, so it neither waits four seconds for the library nor says "passed" of what nobody looked at.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone, chosen_zones
from electricity_optimizer.defs.partitions import MARKET_TZ
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, wanted
from electricity_optimizer.errors import RefusedError
from electricity_optimizer.quality.judgement import judged, prepared, published
from electricity_optimizer.quality.report import broken, lines
from electricity_optimizer.quality.run import Verdict
from electricity_optimizer.timeline import delivery_day
from electricity_optimizer.warehouse import Part

CHECK = "expectations"
JUDGED = ("prices", "weather", "price_forecasts")
"""Assets that have a suite."""
TOLD, LISTED = 5, 20
"""Findings in the description and in the metadata of a check."""
YEAR = dt.timedelta(days=366)
"""So many days are judged at once: more would only need more memory."""
ONE_DAY = dt.timedelta(days=1)


@dataclass
class Gate:
    """Stands before the publication of the running asset; open in a run that is not deep."""

    context: dg.AssetExecutionContext
    desk: Desk
    config: ZoneConfig
    verdicts: list[Verdict] = field(default_factory=list)

    def admit(self, place: Zone, parts: Sequence[Part]) -> list[Part]:
        """The parts of `place` that may be published: in a deep run those whose day meets every expectation that refuses."""
        if not parts or not wanted(self.context, self.config, "deep"):
            return list(parts)
        admitted, verdicts = judged_parts(self.desk, self._asset, place, parts)
        self.verdicts += verdicts
        return admitted

    def complain(self, place: Zone, also: str = "") -> None:
        """Raise RefusedError when days of `place` were not admitted, or when there is `also` something to complain of."""
        said = [also, told([one for one in broken(self.verdicts) if one.zone == place.key])]
        if any(said):
            what = "; ".join(filter(None, said))
            raise RefusedError(what, where=place.key, remedy="the last good version stays; correct the source and run again")

    def tell(self, tally: Tally) -> None:
        """Note the verdict as the asset's check `expectations`; nothing is noted where nothing was judged."""
        if self.verdicts:
            note(self.context, self._asset, self.verdicts, nothing_published=not tally.rows)

    @property
    def _asset(self) -> str:
        return str(self.context.asset_key.to_user_string())


def judged_parts(desk: Desk, asset: str, place: Zone, parts: Sequence[Part]) -> tuple[list[Part], list[Verdict]]:
    """The parts of `asset` for `place` that its suite admits, and every verdict on them."""
    rows = pl.concat([part.frame for part in parts], how="diagonal_relaxed")
    verdicts = judged(asset, [prepared(desk.warehouse, asset, place, rows)])
    refused = {one.day.isoformat() for one in broken(verdicts)}
    return [part for part in parts if part.partition not in refused], verdicts


def judged_published(desk: Desk, asset: str, places: Iterable[Zone], first: dt.date, last: dt.date) -> list[Verdict]:
    """The verdicts of the suite of `asset` on what is published of the days `first` to `last`."""
    places = list(places)
    return [
        verdict
        for begin, end in _years(first, last)
        for verdict in judged(asset, [published(desk.warehouse, asset, place, begin, end) for place in places])
    ]


def note(context: dg.AssetExecutionContext, asset: str, verdicts: Sequence[Verdict], *, nothing_published: bool) -> None:
    """Write the verdict down as the check `expectations` of `asset`, which this run did not plan: it judged while doing something else.

    Dagster stores such an evaluation as it stores a planned one (tried on 1.13.27, SQLite and PostgreSQL: test_expectations).
    """
    result = _result(verdicts, nothing_good=nothing_published)
    evaluation = dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(asset),
        check_name=CHECK,
        passed=bool(result.passed),
        metadata=result.metadata,
        severity=result.severity,
        description=result.description,
        blocking=True,
    )
    context.log_event(evaluation)


def told(verdicts: Sequence[Verdict]) -> str:
    """The first few verdicts in one line."""
    more = len(verdicts) - TOLD
    return "; ".join(lines(verdicts[:TOLD])) + (f"; and {more} more" if more > 0 else "")


def _result(verdicts: Sequence[Verdict], *, nothing_good: bool) -> dg.AssetCheckResult:
    """One check over all zones and days; it blocks what comes after only where nothing good is left, for bad days are not published."""
    refused, flagged = broken(verdicts), broken(verdicts, refuses=False)
    return dg.AssetCheckResult(
        passed=not refused,
        severity=dg.AssetCheckSeverity.ERROR if nothing_good else dg.AssetCheckSeverity.WARN,
        description=told(refused) or None,
        metadata={
            "days judged": len({(one.zone, one.day) for one in verdicts}),
            "refused": lines(refused[:LISTED]),
            "flagged and kept": lines(flagged[:LISTED]),
        },
    )


def _check(asset: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=asset,
        name=CHECK,
        blocking=True,
        description="The Great Expectations suite over what is published; in a deep run over what is about to be. See the quality report.",
    )
    def expectations(context: dg.AssetCheckExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.AssetCheckResult:
        places = chosen_zones(config.zones or desk.settings.zones)
        verdicts = judged_published(desk, asset, places, *_window(context, desk))
        good = {one.zone for one in verdicts} - {one.zone for one in verdicts if one.refuses and not one.passed}
        return _result(verdicts, nothing_good=bool(verdicts) and not good)

    return expectations


def _window(context: dg.AssetCheckExecutionContext, desk: Desk) -> tuple[dt.date, dt.date]:
    """The days of the run; yesterday to tomorrow where it names none, as when the check alone is run in the UI."""
    tags = context.run.tags
    first = tags.get("dagster/asset_partition_range_start") or tags.get("dagster/partition")
    last = tags.get("dagster/asset_partition_range_end") or first
    if first is None or last is None:
        today = delivery_day(desk.now(), MARKET_TZ)
        return today - ONE_DAY, today + ONE_DAY
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last)


def _years(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    begin = first
    while begin <= last:
        yield begin, min(begin + YEAR - ONE_DAY, last)
        begin += YEAR


EXPECTATION_CHECKS = [_check(asset) for asset in JUDGED]
EXPECTATIONS = dg.AssetSelection.checks(*EXPECTATION_CHECKS)
"""What the jobs of the cycle leave out: `selection - EXPECTATIONS`."""
