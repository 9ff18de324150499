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
    """Bytes as sent by an upstream, or why there are none. `request` identifies them without secrets; `retry_after` is in seconds.

    `unchanged`: the upstream says that nothing is new (304) and `body` is what it sent before. `validators` are the ETag and
    Last-Modified that came with the body, to be sent the next time. `asked` is false where the upstream was not asked at all (its
    circuit breaker is open, our own limit is used up): that says nothing about how it is doing. `recorded_by` is
    the version of the parser whose rows of an unchanged answer are all in the record, 0 where they may not be.
    """

    body: bytes
    request: str
    fetched_at: dt.datetime
    outcome: Outcome
    reason: str = ""
    retry_after: float | None = None
    unchanged: bool = False
    validators: tuple[str, str] = ("", "")
    asked: bool = True
    recorded_by: int = 0

    @property
    def ok(self) -> bool:
        """Whether there is a body worth parsing."""
        return self.outcome is Outcome.OK


class SchemaChangedError(ElectricityOptimizerError):
    """A body that no longer looks as documented: kept, not parsed, and reported."""


class UpstreamSaidError(ElectricityOptimizerError):
    """A well-formed body that says why there is no data, whatever its HTTP status was (AEMET's `estado`, ENTSO-E's reason 999)."""

    def __init__(self, outcome: Outcome, what: str, *, where: str = "", retry_after: float | None = None) -> None:
        super().__init__(what, where=where)
        self.outcome = outcome
        self.retry_after = retry_after
