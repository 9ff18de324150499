"""What a value made of several says of itself: the worst of its parts."""

import polars as pl

WORST_FIRST = ("forecast", "estimated", "preliminary", "revised", "final")
"""Status of a price. One that is not known counts as the worst."""

_RANK = {status: rank for rank, status in enumerate(WORST_FIRST)}


def worst(name: str) -> pl.Expr | None:
    """Aggregation of a column that qualifies a price: its worst status, synthetic when a part is, redistributable when all parts are.

    None for a column that qualifies nothing: there the first part speaks.
    """
    column = pl.col(name)
    if name == "status":
        rank = column.replace_strict(_RANK, default=0, return_dtype=pl.Int64).min()
        return rank.replace_strict(dict(enumerate(WORST_FIRST)), return_dtype=pl.String).alias(name)
    return {"synthetic": column.any(), "redistributable": column.all()}.get(name)
