"""Month totals of settled days."""

import datetime as dt

import polars as pl

from electricity_optimizer.sites import monthly_savings


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
    assert months.rows() == [
        ("house", "2026-05", 2, "EUR", 3.0, 10.0, 2.0, 70.0, True),
        ("house", "2026-06", 1, "EUR", 3.0, 4.0, 2.0, 25.0, False),
    ]


def test_a_month_that_earns_more_than_its_baseline_saves_a_positive_share() -> None:
    assert monthly_savings(days(("house", "2026-05-30", -3.0, -2.0, -3.5, True)))["savings_percent"].to_list() == [50.0]


def test_a_baseline_of_nothing_has_no_share() -> None:
    assert monthly_savings(days(("house", "2026-05-30", -3.0, 0.0, -3.5, True)))["savings_percent"].to_list() == [None]


def test_sites_are_kept_apart_and_in_order() -> None:
    months = monthly_savings(days(("b", "2026-05-01", 1.0, 1.0, 1.0, True), ("a", "2026-05-01", 1.0, 1.0, 1.0, True)))
    assert months["site"].to_list() == ["a", "b"]
    assert months["days"].to_list() == [1, 1]
    assert dt.date(2026, 5, 1).strftime("%Y-%m") == months["month"][0]
