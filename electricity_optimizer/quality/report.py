"""The quality report: its rows, and what an operator reads of a day in a minute."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from electricity_optimizer.quality.run import Verdict
from electricity_optimizer.warehouse import SourceState

SHOWN = 25
"""So many findings are told one by one: the event log keeps what is written here for ever."""
PROVENANCE = {
    "comes from": ("prices", "a source is named"),
    "second source": ("prices", "a second source says the same"),
    "level": ("prices", "the level is that of the days before"),
    "spikes": ("prices", "no price is a spike"),
    "simulated": ("prices", "nothing is simulated"),
    "in time": ("coverage", "prices came in time"),
}
"""What is told of each zone's prices: heading, and the expectation whose observation says it."""

Verdicts = Mapping[str, Sequence[Verdict]]
"""Verdicts by asset; "coverage" are those on the day as a whole."""


def report_rows(verdicts: Verdicts, zone: str, day: dt.date) -> pl.DataFrame:
    """Rows of table `quality_report` of one zone and day."""
    rows = [
        (zone, day, f"{asset}: {one.name}", one.passed, one.observed)
        for asset, found in verdicts.items()
        for one in found
        if one.zone == zone and one.day == day
    ]
    return pl.DataFrame(rows, schema=["zone", "delivery_day", "expectation", "passed", "observed"], orient="row")


def lines(verdicts: Iterable[Verdict]) -> list[str]:
    """One line a verdict: zone, day, what was expected, what was seen."""
    return [f"{one.zone} {one.day} {one.name}: {one.observed}" for one in verdicts]


def broken(verdicts: Iterable[Verdict], *, refuses: bool = True) -> list[Verdict]:
    """The verdicts that refuse their day, or those that only flag something."""
    return [one for one in verdicts if not one.passed and one.refuses == refuses]


def day_markdown(day: dt.date, zones: Sequence[str], verdicts: Verdicts) -> str:
    """The report of a day: expectations met by zone and asset, where prices come from, what was not met, what was flagged."""
    of_day = {asset: [one for one in found if one.day == day] for asset, found in verdicts.items()}
    parts = [f"### Quality of {day}", _table(["zone", *of_day], [_met(zone, of_day) for zone in zones])]
    parts += ["**Prices**", _table(["zone", *PROVENANCE], [_provenance(zone, of_day) for zone in zones])]
    for title, refuses in (("Not met", True), ("Flagged and kept", False)):
        told = [line for asset, found in of_day.items() for line in _told(asset, broken(found, refuses=refuses))]
        parts.append(_listed(title, told))
    return "\n\n".join(parts)


def sources_markdown(states: Sequence[SourceState], now: dt.datetime) -> str:
    """How the upstreams are doing that were asked so far."""
    rows = [[state.source, _doing(state, now), _moment(state.last_ok_at), state.reason[:80]] for state in states if state.outcome]
    return _table(["source", "state", "last good answer", "said"], rows) if rows else "No upstream was asked so far."


def _met(zone: str, verdicts: Verdicts) -> list[str]:
    return [zone, *(_count([one for one in found if one.zone == zone]) for found in verdicts.values())]


def _count(found: Sequence[Verdict]) -> str:
    if not found:
        return "not there"
    flags = len(broken(found, refuses=False))
    met = f"{len(found) - len(broken(found)) - flags} of {len(found)}"
    return f"{met}, {flags} flagged" if flags else met


def _provenance(zone: str, verdicts: Verdicts) -> list[str]:
    said = {(asset, one.name): one.observed for asset, found in verdicts.items() for one in found if one.zone == zone}
    return [zone, *(said.get(key, "-") for key in PROVENANCE.values())]


def _told(asset: str, found: Iterable[Verdict]) -> list[str]:
    return [f"{one.zone} {asset}: {one.name}: {one.observed}" for one in found]


def _listed(title: str, told: Sequence[str]) -> str:
    if not told:
        return f"**{title}**: nothing"
    more = [f"- and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
    return "\n".join([f"**{title}**", "", *(f"- {line}" for line in told[:SHOWN]), *more])


def _doing(state: SourceState, now: dt.datetime) -> str:
    if state.retry_at is not None and state.retry_at > now:
        return f"breaker open until {_moment(state.retry_at)}"
    return f"{state.outcome}, {state.failures} failures in a row" if state.failures else state.outcome


def _moment(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; a bar in a text would end its cell."""
    cells = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in cells)
