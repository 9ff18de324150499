"""Learning: what actual prices say about the forecasts, and what follows for the next ones.

The order of the night is that of the lineage: accuracy, bias, weights (a blocking check validates them), journal, similar days.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_zones
from electricity_optimizer.errors import ForecastError, RefusedError
from electricity_optimizer.forecasting.bias import bias_rows, correction_rows
from electricity_optimizer.forecasting.combination import WINDOW_DAYS, hour_weights
from electricity_optimizer.forecasting.learning.drift import RECORD_DAYS, Alarm, daily_record, drifts
from electricity_optimizer.forecasting.learning.journal import Night, entry, weight_problems
from electricity_optimizer.forecasting.learning.mape import MAPE_FLOOR_EUR_MWH
from electricity_optimizer.forecasting.learning.observation import (
    Observed,
    mean_errors,
    observe,
    observed,
    residuals_by_model,
    residuals_of,
)
from electricity_optimizer.forecasting.learning.scores import ALL_HOURS, NAIVE, WINDOWS, accuracy_rows
from electricity_optimizer.forecasting.learning.targets import Shortfall, far_from_zero, judged_row, shortfalls
from electricity_optimizer.forecasting.walk import ENSEMBLE
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer.warehouse import Part, Warehouse

ONE_DAY = dt.timedelta(days=1)


@checked_asset("learning", deps=["price_forecasts", "prices"])
def forecast_observations(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Each forecast interval with the price that came: error, pinball loss, and which bands held. Days without prices wait.

    A day was forecast at several horizons (the last issue of each counts); forecasts that were superseded since are observed too.
    """
    first, last = day_window(context)

    def work(place: Zone, tally: Tally) -> None:
        house = desk.warehouse
        rows = observe(house.issues("price_forecasts", place.key, first, last), house.read("prices", place.key, first, last))
        _need(rows, place, first, last, "no forecast has its prices yet")
        parts = [Part(place.key, str(key[0]), day) for key, day in rows.group_by(["delivery_day"], maintain_order=True)]
        publish(context, desk, tally, place.key, parts)

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


@checked_asset(
    "learning",
    deps=["forecast_observations"],
    checks=[
        ("accuracy_holds", "Over 30 days the ensemble beats the naive, its 90 % band holds, its MAPE is on target where prices allow one."),
        ("no_drift", "Neither error, coverage nor bias of the ensemble has drifted."),
    ],
)
def forecast_accuracy(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """MAE, rMAE against the naive, RMSE, sMAPE, MAPE, pinball, coverage and Diebold-Mariano of each model, horizon and hour of the day.

    Over the last 1, 7, 30 and 60 days, by hour over 30. In MAPE a price counts as 10 EUR/MWh at least. What each means: docs/LEARNING.md.
    """
    first, last = day_window(context)
    missed: dict[str, list[Shortfall]] = {}
    alarms: dict[str, list[Alarm]] = {}

    def work(place: Zone, tally: Tally) -> None:
        found = _observed(desk.warehouse, place, first - (max(WINDOWS) - 1) * ONE_DAY, last)
        parts = []
        for day in _days_within(found, first, last):
            rows = accuracy_rows(found, day).with_columns(zone=pl.lit(place.key), delivery_day=pl.lit(day))
            parts.append(Part(place.key, day.isoformat(), rows))
        _need(parts, place, first, last, "nothing is observed")
        publish(context, desk, tally, place.key, parts)
        newest = parts[-1]
        day, judged = dt.date.fromisoformat(newest.partition), judged_row(newest.frame)
        missed[place.key] = shortfalls(judged, percentages=far_from_zero(found, day)) if judged else []
        alarms[place.key] = _alarms(desk.warehouse, place, day, day).get(day, [])
        tally.facts |= _headline(newest.frame, place)

    tally = run_zones(desk, config, work)
    checks = [published_check(tally), _accuracy_check(missed), _drift_check(alarms)]
    return dg.MaterializeResult(metadata=metadata(tally, first, last, **{"MAPE floor EUR/MWh": MAPE_FLOOR_EUR_MWH}), check_results=checks)


@checked_asset("learning", deps=["forecast_observations", "forecast_accuracy"])
def forecast_bias(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """What each model was systematically off a day ahead, by local hour, over 60 days; and what of the ensemble's bias is beyond chance."""
    first, last = day_window(context)

    def work(place: Zone, tally: Tally) -> None:
        begin = first - (WINDOW_DAYS - 1) * ONE_DAY
        rows = desk.warehouse.read("forecast_observations", place.key, begin, last, where={"horizon_days": [1]})
        found, parts = observed(rows, place.tz, begin, last), []
        for day in _days_within(found, first, last):
            window = rows.filter(pl.col("delivery_day").is_between(day - (WINDOW_DAYS - 1) * ONE_DAY, day))
            beyond_chance = correction_rows(residuals_of(found, ENSEMBLE, day, WINDOW_DAYS))
            frame = pl.concat([bias_rows(window, place.tz), beyond_chance], how="vertical_relaxed").with_columns(zone=pl.lit(place.key))
            parts.append(Part(place.key, day.isoformat(), frame))
        _need(parts, place, first, last, "nothing is observed")
        publish(context, desk, tally, place.key, parts)

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


@checked_asset(
    "learning",
    deps=["forecast_observations", "forecast_bias"],
    checks=[("valid_weights", "Weights sum to 1, none is negative, no regression; an error when no zone has any for its newest day.")],
    blocking=["valid_weights"],
)
def ensemble_weights(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Weights of the members for the day after, from their errors of the last 60 days; of the weights by hour the mean over the day.

    The forecast walk computes the same weights by the same function from the same issues; here they are validated and kept to be seen.
    """
    first, last = day_window(context)
    refused: dict[str, dict[dt.date, str]] = {}
    current: dict[str, bool] = {}

    def work(place: Zone, tally: Tally) -> None:
        found = _observed(desk.warehouse, place, first - (WINDOW_DAYS - 1) * ONE_DAY, last, horizon_days=[1])
        days = _days_within(found, first, last)
        _need(days, place, first, last, "nothing is observed")
        accepted, refused[place.key] = _weigh(found, days, _weights(desk.warehouse, place, first - ONE_DAY))
        current[place.key] = days[-1] in accepted
        if not accepted:
            raise RefusedError("no valid weights", where=place.key, remedy="see the check valid_weights; those before stay")
        parts = [
            Part(place.key, day.isoformat(), pl.DataFrame({"zone": place.key, "model": list(weights), "weight": list(weights.values())}))
            for day, weights in accepted.items()
        ]
        publish(context, desk, tally, place.key, parts)
        tally.facts[f"{place.key} weights"] = {name: round(weight, 3) for name, weight in accepted[max(accepted)].items()}

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(
        metadata=metadata(tally, first, last), check_results=[published_check(tally), _weights_check(refused, current)]
    )


@checked_asset("learning", deps=["forecast_accuracy", "forecast_bias", "ensemble_weights"])
def learning_journal(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """What each night taught, in sentences: append-only, one entry a zone and day.

    Errors, best and worst hours, significance, bias, weights if they were accepted, and drift.
    """
    first, last = day_window(context)
    newest: dict[str, str] = {}

    def work(place: Zone, tally: Tally) -> None:
        house, parts = desk.warehouse, []
        alarms = _alarms(house, place, first, last)
        for day in delivery_days(first, last):
            accuracy, bias = (house.read(asset, place.key, day, day) for asset in ("forecast_accuracy", "forecast_bias"))
            if accuracy.is_empty():
                continue
            text, details = entry(place.key, Night(accuracy, _weights(house, place, day), bias, alarms.get(day, [])))
            row = {"zone": place.key, "delivery_day": day, "text": text, "details": details}
            parts.append(Part(place.key, day.isoformat(), pl.DataFrame([row], schema_overrides={"details": pl.Object})))
            newest[place.key] = f"- **{place.key}** {day}: {text}"
        _need(parts, place, first, last, "no accuracy to tell of")
        publish(context, desk, tally, place.key, parts)

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(
        metadata=metadata(tally, first, last, newest=dg.MetadataValue.md("\n".join(newest.values()))),
        check_results=[published_check(tally)],
    )


def _observed(house: Warehouse, place: Zone, first: dt.date, last: dt.date, **where: Sequence[object]) -> Observed:
    rows = house.read("forecast_observations", place.key, first, last, where=where)
    return observed(rows, place.tz, first, last)


def _days_within(found: Observed, first: dt.date, last: dt.date) -> list[dt.date]:
    return [day for day in found.days if first <= day <= last]


def _weights(house: Warehouse, place: Zone, day: dt.date) -> dict[str, float]:
    return dict(house.read("ensemble_weights", place.key, day, day).select("model", "weight").iter_rows())


def _weigh(
    found: Observed, days: Sequence[dt.date], before: Mapping[str, float]
) -> tuple[dict[dt.date, dict[str, float]], dict[dt.date, str]]:
    """Weights of each day that passed, and why those of the others were refused; `before` are those of the day before the first."""
    accepted: dict[dt.date, dict[str, float]] = {}
    refused: dict[dt.date, str] = {}
    for day in days:
        residuals = residuals_by_model(found, day, WINDOW_DAYS)
        weights = hour_weights(residuals)
        problems = weight_problems(weights, before, mean_errors(residuals))
        if problems:
            refused[day] = "; ".join(problems)
        else:
            before = accepted[day] = {name: float(by_hour.mean()) for name, by_hour in weights.items()}
    return accepted, refused


def _alarms(house: Warehouse, place: Zone, first: dt.date, last: dt.date) -> dict[dt.date, list[Alarm]]:
    """What sounds on each observed day, from the ensemble and the naive alone."""
    found = _observed(house, place, first - (RECORD_DAYS - 1) * ONE_DAY, last, model=[ENSEMBLE, NAIVE], horizon_days=[1])
    records = {day: daily_record(found, day) for day in _days_within(found, first, last)}
    return {day: drifts(record) for day, record in records.items() if record is not None}


def _accuracy_check(missed: Mapping[str, Sequence[Shortfall]]) -> dg.AssetCheckResult:
    serious = any(one.serious for found in missed.values() for one in found)
    return _verdict("accuracy_holds", {zone: [one.text for one in found] for zone, found in missed.items()}, serious=serious)


def _drift_check(alarms: Mapping[str, Sequence[Alarm]]) -> dg.AssetCheckResult:
    return _verdict("no_drift", {zone: [alarm.text for alarm in found] for zone, found in alarms.items()}, serious=False)


def _weights_check(refused: Mapping[str, Mapping[dt.date, str]], current: Mapping[str, bool]) -> dg.AssetCheckResult:
    """Blocking only when no zone has new weights: the journal of the others must not wait."""
    texts = {zone: [f"{day}: {reason}" for day, reason in found.items()] for zone, found in refused.items()}
    return _verdict("valid_weights", texts, serious=not any(current.values()))


def _verdict(check: str, texts: Mapping[str, Sequence[str]], *, serious: bool) -> dg.AssetCheckResult:
    """Passed when nothing is said of any zone; else a warning, or an error when it is serious, that names the zones."""
    said = {zone: list(found) for zone, found in texts.items() if found}
    return dg.AssetCheckResult(
        check_name=check,
        passed=not said,
        severity=dg.AssetCheckSeverity.ERROR if serious else dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{zone}: {' '.join(found[:5])}" for zone, found in said.items()) or None,
        metadata=said,
    )


def _headline(accuracy: pl.DataFrame, place: Zone) -> dict[str, object]:
    rows = accuracy.filter(pl.col("window_days") == max(WINDOWS), pl.col("horizon_days") == 1, pl.col("hour") == ALL_HOURS).sort("mae")
    return {
        f"{place.key} MAE, rMAE over {max(WINDOWS)} days": {
            row["model"]: f"{row['mae']:.2f}, {row['rmae'] or 0:.3f}" for row in rows.iter_rows(named=True)
        }
    }


def _need(rows: object, place: Zone, first: dt.date, last: dt.date, what: str) -> None:
    empty = rows.is_empty() if isinstance(rows, pl.DataFrame) else not rows
    if empty:
        raise ForecastError(f"{what} from {first} to {last}", where=place.key, remedy="materialize what it depends on first")
