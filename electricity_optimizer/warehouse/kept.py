"""The list of stored answers: which bytes an upstream sent for which request, when, and what they were asked for."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, insert, select, update

from electricity_optimizer.warehouse.engine import reading, writing
from electricity_optimizer.warehouse.tables import payload


@dataclass(frozen=True, slots=True)
class KeptPayload:
    """A stored answer. `validators` are its ETag and Last-Modified; `about` is what its parser needs besides the bytes.

    `recorded`: its rows are in the record, so the same answer again need not be read again.
    """

    sha256: str
    source: str
    request: str
    fetched_at: dt.datetime
    outcome: str
    kind: str = ""
    about: dict[str, str] = field(default_factory=dict)
    parser_version: int = 0
    validators: tuple[str, str] = ("", "")
    recorded: bool = False


def note(engine: Engine, kept: KeptPayload, size_bytes: int) -> None:
    """Write an answer down; the same bytes for the same request are noted as seen again, with the parser that read them."""
    key = {"sha256": kept.sha256, "source": kept.source, "request": kept.request}
    etag, last_modified = kept.validators
    news = {
        "seen_at": kept.fetched_at, "outcome": kept.outcome, "etag": etag, "last_modified": last_modified,
        "kind": kept.kind, "about": kept.about, "parser_version": kept.parser_version,
    }  # fmt: skip
    with writing(engine) as connection:
        same = connection.execute(update(payload).filter_by(**key).values(**news))
        if not same.rowcount:
            connection.execute(insert(payload).values(**key, **news, fetched_at=kept.fetched_at, size_bytes=size_bytes))


def mark_read(engine: Engine, kept: KeptPayload, parser_version: int) -> None:
    """Note that a parser of this version has read the answer."""
    key = {"sha256": kept.sha256, "source": kept.source, "request": kept.request}
    with writing(engine) as connection:
        connection.execute(update(payload).filter_by(**key).values(parser_version=parser_version, outcome="ok"))


def mark_recorded(engine: Engine, kept: KeptPayload) -> None:
    """Note that every row of the answer is in the record."""
    key = {"sha256": kept.sha256, "source": kept.source, "request": kept.request}
    with writing(engine) as connection:
        connection.execute(update(payload).filter_by(**key).values(recorded=True))


def newest(engine: Engine, source: str, request: str) -> KeptPayload | None:
    """The answer to `request` that was seen last, when it was a good one."""
    query = select(payload).filter_by(source=source, request=request).order_by(payload.c.seen_at.desc()).limit(1)
    with reading(engine) as connection:
        row = connection.execute(query).mappings().first()
    return _kept(row) if row is not None and row["outcome"] == "ok" else None


def every(engine: Engine, source: str, since: dt.datetime | None, older_than_parser: int | None) -> list[KeptPayload]:
    """Answers of `source` in the order they came; those fetched from `since` on, or last read by an older parser, where given."""
    query = select(payload).where(payload.c.source == source, payload.c.kind != "").order_by(payload.c.fetched_at)
    if since is not None:
        query = query.where(payload.c.fetched_at >= since)
    if older_than_parser is not None:
        query = query.where(payload.c.parser_version < older_than_parser)
    with reading(engine) as connection:
        return [_kept(row) for row in connection.execute(query).mappings()]


def _kept(row: Any) -> KeptPayload:
    names = ("sha256", "source", "request", "fetched_at", "outcome", "kind", "about", "parser_version", "recorded")
    return KeptPayload(**{name: row[name] for name in names}, validators=(row["etag"], row["last_modified"]))
