"""A small warehouse with known numbers, filled through its own door.

Now is Monday 2026-05-04 12:07 in Berlin. Prices of DE-LU: that day (tomorrow is not out), the day before, and both DST days around;
the price of quarter-hour k of a day is `10 k - 100` EUR/MWh, so that every number can be worked out by head. The forecast covers
the 4th to the 6th: 200 EUR/MWh, 150 to 250 from the 10th to the 90th percentile.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import orjson
import polars as pl
import zstandard

from electricity_optimizer.timeline import UTC, day_start, interval_starts
from electricity_optimizer.warehouse import Part, Warehouse
from electricity_optimizer.warehouse.tables import QUANTILES

NOW = dt.datetime(2026, 5, 4, 10, 7, tzinfo=UTC)
TODAY = dt.date(2026, 5, 4)
SPRING, AUTUMN = dt.date(2026, 3, 29), dt.date(2025, 10, 26)
PRICE_DAYS = (AUTUMN, SPRING, dt.date(2026, 5, 3), TODAY)
FORECAST_DAYS = (TODAY, dt.date(2026, 5, 5), dt.date(2026, 5, 6))
BERLIN = "Europe/Berlin"
LICENCE = "CC BY 4.0"


def day_prices(
    day: dt.date,
    *,
    source: str = "energy-charts",
    licence: str = LICENCE,
    redistributable: bool = True,
    synthetic: bool = False,
    lift: float = 0.0,
) -> Part:
    starts = interval_starts(day, BERLIN, 15)
    values = [10.0 * k - 100.0 + lift for k in range(len(starts))]
    frame = pl.DataFrame({"start": starts, "price_eur_mwh": values}).with_columns(
        pl.col("start").cast(pl.Datetime("us", "UTC")), pl.col("price_eur_mwh").alias("price"), zone=pl.lit("DE-LU"),
        delivery_day=pl.lit(day), resolution_minutes=pl.lit(15), currency=pl.lit("EUR"), source=pl.lit(source),
        derivation=pl.lit("as_sent"), status=pl.lit("final"), licence=pl.lit(licence), redistributable=pl.lit(redistributable),
        synthetic=pl.lit(synthetic),
    )  # fmt: skip
    return Part("DE-LU", day.isoformat(), frame)


def day_forecast(day: dt.date, value: float = 200.0) -> Part:
    rows = [(start, 15, "ensemble", value) for start in interval_starts(day, BERLIN, 15)]
    rows += [(start, 60, "lear", 7777.0) for start in interval_starts(day, BERLIN, 60)]
    frame = pl.DataFrame(rows, schema=["start", "resolution_minutes", "model", "value_eur_mwh"], orient="row").with_columns(
        pl.col("start").cast(pl.Datetime("us", "UTC")), zone=pl.lit("DE-LU"), delivery_day=pl.lit(day),
        issued_at=pl.lit(NOW - dt.timedelta(hours=1)).cast(pl.Datetime("us", "UTC")), horizon_days=pl.lit(1), synthetic=pl.lit(value=False),
        **{name: pl.lit(value - 50 + (int(name[1:]) - 10) * 100 / 80) for name in QUANTILES},
    )  # fmt: skip
    return Part("DE-LU", day.isoformat(), frame)


def problem() -> dict[str, Any]:
    steps = 8
    return {
        "name": "house-1", "start": "2026-05-04T00:00:00+02:00", "step_minutes": 15, "currency": "EUR",
        "import_price": [0.30 - 0.01 * k for k in range(steps)], "export_price": [0.08] * steps, "load_kw": [0.5] * steps,
        "devices": [
            {"type": "battery", "name": "bat"}, {"type": "load", "name": "washer"}, {"type": "pv", "name": "roof"},
            {"type": "heat_pump", "name": "hp"}, {"type": "heat_store", "name": "buffer"},
        ],
    }  # fmt: skip


def answer(*, cost: float = 1.25) -> dict[str, Any]:
    steps = 8
    return {
        "name": "house-1", "status": "optimal", "gap": 0.0, "objective": cost, "cost": {"import": cost, "export": 0.0}, "co2_kg": 3.1,
        "grid": {"import_kw": [1.5] * steps, "export_kw": [0.0] * steps, "marginal_price": [0.3] * steps},
        "devices": {
            "bat": {"charge_kw": [0.0, 2.0] * 4, "discharge_kw": [1.0, 0.0] * 4, "soc_kwh": [5.0 + k for k in range(steps)]},
            "washer": {"power_kw": [0, 0, 2, 2, 0, 0, 0, 0], "runs": [[2, 4]]},
            "roof": {"used_kw": [0.25] * steps, "curtailed_kw": [0.0] * steps},
            "hp": {"power_kw": [1.0] * steps, "temperature": [20.5] * steps},
            "buffer": {"soc_kwh": [1.0] * steps, "feeds": {"rod": {"power_kw": [0.5] * steps}}},
        },
        "violations": [], "explanation": [{"step": 1, "device": "bat", "text": "charges: 0.29 now against <0.34> at 19:00"}],
    }  # fmt: skip


def plan(site: str = "house-1", day: dt.date = TODAY, *, plan_id: str = "plan-1") -> Part:
    packed = {name: zstandard.compress(orjson.dumps(content)) for name, content in (("problem", problem()), ("answer", answer()))}
    row = {
        "site": site, "zone": "DE-LU", "delivery_day": day, "plan_id": plan_id, "issued_at": NOW, "start": day_start(day, BERLIN),
        "status": "optimal", "verified": True, "cost": 1.25, "baseline_cost": 2.0, "currency": "EUR", **packed, "synthetic": False,
    }  # fmt: skip
    frame = pl.DataFrame([row]).with_columns(pl.Series("inputs", [{"prices": 3}], dtype=pl.Object))
    return Part(site, day.isoformat(), frame)


def settlement(day: dt.date, settled: float, baseline: float) -> Part:
    row = {
        "site": "house-1", "zone": "DE-LU", "delivery_day": day, "plan_id": f"plan-{day}", "currency": "EUR", "settled_cost": settled,
        "baseline_cost": baseline, "foresight_cost": settled - 0.1, "synthetic": False,
    }  # fmt: skip
    frame = pl.DataFrame([row]).with_columns(pl.Series("end_state", [{"bat": 5.0}], dtype=pl.Object))
    return Part("house-1", day.isoformat(), frame)


def month(settled: float, baseline: float) -> Part:
    row = {
        "site": "house-1", "month": "2026-05", "days": 2, "currency": "EUR", "settled_cost": settled, "baseline_cost": baseline,
        "foresight_cost": settled - 0.2, "savings_percent": 100 * (baseline - settled) / baseline, "synthetic": False,
    }  # fmt: skip
    return Part("house-1", "2026-05", pl.DataFrame([row]))


def advice(month_name: str = "2026-05") -> Part:
    common = {
        "site": "house-1", "month": month_name, "currency": "EUR", "cost_unoptimised": 1800.0, "cost_p10": 900.0, "cost_p90": 1100.0,
        "first_year_cost": 1000.0, "synthetic": False,
    }  # fmt: skip
    known = {
        "load": {"days": 365, "load_measured": 37, "load_profiled": 328, "sun_known": 37}, "price_days": 365,
        "price_days_drawn_from": 1095, "price_years": 200, "days_planned": 91, "savings_explained": 0.5,
    }  # fmt: skip
    details = {"title": "Fixed, with Sunny", "as_of": "2026-05-04", "saving": 80.0, "known": known}
    staying = {
        "title": "Dynamic, with Old",
        "as_of": "2026-05-04",
        "saving": 0.0,
        "known": known | {"not_offered": {"works": "for a business"}},
    }
    rows = [
        common | {"offer": "sunny-fix", "rank": 1, "recommended": True, "cost": 950.0, "switch_on": dt.date(2026, 7, 1), "confidence": 0.9,
                  "break_even_on": dt.date(2026, 8, 1), "reason": "Switch: it costs 80 EUR less than staying", "details": details},
        common | {"offer": "stay", "rank": 2, "recommended": False, "cost": 1030.0, "switch_on": None, "confidence": None,
                  "break_even_on": None, "reason": "Staying costs 80 EUR more", "details": staying},
    ]  # fmt: skip
    return Part("house-1", month_name, pl.DataFrame(rows, schema_overrides={"details": pl.Object}))


def scores() -> Part:
    rows = [
        {"zone": "DE-LU", "delivery_day": TODAY, "model": model, "window_days": window, "count": 24 * window, "mae": mae, "rmae": mae / 20,
         "rmse": mae * 1.5, "smape": 0.2, "mape": 12.5, "pinball": 5.0, "coverage_50": 0.5, "coverage_80": 0.79, "coverage_90": 0.9,
         "dm_p_value": None if model == "ensemble" else 0.99, "horizon_days": horizon, "hour": hour}
        for model, base in (("ensemble", 10.4), ("naive", 20.0))
        for window, horizon, hour, mae in (
            (7, 1, -1, base), (30, 1, -1, base), (30, 2, -1, base + 1), *((30, 1, hour, base + hour) for hour in range(24))
        )
    ]  # fmt: skip
    return Part("DE-LU", TODAY.isoformat(), pl.DataFrame(rows))


def publish(warehouse: Warehouse, asset: str, parts: Sequence[Part], now: dt.datetime = NOW - dt.timedelta(minutes=7)) -> None:
    warehouse.publish(asset, parts, run_id="seed", now=now)


def fill(warehouse: Warehouse) -> None:
    publish(warehouse, "prices", [day_prices(day) for day in PRICE_DAYS])
    publish(warehouse, "price_forecasts", [day_forecast(day) for day in FORECAST_DAYS])
    publish(warehouse, "forecast_accuracy", [scores()])
    publish(warehouse, "optimized_schedules", [plan(), plan("factory", plan_id="plan-2")])
    publish(warehouse, "schedule_settlements", [settlement(dt.date(2026, 5, 2), 1.5, 2.0), settlement(dt.date(2026, 5, 3), 0.5, 2.0)])
    publish(warehouse, "savings", [month(2.0, 4.0)])
    publish(warehouse, "supplier_advice", [advice("2026-04"), advice()])
