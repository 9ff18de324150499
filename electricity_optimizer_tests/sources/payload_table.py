"""What each recorded payload is for us: the numbers are read off the files by hand.

A file is `Read` (records come of it), a `Step` (it leads to further requests), an `Error` (it says why there is nothing) or `Refused` (it
is about something else, or broken). Files of upstreams without an adapter are all refused.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from electricity_optimizer.sources.outcome import Outcome

COLUMNS = {
    "prices": "price",
    "tariffs": "price",
    "weather": "temperature_c",
    "carbon": "carbon_g_kwh",
    "statistics": "value",
    "grid": "load_mw",
}
"""The column of the value that is checked, unless the entry names another."""


@dataclass(frozen=True, slots=True)
class Read:
    """`rows` records from `first` to `last` (UTC); `value` stands in the first row that begins at `at` and whose series holds `of`."""

    what: str
    rows: int
    areas: str
    first: str
    last: str
    at: str
    value: float | None
    of: str = ""
    currency: str = ""
    column: str = ""
    terms: int = 0
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """A first answer that leads to `urls`; `url` and `about` are what was asked."""

    url: str
    about: Mapping[str, str]
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Error:
    """Why there is nothing: with the `status` under which it comes, and by its body alone where `said`."""

    status: int
    outcome: Outcome
    said: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """Not ours: `why` is in the message."""

    why: str


MARCH = ("2024-03-08T23:00", "2024-03-09T23:00")
JUNE = ("2021-05-31T22:00", "2021-06-01T22:00")
OCTOBER = ("2021-10-29T22:00", "2021-10-30T22:00")
LONG = ("2021-10-30T22:00", "2021-10-31T23:00")
HOME = "loc_65e42ce4d3b813479b252160"
NIGHT = ("2022-12-28T01:00", "2022-12-28T02:30")
WEEK_2024 = ("2024-01-01T05:00", "2024-01-08T05:00")
SMARD = "https://www.smard.de/app/chart_data/4169/DE-LU"
FLATPEAK = {"area": "home", "tz": "Europe/London", "location_id": HOME, "direction": "IMPORT", "windows": "2026-05-04/2026-05-04"}


def in_spain(product: str) -> str:
    """Areas of a product in each of Spain's regions."""
    return " ".join(f"{product}-{place}" for place in ("baleares", "canarias", "ceuta", "melilla", "peninsula"))


TABLE: dict[str, Read | Step | Error | Refused] = {
    "aemet/envelope_town-28065-forecast-hourly.json": Step(
        "https://opendata.aemet.es/opendata/api/x", {"area": "ES"}, ("https://opendata.aemet.es/opendata/sh/18ca1886",)
    ),
    "aemet/station-3195-observations_excerpt.json": Read(
        "weather", 4, "ES", "2021-01-08T14:00", "2021-01-08T18:00", "2021-01-08T14:00", 0.1
    ),
    "aemet/town-28065-forecast-hourly-data_excerpt.json": Read(  # 27 km/h at 08 local time
        "weather", 4, "ES", "2021-01-09T06:00", "2021-01-09T23:00", "2021-01-09T07:00", 7.5, column="wind_speed_ms"
    ),
    "awattar/awattar-market-data-example.json": Read(
        "prices", 12, "DE-LU", "2015-04-09T15:00", "2015-04-10T03:00", "2015-04-09T17:00", -5.12, currency="EUR"
    ),
    "carbonintensity-gb/error_400.json": Error(400, Outcome.PERMANENT),
    "carbonintensity-gb/intensity.json": Read(
        "carbon", 2, "GB", "2018-01-20T12:00", "2018-01-20T12:30", "2018-01-20T12:00", 263.0, of=":actual:"
    ),
    "eia/US-NW-PGE-with-nulls.json": Read(  # the hour that ends at 11 is null
        "statistics", 2, "PGE", "2022-10-31T10:00", "2022-10-31T12:00", "2022-10-31T10:00", None
    ),
    "eia/US_NW_BPAT-consumption.json": Read(
        "statistics", 2, "BPAT", "2023-05-01T09:00", "2023-05-01T11:00", "2023-05-01T10:00", 6215.0
    ),
    "eia/US_NW_PACW-gas.json": Read("statistics", 2, "PACW", "2022-10-31T10:00", "2022-10-31T12:00", "2022-10-31T11:00", 50.0),
    "eia/retail_sales_doc_example.json": Read(
        "statistics", 1, "US", "2023-12-01T00:00", "2024-01-01T00:00", "2023-12-01T00:00", 335012.3
    ),
    "electricitymaps/carbon_intensity_history.json": Read(
        "carbon", 24, "DE-LU", "2024-03-05T20:00", "2024-03-06T20:00", "2024-03-05T21:00", 607.0
    ),
    "electricitymaps/latest_carbon_intensity.json": Read(
        "carbon", 1, "US-CAR-DUK", "2024-03-06T19:00", "2024-03-06T20:00", "2024-03-06T19:00", 216.0
    ),
    "electricitymaps/no-data-response.json": Error(200, Outcome.NO_DATA),
    "electricitymaps/response.json": Read(
        "carbon", 1, "DE-LU", "2023-10-02T08:00", "2023-10-02T09:00", "2023-10-02T08:00", 474.0
    ),
    "electricitymaps/unknown-response.json": Refused("unknown status"),
    "elering/nps_price_excerpt.json": Read(
        "prices", 2, "EE", "2024-11-17T20:00", "2024-11-17T22:00", "2024-11-17T21:00", 32.8, currency="EUR"
    ),
    "elexon/bmvalues.json": Refused("another dataset"),
    "elexon/boalf.json": Refused("another dataset"),
    "elexon/consumption_forecast_live.json": Read(
        "grid", 6, "GB", "2026-07-31T13:30", "2026-07-31T16:30", "2026-07-31T15:30", 21203.0
    ),
    "elexon/production.json": Read(  # wind 13 and embedded wind 2
        "grid", 4, "GB", "2024-12-16T10:00", "2024-12-16T11:00", "2024-12-16T10:30", 15.0, of=":wind:", column="wind_mw"
    ),
    "elexon/settlement_system_price_schema_example.json": Read(
        "prices", 1, "GB", "2023-03-01T00:00", "2023-03-01T00:30", "2023-03-01T00:00", 54.0, of=":imbalance:", currency="GBP"
    ),
    "elexon/wind_day_ahead_forecast_live.json": Read(
        "grid", 3, "GB", "2024-12-16T23:00", "2024-12-17T00:30", "2024-12-16T23:30", 2796.0, column="wind_mw"
    ),
    "energinet/20220325.json": Read(
        "prices", 24, "DK1", "2022-03-25T00:00", "2022-03-26T00:00", "2022-03-25T02:00", 230.15, currency="EUR"
    ),
    "energinet/ElectricityProdex5MinRealtime.json": Refused("no day-ahead price"),
    "energinet/elspotprices_2024-08-29_excerpt.json": Read(
        "prices", 11, "DK1 DK2 NO2 SE3 SE4", "2024-08-29T19:00", "2024-08-29T22:00", "2024-08-29T21:00", -0.81, of=":SE3:", currency="EUR"
    ),
    "energy-charts/elecpriceforecast_energycharts.json": Read(
        "prices", 48, "DE-LU", "2024-12-09T23:00", "2024-12-11T23:00", "2024-12-11T22:00", 135.96, currency="EUR"
    ),
    "entsoe/BE_15M_avg.xml": Refused("doubled, outside or without value"),
    "entsoe/BE_15M_exact4.xml": Read(
        "prices", 4, "BE", "2024-10-05T22:00", "2024-10-05T23:00", "2024-10-05T22:30", 40.32, currency="EUR"
    ),
    "entsoe/BE_60M.xml": Read(
        "prices", 24, "BE", "2024-10-07T22:00", "2024-10-08T22:00", "2024-10-08T00:00", 53.73, currency="EUR"
    ),
    "entsoe/DE_60M_15M_overlap.xml": Read(  # position 14 of sequence 1, not of the other auction
        "prices", 48, "DE-LU", "2024-10-05T22:00", "2024-10-07T22:00", "2024-10-06T11:00", -0.01, currency="EUR"
    ),
    "entsoe/ES_day_ahead_price.xml": Read(
        "prices", 240, "ES", "2025-09-28T22:00", "2025-10-02T22:00", "2025-10-01T01:00", 97.57, of=":PT15M:", currency="EUR"
    ),
    "entsoe/acknowledgement.invalidrequest.xml": Error(400, Outcome.NO_DATA),
    "entsoe/bad_request.xml": Error(400, Outcome.PERMANENT, said=False),
    "entsoe/configuration.xml": Refused("document type 'A95'"),
    "entsoe/error_body.xml": Error(503, Outcome.TRANSIENT, said=False),
    "entsoe/fake_time_series.xml": Refused("document type ''"),
    "entsoe/fake_time_series_all_0.xml": Refused("document type ''"),
    "entsoe/no_data.xml": Error(400, Outcome.NO_DATA),
    "entsoe/not_available.xml": Error(400, Outcome.NO_DATA),
    "entsoe/offset_response.xml": Error(400, Outcome.PERMANENT),
    "entsoe/publication.a03curvetype.xml": Refused("not one of our zones"),
    "esios/ESIOS_ES_MA.json": Refused("Saldo neto Marruecos telemedidas"),
    "esios/PRICES_ESIOS_1001_2021_06_01.json": Read(
        "tariffs", 120, in_spain("pvpc"), *JUNE, "2021-06-01T21:00", 156.5, of=":pvpc-melilla:", currency="EUR"
    ),
    "esios/PRICES_ESIOS_1001_2021_10_30.json": Read(
        "tariffs", 120, in_spain("pvpc"), *OCTOBER, "2021-10-29T22:00", 131.04, of=":pvpc-peninsula:", currency="EUR"
    ),
    "esios/PRICES_ESIOS_1001_2021_10_31.json": Read(
        "tariffs", 125, in_spain("pvpc"), *LONG, "2021-10-31T22:00", 146.12, of=":pvpc-melilla:", currency="EUR"
    ),
    "esios/PRICES_ESIOS_1001_2024_03_09.json": Read(
        "tariffs", 120, in_spain("pvpc"), *MARCH, "2024-03-08T23:00", 44.98, of=":pvpc-peninsula:", currency="EUR"
    ),
    "esios/PRICES_ESIOS_10211_2024_03_09.json": Read(
        "tariffs", 24, "final-price-peninsula", *MARCH, "2024-03-09T22:00", 4.9, currency="EUR"
    ),
    "esios/PRICES_ESIOS_1739_2021_10_31.json": Read(
        "tariffs", 25, "pvpc-surplus-espana", *LONG, "2021-10-31T22:00", 112.67, currency="EUR"
    ),
    "esios/PRICES_ESIOS_1739_2024_03_09.json": Read(
        "tariffs", 24, "pvpc-surplus-espana", *MARCH, "2024-03-08T23:00", -1.45, currency="EUR"
    ),
    "esios/PRICES_ESIOS_1900_2024_03_09.json": Read(
        "tariffs", 120, in_spain("pvpc-gas-adjustment"), *MARCH, "2024-03-08T23:00", 0.0, of="-peninsula:", currency="EUR"
    ),
    "esios/PRICES_ESIOS_2108_2024_03_09.json": Read(
        "tariffs", 120, in_spain("pvpc-forward-adjustment"), *MARCH, "2024-03-09T22:00", 23.78, of="-melilla:", currency="EUR"
    ),
    "esios/PVPC_CURV_DD_2021_06_01.json": Read(
        "tariffs", 48, "pvpc-ceuta pvpc-peninsula", *JUNE, "2021-05-31T22:00", 116.33, of=":pvpc-ceuta:", currency="EUR"
    ),
    "esios/PVPC_CURV_DD_2021_10_30.json": Read(
        "tariffs", 48, "pvpc-ceuta pvpc-peninsula", *OCTOBER, "2021-10-30T21:00", 168.7, currency="EUR"
    ),
    "esios/PVPC_CURV_DD_2021_10_31.json": Read(  # the row "24-25"
        "tariffs", 50, "pvpc-ceuta pvpc-peninsula", *LONG, "2021-10-31T22:00", 146.12, currency="EUR"
    ),
    "flatpeak/error.json": Error(422, Outcome.PERMANENT),
    "flatpeak/login.json": Step("https://api.flatpeak.com/login", FLATPEAK, ("https://api.flatpeak.com/prices",)),
    "flatpeak/prices_retrieve_busbar.json": Read("tariffs", 1, HOME, *NIGHT, NIGHT[0], 4998.0, currency="EUR"),
    "flatpeak/tariffs_rates_zero.json": Read("tariffs", 1, HOME, *NIGHT, NIGHT[0], 4998.0, currency="EUR"),
    "iea/prices_fields.json": Read(
        "statistics", 1, "SPAIN", "2022-01-01T00:00", "2023-01-01T00:00", "2022-01-01T00:00", 0.0, currency="USD"
    ),
    "iea/rte_price_timeseries_fields.json": Refused("'<iso>' is no time"),
    "nordpool/dataportal_dayaheadprices_NOK.json": Read(
        "prices", 48, "DK1 NO3", "2024-09-21T22:00", "2024-09-22T22:00", "2024-09-21T23:00", 1052.61, of=":DK1:", currency="NOK"
    ),
    "nordpool/dayaheadprices_2024-11-05_SE3_SE4_SEK_excerpt.json": Read(
        "prices", 6, "SE3 SE4", "2024-11-04T23:00", "2024-11-05T19:00", "2024-11-05T00:00", 81.36, of=":SE4:", currency="SEK"
    ),
    "nordpool/delivery_period.json": Read(
        "prices", 24, "SE3", "2024-11-04T23:00", "2024-11-05T23:00", "2024-11-05T00:00", 6.56, currency="EUR"
    ),
    "nordpool/marketdata_page_10_EUR_24H.json": Refused("entries is not a list"),
    "nordpool/marketdata_page_10_NOK_23H.json": Refused("entries is not a list"),
    "nordpool/marketdata_page_10_NOK_25H.json": Refused("entries is not a list"),
    "nordpool/se_current_day_price.json": Refused("body is not an object"),
    "nordpool/se_next_day_price.json": Refused("body is not an object"),
    "nordpool/stats_ger_2026-05-09.json": Refused("body is not an object"),
    "nordpool/token.json": Refused("entries is not a list"),
    "nrel-nlr/error_api_key_missing.json": Error(403, Outcome.AUTH),
    "nrel-nlr/utility_rates_v3.json": Read(
        "statistics", 3, "35.45,-82.98", "2012-01-01T05:00", "2013-01-01T05:00", "2012-01-01T05:00", 0.123,
        of=":residential", currency="USD",
    ),
    "octopus/octopus-energy-list-electricity-standard-unit-rates-example.json": Read(
        "tariffs", 8, "GB", "2026-05-25T13:00", "2026-05-25T23:00", "2026-05-25T13:00", -30.0, of=":vat-included:", currency="GBP"
    ),
    "omie/INT_PBC_EV_H_1_01_10_2025_01_10_2025.TXT": Read(
        "prices", 192, "ES PT", "2025-09-30T22:00", "2025-10-01T22:00", "2025-09-30T22:30", 102.28, of=":PT:", currency="EUR"
    ),
    "omie/INT_PBC_EV_H_1_01_10_2025_01_10_2025.json": Refused("the first line is not that of a market file"),
    "open-meteo/error_429.json": Error(429, Outcome.RATE_LIMITED),
    "open-meteo/eu_wind_forecast.json": Read(  # 360 times and 336 values
        "weather", 360, "DE-LU", "2025-12-22T00:00", "2026-01-06T00:00", "2025-12-22T01:00", 9.0, column="wind_speed_ms"
    ),
    "open-meteo/eu_wind_historical.json": Read(
        "weather", 168, "DE-LU", "2025-12-20T00:00", "2025-12-27T00:00", "2025-12-20T01:00", 7.88, column="wind_speed_ms"
    ),
    "open-meteo/weatherforecast_openmeteo_1.json": Read(  # 01:00 of a clock an hour ahead
        "weather", 72, "DE-LU", "2026-03-01T23:00", "2026-03-04T23:00", "2026-03-02T00:00", 2.3
    ),
    "openei-urdb/api_error.json": Error(403, Outcome.AUTH),
    "openei-urdb/customRatePOST.json": Read(  # period 2 from 11 to 19 o'clock
        "tariffs", 336, "custom", *WEEK_2024, "2024-01-02T16:00", 82.0, currency="USD", terms=10
    ),
    "openei-urdb/fixed_charge_rate.json": Read(  # 0.06821 + 0.03726
        "tariffs", 168, "66905b9123dfda7f4b0d5691", "2024-04-01T04:00", "2024-04-08T04:00", "2024-04-01T04:00", 105.47,
        currency="USD", terms=2,
    ),
    "openei-urdb/leap_year.json": Read("tariffs", 168, "custom", *WEEK_2024, "2024-01-02T12:00", 360.0, currency="USD", terms=20),
    "openei-urdb/lookup.json": Refused("energyratestructure: Field required"),
    "openei-urdb/missing_rate.json": Refused("rate is missing"),
    "openei-urdb/missing_schedule.json": Refused("period 1 is not in energyratestructure"),
    "openei-urdb/multi_tier_urdb_response.json": Read(
        "tariffs", 336, "custom", *WEEK_2024, "2024-01-02T12:00", 61.731, of="tier2", currency="USD", terms=8
    ),
    "openei-urdb/plan_adjustments_data.json": Read(  # 0.18034 + 0.07345
        "tariffs", 168, "62fe87aff6dee418ab7bfcf9", "2022-07-01T04:00", "2022-07-08T04:00", "2022-07-01T04:00", 253.79,
        currency="USD", terms=2,
    ),
    "openei-urdb/plan_data.json": Read(  # replaced from its first day on: shown by its bytes alone, no term; 0.24477 + 0.02824917
        "tariffs", 168, "574613aa5457a3557e906f5b", "2016-05-03T04:00", "2016-05-10T04:00", "2016-05-03T16:00", 273.01917, currency="USD"
    ),
    "openei-urdb/plan_demand_data.json": Read(  # 0.07798 + 0.005741
        "tariffs", 168, "5cacc9d15457a31d537780e2", "2019-04-01T04:00", "2019-04-08T04:00", "2019-04-01T04:00", 83.721,
        currency="USD", terms=7,
    ),
    "openei-urdb/plan_tier_data.json": Read(
        "tariffs", 504, "60e4c63a5457a3a91679e0f2", "2021-03-01T05:00", "2021-03-08T05:00", "2021-03-01T05:00", 407.45,
        of="tier3", currency="USD", terms=7,
    ),
    "openei-urdb/rate_limit.json": Error(429, Outcome.RATE_LIMITED),
    "openei-urdb/sell_rate.json": Read(
        "tariffs", 336, "6793d5f0408c15764c05042b", "2025-01-01T05:00", "2025-01-08T05:00", "2025-01-01T05:00", 85.252,
        of="export", currency="USD", terms=7,
    ),
    "openei-urdb/subhourly_with_urdb.json": Read(
        "tariffs", 336, "custom", "2022-01-01T05:00", "2022-01-08T05:00", "2022-01-03T05:00", 83.64, currency="USD", terms=20
    ),
    "openei-urdb/tiered_tou_demand.json": Read(
        "tariffs", 336, "custom", *WEEK_2024, "2024-01-02T12:00", 120.0, of="tier2", currency="USD", terms=4
    ),
    "openweathermap/error_401.json": Error(401, Outcome.AUTH),
    "openweathermap/error_429.json": Error(429, Outcome.RATE_LIMITED),
    "openweathermap/free_current.json": Read(  # 298.48 K
        "weather", 1, "DE-LU", "2022-08-30T14:43:12", "2022-08-30T14:53:12", "2022-08-30T14:43:12", 25.33
    ),
    "openweathermap/free_forecast.json": Read(  # 296.76 K
        "weather", 1, "DE-LU", "2022-08-30T15:00", "2022-08-30T18:00", "2022-08-30T15:00", 23.61
    ),
    "openweathermap/onecall_current.json": Read(
        "weather", 1, "DE-LU", "2024-04-25T16:45:36", "2024-04-25T16:55:36", "2024-04-25T16:45:36", 6.84
    ),
    "openweathermap/onecall_hourly.json": Read(
        "weather", 1, "DE-LU", "2024-04-26T22:00", "2024-04-26T23:00", "2024-04-26T22:00", 5.82
    ),
    "openweathermap/onecall_minutely.json": Refused("no forecast and no current weather"),
    "redata/error_403_incapsula.html": Error(403, Outcome.BLOCKED, said=False),
    "redata/precios-mercados-tiempo-real_shape.json": Read(
        "prices", 2, "ES pvpc-peninsula", "2021-11-30T23:00", "2021-12-01T00:00", "2021-11-30T23:00", 0.0, of=":ES:", currency="EUR"
    ),
    "smard/chart_data_hour.json": Read(  # of the interface's description; 7,866 is no price of 2021 but an hour's energy
        "grid", 2, "DE-LU", "2021-07-25T22:00", "2021-07-26T00:00", "2021-07-25T22:00", 7866.0,
        about={"series": "actual:load", "resolution": "hour"},
    ),
    "smard/index_hour.json": Step(
        f"{SMARD}/index_hour.json",
        {"area": "DE-LU", "series": "price", "resolution": "hour", "first": "2021-08-02", "last": "2021-08-09"},
        (f"{SMARD}/4169_DE-LU_hour_1627855200000.json", f"{SMARD}/4169_DE-LU_hour_1628460000000.json"),
    ),
}  # fmt: skip

WITHOUT_ADAPTER = ("easyenergy", "energyzero", "jao", "openelectricity", "tibber")
"""Folders of upstreams that are not ours."""


def instant(text: str) -> dt.datetime:
    """UTC instant of a time of the table."""
    return dt.datetime.fromisoformat(f"{text}+00:00")
