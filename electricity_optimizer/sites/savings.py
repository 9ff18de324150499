"""Savings of a month: settled days against their baseline, summed per site and currency."""

import polars as pl

COSTS = ("settled_cost", "baseline_cost", "foresight_cost")
NOTHING = 0.005
"""A baseline below half a cent has no share to save."""


def saved_percent(cost: float, baseline_cost: float) -> float | None:
    """Share of the baseline that is saved, in percent; null where the baseline costs nothing. Above 100 where the plan earns money.

    >>> saved_percent(1.5, 2.0)
    25.0
    """
    return None if abs(baseline_cost) < NOTHING else 100 * (baseline_cost - cost) / abs(baseline_cost)


def monthly_savings(settlements: pl.DataFrame) -> pl.DataFrame:
    """One row per site, month and currency from `settlements` (site, delivery_day, currency, the three costs, synthetic).

    Columns: site, month ("2026-05"), days, currency, settled_cost, baseline_cost, foresight_cost, savings_percent, synthetic (true
    when any day is). Ascending by site and month. The percent is of the summed baseline, not a mean of the days' percents.
    """
    months = (
        settlements.group_by("site", pl.col("delivery_day").dt.strftime("%Y-%m").alias("month"), "currency", maintain_order=True)
        .agg(pl.len().cast(pl.Int64).alias("days"), *[pl.col(cost).sum() for cost in COSTS], pl.col("synthetic").any())
        .sort("site", "month", "currency")
    )
    percent = pl.when(pl.col("baseline_cost").abs() >= NOTHING).then(
        100 * (pl.col("baseline_cost") - pl.col("settled_cost")) / pl.col("baseline_cost").abs()
    )
    return months.select("site", "month", "days", "currency", *COSTS, percent.alias("savings_percent"), "synthetic")
