"""Errors of api.data.gov's gateway, in front of OpenEI and of the laboratory's own address: one body for missing keys and used-up limits.

OpenEI says RATE_LIMIT where the others say OVER_RATE_LIMIT.
"""

from typing import Any

import orjson

from electricity_optimizer.sources.outcome import Outcome

LIMITS = {"RATE_LIMIT", "OVER_RATE_LIMIT"}
AUTH = "API_KEY_"


def spoken(document: Any) -> tuple[Outcome, str] | None:
    """Outcome and reason of a gateway's error; None for a body that is none."""
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        return None
    code = error["code"]
    reason = f"{code}: {error.get('message', 'no message')}"
    if code in LIMITS:
        return Outcome.RATE_LIMITED, reason
    return (Outcome.AUTH if code.startswith(AUTH) else Outcome.PERMANENT), reason


def refusal(_status: int, body: bytes) -> tuple[Outcome, str] | None:
    """What a refused request was told, whatever its status: 403 stands for a wrong key and for a used-up limit alike."""
    try:
        return spoken(orjson.loads(body))
    except ValueError:
        return None
