"""The whole way of an answer into the record, without a network: requests, the writer of the wire format, the read path of `collect`.

What comes out are the frames that would be recorded, and what the tests expect of them: the asked days tiled by their market time units.
"""

import datetime as dt
import importlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from types import ModuleType

import orjson
import polars as pl

from electricity_optimizer.sources.ask import Ask
from electricity_optimizer.sources.calls.collect import read_body
from electricity_optimizer.sources.registry import module_of
from electricity_optimizer.sources.soundness import refuse_foreign
from electricity_optimizer.timeline import interval_starts
from electricity_optimizer_tests.sources.asked import url_of

Value = Callable[[dt.datetime], float | None]
KEY = ["series_id", "start_utc"]
PLATEAU = 5
"""So many of twelve quarter hours have one price, the hour that comes twice in autumn among them: ENTSO-E leaves such repetitions out."""


def lively(start: dt.datetime) -> float:
    """A price that tells the quarter hours of some weeks apart but for its plateaus, below zero for a quarter of the time."""
    unit = int(start.timestamp()) // 900
    part = unit % 12
    return round((unit - part if part < PLATEAU else unit) * 1237 % 4001 / 10 - 100, 1)


def writer_of(name: str) -> ModuleType:
    """The writer of the wire format of source `name`."""
    return importlib.import_module(f"electricity_optimizer_tests.sources.wire.{name.replace('-', '_')}")


def recorded(ask: Ask, value: Value = lively, **more: object) -> dict[str, pl.DataFrame]:
    """Frames by table of every answer to `ask`, pages and second steps included; `more` is for the writer."""
    module, writer = module_of(ask.source.key), writer_of(ask.source.key)
    waiting, frames = deque(module.requests(ask)), defaultdict(list)
    while waiting:
        request = waiting.popleft()
        sent = {} if request.json is None else {"body": orjson.dumps(request.json)}
        status, _, body = writer.answer(url_of(request), value, **sent, **more)
        assert status == 200, body
        for table, frame in read_body(module, body, request.about).items() if request.keep else ():
            refuse_foreign(table, frame, source=ask.source.key, area=ask.area, tz=ask.tz)
            frames[table].append(frame.filter(pl.col("delivery_date").is_in(list(ask.days))))
        waiting.extend(module.follow(body, request) if hasattr(module, "follow") else [])
    found = {table: pl.concat(parts).sort(KEY) for table, parts in frames.items()}
    assert not any(frame.select(pl.struct(KEY).is_duplicated().any()).item() for frame in found.values())
    return found


def expect_tiled(
    frame: pl.DataFrame, days: Iterable[dt.date], tz: str, minutes: Callable[[dt.date], int], value: Value, column: str = "price"
) -> None:
    """One row for each interval of `minutes` of the local `days`, with the value there and the delivery day; nothing else."""
    rows = [
        (start, start + dt.timedelta(minutes=step), day, value(start))
        for day in days
        for step in [minutes(day)]
        for start in interval_starts(day, tz, step)
    ]
    assert frame.sort("start_utc").select("start_utc", "end_utc", "delivery_date", column).rows() == rows
