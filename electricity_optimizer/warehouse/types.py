"""Column types that mean the same on SQLite and PostgreSQL."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[dt.datetime]):
    """An aware UTC instant: `timestamptz` on PostgreSQL, microseconds since the epoch on SQLite (which has no time type)."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Pick the storage type of the dialect."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else BigInteger())

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Store an aware instant; a naive one is a defect of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value.isoformat()} must not reach the warehouse")
        return value if dialect.name == "postgresql" else to_microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Give back an aware UTC instant."""
        if value is None:
            return None
        return value.astimezone(dt.UTC) if dialect.name == "postgresql" else from_microseconds(value)


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


def to_microseconds(instant: dt.datetime) -> int:
    """Microseconds since the epoch, exact."""
    return (instant - EPOCH) // MICROSECOND


def from_microseconds(value: int) -> dt.datetime:
    """The UTC instant so many microseconds after the epoch."""
    return EPOCH + dt.timedelta(microseconds=value)
