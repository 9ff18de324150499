"""What the ingestion costs in CPU seconds: parsing, recording, and asking when nothing is new.

- Parse throughput: rows per CPU second of each source of prices, on an answer of its own wire format over up to a year.
- Record: a zone-year of quarter hours into the bitemporal record, beside the bare `sqlite3` driver writing the same columns (the peer).
- Poll: every remote source of prices asked once and finding nothing new, once warm. Limit: 0.3 CPU seconds for all together. Beside
  it a round over all zones where everything is held, and one that asks for every zone although it is held. The upstreams are simulated
  in the process (respx), whose own work is taken out: it would be done elsewhere.
"""

import datetime as dt
import importlib
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import respx

from electricity_optimizer.catalog.sources import source, sources
from electricity_optimizer.catalog.zones import Zone, zones
from electricity_optimizer.settings import Settings, load_settings
from electricity_optimizer.sources.ask import Ask, Request
from electricity_optimizer.sources.calls.line import name_of
from electricity_optimizer.sources.ingest import DEEP, Effort, Means, ingest
from electricity_optimizer.sources.records import PriceRecord, completed, series_id, to_frame
from electricity_optimizer.sources.registry import module_of
from electricity_optimizer.timeline import UTC, delivery_days, grid, local_day, range_bounds
from electricity_optimizer.warehouse import Warehouse, open_warehouse

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=UTC)
YEAR = (dt.date(2025, 10, 1), dt.date(2026, 9, 30))
POLL_LIMIT_CPU_SECONDS = 0.3
RESULT = Path(__file__).parent / "results" / "sources.json"


def price(start: dt.datetime) -> float:
    """A price that moves."""
    return round(60 + 40 * ((start.timestamp() // 900) % 96 / 96) - (start.day % 7), 2)


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def wire(name: str) -> Any:
    return importlib.import_module(f"electricity_optimizer_tests.sources.wire.{name.replace('-', '_')}")


def sources_of_prices() -> dict[str, str]:
    """Remote sources of prices with a zone that each is asked for."""
    found = {}
    for place in zones().values():
        for name in place.price_sources:
            if source(name).url:
                found.setdefault(name, place.key)
    return found


def parse_throughput() -> dict[str, dict[str, float]]:
    rates = {}
    settings = Settings()
    for name, zone_key in sources_of_prices().items():
        module, place = module_of(name), zones()[zone_key]
        days = tuple(delivery_days(YEAR[0], YEAR[0] + dt.timedelta(days=min(source(name).days_per_request, 365) - 1)))
        ask = Ask("prices", place, days, NOW, source(name), settings)
        bodies = [(request, _answer(name, request)) for request in _all(module, module.requests(ask), name)]
        seconds, rows = cpu(lambda module=module, bodies=bodies: sum(len(module.parse(body, **request.about)) for request, body in bodies))
        framing, _ = cpu(lambda module=module, bodies=bodies: [to_frame(module.parse(body, **request.about)) for request, body in bodies])
        rates[name] = {
            "rows": rows,
            "rows_per_cpu_second": round(rows / max(seconds, 1e-6)),
            "with_frame": round(rows / max(framing, 1e-6)),
        }
    return rates


def _all(module: Any, requests: list[Request], name: str) -> list[Request]:
    """Requests and those that their answers lead to."""
    done, waiting = [], list(requests)
    while waiting:
        request = waiting.pop(0)
        done.append(request)
        follow = getattr(module, "follow", None)
        waiting.extend(follow(_answer(name, request), request) if follow is not None else [])
    return done


def _answer(name: str, request: Request) -> bytes:
    return wire(name).answer(name_of(request), price)[2]


def record_a_year() -> dict[str, float]:
    place = zones()["DE-LU"]
    frame = pl.DataFrame([grid(*range_bounds(*YEAR, place.tz), 15).alias("start_utc")]).with_columns(
        end_utc=pl.col("start_utc") + pl.duration(minutes=15),
        delivery_date=local_day("start_utc", place.tz),
        price=pl.int_range(pl.len()).cast(pl.Float64) / 7,
        resolution_s=pl.lit(900, dtype=pl.Int64),
    )
    rows = completed(
        frame, PriceRecord, series_id=series_id("energy-charts", "DE-LU", 15), source="energy-charts", area="DE-LU",
        currency="EUR", licence="CC BY 4.0", redistributable=True, parser_version=1,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        house = open_warehouse(load_settings(home=folder))
        first, _ = cpu(lambda: house.record("price_record", rows, now=NOW))
        again, _ = cpu(lambda: house.record("price_record", rows, now=NOW + dt.timedelta(hours=1)))
        revised, _ = cpu(
            lambda: house.record("price_record", rows.with_columns(price=pl.col("price") + 1), now=NOW + dt.timedelta(hours=2))
        )
        bare, _ = cpu(lambda: _bare_driver(Path(folder) / "bare.db", rows))
    return {
        "rows": rows.height,
        "new_cpu_seconds": round(first, 3),
        "same_again_cpu_seconds": round(again, 3),
        "revised_cpu_seconds": round(revised, 3),
        "bare_driver_cpu_seconds": round(bare, 3),
        "times_bare_driver": round(first / bare, 2),
    }


def _bare_driver(path: Path, rows: pl.DataFrame) -> None:
    """The least that anybody could do: the same columns, one executemany, one commit, the same key and index."""
    names = rows.columns
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"create table record ({', '.join(names)}, primary key (series_id, start_utc))")
    connection.execute("create index area_date on record (area, delivery_date)")
    plain = rows.with_columns(pl.col(pl.Datetime).to_physical(), pl.col(pl.Date).cast(pl.String))
    connection.executemany(f"insert into record values ({', '.join('?' * len(names))})", plain.iter_rows())  # noqa: S608 - our own names
    connection.commit()
    connection.close()


def poll() -> dict[str, Any]:
    """Rounds where every upstream says 304, and one where nobody is asked."""
    with tempfile.TemporaryDirectory() as folder:
        keys = {name.replace("-", "_"): "key" for name, entry in sources().items() if entry.key_in}
        settings = load_settings(home=folder, keys=keys, allow_simulator=False)
        house = open_warehouse(settings)
        day = NOW.date()
        one_each = [
            (zones()[zone_key].model_copy(update={"price_sources": (name,)}), DEEP) for name, zone_key in sources_of_prices().items()
        ]
        every_zone = [(place, DEEP) for place in zones().values()]
        nothing_asked = [(place, Effort()) for place in zones().values()]
        with respx.mock(assert_all_called=False) as router:
            router.route().mock(side_effect=_upstream)
            _round(house, settings, day, every_zone)
            _round(house, settings, day, one_each)
            rounds = {
                "each source once, nothing new": _round(house, settings, day, one_each),
                "every zone with a second source, nothing new": _round(house, settings, day, every_zone),
                "every zone, everything held": _round(house, settings, day, nothing_asked),
            }
    return {"limit_cpu_seconds": POLL_LIMIT_CPU_SECONDS, **rounds}


UPSTREAM = {"requests": 0, "cpu_seconds": 0.0}


def _upstream(request: httpx.Request) -> httpx.Response:
    began = time.process_time()
    UPSTREAM["requests"] += 1
    response = httpx.Response(304) if request.headers.get("if-none-match") else _fresh(request)
    UPSTREAM["cpu_seconds"] += time.process_time() - began
    return response


def _fresh(request: httpx.Request) -> httpx.Response:
    name = next(key for key, entry in sources().items() if any(httpx.URL(url).host == request.url.host for url in _urls(entry)))
    status, kind, body = wire(name).answer(str(request.url), price)
    return httpx.Response(status, content=body, headers={"content-type": kind, "etag": '"1"'})


def _urls(entry: Any) -> list[str]:
    return [url for url in (entry.url, entry.history_url, entry.archive_url) if url]


def _round(house: Warehouse, settings: Settings, day: dt.date, asked: list[tuple[Zone, Effort]]) -> dict[str, float]:
    before = dict(UPSTREAM)
    means = Means(house, settings, NOW)
    seconds, _ = cpu(lambda: [ingest("prices", place, day, day, means, effort) for place, effort in asked])
    own = seconds - (UPSTREAM["cpu_seconds"] - before["cpu_seconds"])
    return {"ingests": len(asked), "requests": UPSTREAM["requests"] - before["requests"], "cpu_seconds": round(own, 3)}


def main() -> None:
    report = {"parse": parse_throughput(), "record": record_a_year(), "poll": poll()}
    RESULT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
