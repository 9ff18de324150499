"""The whole path from the record to the issue: what came after the gate of a day closed changes nothing that is said of that day.

Two houses know the same until eleven minutes to twelve. One issues its forecast then. In both everything is another from then on: prices
of the day and after, the neighbour's, revisions of load, wind, sun and weather, fuels. The issue of the first stands; the second issues
late and says the same to the last bit.
"""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.unchanged import unchanged_issues
from electricity_optimizer.sources import simulator
from electricity_optimizer.timeline import day_start, delivery_days, grid, range_bounds
from electricity_optimizer.warehouse import Part
from electricity_optimizer_tests.defs.small_homes import INPUT_FILE, INPUTS, ONE_DAY, PRICE_FILE, TZ, ZONE, cut, desk_of, materialize

DAY = dt.date(2026, 3, 29)  # has 23 hours
HISTORY = 70
FIRST = DAY - (HISTORY - 1) * ONE_DAY
BEFORE = zone(ZONE).gate_closure(DAY) - dt.timedelta(minutes=11)
AFTER = BEFORE + dt.timedelta(hours=30)
MARKET = ["raw_prices", "raw_grid_forecasts", "prices", "weather", "price_features"]
KNOWN_AHEAD = [
    *INPUTS,
    "neighbour_price_eur_mwh",
    "gas_eur_mwh",
    "carbon_eur_t",
    "temperature_c",
    "wind_speed_ms",
    "radiation_w_m2",
    "is_holiday",
]


def write(shared: Path, folder: Path, *, lift: float = 0.0) -> tuple[Path, Path]:
    """Files of prices (with Switzerland's) and of inputs (with fuels); `lift` moves prices from `DAY`, inputs from the first hour."""
    folder.mkdir(parents=True, exist_ok=True)
    prices = cut(shared, PRICE_FILE, DAY + ONE_DAY, HISTORY + 1, ["price"]).with_columns(zone=pl.lit(ZONE))
    own = (
        8 * (pl.col("utc").dt.epoch("s") / 3600).cos()
    )  # else Switzerland's lags would be ours, and which of the two a LASSO takes is chance
    swiss = prices.with_columns(zone=pl.lit("CH"), price=pl.col("price") * 0.9 + 12 + own)
    moved = pl.when(pl.col("utc") >= day_start(DAY, TZ)).then(pl.col("price") + lift).otherwise("price").alias("price")
    pl.concat([prices, swiss]).with_columns(moved).write_csv(folder / "prices.csv")
    inputs = cut(shared, INPUT_FILE, DAY + ONE_DAY, HISTORY + 1, INPUTS)
    changed = pl.when(pl.col("utc") >= day_start(DAY - ONE_DAY, TZ)).then(100 * lift).otherwise(0.0)
    day = pl.col("utc").dt.convert_time_zone(TZ).dt.ordinal_day()
    fuel = pl.when(pl.col("utc") >= day_start(DAY, TZ)).then(lift).otherwise(0.0)
    inputs = inputs.with_columns(
        *(pl.col(name) + changed for name in INPUTS), gas_eur_mwh=30 + day / 10 + fuel, carbon_eur_t=70 - day / 10 + fuel
    )
    inputs.write_csv(folder / "inputs.csv")
    return folder / "prices.csv", folder / "inputs.csv"


def tell_weather(desk: Desk, lift: float, last: dt.date) -> None:
    """A forecast of the weather as it is recorded at the desk's time."""
    said = simulator.input_frame(zone(ZONE), FIRST, last, what="weather", seed=7).filter(pl.col("kind") == "forecast")
    real = said.with_columns(source=pl.lit("open-meteo"), series_id=pl.lit("open-meteo"), synthetic=pl.lit(value=False))
    values = [pl.col(name) + lift for name in ("temperature_c", "wind_speed_ms", "radiation_w_m2")]
    desk.warehouse.record("weather_record", real.with_columns(values), now=desk.now())


STOOD: dict[str, list[Part] | None] = {}
"""What `unchanged_issues` said of the early house on the way."""


def look(desk: Desk, moment: str, later: dt.timedelta = dt.timedelta()) -> None:
    STOOD[moment] = unchanged_issues(Desk(desk.settings, lambda: desk.now() + later), zone(ZONE), DAY)


@pytest.fixture(scope="module")
def folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two houses at `BEFORE` and at `AFTER`; `early` issued its forecast before, `late` after."""
    base = tmp_path_factory.mktemp("gate")
    for name in ("early", "late"):
        files = write(shared, base / name)
        assert materialize(desk_of(base / name / "home", *files, BEFORE - ONE_DAY), ["raw_grid_forecasts"], FIRST, DAY - ONE_DAY).success
        desk = desk_of(base / name / "home", *files, BEFORE)
        tell_weather(desk, 0.0, DAY + 7 * ONE_DAY)
        assert materialize(desk, MARKET, FIRST, DAY).success
        if name == "early":
            look(desk, "before the first issue")
            assert materialize(desk, ["price_forecasts"], DAY, DAY).success
            look(desk, "ten minutes later", dt.timedelta(minutes=10))
            tell_weather(desk, 1.0, DAY + 7 * ONE_DAY)
            assert materialize(
                Desk(desk.settings, lambda: BEFORE + dt.timedelta(minutes=5)), ["weather", "price_features"], DAY, DAY
            ).success
            look(desk, "with another weather", dt.timedelta(minutes=10))
            look(desk, "with another weather, seven hours later", dt.timedelta(hours=7))
        write(shared, base / name, lift=40.0)
        desk = desk_of(base / name / "home", *files, AFTER)
        tell_weather(desk, 5.0, DAY + 8 * ONE_DAY)
        assert materialize(desk, MARKET, DAY - ONE_DAY, DAY + ONE_DAY).success
        look(desk, "with a new price day")
        assert materialize(desk, ["price_forecasts"], DAY, DAY + ONE_DAY).success
    return base


def house(folder: Path, name: str, now: dt.datetime = AFTER) -> Desk:
    return desk_of(folder / name / "home", folder / name / "prices.csv", folder / name / "inputs.csv", now)


def forecast(desk: Desk, day: dt.date = DAY, **when: dt.datetime) -> pl.DataFrame:
    return desk.warehouse.read("price_forecasts", ZONE, day, day, **when)


def test_the_inputs_of_the_day_stay_those_known_at_gate_closure(folder: Path) -> None:
    home = house(folder, "late").warehouse
    before, after = (home.read("price_features", ZONE, DAY, DAY, as_of=when) for when in (BEFORE, None))
    assert before["price_eur_mwh"].null_count() == 23
    assert after["price_eur_mwh"].null_count() == 0
    assert all(before[name].null_count() == 0 for name in KNOWN_AHEAD)
    assert after.select(KNOWN_AHEAD).rows() == before.select(KNOWN_AHEAD).rows()


def test_those_of_the_next_day_are_the_new_ones(folder: Path) -> None:
    """Else nothing would have been changed at all."""
    home, ahead = house(folder, "late").warehouse, DAY + ONE_DAY
    records = home.records("grid_forecast_record", ZONE, DAY, ahead)
    assert records.filter(pl.col("delivery_date") == DAY)["revision"].unique().to_list() == [2]
    rows = home.read("price_features", ZONE, ahead, ahead)
    assert rows["gas_eur_mwh"].unique().to_list() == [pytest.approx(30 + DAY.timetuple().tm_yday / 10 + 40.0)]
    swiss = home.read("prices", "CH", ahead, ahead)
    assert rows["neighbour_price_eur_mwh"].mean() == pytest.approx(swiss["price_eur_mwh"].mean())


def test_the_issue_made_before_gate_closure_is_frozen(folder: Path) -> None:
    desk = house(folder, "early")
    issued = forecast(desk, as_of=BEFORE)
    assert issued["issued_at"].unique().to_list() == [BEFORE]
    assert set(issued["model"]) >= {"naive", "lear_56", "ensemble"}
    assert desk.warehouse.versions("price_forecasts", ZONE, DAY, DAY)["version"].to_list() == [1]
    assert forecast(desk).rows() == issued.rows()


def test_a_forecast_made_late_says_the_same_to_the_last_bit(folder: Path) -> None:
    early, late = (forecast(house(folder, name)).drop("issued_at") for name in ("early", "late"))
    assert late.rows() == early.rows()


def test_the_week_ahead_was_issued_before_and_is_issued_anew_when_its_day_ahead_is_known(folder: Path) -> None:
    desk = house(folder, "early")
    then = {day: forecast(desk, day, as_of=BEFORE)["horizon_days"].unique().to_list() for day in delivery_days(DAY, DAY + 7 * ONE_DAY)}
    assert list(then.values()) == [[1], [2], [3], [4], [5], [6], [7], []]
    now = {day: forecast(desk, day)["horizon_days"].unique().to_list() for day in delivery_days(DAY, DAY + 9 * ONE_DAY)}
    assert list(now.values()) == [[1], [1], [1], [2], [3], [4], [5], [6], [7], []]
    changed = forecast(desk, DAY + 3 * ONE_DAY), forecast(desk, DAY + 3 * ONE_DAY, as_of=BEFORE)
    assert changed[0]["value_eur_mwh"].to_list() != changed[1]["value_eur_mwh"].to_list()


def test_issues_are_not_made_anew_while_nothing_has_changed_that_they_follow_from(folder: Path) -> None:
    kept = STOOD["ten minutes later"]
    assert kept is not None
    issued = {str(day): forecast(house(folder, "early"), day, as_of=BEFORE) for day in delivery_days(DAY, DAY + 6 * ONE_DAY)}
    assert {part.partition: part.frame.height for part in kept} == {day: rows.height for day, rows in issued.items()}
    assert [part.partition for part in STOOD["with another weather"] or []] == list(issued)  # the outlook is younger than six hours
    assert STOOD["with another weather, seven hours later"] is None
    assert STOOD["before the first issue"] is None
    assert STOOD["with a new price day"] is None


def test_an_outlook_is_made_with_inputs_that_follow_from_the_weather(folder: Path) -> None:
    rows = house(folder, "early").warehouse.read("price_features", ZONE, DAY + 2 * ONE_DAY, DAY + 7 * ONE_DAY, as_of=BEFORE)
    assert rows["start"].to_list() == grid(*range_bounds(DAY + 2 * ONE_DAY, DAY + 7 * ONE_DAY, TZ), 60).to_list()
    assert rows["wind_speed_ms"].null_count() == 0
    assert rows["wind_forecast_mw"].null_count() == rows.height
