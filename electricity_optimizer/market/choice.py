"""Which source gives each delivery day its price: the first candidate that passes the checks, and what was refused on the way.

Normally the first candidate of every day passes and nobody disagrees. Only for a day where that is not so all complete candidates are
judged: one that fails a check of its own is out and has no voice; of the others the majority of sources is right, and two that differ
leave the day unpublished. The simulator never stands in for a real source that was refused: then the last good version stays.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.market.agreement import Verdict, compared, judged, verdicts
from electricity_optimizer.market.candidates import best, candidates, of_market, rows_of
from electricity_optimizer.market.check import CheckResult, check_prices, refused
from electricity_optimizer.market.level import PastDay, past_day, past_days
from electricity_optimizer.market.unify import unify

WINDOW_DAYS = 14
"""Days before a day that its checks compare it with."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What became of a delivery day: rows of table `price` (None: refused, the last good version stays) and what the checks said.

    Failed checks of a day that has rows block nothing; they say which source was refused and which was taken instead.
    """

    day: dt.date
    frame: pl.DataFrame | None
    results: tuple[CheckResult, ...]


def choose(
    records: pl.DataFrame,
    *,
    zone: Zone,
    first: dt.date,
    last: dt.date,
    rates: pl.DataFrame | None = None,
    published: pl.DataFrame | None = None,
) -> list[Choice]:
    """What becomes of the delivery days `first` to `last`, ascending; days that nobody speaks of, or that still go on, are left out.

    `records` are current rows of `price_record` of these days, `rates` of `exchange_rate_record`, `published` rows of table `price` of the
    fortnight before, with which the first days are compared; later ones are compared with the choices before them.
    """
    mine = of_market(records, zone=zone).filter(pl.col("delivery_date").is_between(first, last))
    if mine.is_empty():
        return []
    market = _Market.of(zone, mine, rates)
    known = [] if published is None else past_days(published)
    choices = []
    for day in sorted(market.firsts):
        previous = [past for past in known[-WINDOW_DAYS:] if past.day >= day - dt.timedelta(days=WINDOW_DAYS)]
        choice = market.choice(day, previous)
        choices.append(choice)
        taken = None if choice.frame is None else past_day(choice.frame, day)
        known += [] if taken is None else [taken]
    return choices


@dataclass(frozen=True, slots=True)
class _Offer:
    """A candidate of a day: its records, its rows of table `price`, and what the checks say of it alone."""

    source: str
    kind: tuple[str, str]
    records: pl.DataFrame
    frame: pl.DataFrame
    results: list[CheckResult]


@dataclass(frozen=True, slots=True)
class _Market:
    """The candidates of one zone: the first one of each day with its rows at once, the others by need."""

    zone: Zone
    records: Mapping[dt.date, pl.DataFrame]
    ranked: Mapping[dt.date, pl.DataFrame]
    rates: pl.DataFrame | None
    firsts: Mapping[dt.date, pl.DataFrame]
    auctions: Mapping[dt.date, str]
    verdicts: Mapping[dt.date, Verdict]
    lacking: Mapping[dt.date, str]

    @classmethod
    def of(cls, zone: Zone, records: pl.DataFrame, rates: pl.DataFrame | None) -> Self:
        ranked = candidates(records, zone=zone)
        firsts = best(ranked).filter(~pl.col("growing"))
        unified = unify(records, zone=zone, rates=rates, chosen=firsts)
        return cls(
            zone=zone,
            records=_by_day(records.sort("delivery_date", maintain_order=True), "delivery_date"),
            ranked=_by_day(ranked, "delivery_date"),
            rates=rates,
            firsts=_by_day(unified, "delivery_day"),
            auctions=dict(firsts.select("delivery_date", "auction").iter_rows()),
            verdicts=verdicts(records, ranked),
            lacking=_lacking(ranked),
        )

    def choice(self, day: dt.date, previous: Sequence[PastDay]) -> Choice:
        """What becomes of `day` beside the `previous` ones."""
        frame, verdict = self.firsts[day], self.verdicts.get(day)
        found = check_prices(frame, zone=self.zone, day=day, previous=previous, verdict=verdict, auction=self.auctions[day])
        if not refused(found):
            return Choice(day, frame, _told(found, self._lacks(day), frame["source"][0]))
        offers = self._offers(day, previous)
        return self._settled(day, offers) if offers else Choice(day, None, _told(found, _faults(frame["source"][0], found)))

    def _settled(self, day: dt.date, offers: Sequence[_Offer]) -> Choice:
        """The first of the offers that is sound and not outvoted; else a refusal that says all that is wrong."""
        sound = [offer for offer in offers if not refused(offer.results)]
        verdict = self.verdicts.get(day) if len(sound) == len(offers) else _verdict(day, sound)
        taken = next((offer for offer in sound if verdict is None or offer.source in verdict.agreeing), None)
        faults = _joined(_faults(offer.source, offer.results) for offer in offers)
        split = verdict or self.verdicts.get(day)
        if split is not None and (split.out or not split.agreeing):
            faults["sources_agree"] = split.said
        if taken is None:
            return Choice(day, None, _told(offers[0].results, faults))
        return Choice(day, taken.frame, _told(taken.results, _joined([self._lacks(day), faults]), taken.source))

    def _offers(self, day: dt.date, previous: Sequence[PastDay]) -> list[_Offer]:
        """The complete candidates of `day` in their order; simulated ones only where no real source is complete."""
        complete = self.ranked[day].filter("complete")
        real = complete.filter(~pl.col("synthetic"))
        chosen = complete if real.is_empty() else real
        return [self._offer(day, chosen[k], previous) for k in range(chosen.height)]

    def _offer(self, day: dt.date, chosen: pl.DataFrame, previous: Sequence[PastDay]) -> _Offer:
        source, auction, currency = chosen.select("source", "auction", "currency").row(0)
        frame = unify(self.records[day], zone=self.zone, rates=self.rates, chosen=chosen)
        results = check_prices(frame, zone=self.zone, day=day, previous=previous, auction=auction)
        return _Offer(source, (auction, currency), rows_of(self.records[day], chosen), frame, results)

    def _lacks(self, day: dt.date) -> dict[str, str]:
        return {"tiling": self.lacking[day]} if day in self.lacking else {}


def _by_day(rows: pl.DataFrame, column: str) -> dict[dt.date, pl.DataFrame]:
    """Slices of rows that are sorted by day."""
    lengths = rows.group_by(column, maintain_order=True).len().with_columns(offset=pl.col("len").cum_sum() - pl.col("len"))
    return {day: rows.slice(offset, length) for day, length, offset in lengths.iter_rows()}


def _verdict(day: dt.date, sound: Sequence[_Offer]) -> Verdict | None:
    """What the sound offers say of each other: one series a source, of the first one's auction and currency."""
    first_of: dict[str, _Offer] = {}
    for offer in sound:
        if offer.kind == sound[0].kind:
            first_of.setdefault(offer.source, offer)
    if len(first_of) < 2:
        return None
    return judged(compared(pl.concat(offer.records for offer in first_of.values()))[day], list(first_of))


def _faults(source: str, results: Sequence[CheckResult]) -> dict[str, str]:
    """What a source is refused for, by check."""
    return {result.name: f"{source}: {result.detail}" for result in refused(results)}


def _joined(faults: Iterable[Mapping[str, str]]) -> dict[str, str]:
    told: dict[str, str] = {}
    for one in faults:
        for name, detail in one.items():
            told[name] = f"{told[name]}; {detail}" if name in told else detail
    return told


def _told(results: Sequence[CheckResult], faults: Mapping[str, str], taken: str = "") -> tuple[CheckResult, ...]:
    """`results` with the faults of other sources: they fail a check, and block only where nothing was `taken` instead."""
    instead = f"; {taken} taken instead" if taken else ""
    return tuple(
        replace(result, passed=False, blocking=not taken, detail=f"{faults[result.name]}{instead}") if result.name in faults else result
        for result in results
    )


def _lacking(ranked: pl.DataFrame) -> dict[dt.date, str]:
    """Real sources that stand before the first candidate of a day in the zone's order but are not complete, in words."""
    first = best(ranked).select("delivery_date", pl.col("rank").alias("first_rank"), pl.col("complete").alias("any_complete"))
    whole = ranked.filter("complete").select("delivery_date", "source")
    short = ranked.filter(~pl.col("complete") & ~pl.col("synthetic") & ~pl.col("growing")).join(first, on="delivery_date")
    short = short.filter(pl.col("any_complete") & (pl.col("rank") < pl.col("first_rank"))).join(
        whole, on=["delivery_date", "source"], how="anti"
    )
    told: dict[dt.date, str] = {}
    for day, source, intervals in short.sort("delivery_date", "rank").select("delivery_date", "source", "intervals").iter_rows():
        told[day] = "; ".join(filter(None, [told.get(day), f"{source}: {intervals} intervals with a price"]))
    return told
