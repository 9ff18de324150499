"""The job that reads stored answers again, without the network, after a parser was corrected."""

import datetime as dt
from typing import Any

import dagster as dg
from pydantic import Field

from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.timeline import UTC, parse_day


class ReparseConfig(dg.Config):
    """Which answers are read again: of these sources (none named means all), fetched from `since` (YYYY-MM-DD, UTC) on.

    Answers that the present parser has read already are left out unless `everything`.
    """

    sources: list[str] = Field(default_factory=list)
    since: str = ""
    everything: bool = False


@dg.op
def read_answers_again(context: dg.OpExecutionContext, config: ReparseConfig, desk: dg.ResourceParam[Desk]) -> None:
    """Parse stored payloads again and record what they say now; a changed value is a revision, a later answer is not undone."""
    from electricity_optimizer.sources.ingest import Means  # noqa: PLC0415 - brings the HTTP client
    from electricity_optimizer.sources.reparse import reparse  # noqa: PLC0415 - the same

    since = dt.datetime.combine(parse_day(config.since, "since"), dt.time(), UTC) if config.since else None
    means = Means(desk.warehouse, desk.settings, desk.now(), run_id=context.run_id, progress=context.log.info)
    reports = reparse(config.sources, means, since=since, everything=config.everything)
    told: dict[str, Any] = {
        report.source: f"{report.payloads} answers: {report.new} new, {report.revised} revised, {report.unchanged} unchanged rows"
        + (f"; {report.refused} refused, last: {report.last_refusal}" if report.refused else "")
        for report in reports
        if report.payloads
    }
    context.add_output_metadata(told or {"answers": "none to read again"})


@dg.job(name="reparse", description="Read stored answers again without the network, after a parser was corrected.")
def reparse_job() -> None:
    """One step: it is one transaction a payload anyway."""
    read_answers_again()
