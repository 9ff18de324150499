"""Schedules: the clock of the market. Each asks for a range of delivery days in one run.

They are stopped until the operator starts them in the UI or `EO_AUTOMATION=true` says so (production), because a laptop that only
ran the demo should not begin to ask upstreams.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg

from electricity_optimizer.catalog.zones import chosen_zones
from electricity_optimizer.defs.partitions import MARKET_TZ, range_tags
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import delivery_day

SETTLED_WITHIN_DAYS = 8
"""After so many days the actuals of a delivery day are in."""


@dataclass(frozen=True)
class Beat:
    """A schedule over delivery days: from `first` to `last` days relative to the local day of the tick."""

    name: str
    job: str
    cron: str
    first: int
    last: int
    why: str


BEATS = (
    Beat("price_sync_15_min", "price_sync", "*/15 * * * *", 0, 1, "today and tomorrow, as soon as they are published"),
    Beat("deep_resync_6_h", "deep_resync", "5 */6 * * *", -7, 1, "revisions of the last week"),
    Beat("forecast_hourly", "forecast_and_plan", "40 * * * *", 1, 1, "the week ahead as inputs change, at 11:40 too; how far zones reach"),
    Beat("replan_15_min", "replan", "12,27,42,57 * * * *", 0, 0, "the rest of today, where prices or forecasts have changed"),
    Beat("rates_daily", "rate_sync", "20 16 * * *", -7, 0, "the European Central Bank fixes them about 16:00 on working days"),
    Beat("price_pipeline_6_h", "price_pipeline", "0 */6 * * *", -1, 0, "prices, then the forecasts they answer, then is accuracy held"),
    Beat("observe", "observe_forecasts", "30 */6 * * *", -8, 0, "forecasts and plans whose actuals are in; actual weather is a week late"),
    Beat("nightly", "nightly_learning", "0 4 * * *", -2, -1, "learn from the days that ended"),
    Beat("quality", "data_quality", "0 6 * * *", -1, 0, "the report an operator reads with coffee"),
)


def schedules() -> list[dg.ScheduleDefinition]:
    """All schedules, running only where the settings say so."""
    status = dg.DefaultScheduleStatus.RUNNING if load_settings().automation else dg.DefaultScheduleStatus.STOPPED
    return [*(_over_days(beat, status) for beat in BEATS), *_whole(status), *_retraining(status), _month_so_far(status), _advice(status)]


def _over_days(beat: Beat, status: dg.DefaultScheduleStatus) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=beat.name,
        job_name=beat.job,
        cron_schedule=beat.cron,
        execution_timezone=MARKET_TZ,
        description=beat.why,
        default_status=status,
    )
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        today = delivery_day(context.scheduled_execution_time, MARKET_TZ)
        first, last = (today + dt.timedelta(days=offset) for offset in (beat.first, beat.last))
        return dg.RunRequest(run_key=f"{beat.name}:{context.scheduled_execution_time.isoformat()}", tags=range_tags(first, last))

    return tick


def _whole(status: dg.DefaultScheduleStatus) -> list[dg.ScheduleDefinition]:
    """Schedules of what has no delivery day."""
    return [
        dg.ScheduleDefinition(
            name=name, job_name=job, cron_schedule=cron, execution_timezone=MARKET_TZ, description=why, default_status=status
        )
        for name, job, cron, why in (
            (
                "tariffs_daily",
                "tariff_sync",
                "15 21 * * *",
                "tariffs of tomorrow, after Spain's PVPC (20:15 to 20:50) and Octopus (until 20:00)",
            ),
            ("statistics_weekly", "statistics_sync", "45 3 * * 1", "statistics change by the month at most"),
        )
    ]


def _retraining(status: dg.DefaultScheduleStatus) -> list[dg.ScheduleDefinition]:
    """Weekly training in the night to Sunday, a run a zone."""
    return [_by_zone(*line, status) for line in (("retrain_weekly", "retrain_models", 2), ("retrain_sites_weekly", "retrain_sites", 3))]


def _by_zone(name: str, job: str, hour: int, status: dg.DefaultScheduleStatus) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=name,
        job_name=job,
        cron_schedule=f"0 {hour} * * 0",
        execution_timezone=MARKET_TZ,
        description="a run a zone, Sunday night",
        default_status=status,
    )
    def tick(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        for key in sorted(place.key for place in chosen_zones(load_settings().zones)):
            yield dg.RunRequest(run_key=f"{job}:{key}:{context.scheduled_execution_time.isoformat()}", partition_key=key)

    return tick


def _month_so_far(status: dg.DefaultScheduleStatus) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="savings_daily",
        job_name="monthly_savings",
        cron_schedule="0 5 * * *",
        execution_timezone=MARKET_TZ,
        description="the month of yesterday and, in its first days, the one before, as far as they are settled",
        default_status=status,
    )
    def tick(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        yesterday = delivery_day(context.scheduled_execution_time, MARKET_TZ) - dt.timedelta(days=1)
        for month in sorted({day.strftime("%Y-%m-01") for day in (yesterday, yesterday - dt.timedelta(days=SETTLED_WITHIN_DAYS))}):
            yield dg.RunRequest(run_key=f"savings:{month}:{yesterday}", partition_key=month)

    return tick


def _advice(status: dg.DefaultScheduleStatus) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="advice_monthly",
        job_name="monthly_advice",
        cron_schedule="0 7 2 * *",
        execution_timezone=MARKET_TZ,
        description="the running month: contracts are left at the end of one, and offers change with them",
        default_status=status,
    )
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        month = delivery_day(context.scheduled_execution_time, MARKET_TZ).strftime("%Y-%m-01")
        return dg.RunRequest(run_key=f"advice:{month}", partition_key=month)

    return tick
