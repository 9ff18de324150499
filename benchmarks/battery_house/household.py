"""A real household in the months of the real prices: what it used, what its roof made, what was forecast of both, and what a kWh cost.

Household: EMHASS training sample (MIT), half hours of 2024-02-28 to 2025-02-27, in ../shared/data. It is shifted by whole weeks onto the
months of the DE-LU quarter-hour prices (2025-10-01 to 2026-05-31), 52 weeks up to 2026-02-25 and 104 weeks after it: weekdays stay true,
and so do the days of clock change. "Half of PV is missing" are the nights: they are zero. What lacks by day (5 %) is filled with the mean
of the same quarter hour of the day before and after, else with the roof under a mean sky; missing load (2 %) with that of a week later,
else earlier. Forecasts never see what was filled. They are the blend of `forecasting/sites/blend.py`, the product's own for a young
meter: load from the meter alone, sun over the forecast that came with the data, each issued at 12:00 on the day before from what was read
until then.
"""

import dataclasses
import datetime as dt
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray
from pvlib.clearsky import haurwitz

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.catalog.site_devices import Roof
from electricity_optimizer.catalog.sites import Site, site
from electricity_optimizer.forecasting.sites.blend import blend_load, blend_pv
from electricity_optimizer.forecasting.sites.days import MeterDays, meter_days
from electricity_optimizer.sites import load_profile, pv_from_weather, sun
from electricity_optimizer.sites.naive_prices import naive_prices
from electricity_optimizer.tariffs import tariff
from electricity_optimizer.timeline import UTC_DTYPE, day_start, delivery_days, grid, range_bounds

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = dt.date(2025, 10, 1), dt.date(2026, 5, 31)
READ_FROM, ISSUED_FROM = dt.date(2025, 6, 1), dt.date(2025, 8, 15)
SHIFTED_52_WEEKS_UNTIL = day_start(dt.date(2026, 2, 26), "Europe/Berlin")
ANNUAL_KWH, KWP, MEAN_SKY = 7800, 5.0, 0.6
WHERE = "FR"  # the data do not say; the sun culminates as there, and the clock is that of Berlin
TARIFF = "de-household-dynamic"
A_DAY_OLDER = 2
"""Half days by which the forecast for the day after tomorrow's beginning is older than that for the day."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Issue:
    """Deciles and median, (3, n), of load and sun in kW."""

    load: Array
    sun: Array


@dataclass(frozen=True)
class House:
    """Quarter hours from `ISSUED_FROM` to `LAST`; the priced ones begin at `begin`.

    `load` and `sun` are what came; `early` was forecast at noon two days before, `late` at noon of the day before. Prices are of the
    tariff, in euros per kWh: `bought` and `sold` as published, `naive` by day as the naive forecast has it.
    """

    starts: list[dt.datetime]
    days: dict[dt.date, range]
    begin: int
    load: Array
    sun: Array
    read: NDArray[np.bool_]
    late: Issue
    early: Issue
    bought: Array
    sold: Array
    naive: dict[dt.date, Array]


def house() -> House:
    """All of it, in ten seconds of CPU."""
    place = _described()
    frame = _readings(place)
    tables = _tables(frame, place)
    late, early = (_issue(tables, age) for age in (0, A_DAY_OLDER))
    cut = frame.filter(pl.col("start") >= day_start(ISSUED_FROM, place.tz))
    filled = _filled(frame).filter(pl.col("start") >= day_start(ISSUED_FROM, place.tz))
    starts = cut["start"].to_list()
    days: dict[dt.date, range] = {}
    for index, start in enumerate(starts):
        day = start.astimezone(BERLIN).date()
        days[day] = range(days[day].start if day in days else index, index + 1)
    known = (cut["load_kw"].is_not_null() & (cut["pv_kw"].is_not_null() | (cut["elevation"] <= 0))).to_numpy()
    begin = days[FIRST].start
    market = pl.read_parquet(SHARED / "de_lu_energycharts_15min_202510_202605.parquet").select(
        pl.col("utc").cast(UTC_DTYPE).alias("start"), pl.col("price").alias("price_eur_mwh")
    )
    bought, sold = _tariff(market)
    nothing = np.full(begin, np.nan)
    return House(
        starts, days, begin, filled["load"].to_numpy(), filled["sun"].to_numpy(), known, late, early,
        np.concatenate([nothing, bought]), np.concatenate([nothing, sold]), _naive(market),
    )  # fmt: skip


def _described() -> Site:
    known = site("house-1")
    load = known.load.model_copy(update={"annual_kwh": ANNUAL_KWH})
    return known.model_copy(update={"zone": WHERE, "load": load, "devices": (Roof(type="pv", name="roof", kwp=KWP),)})


def _readings(place: Site) -> pl.DataFrame:
    """Quarter hours with load_kw, pv_kw and the forecast of the sun that came with the data (null where missing), and the sky above."""
    raw = pl.read_parquet(SHARED / "household_emhass_30min_2024_2025.parquet").select(
        pl.col("utc").cast(UTC_DTYPE).alias("half"),
        (pl.col("power_load_no_var_loads") / 1000).alias("load_kw"),
        (pl.col("power_photovoltaics") / 1000).alias("pv_kw"),
        (pl.col("p_pv_forecast") / 1000).clip(0).alias("given_kw"),
    )
    once, twice = (raw.with_columns(pl.col("half") + pl.duration(weeks=weeks)) for weeks in (52, 104))
    both = [once.filter(pl.col("half") < SHIFTED_52_WEEKS_UNTIL), twice.filter(pl.col("half") >= SHIFTED_52_WEEKS_UNTIL)]
    steps = grid(*range_bounds(READ_FROM, LAST, place.tz), 15).to_frame().with_columns(pl.col("start").dt.truncate("30m").alias("half"))
    frame = steps.join(pl.concat(both), on="half", how="left", maintain_order="left").drop("half")
    elevation, _ = sun(place, frame["start"])
    sky = haurwitz(pd.Series(90 - elevation))["ghi"].to_numpy() * MEAN_SKY
    weather = frame.select("start").with_columns(radiation_w_m2=pl.Series(sky), temperature_c=pl.lit(None, pl.Float64))
    return frame.with_columns(
        elevation=pl.Series(elevation),
        mean_sky=pv_from_weather(place, weather, frame["start"])["pv_kw"],
        profile=load_profile(place, frame["start"])["load_kw"],
    )


def _tables(frame: pl.DataFrame, place: Site) -> dict[str, MeterDays]:
    up, span = pl.col("elevation") > 0, (READ_FROM, LAST)
    table = partial(meter_days, tz=place.tz, span=span, is_holiday=partial(is_holiday, place.place.country))
    load = table(frame.with_columns(value="load_kw", prior="profile"))
    made = pl.when(up).then("pv_kw").otherwise(0.0).alias("value")
    given = pl.when(up).then(pl.coalesce("given_kw", "mean_sky")).otherwise(0.0).alias("prior")
    roof = table(frame.with_columns(made, given), limit=KWP)
    return {"load": load, "sun": dataclasses.replace(roof, prior=np.nan_to_num(roof.prior))}  # the hour that spring skips is no sun


def _issue(tables: dict[str, MeterDays], age: int) -> Issue:
    found: dict[str, list[Array]] = {"load": [], "sun": []}
    for day in delivery_days(ISSUED_FROM, LAST):
        for name, blend in (("load", blend_load), ("sun", blend_pv)):
            known = tables[name].known_for(day)
            band = blend(known, age)
            found[name].append(known.steps(np.stack([band.low, band.middle, band.high])))
    return Issue(*(np.concatenate(found[name], axis=1) for name in ("load", "sun")))


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    week, day = 7 * 96, 96
    load = pl.coalesce("load_kw", *[pl.col("load_kw").shift(steps) for steps in (-week, week, -2 * week)])
    beside = pl.mean_horizontal(pl.col("pv_kw").shift(day), pl.col("pv_kw").shift(-day))
    roof = pl.when(pl.col("elevation") > 0).then(pl.coalesce("pv_kw", beside, "mean_sky")).otherwise(0.0)
    return frame.select("start", load.alias("load"), roof.alias("sun"))


def _tariff(market: pl.DataFrame) -> tuple[Array, Array]:
    prices = tariff(TARIFF).prices(market, "Europe/Berlin").frame
    return prices["import_eur_kwh"].to_numpy(), prices["export_eur_kwh"].to_numpy()


def _naive(market: pl.DataFrame) -> dict[dt.date, Array]:
    """Import prices by the naive forecast; a day without a similar one before it (the first week) has none."""
    days = {day: naive_prices(market, day, "Europe/Berlin") for day in delivery_days(FIRST, LAST)}
    return {day: _tariff(found)[0] for day, found in days.items() if found.height}
