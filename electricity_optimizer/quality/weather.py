"""What the suite of weather looks at: hourly rows of table `weather` with what is known beside them."""

import polars as pl

from electricity_optimizer.catalog.zones import Zone
from electricity_optimizer.quality.columns import DAY, with_calendar, with_days, with_simulated
from electricity_optimizer.quality.evidence import Evidence
from electricity_optimizer.quality.repeats import repeated_columns
from electricity_optimizer.timeline import local_hour

VALUES = ("temperature_c", "wind_speed_ms", "radiation_w_m2")
HOUR = 60


def prepare(rows: pl.DataFrame, zone: Zone, known: Evidence) -> pl.DataFrame:
    """`rows` of one zone with the columns that the rules read; `known.others` are the weather records of these days."""
    days = (
        _of_days(rows)
        .join(_warmth_before(rows, known.before), on=DAY, how="left")
        .join(_second_source(rows, known.others), on=DAY, how="left")
        .join(repeated_columns(rows, known.before, VALUES, zone), on=DAY, how="left")
        .with_columns(degrees_off=(pl.col("mean_c") - pl.col("usual_c")).abs())
    )
    night = pl.when(local_hour("start", zone.tz).is_in([0, 1])).then("radiation_w_m2")
    return with_simulated(with_days(with_calendar(rows, zone, unit=pl.lit(HOUR)), days)).with_columns(night_w_m2=night)


def _of_days(rows: pl.DataFrame) -> pl.DataFrame:
    """Per day: what is missing, how much it moves, how strong wind and sun are at most."""
    values = [pl.col(name) for name in VALUES]
    step = pl.col("temperature_c").diff().abs().max()
    return (
        rows.sort("start")
        .group_by(DAY, maintain_order=True)
        .agg(
            missing_share=pl.mean_horizontal(value.is_null().mean() for value in values),
            different_c=pl.col("temperature_c").drop_nulls().n_unique(),
            mean_c=pl.col("temperature_c").mean(),
            steepest_c=step,
            mean_wind_ms=pl.col("wind_speed_ms").mean(),
            brightest_w_m2=pl.col("radiation_w_m2").max(),
            come_from=pl.concat_str("source", pl.lit(" "), "kind").unique().sort().str.join(", "),
        )
    )


def _warmth_before(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Per day: the median of the daily mean temperatures of the fortnight before it."""
    columns = [DAY, "start", "temperature_c"]
    means = pl.concat([before.select(columns), rows.select(columns)]).group_by(DAY).agg(pl.col("temperature_c").mean()).sort(DAY)
    return means.rolling(DAY, period="14d", closed="left").agg(usual_c=pl.col("temperature_c").median())


def _second_source(rows: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Per day that a second source forecasts: by how many degrees the one furthest off differs on average."""
    mine = rows.select(DAY, "start", "source", "temperature_c", "synthetic")
    others = records.filter(~pl.col("synthetic"), pl.col("kind") == "forecast").select(
        start="start_utc", second="source", other_c="temperature_c"
    )
    pairs = mine.filter(~pl.col("synthetic")).join(others, on="start").filter(pl.col("source") != pl.col("second"))
    off = pairs.group_by(DAY, "second").agg(off=(pl.col("temperature_c") - pl.col("other_c")).abs().mean()).drop_nulls()
    said = pl.concat_str(pl.col("second"), pl.lit(" differs by "), pl.col("off").round(1).cast(pl.String), pl.lit(" C on average"))
    return off.sort(DAY, "second").group_by(DAY, maintain_order=True).agg(second_off_c=pl.col("off").max(), second_said=said.str.join("; "))
