"""Faults of the data in an answer that looks as it should: which parser or check stops each, and which are no faults.

The data faults of matrix R5, in the wire format of energy-charts, alone and beside a sound second source (SMARD). What happens to a
connection, a status or a body is not asked here.
"""

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest

from electricity_optimizer.market.choice import Choice, choose
from electricity_optimizer.market.unify import unify
from electricity_optimizer.sources import energy_charts
from electricity_optimizer.sources.outcome import SchemaChangedError
from electricity_optimizer.sources.records import to_frame
from electricity_optimizer.timeline import day_start, interval_count, range_bounds
from electricity_optimizer_tests.market.records_of_prices import DE, records
from electricity_optimizer_tests.sources.wire import energy_charts as wire

DAY = dt.date(2026, 5, 20)
PARSER, PUBLISHED = "parser", "published"
Document = dict[str, Any]


def true_price(instant: dt.datetime) -> float:
    """70 EUR/MWh, an evening peak, a little different every day, in cents."""
    hours = (instant - day_start(DAY, DE.tz)).total_seconds() / 3600
    return round(70.07 + 40 * math.sin(hours * math.pi / 12) + 11 * math.sin(hours * 0.7), 2)


def document(day: dt.date = DAY) -> Document:
    _, _, body = wire.answer(f"https://energy-charts.test/price?bzn=DE-LU&start={day}&end={day}", true_price)
    return orjson.loads(body)


def scaled(factor: float, places: slice = slice(None)) -> Callable[[Document], None]:
    def spoil(answer: Document) -> None:
        answer["price"][places] = [price * factor for price in answer["price"][places]]

    return spoil


def doubled(answer: Document) -> None:
    for name in ("unix_seconds", "price"):
        answer[name].insert(7, answer[name][7])


def without(answer: Document) -> None:
    for name in ("unix_seconds", "price"):
        del answer[name][7]


def unordered(answer: Document) -> None:
    for name in ("unix_seconds", "price"):
        answer[name][3], answer[name][4] = answer[name][4], answer[name][3]


def hourly(answer: Document) -> None:
    means = np.array(answer["price"]).reshape(-1, 4).mean(axis=1).round(2).tolist()
    answer["unix_seconds"], answer["price"] = answer["unix_seconds"][::4], means


def thinned(answer: Document) -> None:
    answer["unix_seconds"], answer["price"] = answer["unix_seconds"][::4], answer["price"][::4]


def five_minutes(answer: Document) -> None:
    first = answer["unix_seconds"][0]
    answer["unix_seconds"] = [first + 300 * k for k in range(288)]
    answer["price"] = [price for price in answer["price"] for _ in range(3)]


def of_another_zone(answer: Document) -> None:
    answer["price"] = [round(price * 0.97 - 3.11, 2) for price in answer["price"]]


def of_yesterday(answer: Document) -> None:
    answer["price"] = document(DAY - dt.timedelta(days=1))["price"]


def to(value: object, places: slice = slice(7, 8)) -> Callable[[Document], None]:
    def spoil(answer: Document) -> None:
        count = len(answer["price"][places])
        answer["price"][places] = [value] * count

    return spoil


def shifted(answer: Document) -> None:
    answer["unix_seconds"] = [second + 3600 for second in answer["unix_seconds"]]


def unit(text: str) -> Callable[[Document], None]:
    def spoil(answer: Document) -> None:
        answer["unit"] = text

    return spoil


@dataclass(frozen=True)
class Fault:
    """How an answer is spoilt, what stops it when it is alone (or that it is published), and whether the neighbour is taken instead."""

    spoil: Callable[[Document], None]
    stopped_by: str
    replaced: bool = True


FAULTS = {
    "duplicate": Fault(doubled, PARSER),
    "missing": Fault(without, "tiling"),
    "unordered": Fault(unordered, PARSER),
    "wrong resolution: intervals that no market has": Fault(five_minutes, PARSER),
    "wrong resolution: hours where quarters are due are repeated and say so": Fault(hourly, PUBLISHED),
    "wrong resolution: every fourth quarter as an hour, told by a second source": Fault(thinned, PUBLISHED, replaced=False),
    "wrong zone: told by a second source": Fault(of_another_zone, PUBLISHED, replaced=False),
    "another clock: an hour late": Fault(shifted, "tiling"),
    "unit off by 10": Fault(scaled(10), "unit"),
    "unit off by 1/10": Fault(scaled(0.1), "unit"),
    "unit off by 1000": Fault(scaled(1000), "bounds"),
    "unit off by 1/1000": Fault(scaled(0.001), "unit"),
    "unit named otherwise": Fault(unit("ct / kWh"), PARSER),
    "another currency": Fault(unit("DKK / MWh"), "bounds"),
    "yesterday repeated as tomorrow": Fault(of_yesterday, "not_yesterday"),
    "all zeros": Fault(to(0.0, slice(None)), "not_constant"),
    "all the same": Fault(to(55.5, slice(None)), "not_constant"),
    "a thousandfold in one interval, out of bounds": Fault(scaled(1000, slice(7, 8)), "bounds"),
    "a thousandfold in one interval, within bounds: flagged and kept": Fault(to(1500.0), PUBLISHED, replaced=False),
    "null": Fault(to(None), "complete"),
    "not a number": Fault(to("n/a"), PARSER),
    "true as a number": Fault(to(True), PARSER),
}


def parsed(answer: Document) -> pl.DataFrame:
    return to_frame(energy_charts.parse(orjson.dumps(answer), area="DE-LU"))


def published_before() -> pl.DataFrame:
    days = [document(DAY - dt.timedelta(days=back)) for back in range(14, 0, -1)]
    return unify(pl.concat(parsed(one) for one in days), zone=DE)


def choice_of(*sent: pl.DataFrame) -> Choice | None:
    found = choose(pl.concat(sent), zone=DE, first=DAY, last=DAY, published=published_before())
    return found[0] if found else None


def spoilt(name: str) -> pl.DataFrame | None:
    """The records of the spoilt answer, None when the parser refuses it."""
    answer = document()
    FAULTS[name].spoil(answer)
    try:
        return parsed(answer)
    except SchemaChangedError:
        return None


@pytest.mark.parametrize("name", FAULTS)
def test_what_stops_a_fault_of_the_only_source(name: str) -> None:
    fault, rows = FAULTS[name], spoilt(name)
    assert (rows is None) == (fault.stopped_by == PARSER)
    if rows is None:
        return
    choice = choice_of(rows)
    assert choice is not None
    failed = [result.name for result in choice.results if result.blocking and not result.passed]
    if fault.stopped_by == PUBLISHED:
        assert (failed, choice.frame is None) == ([], False)
    else:
        assert choice.frame is None
        assert fault.stopped_by in failed


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.stopped_by != PARSER])
def test_beside_a_second_source_nothing_wrong_is_published(name: str) -> None:
    """Either the neighbour is taken instead, or nobody can tell which of the two is right and the last good version stays."""
    fault, rows = FAULTS[name], spoilt(name)
    assert rows is not None
    right = records(DAY, 15, "smard", document()["price"])
    choice = choice_of(rows, right)
    assert choice is not None
    assert (choice.frame is not None) == fault.replaced
    if choice.frame is not None:
        assert choice.frame["source"].unique().to_list() == ["smard"]
        assert choice.frame["price"].to_list() == document()["price"]


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.stopped_by != PARSER])
def test_beside_two_more_sources_the_right_prices_are_always_published(name: str) -> None:
    rows = spoilt(name)
    assert rows is not None
    choice = choice_of(rows, *(records(DAY, 15, source, document()["price"]) for source in ("entsoe", "smard")))
    assert choice is not None
    assert choice.frame is not None
    assert choice.frame["source"].unique().to_list() == ["entsoe"]
    assert choice.frame["price"].to_list() == document()["price"]
    assert [result.name for result in choice.results if not result.passed] or name.startswith("wrong resolution: hours")


def test_negative_prices_are_valid() -> None:
    rows = parsed({**document(), "price": [price - 120 for price in document()["price"]]})
    choice = choice_of(rows)
    assert choice is not None
    assert choice.frame is not None
    assert choice.frame["price"].min() < -50


@pytest.mark.parametrize(("day", "quarters"), [("2025-10-26", 100), ("2026-03-29", 92)])
def test_days_of_25_and_23_hours_are_valid(day: str, quarters: int) -> None:
    of_clock = dt.date.fromisoformat(day)
    (choice,) = choose(parsed(document(of_clock)), zone=DE, first=of_clock, last=of_clock)
    assert choice.frame is not None
    assert choice.frame.height == quarters == interval_count(of_clock, DE.tz, 15)
    start, end = range_bounds(of_clock, of_clock, DE.tz)
    assert (choice.frame["start"][0], choice.frame["start"][-1]) == (start, end - dt.timedelta(minutes=15))
