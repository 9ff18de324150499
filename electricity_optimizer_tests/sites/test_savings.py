"""Month totals of settled days."""

import datetime as dt

import polars as pl

from electricity_optimizer.sites import BASELINE, monthly_savings
from electricity_optimizer.sites.savings import COSTS


def days(*rows: tuple[str, str, float, float, float, bool]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["site", "day", "settled_cost", "baseline_cost", "foresight_cost", "synthetic"], orient="row")
    return frame.with_columns(pl.lit("EUR").alias("currency"), pl.col("day").str.to_date().alias("delivery_day")).drop("day")


def test_a_month_is_the_sum_of_its_days_and_its_percent_that_of_the_sums() -> None:
    months = monthly_savings(
        days(
            ("house", "2026-05-30", 1.0, 2.0, 0.5, False),
            ("house", "2026-05-31", 2.0, 8.0, 1.5, True),
            ("house", "2026-06-01", 3.0, 4.0, 2.0, False),
        )
    )
    assert months.select("site", "month", "days", "currency", *COSTS, "savings_percent", "synthetic").rows() == [
        ("house", "2026-05", 2, "EUR", 3.0, 10.0, 2.0, 70.0, True),
        ("house", "2026-06", 1, "EUR", 3.0, 4.0, 2.0, 25.0, False),
    ]
    assert set(months["baseline"]) == {BASELINE}


def test_what_one_day_does_not_know_is_unknown_for_the_month_and_never_too_small() -> None:
    two = days(("house", "2026-05-30", 1.0, 2.0, 0.5, False), ("house", "2026-05-31", 2.0, 8.0, 1.5, False))
    known = two.with_columns(
        naive_cost=pl.Series([1.5, 2.5]),
        co2_kg=pl.Series([1.0, None]),
        import_kwh=pl.Series([4.0, 6.0]),
        self_consumption=pl.Series([None, 0.5]),
    )
    month = monthly_savings(known).row(0, named=True)
    assert (month["naive_cost"], month["import_kwh"], month["co2_kg"], month["self_consumption"]) == (4.0, 10.0, None, 0.5)
    assert month["export_kwh"] is None


def test_a_month_that_earns_more_than_its_baseline_saves_a_positive_share() -> None:
    assert monthly_savings(days(("house", "2026-05-30", -3.0, -2.0, -3.5, True)))["savings_percent"].to_list() == [50.0]


def test_a_baseline_of_nothing_has_no_share() -> None:
    assert monthly_savings(days(("house", "2026-05-30", -3.0, 0.0, -3.5, True)))["savings_percent"].to_list() == [None]


def test_sites_are_kept_apart_and_in_order() -> None:
    months = monthly_savings(days(("b", "2026-05-01", 1.0, 1.0, 1.0, True), ("a", "2026-05-01", 1.0, 1.0, 1.0, True)))
    assert months["site"].to_list() == ["a", "b"]
    assert months["days"].to_list() == [1, 1]
    assert dt.date(2026, 5, 1).strftime("%Y-%m") == months["month"][0]
