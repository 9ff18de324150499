"""Running a suite: a polars frame through Great Expectations, in memory, without its telemetry, progress bars or files.

The library takes four seconds to import, so it is imported by the function that needs it, and one context serves the whole process. A
validation costs about ten milliseconds a rule however many days it holds, so one frame holds many days and zones: the answer of the
library names the rows that break a rule, and from these rows follows which day of which zone it was.
"""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl


@dataclass(frozen=True, eq=False)
class Rule:
    """An expectation in words, the class of `great_expectations.expectations` that checks it row by row, and its arguments.

    A rule that does not `refuse` flags what it finds: the day is named and kept. A rule `of_day` reads a column that says something of the
    whole day, once a day. `shows` names the column to quote where it says more than the one that is checked.
    """

    name: str
    kind: str
    arguments: Mapping[str, Any]
    refuses: bool = True
    of_day: bool = False
    shows: str = ""

    @property
    def columns(self) -> list[str]:
        """Columns of the frame that the rule reads."""
        named = (self.arguments.get(key) for key in ("column", "column_A", "column_B"))
        return [name for name in (*named, *self.arguments.get("column_list", ())) if name]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule said of one zone and day. `observed` says in one line what was seen."""

    zone: str
    day: dt.date
    name: str
    passed: bool
    refuses: bool
    observed: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """Rows that break a rule, or why it could not be checked."""

    rows: list[int]
    reason: str = ""


def judge(frame: pl.DataFrame, rules: Sequence[Rule]) -> list[Verdict]:
    """Each rule over each (zone, delivery_day) of `frame`, in the order of the frame and of `rules`.

    A rule that cannot be checked (a column is missing) has failed on every day.
    """
    if frame.is_empty():
        return []
    answers = _ask(frame, tuple(rules))
    found = {rule.name: _verdicts(frame, rule, answers.get(rule.name, _Answer([]))) for rule in rules}
    return [verdict for of_one_day in zip(*found.values(), strict=True) for verdict in of_one_day]


def _ask(frame: pl.DataFrame, rules: tuple[Rule, ...]) -> dict[str, _Answer]:
    """The rules that `frame` breaks: all of them first asked for yes or no, then those that say no for their rows."""
    gx, batches = _library()
    columns = {name for rule in rules for name in rule.columns}
    batch = batches.get_batch({"dataframe": frame.select(name for name in frame.columns if name in columns).to_pandas()})
    asked = {rule.name: _expectation(rule) for rule in rules}
    quick = batch.validate(gx.ExpectationSuite(name="all", expectations=list(asked.values())), result_format="BOOLEAN_ONLY")
    broken = [_rule_name(answer) for answer in quick.results if not answer.success]
    if not broken:
        return {}
    suite = gx.ExpectationSuite(name="broken", expectations=[asked[name] for name in broken])
    return {_rule_name(answer): _answer(answer) for answer in batch.validate(suite, result_format="COMPLETE").results}


@cache
def _library() -> tuple[Any, Any]:
    """The library and where frames go in; once per process, since a context of its own for each frame would cost more than the rules."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read at import, before any context could be told
    import great_expectations as gx  # noqa: PLC0415 - 4 s and 250 MB
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 - the same

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return gx, context.data_sources.add_pandas("frames").add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")


@cache
def _expectation(rule: Rule) -> Any:
    from great_expectations import expectations  # noqa: PLC0415 - loaded by then

    return getattr(expectations, rule.kind)(**rule.arguments, meta={"rule": rule.name})


def _rule_name(answer: Any) -> str:
    return str(answer.expectation_config.meta["rule"])


def _answer(answer: Any) -> _Answer:
    rows = answer.result.get("unexpected_index_list")
    return _Answer(rows) if rows is not None else _Answer([], f"not checked: {_reason(answer.exception_info)}")


def _reason(exception_info: Mapping[str, Any]) -> str:
    """What went wrong: the library keeps it flat, or one entry a metric."""
    entries = [exception_info, *(entry for entry in exception_info.values() if isinstance(entry, Mapping))]
    return next((str(entry["exception_message"]) for entry in entries if entry.get("exception_message")), "no answer")


def _verdicts(frame: pl.DataFrame, rule: Rule, answer: _Answer) -> list[Verdict]:
    """What an answer says of each zone and day, in the order of the frame."""
    named = [rule.shows] if rule.shows else rule.columns
    shown = pl.col(named[0]) if named[0] in frame.columns else pl.lit(None)
    broken = pl.int_range(pl.len()).is_in(answer.rows)
    days = (
        frame.select("zone", "delivery_day", shown=shown, broken=broken)
        .group_by("zone", "delivery_day", maintain_order=True)
        .agg(
            rows=pl.len(),
            count=pl.col("broken").sum(),
            low=pl.col("shown").min(),
            high=pl.col("shown").max(),
            examples=pl.col("shown").filter("broken").unique(maintain_order=True).head(3),
        )
    )
    return [_verdict(rule, day, answer) for day in days.iter_rows(named=True)]


def _verdict(rule: Rule, day: Mapping[str, Any], answer: _Answer) -> Verdict:
    passed = not (answer.reason or day["count"])
    return Verdict(day["zone"], day["delivery_day"], rule.name, passed, rule.refuses, _observed(rule, day, answer))


def _observed(rule: Rule, day: Mapping[str, Any], answer: _Answer) -> str:
    if answer.reason:
        return answer.reason
    examples = [_plain(value) for value in day["examples"] if value is not None]
    if rule.of_day:
        return examples[0] if examples else "nothing to compare with" if day["low"] is None else _plain(day["low"])
    if day["count"]:
        return f"{day['count']} of {day['rows']} rows" + (f": {', '.join(examples)}" if examples else "")
    if isinstance(day["low"], int | float) and not isinstance(day["low"], bool):
        low, high = _plain(day["low"]), _plain(day["high"])
        return low if low == high else f"{low} to {high}"
    return f"{day['rows']} rows"


def _plain(value: object) -> str:
    """A value as people write it."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, dt.datetime) else str(value)
