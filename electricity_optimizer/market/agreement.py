"""What the sources of a day say of each other: one auction has one result, so complete answers must be the same but for rounding.

Two sources are compared interval by interval in their currency. Where their resolutions differ the finer one is averaged to the coarser
one. With three or more the majority is right and the others are named; two that differ only tell that one of them is wrong. Simulated
sources have no voice. ENTSO-E, SMARD and energy-charts of 2023 to 2025 (845 days of twelve zones) agree in every single interval.
"""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from electricity_optimizer.market.candidates import best
from electricity_optimizer.timeline import UTC_DTYPE

TOLERANCE = 0.01
ROUNDING = 0.005
"""What the mean of a finer source may differ more: the coarser source has rounded it to cents."""
NOISE = 1e-6
"""Of floating numbers: 40.01 - 40.00 is a little more than a cent."""
_DAY = "delivery_date"


@dataclass(frozen=True, slots=True)
class Difference:
    """How two sources of a day differ: of `intervals` compared, how many do, and by how much at most, per MWh."""

    intervals: int
    differing: int
    largest: float

    def __str__(self) -> str:
        """In words, to follow a colon."""
        return f"{self.differing} of {self.intervals} intervals differ, up to {self.largest:.2f}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`agreeing` sources in their order, those that are `out`, and both in one line. Nobody agrees where the votes decide nothing."""

    agreeing: tuple[str, ...]
    out: tuple[str, ...]
    said: str


def verdicts(records: pl.DataFrame, ranked: pl.DataFrame) -> dict[dt.date, Verdict]:
    """The verdict of each day for which two or more real sources give the result of one auction completely.

    `records` are rows of `price_record`, `ranked` their `market.candidates.candidates`. Who speaks: the best series of each source, of
    the auction and in the currency of the first candidate.
    """
    voices = speaking(ranked)
    if voices.is_empty():
        return {}
    rows = records.join(voices.select(_DAY, "series_id"), on=[_DAY, "series_id"], how="semi").select(*_COLUMNS)
    first = best(voices)
    others = rows.join(first.select(_DAY, "series_id"), on=[_DAY, "series_id"], how="anti")
    found = _differences(rows.join(first.select(_DAY, "series_id"), on=[_DAY, "series_id"], how="semi"), others)
    doubtful = set(found.filter(pl.col("differing") > 0)[_DAY])
    named: dict[dt.date, list[str]] = {}
    for day, source in voices.select(_DAY, "source").iter_rows():
        named.setdefault(day, []).append(source)
    pairs = compared(rows.filter(pl.col(_DAY).is_in(doubtful)))
    return {day: judged(pairs[day], sources) if day in doubtful else _united(sources) for day, sources in named.items()}


def speaking(ranked: pl.DataFrame) -> pl.DataFrame:
    """The candidates that have a voice, where a day has two or more of them."""
    first = best(ranked).select(_DAY, "auction", "currency")
    able = ranked.filter(pl.col("complete") & ~pl.col("synthetic")).join(
        first, on=[_DAY, "auction", "currency"], how="semi", maintain_order="left"
    )
    return able.unique([_DAY, "source"], keep="first", maintain_order=True).filter(pl.len().over(_DAY) > 1)


def compared(records: pl.DataFrame) -> dict[dt.date, dict[frozenset[str], Difference]]:
    """How each two sources of a day differ, of `price_record` rows with one complete series a source and day."""
    found: dict[dt.date, dict[frozenset[str], Difference]] = {}
    by_source = {str(key[0]): part.select(_COLUMNS) for key, part in records.group_by("source", maintain_order=True)}
    for one, other in itertools.combinations(by_source, 2):
        for day, _, *counts in _differences(by_source[one], by_source[other]).iter_rows():
            found.setdefault(day, {})[frozenset((one, other))] = Difference(*counts)
    return found


def judged(pairs: Mapping[frozenset[str], Difference], sources: Sequence[str]) -> Verdict:
    """The verdict over two or more `sources` (in their order), with a day's pairs of `compared`: the largest group that agrees is right."""
    for size in range(len(sources), 1, -1):
        groups = [group for group in itertools.combinations(sources, size) if _agree(pairs, group)]
        if len(groups) == 1:
            return _united(sources) if size == len(sources) else _majority(pairs, groups[0], sources)
        if groups:
            break
    differing = [pair for pair in itertools.combinations(sources, 2) if not _agree(pairs, pair)]
    return Verdict((), (), "; ".join(f"{_listed(pair)}: {pairs[frozenset(pair)]}" for pair in differing))


def _united(sources: Sequence[str]) -> Verdict:
    return Verdict(tuple(sources), (), f"{_listed(sources)} agree")


def _majority(pairs: Mapping[frozenset[str], Difference], group: Sequence[str], sources: Sequence[str]) -> Verdict:
    out = tuple(source for source in sources if source not in group)
    worst = {source: max((pairs[frozenset((source, one))] for one in group), key=lambda found: found.differing) for source in out}
    told = [f"{source} is out: {difference}" for source, difference in worst.items()]
    return Verdict(tuple(group), out, ", ".join([f"{_listed(group)} agree", *told]))


def _agree(pairs: Mapping[frozenset[str], Difference], group: Sequence[str]) -> bool:
    return all(pairs[frozenset(pair)].differing == 0 for pair in itertools.combinations(group, 2))


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


_COLUMNS = (_DAY, "source", "series_id", "start_utc", "resolution_s", "price")


def _differences(reference: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Rows delivery_date, source, intervals, differing, largest: each other source of a day against the one of reference."""
    lengths = reference.group_by(_DAY).agg(pl.col("resolution_s").first().alias("theirs"))
    pairs = others.group_by(_DAY, "source").agg(pl.col("resolution_s").first().alias("ours")).join(lengths, on=_DAY)
    pairs = pairs.select(_DAY, "source", step=pl.max_horizontal("ours", "theirs"), alike=pl.col("ours") == pl.col("theirs"))
    ours = _at_step(others.join(pairs, on=[_DAY, "source"]))
    theirs = _at_step(reference.drop("source").join(pairs, on=_DAY))
    allowed = TOLERANCE + NOISE + pl.when("alike").then(0.0).otherwise(ROUNDING)
    gap = (pl.col("price") - pl.col("price_theirs")).abs()
    both = ours.join(theirs.select(_DAY, "source", "start_utc", "price"), on=[_DAY, "source", "start_utc"], suffix="_theirs")
    return both.group_by(_DAY, "source").agg(intervals=pl.len(), differing=(gap > allowed).sum(), largest=gap.max())


def _at_step(rows: pl.DataFrame) -> pl.DataFrame:
    """Prices at the pair's `step`: as they are, or means of finer ones."""
    columns = [_DAY, "source", "start_utc", "alike", "price"]
    whole, finer = rows.filter(pl.col("resolution_s") == pl.col("step")), rows.filter(pl.col("resolution_s") < pl.col("step"))
    step = pl.col("step") * 1_000_000
    begin = (pl.col("start_utc").to_physical() // step * step).cast(UTC_DTYPE)
    means = finer.with_columns(start_utc=begin).group_by(_DAY, "source", "start_utc", "alike").agg(pl.col("price").mean())
    return pl.concat([whole.select(columns), means.select(columns)])
