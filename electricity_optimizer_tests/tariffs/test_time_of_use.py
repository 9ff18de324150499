"""Prices by the clock: every instant in exactly one window, on DST days and holidays too; a grid fee of § 14a Module 3."""

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from electricity_optimizer.catalog.holiday import is_holiday
from electricity_optimizer.errors import CatalogError, InputError
from electricity_optimizer.tariffs import tariff
from electricity_optimizer.timeline import delivery_days, interval_count
from electricity_optimizer_tests.tariffs.series import BERLIN, market, mine

PATIENT = settings(max_examples=30, deadline=None)  # the machine may be busy
NIGHT_AND_DAY = """
[mine.energy]
kind = "time_of_use"
windows = [
  { name = "night", price = 0.20, hours = "22:00-06:00" },
  { name = "day", price = 0.30, hours = "06:00-22:00" },
]
"""
NIGHT, DAY, WEEKEND, EVENING, STANDARD = 0.20, 0.30, 0.089, 0.172, 0.128

ZONES = [BERLIN, "Europe/London", "Europe/Athens", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kolkata"]


def dst_days(tz: str) -> list[dt.date]:
    days = delivery_days(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
    return [day for day in days if interval_count(day, tz, 15) != 96]


def energy(found, day: str, tz: str = BERLIN, minutes: int = 15) -> list[float]:
    return found.prices(market(day, day, tz, minutes), tz).frame["energy_eur_kwh"].to_list()


def windows(*rows: str, default: str = "") -> str:
    return f'[mine.energy]\nkind = "time_of_use"\n{default}\nwindows = [{", ".join(rows)}]\n'


@pytest.mark.parametrize("tz", ZONES)
def test_every_quarter_hour_of_every_dst_day_2024_to_2027_has_the_price_of_its_clock(tz) -> None:
    found = mine(NIGHT_AND_DAY)
    for day in dst_days(tz):
        frame = found.prices(market(str(day), str(day), tz), tz).frame
        clock = [start.astimezone(ZoneInfo(tz)).hour for start in frame["start"]]
        assert frame["energy_eur_kwh"].to_list() == [NIGHT if hour < 6 or hour >= 22 else DAY for hour in clock]


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    found = mine(NIGHT_AND_DAY)
    assert Counter(energy(found, "2026-03-29")) == {NIGHT: 28, DAY: 64}
    assert Counter(energy(found, "2026-10-25")) == {NIGHT: 36, DAY: 64}
    assert Counter(energy(found, "2026-10-26")) == {NIGHT: 32, DAY: 64}


def test_a_holiday_is_no_weekday_and_hours_after_midnight_belong_to_their_own_day() -> None:
    found = tariff("de-household-time-of-use")
    assert Counter(energy(found, "2026-10-03")) == {WEEKEND: 96}  # German Unity Day, a Saturday
    assert is_holiday("DE", dt.date(2026, 5, 14))
    assert Counter(energy(found, "2026-05-14")) == {WEEKEND: 96}  # Ascension Day, a Thursday
    assert Counter(energy(found, "2026-05-13")) == {WEEKEND: 32, STANDARD: 64}  # the Wednesday before: a night of eight hours
    assert Counter(energy(found, "2026-01-14")) == {WEEKEND: 32, STANDARD: 48, EVENING: 16}
    saturday = energy(found, "2026-01-17")
    assert saturday[:8] == [WEEKEND] * 8


def test_module_3_makes_the_grid_fee_follow_the_clock_in_two_quarters_only() -> None:
    found = tariff("de-household-dynamic-module3")
    winter = found.prices(market("2026-01-14", "2026-01-14"), BERLIN).frame
    assert Counter(winter["grid_fee_eur_kwh"]) == {0.0315: 24, 0.1463: 16, 0.09: 56}
    assert Counter(found.prices(market("2026-05-13", "2026-05-13"), BERLIN).frame["grid_fee_eur_kwh"]) == {0.09: 96}
    net = 0.08 + 0.018 + 0.1463 + 0.0205 + 0.0159 + 0.00446 + 0.00941 + 0.01559
    assert winter["import_eur_kwh"][17 * 4] == pytest.approx(net * 1.19, abs=1e-10)
    parts = winter.select("spot_eur_kwh", "markup_eur_kwh", "grid_fee_eur_kwh", "electricity_tax_eur_kwh")
    assert parts.row(17 * 4) == (0.08, 0.018, 0.1463, 0.0205)


def test_windows_that_overlap_are_refused_with_their_names_and_a_time_of_both() -> None:
    text = windows('{ name = "a", price = 1, hours = "00:00-12:00" }', '{ name = "b", price = 2, hours = "11:30-24:00" }')
    with pytest.raises(CatalogError, match=r"own.toml \[mine\] energy: windows 'a' and 'b' overlap in month 1 on mon at 11:30"):
        mine(text)


def test_a_time_without_a_window_is_refused_unless_there_is_a_default() -> None:
    row = '{ name = "a", price = 1, months = "4-9" }'
    with pytest.raises(CatalogError, match=r"no window holds in month 1 on mon at 00:00; widen one, or name a default"):
        mine(windows(row))
    found = mine(windows(row, default='default = { name = "winter", price = 2 }'))
    assert (energy(found, "2026-03-31")[0], energy(found, "2026-04-01")[0]) == (2, 1)


def test_holidays_must_be_covered_where_a_country_of_holidays_is_named() -> None:
    rows = windows('{ name = "a", price = 1, days = ["weekday"] }', '{ name = "b", price = 2, days = ["weekend"] }')
    assert energy(mine(rows), "2026-05-14")[0] == 1  # no country: Ascension Day is a Thursday
    with pytest.raises(CatalogError, match="no window holds in month 1 on a holiday at 00:00"):
        mine('holidays = "DE"\n' + rows)
    with pytest.raises(CatalogError, match='days names holidays of no country; write holidays = "DE"'):
        mine(windows('{ name = "a", price = 1, days = ["holiday"] }', default='default = { name = "b", price = 2 }'))


def test_a_country_whose_holidays_are_not_known_is_refused_and_a_field_that_does_not_exist() -> None:
    with pytest.raises(CatalogError, match=r"own.toml \[mine\] holidays: no holiday of 'XX' is known"):
        mine('holidays = "XX"')
    with pytest.raises(CatalogError, match=r"\[mine\] energy.window: Extra inputs are not permitted"):
        mine(windows('{ name = "a", price = 1 }', default="window = 1"))


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ('{ name = "a", price = 1, hours = "6-22" }', "energy.windows.0.hours: '6-22' is no range of hours; write it like"),
        ('{ name = "a", price = 1, hours = "06:00-06:00" }', "energy.windows.0.hours: '06:00-06:00' is no range of hours"),
        ('{ name = "a", price = 1, hours = "22:00-25:00" }', "energy.windows.0.hours: '22:00-25:00' is no range of hours"),
        ('{ name = "a", price = 1, hours = 6 }', "energy.windows.0.hours: "),
        ('{ name = "a", price = 1, months = "0-3" }', "energy.windows.0.months: '0-3' is no season; write it like"),
        ('{ name = "a", price = 1, months = [13] }', "energy.windows.0.months.0: Input should be less than or equal to 12"),
        ('{ name = "a", price = 1, days = ["friday"] }', "energy.windows.0.days.0: Input should be 'mon', 'tue'"),
        ('{ name = "a", price = 1, hour = "06:00-22:00" }', "energy.windows.0.hour: Extra inputs are not permitted"),
        ("{ price = 1 }", "energy.windows.0.name: Field required"),
        ('{ name = "a", price = "nan" }', "energy.windows.0.price: Input should be a finite number"),
    ],
)
def test_a_wrong_window_names_its_field(row: str, line: str) -> None:
    with pytest.raises(CatalogError) as caught:
        mine(windows(row))
    assert str(caught.value).startswith(f"own.toml [mine] {line}")


def test_an_interval_that_holds_a_change_of_price_is_refused_and_not_given_one_of_them() -> None:
    half_past = windows('{ name = "a", price = 1, hours = "14:30-20:00" }', default='default = { name = "b", price = 2 }')
    assert energy(mine(half_past), "2026-05-13", minutes=30)[28:30] == [2, 1]
    with pytest.raises(
        InputError, match=r"energy by time of use: the interval of 60 min from 2026-05-13T12:00:00\+00:00 holds a change of price at 14:30"
    ):
        energy(mine(half_past), "2026-05-13", minutes=60)
    assert energy(mine(NIGHT_AND_DAY), "2026-05-13", "Asia/Kolkata", 30).count(NIGHT) == 16
    mixed = pl.concat([market("2025-09-30", "2025-09-30", minutes=60), market("2025-10-01", "2025-10-01")])
    with pytest.raises(InputError, match="interval of 60 min from 2025-09-30T12:00"):
        mine(half_past).prices(mixed, BERLIN)
    holed = market("2026-05-13", "2026-05-13", minutes=30).filter(pl.int_range(48) != 29)
    assert mine(half_past).prices(holed, BERLIN).frame.height == 47


MINUTES = st.integers(0, 95).map(lambda quarter: quarter * 15)


@PATIENT
@given(st.lists(MINUTES, min_size=2, max_size=6, unique=True), st.sampled_from(ZONES), st.data())
def test_windows_around_the_clock_cover_every_instant_with_exactly_one_price(edges, tz, data) -> None:
    """Cut the clock anywhere, over midnight too: each interval of any DST day has the price of the window that its clock lies in."""
    ring = sorted(edges)
    pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))
    text = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairs]
    found = mine(windows(*[f'{{ name = "w{k}", price = {k}, hours = "{hours}" }}' for k, hours in enumerate(text)]))
    day = data.draw(st.sampled_from(dst_days(tz) or [dt.date(2026, 3, 29)]))
    frame = found.prices(market(str(day), str(day), tz), tz).frame
    for start, price in zip(frame["start"], frame["energy_eur_kwh"], strict=True):
        local = start.astimezone(ZoneInfo(tz))
        minute = local.hour * 60 + local.minute
        held = [k for k, (a, b) in enumerate(pairs) if (a <= minute < b if a < b else minute >= a or minute < b)]
        assert held == [price]
