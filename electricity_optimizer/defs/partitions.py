"""One time dimension: delivery days of the market, and months of it. Zones are configuration of a run, not partitions.

`end_offset=2` makes tomorrow a partition: its prices are published today. A zone-by-day grid of partitions would make an automation
tick cost seconds and a backfill a run per zone (reference: Dagster discussions 24474, 23996), so all zones live in one partition.
"""

import datetime as dt

import dagster as dg

from electricity_optimizer.catalog.zones import zones

MARKET_TZ = "Europe/Berlin"
"""Time zone of the partition's calendar; each zone cuts its own days by its own market's time zone."""

FIRST_DAY = "2020-01-01"

DELIVERY_DAYS = dg.DailyPartitionsDefinition(FIRST_DAY, timezone=MARKET_TZ, end_offset=2)
MONTHS = dg.MonthlyPartitionsDefinition(FIRST_DAY, timezone=MARKET_TZ, end_offset=1)
ZONES = dg.StaticPartitionsDefinition(sorted(zones()))


def day_window(context: dg.AssetExecutionContext) -> tuple[dt.date, dt.date]:
    """First and last delivery day of the run. Raises dg.Failure for a range in the wrong order, which holds no partition."""
    keys = context.partition_keys
    if not keys:
        raise dg.Failure("the range holds no partition: is its end before its start?", allow_retries=False)
    return dt.date.fromisoformat(keys[0]), dt.date.fromisoformat(keys[-1])


def range_tags(first: dt.date, last: dt.date) -> dict[str, str]:
    """Tags of a run over the delivery days `first` to `last`."""
    return {"dagster/asset_partition_range_start": first.isoformat(), "dagster/asset_partition_range_end": last.isoformat()}
