"""How much of a day is the day before over again: what an upstream sends that did not notice that a new day began."""

from collections.abc import Sequence

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.quality.columns import DAY


def repeated_columns(rows: pl.DataFrame, before: pl.DataFrame, values: Sequence[str], zone: Zone) -> pl.DataFrame:
    """Per day of `rows`: `repeated_share`, in how many of its intervals all `values` are those of the day before at that time of day.

    Null where the day before is not known, and for a day that has the same values throughout: another rule is about that.
    """
    local = pl.col("start").dt.convert_time_zone(zone.tz)
    minute = (local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute()).alias("minute")
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in values)
    today = rows.select(DAY, "start", minute, said=pl.struct(values), whole=known)
    days = pl.concat([before.select(DAY, minute, yesterday=pl.struct(values)), today.select(DAY, "minute", yesterday="said")])
    shifted = days.with_columns(pl.col(DAY).dt.offset_by("1d")).unique([DAY, "minute"], keep="last", maintain_order=True)
    both = today.join(shifted, on=[DAY, "minute"], how="left", maintain_order="left")
    same = (pl.col("whole") & (pl.col("said") == pl.col("yesterday"))).fill_null(value=False)
    comparable = pl.col("yesterday").is_not_null().any() & (pl.col("said").n_unique() > 1)
    return both.group_by(DAY, maintain_order=True).agg(repeated_share=pl.when(comparable).then(same.mean()))
