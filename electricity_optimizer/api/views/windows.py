"""When to start: the cheapest (or dearest) intervals for a duration before a deadline, in one block or in pieces. Pure."""

import datetime as dt

import polars as pl


def cheapest(rows: pl.DataFrame, intervals: int, *, contiguous: bool, dearest: bool = False) -> pl.DataFrame:
    """The chosen rows of `rows` (start, end, value, ...), ascending; the earlier one of equals.

    Empty when fewer than `intervals` priced intervals (in one piece, if `contiguous`) lie in the range.
    """
    sign = -1.0 if dearest else 1.0
    priced = rows.with_row_index("place").with_columns((pl.col("value") * sign).alias("worth"))
    if contiguous:
        sums = priced.with_columns(pl.col("worth").rolling_sum(intervals, min_samples=intervals).alias("sum")).drop_nulls("sum")
        if sums.height:
            last = int(sums.sort("sum", "place").item(0, "place"))
            return rows.slice(last - intervals + 1, intervals)
    else:
        known = priced.drop_nulls("worth").sort("worth", "place").head(intervals)
        if known.height == intervals:
            return rows[known["place"].sort()]
    return rows.clear()


def blocks(chosen: pl.DataFrame) -> list[tuple[dt.datetime, dt.datetime]]:
    """The chosen rows as runs of adjoining intervals."""
    found: list[tuple[dt.datetime, dt.datetime]] = []
    for start, end in chosen.select("start", "end").iter_rows():
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
