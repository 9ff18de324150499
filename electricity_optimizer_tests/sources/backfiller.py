"""A process that fills a zone's prices of some years into a warehouse of its own, and is killed on the way (test_gaps.py)."""

import datetime as dt
import sys
from pathlib import Path

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.ingest import BACKFILL, Means, ingest
from electricity_optimizer.timeline import UTC
from electricity_optimizer.warehouse import open_warehouse

NOW = dt.datetime(2026, 5, 4, 11, 30, tzinfo=UTC)


def main(home: Path, address: str, first: dt.date, last: dt.date) -> None:
    """Ask energy-charts at `address` for the days `first` to `last` of DE-LU and say how it goes."""
    settings = Settings(home=home, source_urls={"energy_charts": address}, allow_simulator=False)
    means = Means(open_warehouse(settings), settings, NOW, progress=lambda line: sys.stdout.write(f"{line}\n"))
    place = zone("DE-LU").model_copy(update={"price_sources": ("energy-charts",)})
    ingest("prices", place, first, last, means, BACKFILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *(dt.date.fromisoformat(day) for day in sys.argv[3:]))
