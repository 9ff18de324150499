"""Savings of a month: settled days against their named baseline, summed per site and currency."""

import polars as pl

from electricity_optimizer.sites.settle import BASELINE

COSTS = ("settled_cost", "baseline_cost", "foresight_cost")
SUMS = ("naive_cost", "regret_price", "regret_energy", "regret_rounding", "import_kwh", "export_kwh", "co2_kg", "baseline_co2_kg")
"""What is summed besides; null where a day does not know its own."""

SHARES = ("self_consumption", "self_sufficiency")
NOTHING = 0.005
"""A baseline below half a cent has no share to save."""


def saved_percent(cost: float, baseline_cost: float) -> float | None:
    """Share of the baseline that is saved, in percent; null where the baseline costs nothing. Above 100 where the plan earns money.

    >>> saved_percent(1.5, 2.0)
    25.0
    """
    return None if abs(baseline_cost) < NOTHING else 100 * (baseline_cost - cost) / abs(baseline_cost)


def monthly_savings(settlements: pl.DataFrame) -> pl.DataFrame:
    """One row per site, month and currency from `settlements` (rows of the table of that name; of the outcome what there is).

    Columns: site, month ("2026-05"), days, currency, the costs and `SUMS` summed, the `SHARES` as means of the days that have one,
    baseline (its name, in words), savings_percent, synthetic (true when any day is). Ascending by site and month. The percent is of the
    summed baseline, not a mean of the days' percents. A sum of which a day is unknown is unknown: null and never too small.
    """
    known = settlements.with_columns(pl.lit(None, pl.Float64).alias(name) for name in (*SUMS, *SHARES) if name not in settlements.columns)
    months = (
        known.group_by("site", pl.col("delivery_day").dt.strftime("%Y-%m").alias("month"), "currency", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("days"),
            *[pl.col(cost).sum() for cost in COSTS],
            *[pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in SUMS],
            *[pl.col(name).mean() for name in SHARES],
            pl.col("synthetic").any(),
        )
        .sort("site", "month", "currency")
    )
    percent = pl.when(pl.col("baseline_cost").abs() >= NOTHING).then(
        100 * (pl.col("baseline_cost") - pl.col("settled_cost")) / pl.col("baseline_cost").abs()
    )
    named = pl.lit(BASELINE).alias("baseline")
    return months.select("site", "month", "days", "currency", *COSTS, *SUMS, *SHARES, named, percent.alias("savings_percent"), "synthetic")
