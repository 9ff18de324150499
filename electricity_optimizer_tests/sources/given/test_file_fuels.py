"""Given prices of gas and of emission allowances."""

import datetime as dt

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.errors import InputError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources import files
from electricity_optimizer.timeline import day_bounds, interval_starts

DE = zone("DE-LU")
SPRING = dt.date(2026, 3, 29)


def content(text: str) -> files.FileContent:
    return files.read_content(text.encode(), "fuels.csv", DE, "DE-LU")


def hourly(**columns: list[float | None]) -> str:
    starts = interval_starts(SPRING, DE.tz, 60)
    table = pl.DataFrame({"utc": starts}).with_columns(pl.col("utc").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return table.with_columns(pl.Series(name, values, pl.Float64) for name, values in columns.items()).write_csv()


def test_a_row_a_day_without_weekends_is_enough() -> None:
    found = content("date,ttf,EUA\n2026-03-27,31.5,71\n2026-03-30,32.25,70.5\n2026-03-31,,70\n")
    assert found.prices is None
    assert found.inputs is None
    assert found.fuels is not None
    assert found.fuels.select("fuel", "delivery_date", "price", "unit").rows() == [
        ("gas", dt.date(2026, 3, 27), 31.5, "EUR/MWh"),
        ("gas", dt.date(2026, 3, 30), 32.25, "EUR/MWh"),
        ("carbon", dt.date(2026, 3, 27), 71.0, "EUR/t"),
        ("carbon", dt.date(2026, 3, 30), 70.5, "EUR/t"),
        ("carbon", dt.date(2026, 3, 31), 70.0, "EUR/t"),
    ]
    assert found.fuels["series_id"].unique().sort().to_list() == ["files:DE-LU:fuel:carbon:P1D:EUR", "files:DE-LU:fuel:gas:P1D:EUR"]


def test_beside_hourly_inputs_the_last_price_of_the_local_day_counts() -> None:
    found = content(hourly(load_forecast_mw=[50.0] * 23, gas_eur_mwh=[30.0] * 22 + [33.0]))
    assert found.kinds == {"grid_forecasts", "fuels"}
    assert found.inputs is not None
    assert found.fuels is not None
    row = found.fuels.row(0, named=True)
    assert found.fuels.height == 1
    assert (row["price"], row["delivery_date"]) == (33.0, SPRING)
    assert (row["start_utc"], row["end_utc"]) == day_bounds(SPRING, DE.tz)


def test_gas_that_is_burnt_is_no_price_of_gas() -> None:
    assert content(hourly(load_forecast_mw=[50.0] * 23, gas_mw=[4000.0] * 23)).fuels is None


def test_text_in_a_price_is_refused_with_its_row() -> None:
    with pytest.raises(InputError, match="row 2 column gas_eur_mwh: 'dear' is not a number"):
        content("date,gas_eur_mwh\n2026-03-27,dear\n")


def test_a_file_of_fuels_alone_is_a_file_of_inputs_and_no_file_of_prices(tmp_path) -> None:
    path = tmp_path / "fuels.csv"
    path.write_text("date,gas_eur_mwh\n2026-03-27,31.5\n2026-03-28,32\n")
    settings = Settings(home=tmp_path, input_files=(path,))
    assert [found.fuels.height for found in files.fuel_prices(settings, DE, dt.date(2026, 3, 27)) if found.fuels is not None] == [1]
    assert files.contents(settings, DE, "grid_forecasts") == []
    with pytest.raises(InputError, match="has no column 'price'"):
        files.contents(Settings(home=tmp_path, price_files=(path,)), DE, "prices")
