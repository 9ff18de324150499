"""How each upstream is doing, kept so that every process sees it: failures in a row, when it may be asked again, its last good answer."""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update

from electricity_optimizer.warehouse.engine import reading, writing
from electricity_optimizer.warehouse.tables import source_state


@dataclass(frozen=True, slots=True)
class SourceState:
    """State of one source; a source that was never asked has no failures and no times."""

    source: str
    failures: int = 0
    retry_at: dt.datetime | None = None
    outcome: str = ""
    reason: str = ""
    last_ok_at: dt.datetime | None = None
    last_failure_at: dt.datetime | None = None


def read_state(engine: Engine, source: str) -> SourceState:
    """State of `source`."""
    with reading(engine) as connection:
        return _read(connection, source)


def put_state(engine: Engine, state: SourceState) -> None:
    """Write `state` down in the place of what stood there."""
    with writing(engine) as connection:
        _put(connection, state)


def change_state(engine: Engine, source: str, change: Callable[[SourceState], SourceState | None]) -> None:
    """Put what `change` makes of the state of `source` in its place, unless it makes None; no other process comes between."""
    with writing(engine) as connection:
        changed = change(_read(connection, source))
        if changed is not None:
            _put(connection, changed)


def claim_probe(engine: Engine, state: SourceState, until: dt.datetime) -> bool:
    """Whether the caller is the one who may try a half-open source: true for one process, the others wait `until` then."""
    unclaimed = (source_state.c.source == state.source, source_state.c.retry_at == state.retry_at)
    claim = update(source_state).where(*unclaimed).values(retry_at=until)
    with writing(engine) as connection:
        return connection.execute(claim).rowcount == 1


def _read(connection: Connection, source: str) -> SourceState:
    row = connection.execute(select(source_state).where(source_state.c.source == source)).mappings().first()
    return SourceState(**row) if row is not None else SourceState(source)


def _put(connection: Connection, state: SourceState) -> None:
    connection.execute(delete(source_state).where(source_state.c.source == state.source))
    connection.execute(insert(source_state).values(**asdict(state)))
