"""Models: what forecasts the prices of a zone, fitted on all that is known of it, and only then let in when it holds its own.

The rule is that of `forecasting/learning/promotion.py`. Every training publishes the whole registry of its zone: a row with role
"champion" for each model that forecasts, and one with role "challenger" for each that was refused, with its file and its scores.
Forecasts read champions only, so what is published is safe whatever the check says.
"""

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import numpy as np
import polars as pl

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.defs.known import (
    CHAMPION,
    HISTORY_DAYS,
    MODEL_SCHEMA,
    MODELS_ASSET,
    champion_lines,
    champions,
    known_table,
    last_known,
    open_model,
)
from electricity_optimizer.defs.partitions import ZONES
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, checked_asset, metadata, publish, published_check, run_each
from electricity_optimizer.errors import ForecastError, InputError
from electricity_optimizer.forecasting.days import DayTable
from electricity_optimizer.forecasting.learning.promotion import Challenger, Terms, challenge
from electricity_optimizer.forecasting.models import MODELS
from electricity_optimizer.forecasting.protocol import Fitted, save_fitted
from electricity_optimizer.market.check import LIMITS, LIMITS_OF_TRADE
from electricity_optimizer.timeline import delivery_day
from electricity_optimizer.warehouse import Part, Warehouse

CURRENT = "current"
HOLD_CHECK = "challengers_hold"
CHALLENGER = "challenger"
SEED = 0
"""Of the models that draw numbers: the same data give the same file."""

Row = dict[str, Any]


@dataclass
class Training:
    """What became of each model in one training of a zone.

    `unfitted` says why a model has no challenger, `unusable` why its champion could not be read; CPU seconds stand beside and not in the
    card, whose content must be the same whenever the data are.
    """

    terms: Terms
    judged: dict[str, Challenger] = field(default_factory=dict)
    unfitted: dict[str, str] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    @property
    def refused(self) -> dict[str, str]:
        """Why challengers were refused."""
        return {name: one.refused for name, one in self.judged.items() if one.refused}

    @property
    def none_left(self) -> bool:
        """Whether all challengers were refused, of those that are to forecast for a while and were fitted with all their inputs."""
        judged = {name: one for name, one in self.judged.items() if MODELS[name].refit_days > 1 and not one.fitted.inputs_missing}
        return bool(judged) and all(one.refused for one in judged.values())


@checked_asset(
    "forecasting",
    deps=["price_features"],
    partitions=ZONES,
    runs=dg.BackfillPolicy.multi_run(1),
    checks=[(HOLD_CHECK, "Each new fit is as good as the champion it would replace; refused ones are named and forecast nothing.")],
    blocking=[HOLD_CHECK],
)
def forecast_models(context: dg.AssetExecutionContext, desk: dg.ResourceParam[Desk]) -> dg.MaterializeResult:
    """Models of a zone, fitted on all days whose prices are known; a new fit replaces the last one only if it is not worse.

    Each is stored as arrays and a JSON card under its content hash, never as a pickle; the table `model_card` is the registry: champions
    forecast, refused challengers are kept with their scores. Expected run time: seconds a zone for the first training, twice that weekly.
    """
    place = zone(context.partition_key)
    trained: list[Training] = []

    def work(place: Zone, tally: Tally) -> None:
        training = _train(desk, place)
        trained.append(training)
        frame = pl.DataFrame(training.rows, schema_overrides={"card": pl.Object})
        publish(context, desk, tally, place.key, [Part(place.key, CURRENT, frame)])
        tally.facts = _facts(training)

    tally = run_each({place.key: place}, work)
    checks = [published_check(tally), hold_check(trained[0] if trained else None)]
    return dg.MaterializeResult(metadata=metadata(tally, place.key, place.key), check_results=checks)


def hold_check(training: Training | None) -> dg.AssetCheckResult:
    """Names the refused; a blocking error when no challenger that was judged is left, else a warning.

    A champion whose file is unusable, or that has no challenger any more, is named too.
    """
    said, none_left = {}, False
    if training is not None:
        kept = {name: f"not fitted, its champion stays: {why}" for name, why in training.unfitted.items() if _has_row(training, name)}
        said = {name: f"refused: {why}" for name, why in training.refused.items()} | kept | training.unusable
        none_left = training.none_left
    return dg.AssetCheckResult(
        check_name=HOLD_CHECK,
        passed=not said,
        severity=dg.AssetCheckSeverity.ERROR if none_left else dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{name} {why}" for name, why in said.items()) or None,
        metadata={"refused": training.refused if training is not None else {}},
    )


def _train(desk: Desk, place: Zone) -> Training:
    """Challengers of every model and the rows of the registry. Raises ForecastError when no model can be fitted."""
    house, newest = desk.warehouse, delivery_day(desk.now(), place.tz) + dt.timedelta(days=1)
    table = known_table(house, place, newest - dt.timedelta(days=HISTORY_DAYS), newest)
    until = last_known(table)
    training = Training(Terms(_fit_day(table, until), until, LIMITS.get(place.auctions[0], LIMITS_OF_TRADE), SEED))
    lines = champion_lines(house, place, training.terms.trial_days[0])
    for name in MODELS:
        began = time.process_time()
        try:
            training.judged[name] = challenge(table, name, lines.get(name, []), training.terms)
        except ForecastError as error:
            training.unfitted[name] = str(error)
        training.cpu_seconds[name] = time.process_time() - began
    if not training.judged:
        why = "; ".join(training.unfitted.values())
        raise ForecastError(f"no member can be fitted: {why}", where=place.key, remedy="collect more history")
    training.rows = _registry(house, place, table, training)
    return training


def _registry(house: Warehouse, place: Zone, table: DayTable, training: Training) -> list[Row]:
    """The rows to publish: a champion for each model that has a usable one, the challengers that were refused."""
    before = _usable(house, place, training)
    rows = []
    for name in MODELS:
        one = training.judged.get(name)
        if (one is None or one.refused) and name in before:
            rows.append(before[name])
        if one is not None:
            rows.append(_row(house, place, table, one))
    return rows


def _usable(house: Warehouse, place: Zone, training: Training) -> dict[str, Row]:
    """The rows of champions whose files can be read; the others are named in `training`."""
    rows = {row["model"]: row for row in champions(house.read(MODELS_ASSET, place.key)) if row["model"] in MODELS}
    for name, row in list(rows.items()):
        try:
            open_model(house, row)
        except InputError as error:
            training.unusable[name] = f"had no usable champion: {error}"
            del rows[name]
    return rows


def _has_row(training: Training, name: str) -> bool:
    return any(row["model"] == name for row in training.rows)


def _fit_day(table: DayTable, until: dt.date) -> dt.date:
    """The day that models are fitted for: the one after the last known price, or that day itself while the inputs of the next are unknown.

    Better a model that knows a day less than one that was fitted without its inputs and is used for a week.
    """
    ahead = until + dt.timedelta(days=1)
    inputs = table.reaching(ahead).inputs.values()
    return ahead if all(np.isfinite(values[table.row(until) + 1]).all() for values in inputs) else until


def _row(house: Warehouse, place: Zone, table: DayTable, judged: Challenger) -> Row:
    fitted, refused = judged.fitted, {"refused": judged.refused} if judged.refused else {}
    return {
        "zone": place.key,
        "model": fitted.model,
        "role": CHALLENGER if judged.refused else CHAMPION,
        "file_sha256": house.models.put(save_fitted(fitted)),
        "schema_version": MODEL_SCHEMA,
        "trained_from": _trained_from(table, fitted),
        "trained_until": fitted.day - dt.timedelta(days=1),
        "card": {"inputs": list(fitted.inputs), "seed": SEED, **fitted.card, "scores": dict(judged.scores), **refused},
    }


def _trained_from(table: DayTable, fitted: Fitted) -> dt.date:
    """The first day of its window, lags included; of the table for a model that takes what there is."""
    window = fitted.card.get("window_days")
    return table.first_day if window is None else max(table.first_day, fitted.day - dt.timedelta(days=window))


def _facts(training: Training) -> dict[str, Any]:
    """Metadata: the registry as a table, and the CPU seconds of each model with its trial."""
    facts = {"trained until": training.terms.until.isoformat(), "registry": dg.MetadataValue.md(registry_table(training.rows))}
    if training.unfitted:
        facts["not fitted"] = dg.MetadataValue.md("\n".join(f"- **{name}**: {why}" for name, why in training.unfitted.items()))
    seconds = {name: round(used, 2) for name, used in training.cpu_seconds.items()}
    return {**facts, "models": sorted(training.judged), "cpu seconds": seconds, "cpu seconds in all": round(sum(seconds.values()), 2)}


def registry_table(rows: list[Row]) -> str:
    """The rows of a registry as a Markdown table: roles, spans, scores of the trial."""
    lines = ["| model | role | trained until | judged by | MAE | rMAE | champion's MAE | p |", "|---|---|---|---|---:|---:|---:|---:|"]
    for row in rows:
        scores: Mapping[str, Any] = row["card"].get("scores", {})
        numbers = [f"{scores[key]:.3f}" if key in scores else "" for key in ("mae", "rmae", "champion_mae", "p_value")]
        lines.append(f"| {' | '.join([row['model'], row['role'], str(row['trained_until']), scores.get('rule', ''), *numbers])} |")
    return "\n".join(lines)
