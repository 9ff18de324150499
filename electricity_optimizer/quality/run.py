"""Running a suite: a polars frame through Great Expectations, in memory, without its telemetry, progress bars or files.

The library takes seconds to import, so it is imported by the function that needs it.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl


@dataclass(frozen=True, slots=True)
class Rule:
    """An expectation in words, the class of `great_expectations.expectations` that checks it, and its arguments."""

    name: str
    kind: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A rule after it was checked: a row of table `quality_report`. `observed` says in one line what was seen."""

    name: str
    passed: bool
    observed: str


def check(frame: pl.DataFrame, rules: Sequence[Rule]) -> list[Expectation]:
    """Each rule over `frame`, in the order of `rules`. A rule that cannot be checked (a column is missing) has failed."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read at import, before any context could be told
    import great_expectations as gx  # noqa: PLC0415 - 4 s and 250 MB
    from great_expectations import expectations  # noqa: PLC0415 - the same
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 - the same

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    whole = context.data_sources.add_pandas("frames").add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")
    asked = [getattr(expectations, rule.kind)(**rule.arguments, meta={"rule": rule.name}) for rule in rules]
    suite = gx.ExpectationSuite(name="suite", expectations=asked)
    answers = whole.get_batch({"dataframe": frame.to_pandas()}).validate(suite).results  # in an order of its own
    found = {_rule_name(answer): Expectation(_rule_name(answer), bool(answer.success), _observed(answer)) for answer in answers}
    return [found[rule.name] for rule in rules]


def _rule_name(answer: Any) -> str:
    return str(answer.expectation_config.meta["rule"])


def _observed(answer: Any) -> str:
    seen = answer.result
    if "observed_value" in seen:
        value = seen["observed_value"]
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    if "unexpected_count" in seen:
        examples = ", ".join(str(value) for value in seen.get("partial_unexpected_list", [])[:3])
        count = f"{seen['unexpected_count']} of {seen['element_count']} rows"
        return f"{count}: {examples}" if examples else count
    return f"not checked: {_reason(answer.exception_info)}"


def _reason(exception_info: Mapping[str, Any]) -> str:
    """What went wrong: the library keeps it flat, or one entry a metric."""
    entries = [exception_info, *(entry for entry in exception_info.values() if isinstance(entry, Mapping))]
    return next((str(entry["exception_message"]) for entry in entries if entry.get("exception_message")), "no answer")
