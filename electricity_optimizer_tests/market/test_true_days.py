"""False alarms and misses, measured: no true day is refused, and prices in another unit are found.

DE-LU 2020 to 2026, the open benchmark (Nord Pool, Belgium, Germany, 2011 to 2018) and, in the slow suite, 23 zones 2023 to 2025 and
the neighbours of Germany in 2025.
"""

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from electricity_optimizer.catalog.zones import Zone, zone
from electricity_optimizer.market.agreement import verdicts
from electricity_optimizer.market.candidates import candidates
from electricity_optimizer.market.check import check_prices, refused
from electricity_optimizer.market.choice import WINDOW_DAYS, Choice, choose
from electricity_optimizer.market.level import PastDay, past_days, unit
from electricity_optimizer.sources import files
from electricity_optimizer.sources.records import PriceRecord, completed, series_id
from electricity_optimizer.timeline import UTC_DTYPE, local_day
from electricity_optimizer_tests.market.records_of_prices import DE

GERMAN = {"Belgien": "BE", "Dänemark 1": "DK1", "Dänemark 2": "DK2", "Frankreich": "FR", "Niederlande": "NL", "Norwegen 2": "NO2",
          "Österreich": "AT", "Polen": "PL", "Schweden 4": "SE4", "Schweiz": "CH", "Tschechien": "CZ"}  # fmt: skip
FALSE_ALARMS = {("FI", "2023-09-09"), ("NO2", "2025-10-04")}
"""True days that are refused: a week of wind after dear ones, with prices above zero throughout. A tenth of 29,000 days in a thousand."""
HOURLY = zone("CH").model_copy(update={"resolution": ((dt.date(2000, 1, 1), 60),)})


def hourly(frame: pl.DataFrame, place: Zone, source: str = "entsoe") -> pl.DataFrame:
    """Hourly price records from columns start and price; the whole local days of them."""
    rows = frame.with_columns(pl.col("start").cast(UTC_DTYPE).alias("start_utc"), pl.col("price").cast(pl.Float64)).select(
        "start_utc", "price", end_utc=pl.col("start_utc") + pl.duration(hours=1), delivery_date=local_day("start_utc", place.tz)
    )
    rows = rows.filter(pl.len().over("delivery_date") >= 23, pl.col("price").is_not_null())
    name = series_id(source, place.key, 60)
    return completed(rows, PriceRecord, series_id=name, source=source, area=place.key, resolution_s=3600, currency="EUR", licence="-",
                     redistributable=True, parser_version=1)  # fmt: skip


def chosen(records: pl.DataFrame, place: Zone) -> list[Choice]:
    days = records["delivery_date"]
    return choose(records, zone=place, first=days.min(), last=days.max())


def refusals(choices: list[Choice]) -> list[str]:
    return [f"{result.day} {result.name}: {result.detail}" for choice in choices for result in refused(choice.results)]


def spike_days(choices: list[Choice]) -> int:
    return sum(result.name == "spikes" and not result.passed for choice in choices for result in choice.results)


def test_no_true_day_of_germany_in_six_years_is_refused_and_few_have_spikes(shared: Path, german: list[Choice]) -> None:
    quarters = chosen(files.read_file(shared / "data" / "de_lu_energycharts_15min_202510_202605.parquet", DE, "DE-LU").prices, DE)
    assert refusals(german) == refusals(quarters) == []
    assert (len(german), spike_days(german)) == (2100, 21)
    assert (len(quarters), spike_days(quarters)) == (243, 15)


@pytest.mark.parametrize(("market", "spikes"), [("NP", 74), ("BE", 22), ("DE", 5)])
def test_no_true_day_of_the_open_benchmark_is_refused(shared: Path, market: str, spikes: int) -> None:
    """Its clock has 24 hours every day."""
    place = HOURLY.model_copy(update={"tz": "UTC"})
    frame = pl.read_parquet(shared / "data" / f"epf_{market}.parquet").select(pl.col("Date").alias("start"), pl.col("Price").alias("price"))
    found = chosen(hourly(frame.with_columns(pl.col("start").dt.replace_time_zone("UTC")), place), place)
    assert refusals(found) == []
    assert (len(found), spike_days(found)) == (2184, spikes)


@pytest.mark.slow
def test_of_all_zones_two_true_days_are_refused(shared: Path) -> None:
    alarms, count = set(), 0
    for name, frame in [*of_entsoe(shared).items(), *of_smard(shared).items()]:
        found = chosen(hourly(frame, HOURLY), HOURLY)
        alarms |= {(name, line.split()[0]) for line in refusals(found) if " unit" in line}
        assert [line for line in refusals(found) if " unit" not in line] == []
        count += len(found)
    assert alarms == FALSE_ALARMS
    assert count > 20_000


def of_entsoe(shared: Path) -> dict[str, pl.DataFrame]:
    """Prices of 23 zones from 2023-02-12 to 2025-01-14."""
    long = pl.read_parquet(shared / "data/eu_zones_2023_2025_hourly.parquet").select("zone", pl.col("utc").alias("start"), "price")
    whole = long.filter(pl.col("start") >= dt.datetime(2023, 2, 11, 23, tzinfo=dt.UTC))
    return {str(key[0]).replace("_", ""): rows for key, rows in whole.group_by("zone", maintain_order=True)}


def of_smard(shared: Path) -> dict[str, pl.DataFrame]:
    """Prices of eleven neighbours of Germany in 2025."""
    wide = pl.read_parquet(shared / "data/eu_neighbour_prices_2025_hourly.parquet").rename({"timestamp": "start"})
    return {key: wide.select("start", pl.col(f"{name}_price").alias("price")) for name, key in GERMAN.items()}


@pytest.fixture(scope="module")
def german(shared: Path) -> list[Choice]:
    """What becomes of each day of DE-LU from 2020 to September 2025."""
    return chosen(files.read_file(shared / "data" / "de_lu_energycharts_hourly_2020_202509.parquet", DE, "DE-LU").prices, DE)


@pytest.mark.parametrize(("factor", "found"), [(10, 0.99), (1000, 0.999), (0.1, 0.99), (0.001, 0.999)])
def test_prices_in_another_unit_are_found(german: list[Choice], factor: float, found: float) -> None:
    """Share of the days of DE-LU from 2020 to 2025 that one of the checks refuses when their prices are off by 10 or 1000."""
    days = past_days(pl.concat(choice.frame for choice in german if choice.frame is not None))
    caught = [_is_caught(days[k].prices * factor, days[k - WINDOW_DAYS : k], days[k].day) for k in range(WINDOW_DAYS, len(days))]
    assert np.mean(caught) >= found


def _is_caught(prices: np.ndarray, recent: list[PastDay], day: dt.date) -> bool:
    within = prices.min() >= -500 and prices.max() <= 4000
    return not within or not unit(PastDay.of(day, "files", prices, synthetic=False), recent)[0]


def test_an_answer_of_another_zone_is_found_by_the_second_source_alone(shared: Path) -> None:
    """Prices of Belgium under the name of Germany: on two days of 702 they were the same, and nothing else tells them."""
    zones = of_entsoe(shared)
    sent = [hourly(zones["DELU"], DE, "smard"), hourly(zones["BE"], DE, "entsoe").with_columns(area=pl.lit("DE-LU"))]
    both = pl.concat(sent)
    found = verdicts(both, candidates(both, zone=DE))
    assert len(found) == 702
    assert sum(bool(verdict.agreeing) for verdict in found.values()) == 2
    alone = chosen(sent[1], DE)
    assert refusals(alone) == []


def test_entsoe_and_energy_charts_agree_on_every_day_of_two_years(shared: Path) -> None:
    ours = files.read_file(shared / "data" / "de_lu_energycharts_hourly_2020_202509.parquet", DE, "DE-LU").prices
    both = pl.concat([ours, hourly(of_entsoe(shared)["DELU"], DE)])
    found = verdicts(both, candidates(both, zone=DE))
    assert len(found) == 702
    assert all(verdict.agreeing for verdict in found.values())


def test_smard_and_entsoe_agree_on_every_day_of_eleven_zones(shared: Path) -> None:
    entsoe, count = of_entsoe(shared), 0
    for key, rows in of_smard(shared).items():
        both = pl.concat([hourly(rows, HOURLY, "smard"), hourly(entsoe[key], HOURLY)])
        found = verdicts(both, candidates(both, zone=HOURLY))
        assert all(verdict.agreeing for verdict in found.values()), key
        count += len(found)
    assert count == 143


def test_a_check_of_one_day_needs_no_frame_of_the_fortnight(shared: Path) -> None:
    """The daily use: rows of one day and past days."""
    prices = files.read_file(shared / "data" / "de_lu_energycharts_15min_202510_202605.parquet", DE, "DE-LU").prices
    found = chosen(prices.filter(pl.col("delivery_date") < dt.date(2025, 10, 20)), DE)
    frames = [choice.frame for choice in found if choice.frame is not None]
    results = check_prices(frames[-1], zone=DE, day=found[-1].day, previous=past_days(pl.concat(frames[:-1])))
    assert all(result.passed for result in results)
