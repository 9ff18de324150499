"""The sensor that waits for publication: it asks in the window, starts one run when tomorrow is there, and tells when it is late.

It asks the sources itself, in the long-lived process that evaluates sensors: a run a poll would cost a process of seconds each time.
What it gets is recorded at once; the run it starts only has to publish it.
"""

from functools import partial

import dagster as dg

from electricity_optimizer.catalog.subscriptions import subscription, subscriptions
from electricity_optimizer.catalog.zones import chosen_zones, zone
from electricity_optimizer.defs.choices import refused_days
from electricity_optimizer.defs.jobs import TOMORROW
from electricity_optimizer.defs.late import LATE_CHECK
from electricity_optimizer.defs.partitions import range_tags
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.watches import Waiting, Watch, after_poll, is_due, now_waiting, read_cursor, watches, write_cursor
from electricity_optimizer.settings import load_settings
from electricity_optimizer.timeline import parse_day

ZONE_STEPS = ("prices", "weather", "price_features", "price_forecasts", "site_forecasts", "optimized_schedules")
"""Steps of the run that take a configuration of zones."""
TICK_SECONDS = 20
POLL_SECONDS = 12.0
TICK_BUDGET_SECONDS = 40.0
"""An evaluation is cut off after 60 seconds by the daemon: what is not asked in this tick is asked in the next one."""


def sensors() -> list[dg.SensorDefinition]:
    """All sensors, running only where the settings say so."""
    status = dg.DefaultSensorStatus.RUNNING if load_settings().automation else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name="publication_watch",
        job_name=TOMORROW,
        minimum_interval_seconds=TICK_SECONDS,
        default_status=status,
        description="Waits for tomorrow's prices and tariffs: asks in each source's window with jitter, stops on success, tells when late.",
    )
    def publication_watch(context: dg.SensorEvaluationContext, desk: dg.ResourceParam[Desk]) -> dg.SensorResult:
        return evaluate(desk, context.cursor)

    return [publication_watch]


def evaluate(desk: Desk, cursor: str | None) -> dg.SensorResult:
    """One tick: polls what is due, longest waiting first, within the tick's budget."""
    before = read_cursor(cursor)
    known = watches(chosen_zones(desk.settings.zones), subscriptions().values())
    waitings = {watch.name: now_waiting(watch, before.get(watch.name), desk.now()) for watch in known}
    if desk.settings.offline:
        return dg.SensorResult(skip_reason="EO_OFFLINE is set", cursor=write_cursor(waitings))
    started = desk.now()
    found: list[Watch] = []
    late: list[Watch] = []
    for watch in sorted(known, key=lambda one: waitings[one.name].next_poll):
        waiting = waitings[watch.name]
        if not is_due(watch, waiting, desk.now()) or (desk.now() - started).total_seconds() > TICK_BUDGET_SECONDS:
            continue
        here = _poll(desk, watch, waiting)
        waitings[watch.name] = after_poll(watch, waiting, desk.now(), found=here)
        found += [watch] if here else []
        late += [watch] if waitings[watch.name].late and not waiting.late else []
    ready = [watch for watch in found if watch.kind == "prices"]
    return dg.SensorResult(
        run_requests=_runs(ready, waitings),
        skip_reason=None if ready else _standing(waitings),
        asset_events=[_told(watch, waitings[watch.name], passed=False) for watch in late]
        + [_told(watch, waitings[watch.name], passed=True) for watch in ready],
        cursor=write_cursor(waitings),
    )


def _poll(desk: Desk, watch: Watch, waiting: Waiting) -> bool:
    """Asks for the day of `waiting`; whether it is there now, and may be published."""
    from electricity_optimizer.sources.ingest import Means, ingest  # noqa: PLC0415 - brings the HTTP client
    from electricity_optimizer.sources.subscribe import subscribe  # noqa: PLC0415 - the same

    day = parse_day(waiting.day)
    judge = partial(refused_days, desk.warehouse)
    means = Means(desk.warehouse, desk.settings, desk.now(), run_id="publication_watch", seconds=POLL_SECONDS, judge=judge)
    if watch.kind == "prices":
        report = ingest("prices", zone(watch.name), day, day, means)
        return not report.missing_days and not report.refused_days
    reports = subscribe([subscription(watch.name)], day, day, means)
    return any(report.rows for report in reports)


def _runs(ready: list[Watch], waitings: dict[str, Waiting]) -> list[dg.RunRequest]:
    """One run a delivery day for all zones that were found in this tick."""
    by_day: dict[str, list[str]] = {}
    for watch in ready:
        by_day.setdefault(waitings[watch.name].day, []).append(watch.name)
    return [
        dg.RunRequest(
            run_key=f"tomorrow:{day}:{','.join(sorted(names))}",
            run_config={"ops": {name: {"config": {"zones": sorted(names)}} for name in ZONE_STEPS}},
            tags=range_tags(parse_day(day), parse_day(day)),
        )
        for day, names in by_day.items()
    ]


def _told(watch: Watch, waiting: Waiting, *, passed: bool) -> dg.AssetCheckEvaluation:
    deadline = watch.deadline(parse_day(waiting.day))
    said = "are there" if passed else f"were due at {deadline:%H:%M} UTC and nobody has published them"
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey("prices"),
        check_name=LATE_CHECK,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"prices of {watch.name} for {waiting.day} {said}",
        metadata={"zone": watch.name, "delivery day": waiting.day, "polls": waiting.polls},
    )


def _standing(waitings: dict[str, Waiting]) -> str:
    """One line for the sensor's history."""
    open_ones = [
        f"{name} ({waiting.polls} polls{', late' if waiting.late else ''})" for name, waiting in waitings.items() if not waiting.found
    ]
    return f"waiting for {', '.join(sorted(open_ones))}" if open_ones else "tomorrow is there for every zone and tariff"
