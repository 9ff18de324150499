"""Similar days and what they come from, for the tests of the API and of the page: numbers that can be worked out by head.

Tomorrow is 2026-05-05. It is like the three days before, the nearest being 2026-05-03. Features: 60 days until 2026-05-03 whose price rises
through the day from a level that changes from day to day.
"""

import datetime as dt
import math

import polars as pl

from electricity_optimizer.timeline import delivery_days, interval_starts
from electricity_optimizer.warehouse import Part, Warehouse
from electricity_optimizer_tests.api.seed import BERLIN, TODAY, day_prices, publish

TOMORROW = TODAY + dt.timedelta(days=1)
LIKE = (dt.date(2026, 5, 3), dt.date(2026, 5, 2), dt.date(2026, 4, 28))
HISTORY = (dt.date(2026, 3, 5), dt.date(2026, 5, 3))


def similar_rows(day: dt.date = TOMORROW) -> Part:
    rows = [
        {"zone": "DE-LU", "delivery_day": day, "rank": rank, "similar_day": like, "distance": 0.5 * rank}
        for rank, like in enumerate(LIKE, start=1)
    ]
    return Part("DE-LU", day.isoformat(), pl.DataFrame(rows))


def index_file(known_until: dt.date = TODAY) -> Part:
    row = {"zone": "DE-LU", "file_sha256": "0" * 64, "schema_version": 1, "card": {"known_until": known_until.isoformat()}}
    return Part("DE-LU", "current", pl.DataFrame([row], schema_overrides={"card": pl.Object}))


def features() -> list[Part]:
    parts = []
    for number, day in enumerate(delivery_days(*HISTORY)):
        starts = interval_starts(day, BERLIN, 60)
        values = [60.0 + 20 * math.sin(number) + k * math.cos(2 * number) for k in range(len(starts))]
        frame = pl.DataFrame({"start": starts, "price_eur_mwh": values}).with_columns(
            pl.col("start").cast(pl.Datetime("us", "UTC")), zone=pl.lit("DE-LU"), delivery_day=pl.lit(day), resolution_minutes=pl.lit(60),
            is_holiday=pl.lit(value=False), synthetic=pl.lit(value=False),
            **{name: pl.lit(None, pl.Float64) for name in (
                "load_forecast_mw", "wind_forecast_mw", "solar_forecast_mw", "temperature_c", "wind_speed_ms", "radiation_w_m2",
                "neighbour_price_eur_mwh", "gas_eur_mwh", "carbon_eur_t",
            )},
        )  # fmt: skip
        parts.append(Part("DE-LU", day.isoformat(), frame))
    return parts


def fill_similar(warehouse: Warehouse) -> None:
    """What the nightly run publishes, and the prices of the similar days as `seed` makes them: 10 k - 100 EUR/MWh."""
    publish(warehouse, "similar_day_index", [similar_rows()])
    publish(warehouse, "similar_day_files", [index_file()])
    publish(warehouse, "price_features", features())
    publish(warehouse, "prices", [day_prices(day, lift=lift) for day, lift in ((LIKE[1], 50.0), (LIKE[2], -20.0))])
