"""How a fetch ended. Trouble that is normal upstream (not published yet, rate limited) is an outcome and not an exception."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from electricity_optimizer.errors import ElectricityOptimizerError


class Outcome(StrEnum):
    """Only `transient` (and `rate_limited` within its budget) is worth another try; `not_yet` never writes an empty partition."""

    OK = "ok"
    NOT_YET = "not_yet"
    NO_DATA = "no_data"
    RATE_LIMITED = "rate_limited"
    AUTH = "auth"
    BLOCKED = "blocked"
    SCHEMA_CHANGED = "schema_changed"
    TRANSIENT = "transient"
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes as sent by an upstream, or why there are none. `request` identifies them; `retry_after` is in seconds."""

    body: bytes
    request: str
    fetched_at: dt.datetime
    outcome: Outcome
    reason: str = ""
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a body worth parsing."""
        return self.outcome is Outcome.OK


class SchemaChangedError(ElectricityOptimizerError):
    """A body that no longer looks as documented: kept, not parsed, and reported."""
