"""What is asked without a delivery day to fill: retail tariffs and statistics of the catalogue's subscriptions, and exchange rates.

Whatever comes is recorded as it is; a subscription that fails says why and stops no other.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from electricity_optimizer.catalog.sources import Kind, source
from electricity_optimizer.catalog.subscriptions import Subscription
from electricity_optimizer.catalog.zones import Zone, zone, zones
from electricity_optimizer.sources.admission import refusal
from electricity_optimizer.sources.ask import Ask
from electricity_optimizer.sources.calls.collect import collect
from electricity_optimizer.sources.calls.line import Line
from electricity_optimizer.sources.ingest import Means
from electricity_optimizer.sources.outcome import Outcome
from electricity_optimizer.sources.registry import module_of
from electricity_optimizer.timeline import delivery_days

EURO_MARKET = "DE-LU"
EXCHANGE = "ecb"


@dataclass(slots=True)
class SubscriptionReport:
    """What asking one subscription (or the exchange rates) did: rows by what the record said of them, and how it ended."""

    key: str
    source: str
    outcome: Outcome = Outcome.OK
    reason: str = ""
    new: int = 0
    revised: int = 0
    unchanged: int = 0

    @property
    def rows(self) -> int:
        """Rows that came, known or not."""
        return self.new + self.revised + self.unchanged


def subscribe(wanted: Iterable[Subscription], first: dt.date, last: dt.date, means: Means) -> list[SubscriptionReport]:
    """Asks each subscription for the days `first` to `last` of its own time zone, and records what comes."""
    days = tuple(delivery_days(first, last))
    with Line.open(means.settings, means.warehouse, means.seconds) as line:
        return [_ask(one.key, one.source, one.kind, _place(one), days, means, line, one) for one in wanted]


def exchange_rates(first: dt.date, last: dt.date, means: Means) -> SubscriptionReport:
    """Records what one euro bought on the working days `first` to `last`."""
    with Line.open(means.settings, means.warehouse, means.seconds) as line:
        days = tuple(delivery_days(first, last))
        return _ask("exchange rates", EXCHANGE, "exchange_rates", zone(EURO_MARKET), days, means, line)


def _place(one: Subscription) -> Zone:
    """The market that a subscription lies in; outside the catalogue's markets it is a place of its own."""
    if one.zone:
        return zone(one.zone)
    return zones()[EURO_MARKET].model_copy(
        update={"key": one.key, "name": one.name, "country": one.country, "tz": one.tz, "currency": one.currency}
    )


def _ask(
    key: str,
    name: str,
    kind: Kind,
    place: Zone,
    days: tuple[dt.date, ...],
    means: Means,
    line: Line,
    one: Subscription | None = None,
) -> SubscriptionReport:
    refused = refusal(name, kind, place, days[0], warehouse=means.warehouse, settings=means.settings, reach=means.reach)
    if refused is not None:
        return SubscriptionReport(key, name, refused.outcome, refused.reason)
    ask = Ask(kind, place, days, means.now, source(name), means.settings)
    if one is not None:
        ask = replace(ask, parameters=one.parameters, subscription=one.key, local_tz=one.tz)
    report = SubscriptionReport(key, name)
    for piece in collect(module_of(name), ask, line):
        if not piece.fetched.ok:
            report.outcome, report.reason = piece.fetched.outcome, piece.fetched.reason
        for table, frame in piece.frames.items():
            recorded = means.warehouse.record(table, _once(frame), now=means.now, run_id=means.run_id)
            report.new += recorded.new
            report.revised += recorded.revised
            report.unchanged += recorded.unchanged
    return report


def _once(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.unique(["series_id", "start_utc"], keep="last", maintain_order=True)
