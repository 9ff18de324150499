"""How far a run reaches beyond its partitions, and whose prices it needs beside those of its zones."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from electricity_optimizer.catalog.zones import zone
from electricity_optimizer.defs.ahead import last_ahead
from electricity_optimizer.defs.neighbours import read_neighbours, with_neighbours
from electricity_optimizer.defs.resources import Desk
from electricity_optimizer.defs.zone_runs import Tally, ZoneConfig
from electricity_optimizer.errors import InputError
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer_tests.defs.conftest import NOW

DE = zone("DE-LU")
TODAY = NOW.date()
ONE_DAY = dt.timedelta(days=1)
MakeDesk = Callable[..., Desk]


@pytest.mark.parametrize(
    ("last", "ahead"), [(TODAY - ONE_DAY, TODAY - ONE_DAY), (TODAY, TODAY + 8 * ONE_DAY), (TODAY + ONE_DAY, TODAY + 8 * ONE_DAY)]
)
def test_a_run_up_to_today_or_tomorrow_looks_a_week_beyond_and_a_backfill_does_not(
    make_desk: MakeDesk, last: dt.date, ahead: dt.date
) -> None:
    assert last_ahead(make_desk(), DE, last) == ahead


def price_file(path: Path, *zones: str) -> Path:
    day = interval_starts(dt.date(2026, 5, 4), "Europe/Berlin", 60)
    pl.concat(pl.DataFrame({"utc": day}).with_columns(price=pl.lit(50.0), zone=pl.lit(key)) for key in zones).write_csv(path)
    return path


def test_switzerland_is_read_beside_germany_but_not_asked_upstream_where_prices_are_given(make_desk: MakeDesk, tmp_path: Path) -> None:
    assert read_neighbours(make_desk().settings, DE) == [zone("CH")]
    alone, both = price_file(tmp_path / "de.csv", "DE-LU"), price_file(tmp_path / "both.csv", "DE-LU", "CH")
    assert read_neighbours(make_desk(price_files=(alone,)).settings, DE) == []
    assert read_neighbours(make_desk(price_files=(both,)).settings, DE) == [zone("CH")]


def test_a_neighbour_is_worked_on_once_and_not_when_the_run_works_on_it_anyway(make_desk: MakeDesk) -> None:
    def asked(*keys: str) -> list[str]:
        found: list[str] = []
        with_neighbours(make_desk(), ZoneConfig(zones=list(keys)), Tally(), lambda place: found.append(place.key))
        return found

    assert asked("DE-LU", "FR", "AT", "NL") == ["CH"]
    assert asked("DE-LU", "CH") == []
    assert asked("NL", "ES") == []


def test_what_goes_wrong_with_a_neighbour_is_told_and_fails_nothing(make_desk: MakeDesk) -> None:
    def refuse(_place: object) -> None:
        raise InputError("is broken", where="CH", remedy="mend it")

    tally = Tally()
    with_neighbours(make_desk(), ZoneConfig(zones=["DE-LU"]), tally, refuse)
    assert "is broken" in tally.facts["neighbours of DE-LU"]
    assert tally.refused == {}
