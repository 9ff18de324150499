"""The main job, end to end: every asset of the graph materialized in order, in this process, on the embedded default."""

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from electricity_optimizer.catalog.zones import Zone, chosen_zones
from electricity_optimizer.defs.checks import with_own_checks
from electricity_optimizer.defs.instance import FASTER_EVENTS, dagster_home
from electricity_optimizer.defs.partitions import range_tags
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.errors import ElectricityOptimizerError, InputError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources import files
from electricity_optimizer.sources.days import complete_days
from electricity_optimizer.timeline import delivery_day

WITHOUT_ZONES = {"forecast_models", "site_models", "savings", "raw_tariffs", "country_statistics"}
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Extent:
    """How many delivery days each part of the demo covers: history to learn from, days forecast and scored, days planned and settled.

    Of so many weeks as `advice_weeks` one is planned for the supplier advice: with 4 thirteen weeks of the year.
    """

    history: int
    forecast: int
    plan: int
    advice_weeks: int = 4


ONE_ZONE = Extent(history=432, forecast=67, plan=7)
SEVERAL_ZONES = Extent(history=120, forecast=28, plan=7)
"""Smaller, so that five zones take three minutes as one does."""

WEATHER_DAYS = 30
"""Days of weather and meter readings beyond the planned ones: what sites learn from."""


@dataclass(frozen=True)
class Stage:
    """Assets that run together over the same partitions."""

    name: str
    assets: tuple[str, ...]
    partitions: tuple[dict[str, str], ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    """Configuration of all its assets, beside the zones."""


@dataclass
class Outcome:
    """What the runs did: checks by outcome, and the seconds of each stage.

    A blocking check that did not pass failed; another one (spikes, which are kept) is a warning.
    """

    passed: int = 0
    failed: int = 0
    warnings: int = 0
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def run_demo(
    definitions: dg.Definitions,
    desk: Desk,
    zone_keys: Sequence[str],
    last: dt.date,
    report: Callable[[str], None],
    extent: Extent | None = None,
) -> Outcome:
    """Materialize the graph up to the delivery day `last`; `report` gets a line a stage.

    Raises InputError with the reason of the first refused partition when a stage has nothing to go on with.
    """
    zones = chosen_zones(zone_keys)
    outcome = Outcome()
    with _instance(desk.settings) as instance:
        for stage in stages(zones, last, extent or (ONE_ZONE if len(zones) == 1 else SEVERAL_ZONES)):
            began = time.monotonic()
            for tags in stage.partitions:
                _run(definitions, instance, stage, tags, zone_keys, outcome)
            outcome.seconds[stage.name] = round(time.monotonic() - began, 1)
            report(f"{stage.name}: {', '.join(stage.assets)} ({outcome.seconds[stage.name]} s)")
    return outcome


def stages(zones: Sequence[Zone], last: dt.date, extent: Extent) -> Iterator[Stage]:
    """The stages of the demo in the order of the lineage."""
    months = sorted({(last - k * ONE_DAY).strftime("%Y-%m-01") for k in range(extent.plan)})
    recent = min(extent.history, extent.plan + WEATHER_DAYS)
    market = ("raw_prices", "raw_grid_forecasts", "prices", "price_features")
    learning = ("forecast_observations", "forecast_accuracy", "forecast_bias", "ensemble_weights", "learning_journal", "similar_day_index")
    if extent.history > recent:
        rates = ("raw_exchange_rates",) if any(zone.currency != "EUR" for zone in zones) else ()
        yield Stage("history", (*rates, *market), (range_tags(last - (extent.history - 1) * ONE_DAY, last - recent * ONE_DAY),))
    yield Stage("market", ("raw_exchange_rates", *market, "raw_weather", "weather", "raw_carbon", "meter_readings"), (_days(recent, last),))
    yield Stage("context", ("raw_tariffs", "country_statistics"), ({},))
    yield Stage("models", ("forecast_models", "site_models"), tuple({"dagster/partition": zone.key} for zone in zones))
    yield Stage("forecasts", ("price_forecasts", *learning), (_days(extent.forecast, last),))
    yield Stage("schedules", ("site_forecasts", "optimized_schedules", "schedule_settlements"), (_days(extent.plan, last),))
    yield Stage("savings", ("savings",), tuple({"dagster/partition": month} for month in months))
    yield Stage("advice", ("supplier_advice",), ({"dagster/partition": months[-1]},), {"week_of_each": extent.advice_weeks})
    yield Stage("quality", ("quality_report",), (_days(1, last),))


def _days(count: int, last: dt.date) -> dict[str, str]:
    return range_tags(last - (count - 1) * ONE_DAY, last)


def last_day(desk: Desk, place: Zone) -> dt.date:
    """The delivery day the demo ends with: the last whole one of the given price files, else tomorrow.

    Raises InputError for a faulty file and for files that hold no whole day of the zone.
    """
    if not desk.settings.price_files:
        return delivery_day(desk.now(), place.tz) + ONE_DAY
    frames = [content.prices for content in files.contents(desk.settings, place, "prices") if content.prices is not None]
    days = set().union(*(complete_days(frame, "prices", place.tz) for frame in frames))
    if not days:
        raise InputError(
            f"no whole day of {place.key} in the files", where="--prices", remedy="give files of the zone, or name it with --zone"
        )
    return max(days)


def _instance(settings: Settings) -> dg.DagsterInstance:
    os.environ.update(FASTER_EVENTS)
    return dg.DagsterInstance.from_config(str(dagster_home(settings)))


def _run(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    stage: Stage,
    tags: dict[str, str],
    zone_keys: Sequence[str],
    outcome: Outcome,
) -> None:
    job = with_own_checks(definitions.resolve_implicit_global_asset_job_def(), stage.assets)
    config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    by_zone = [name for name in stage.assets if name not in WITHOUT_ZONES]
    asked = dict(stage.config) | ({"zones": list(zone_keys)} if zone_keys else {})
    if asked:
        config["ops"] = {name: {"config": asked} for name in by_zone}
    result = job.execute_in_process(
        instance=instance,
        run_config=config,
        tags=tags,
        partition_key=tags.get("dagster/partition"),
        raise_on_error=False,
    )
    for check in result.get_asset_check_evaluations():
        outcome.passed += check.passed
        outcome.failed += not check.passed and check.severity is dg.AssetCheckSeverity.ERROR
        outcome.warnings += not check.passed and check.severity is dg.AssetCheckSeverity.WARN
        if not check.passed:
            outcome.notes.append(f"{check.asset_key.to_user_string()} {check.check_name}: {check.description or ''}")
    if not result.success:
        raise _reason(result, stage)


def _reason(result: dg.ExecuteInProcessResult, stage: Stage) -> ElectricityOptimizerError:
    """Why this run stopped: the check that blocked, else the step that failed. A warning stopped nothing."""
    for check in result.get_asset_check_evaluations():
        if not check.passed and check.blocking and check.severity is dg.AssetCheckSeverity.ERROR:
            said = f"{check.asset_key.to_user_string()} {check.check_name}: {check.description or ''}"
            return InputError(said, where=f"stage {stage.name}", remedy="correct it and run again; what was good stays")
    for event in result.all_events:
        if event.is_step_failure:
            said = _cause(event.step_failure_data.error)
            return ElectricityOptimizerError(said, where=f"{stage.name} {event.step_key}", remedy="see the run in the UI")
    return ElectricityOptimizerError("the run failed", where=stage.name, remedy="see the run in the UI")


def _cause(error: Any) -> str:
    """One line of what was raised first."""
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip().splitlines()[0] if error is not None and error.message.strip() else "no reason given"
