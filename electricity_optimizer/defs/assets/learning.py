"""Learning: what actual prices say about the forecasts, and what follows for the next ones."""

import datetime as dt

import dagster as dg
import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.defs.partitions import day_window
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig, checked_asset, metadata, publish, published_check, run_zones
from electricity_optimizer.errors import ForecastError, RefusedError
from electricity_optimizer.forecasting.combination import WINDOW_DAYS, accuracy_weights
from electricity_optimizer.forecasting.journal import entry, weight_problems
from electricity_optimizer.forecasting.models.naive import Naive
from electricity_optimizer.forecasting.published import accuracy_rows, bias_rows, observe, residuals_by_model
from electricity_optimizer.timeline import delivery_days
from electricity_optimizer.warehouse import Part, Warehouse

WINDOWS = (1, 7, 30, 60)
"""Days over which accuracy is told."""

NEIGHBOURS = 5
YEARS_BACK = dt.timedelta(days=730)
NAIVE = Naive().name


@checked_asset("learning", deps=["price_forecasts", "prices"])
def forecast_observations(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Each forecast interval with the price that came: error, pinball loss, and which bands held. Days without prices wait."""
    first, last = day_window(context)

    def work(place: Zone, tally: Tally) -> None:
        house = desk.warehouse
        issued, known = (house.read(asset, place.key, first, last) for asset in ("price_forecasts", "prices"))
        rows = observe(issued, known)
        _need(rows, place, first, last, "no forecast has its prices yet")
        parts = [Part(place.key, str(key[0]), day) for key, day in rows.group_by(["delivery_day"], maintain_order=True)]
        publish(context, desk, tally, place.key, parts)

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


@checked_asset("learning", deps=["forecast_observations"])
def forecast_accuracy(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """MAE, rMAE against the naive, RMSE, sMAPE, pinball loss and coverage of each model over the last 1, 7, 30 and 60 days."""
    first, last = day_window(context)

    def work(place: Zone, tally: Tally) -> None:
        observed = _observed(desk.warehouse, place, first - dt.timedelta(days=max(WINDOWS)), last)
        parts = []
        for day in _observed_days(observed, first, last):
            frames = [accuracy_rows(_window(observed, day, days), _naive(observed, day, days), days) for days in WINDOWS]
            frame = pl.concat(frames).with_columns(zone=pl.lit(place.key), delivery_day=pl.lit(day))
            parts.append(Part(place.key, day.isoformat(), frame))
        _need(parts, place, first, last, "nothing is observed")
        publish(context, desk, tally, place.key, parts)
        tally.facts |= _headline(parts[-1].frame, place)

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


@checked_asset("learning", deps=["forecast_observations"])
def forecast_bias(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """What each model was systematically off, by local hour, over the last 60 days."""
    first, last = day_window(context)

    def work(place: Zone, tally: Tally) -> None:
        observed = _observed(desk.warehouse, place, first - dt.timedelta(days=WINDOW_DAYS), last)
        parts = [
            Part(place.key, day.isoformat(), bias_rows(_window(observed, day, WINDOW_DAYS), place.tz).with_columns(zone=pl.lit(place.key)))
            for day in _observed_days(observed, first, last)
        ]
        _need(parts, place, first, last, "nothing is observed")
        publish(context, desk, tally, place.key, parts)

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally)])


@checked_asset(
    "learning",
    deps=["forecast_observations", "forecast_accuracy"],
    checks=[("valid_weights", "Weights sum to 1, none is negative, no regression.")],
    blocking=["valid_weights"],
)
def ensemble_weights(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Weights of the members for the day after, from their errors of the last 60 days (inverse MAE to the fourth).

    The forecast walk computes the same weights by the same function from the same issues; here they are validated and kept to be seen.
    """
    first, last = day_window(context)
    problems: list[str] = []

    def work(place: Zone, tally: Tally) -> None:
        observed = _observed(desk.warehouse, place, first - dt.timedelta(days=WINDOW_DAYS), last)
        day_before = first - dt.timedelta(days=1)
        before = dict(desk.warehouse.read("ensemble_weights", place.key, day_before, day_before).select("model", "weight").iter_rows())
        parts = []
        for day in _observed_days(observed, first, last):
            residuals = residuals_by_model(observed, place.tz, day, WINDOW_DAYS)
            weights = accuracy_weights(residuals)
            mae = dict(_window(observed, day, WINDOW_DAYS).group_by("model").agg(_mae()).iter_rows())
            found = weight_problems(weights, before, mae)
            if found:
                problems.extend(f"{place.key} {day}: {problem}" for problem in found)
                continue
            before = weights
            frame = pl.DataFrame({"zone": place.key, "model": list(weights), "weight": list(weights.values())})
            parts.append(Part(place.key, day.isoformat(), frame))
        if not parts:
            raise RefusedError("no valid weights", where=place.key, remedy="see the check valid_weights; observe forecasts first")
        publish(context, desk, tally, place.key, parts)
        tally.facts[f"{place.key} weights"] = {row["model"]: round(row["weight"], 3) for row in parts[-1].frame.iter_rows(named=True)}

    tally = run_zones(desk, config, work)
    valid = dg.AssetCheckResult(check_name="valid_weights", passed=not problems, description="; ".join(problems[:5]) or None)
    return dg.MaterializeResult(metadata=metadata(tally, first, last), check_results=[published_check(tally), valid])


@checked_asset("learning", deps=["forecast_accuracy", "forecast_bias", "ensemble_weights"])
def learning_journal(context: dg.AssetExecutionContext, config: ZoneConfig, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """What each night taught, in sentences: append-only, one entry a zone and day."""
    first, last = day_window(context)
    newest: list[str] = []

    def work(place: Zone, tally: Tally) -> None:
        parts = []
        for day in delivery_days(first, last):
            accuracy, bias, weights = (
                desk.warehouse.read(asset, place.key, day, day) for asset in ("forecast_accuracy", "forecast_bias", "ensemble_weights")
            )
            if accuracy.is_empty():
                continue
            text, details = entry(place.key, accuracy, dict(weights.select("model", "weight").iter_rows()), bias)
            row = {"zone": place.key, "delivery_day": day, "text": text, "details": details}
            parts.append(Part(place.key, day.isoformat(), pl.DataFrame([row], schema_overrides={"details": pl.Object})))
            newest[:] = [*(line for line in newest if not line.startswith(f"- **{place.key}**")), f"- **{place.key}** {day}: {text}"]
        _need(parts, place, first, last, "no accuracy to tell of")
        publish(context, desk, tally, place.key, parts)

    tally = run_zones(desk, config, work)
    return dg.MaterializeResult(
        metadata=metadata(tally, first, last, newest=dg.MetadataValue.md("\n".join(newest))), check_results=[published_check(tally)]
    )


def _mae() -> pl.Expr:
    return (pl.col("value_eur_mwh") - pl.col("actual_eur_mwh")).abs().mean()


def _window(observed: pl.DataFrame, day: dt.date, days: int) -> pl.DataFrame:
    return observed.filter(pl.col("delivery_day").is_between(day - dt.timedelta(days=days - 1), day))


def _naive(observed: pl.DataFrame, day: dt.date, days: int) -> pl.DataFrame:
    return _window(observed, day, days).filter(pl.col("model") == NAIVE)


def _observed(house: Warehouse, place: Zone, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Observations of day-ahead forecasts: an outlook never followed by one is another thing, and no record for the walk either."""
    return house.read("forecast_observations", place.key, first, last).filter(pl.col("horizon_days") == 1)


def _observed_days(observed: pl.DataFrame, first: dt.date, last: dt.date) -> list[dt.date]:
    return sorted(observed.filter(pl.col("delivery_day").is_between(first, last))["delivery_day"].unique())


def _headline(accuracy: pl.DataFrame, place: Zone) -> dict[str, object]:
    rows = accuracy.filter(pl.col("window_days") == max(WINDOWS)).sort("mae")
    return {
        f"{place.key} MAE, rMAE over {max(WINDOWS)} days": {
            row["model"]: f"{row['mae']:.2f}, {row['rmae'] or 0:.3f}" for row in rows.iter_rows(named=True)
        }
    }


def _need(rows: object, place: Zone, first: dt.date, last: dt.date, what: str) -> None:
    empty = rows.is_empty() if isinstance(rows, pl.DataFrame) else not rows
    if empty:
        raise ForecastError(f"{what} from {first} to {last}", where=place.key, remedy="materialize what it depends on first")
