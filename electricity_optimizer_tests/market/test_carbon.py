"""Carbon intensity: one value an interval, real before simulated, what was before what was forecast."""

import datetime as dt

import polars as pl

from electricity_optimizer.market.carbon import carbon_values
from electricity_optimizer.timeline import UTC, UTC_DTYPE

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=UTC)


def row(hours: int, value: float | None, *, kind: str = "actual", signal: str = "average", synthetic: bool = False) -> dict[str, object]:
    return {
        "series_id": f"electricitymaps:{kind}", "start_utc": NOON + dt.timedelta(hours=hours), "source": "electricitymaps", "kind": kind,
        "signal": signal, "carbon_g_kwh": value, "synthetic": synthetic,
    }  # fmt: skip


def values(*rows: dict[str, object]) -> list[tuple[object, ...]]:
    frame = pl.DataFrame(list(rows), schema_overrides={"start_utc": UTC_DTYPE, "carbon_g_kwh": pl.Float64})
    return carbon_values(frame).select("carbon_g_kwh", "synthetic").rows()


def test_what_was_comes_before_what_was_forecast_and_a_real_forecast_before_a_simulated_value() -> None:
    assert values(row(0, 300.0, kind="forecast"), row(0, 320.0)) == [(320.0, False)]
    assert values(row(0, 300.0, kind="forecast"), row(0, 320.0, synthetic=True)) == [(300.0, False)]


def test_marginal_intensities_and_unknown_ones_say_nothing() -> None:
    assert values(row(0, 700.0, signal="marginal"), row(1, None), row(2, 280.0)) == [(280.0, False)]
