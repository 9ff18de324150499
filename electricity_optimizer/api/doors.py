"""Who may see what: plans and savings are personal, and some prices may not be handed on.

A client is *at home* when it calls from this machine directly, or shows the key `EO_API_KEY`. A proxy also calls from this machine, so
a forwarded request is not at home; nor is one for a foreign host name, or a web page could reach the plans by rebinding its own name.
"""

import ipaddress
import secrets

from fastapi import HTTPException, Request

from electricity_optimizer.settings import Settings

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
IN_PROCESS = "testclient"
"""What Starlette's client calls itself when it asks the application in its own process; no socket has this address."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def at_home(request: Request) -> bool:
    """Whether the request comes from this machine itself or shows the key."""
    settings: Settings = request.app.state.settings
    return _shows_key(request, settings) or _from_this_machine(request)


def only_at_home(request: Request) -> None:
    """Dependency of personal routes. Raises 401 where a key would help, else 403."""
    if at_home(request):
        return
    if request.app.state.settings.api_key is None:
        raise HTTPException(403, "plans and savings are shown on this machine only: set EO_API_KEY to open them with a key")
    raise HTTPException(401, "show the key: Authorization: Bearer <EO_API_KEY>", {"WWW-Authenticate": "Bearer"})


def _shows_key(request: Request, settings: Settings) -> bool:
    if settings.api_key is None or not settings.api_key.get_secret_value():
        return False
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    shown = token if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
    return secrets.compare_digest(shown.encode(), settings.api_key.get_secret_value().encode())


def _from_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    if request.client.host == IN_PROCESS:
        return True
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    return address.is_loopback and request.url.hostname in OWN_NAMES
