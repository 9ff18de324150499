"""Keys and addresses of an installation: added to a request as it leaves, and to nothing that is stored or logged."""

import base64
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

import httpx

from electricity_optimizer.catalog.sources import Source
from electricity_optimizer.errors import SettingsError
from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.ask import Request

SHORTEST_SECRET = 4
"""What is shorter is no secret, and hiding it would blacken words."""
SHORTEST_IN_BODY = 8
"""In data a shorter one could be a number."""
HIDDEN = "[key]"


def key_of(source: Source, settings: Settings) -> str:
    """The installation's key for `source`, without the line end that a file of secrets leaves; empty when there is none."""
    secret = settings.keys.get(source.key.replace("-", "_"))
    return secret.get_secret_value().strip() if secret is not None else ""


def key_fault(source: Source, settings: Settings) -> str:
    """Why the key cannot be one; empty when it can. Such a key would break the request in words that hold it."""
    key = key_of(source, settings)
    return "" if key.isascii() and (key.isprintable() or not key) else f"{key_variable(source)} holds characters that no key has"


def key_variable(source: Source) -> str:
    """Name of the setting that holds the key of `source`.

    >>> from electricity_optimizer.catalog.sources import source
    >>> key_variable(source("energy-charts"))
    'EO_KEYS__ENERGY_CHARTS'
    """
    return f"EO_KEYS__{source.key.replace('-', '_').upper()}"


def credentials(source: Source, settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """Query parameters and headers that carry the key of `source`, as `key_in` of the catalogue says; none where there is no key."""
    key = key_of(source, settings)
    place, _, name = source.key_in.partition(":")
    if not key or not place:
        return {}, {}
    if place == "query":
        return {name: key}, {}
    if place == "header":
        return {}, {name: key}
    scheme, value = ("Basic", _basic(key)) if place == "basic" else ("Bearer", key)
    return {}, {"Authorization": f"{scheme} {value}"}


class Veil:
    """Hides the secrets of one request in what is written down: the key, its parts and the tokens, however an upstream spells them."""

    def __init__(self, source: Source, request: Request, settings: Settings) -> None:
        key = key_of(source, settings)
        tokens = [part for value in request.secrets.values() for part in (value, value.rpartition(" ")[2])]
        self._spellings = sorted({one for secret in (key, *key.split(":"), *tokens) for one in _spellings(secret)}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """`text` without secrets."""
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        return text

    def body(self, body: bytes) -> bytes:
        """A body without secrets: some upstreams repeat the request in their answer."""
        for spelling in self._spellings:
            if len(spelling) >= SHORTEST_IN_BODY:
                body = body.replace(spelling.encode(), HIDDEN.encode())
        return body


def at_home(url: str, source: Source, settings: Settings) -> str:
    """`url`, at the address that the setting `source_urls` gives instead of the catalogue's host (a proxy, a moved host, a test).

    Raises SettingsError for a setting that is no address.
    """
    other = settings.source_urls.get(source.key.replace("-", "_"))
    if not other:
        return url
    asked, home = httpx.URL(url), _address(other, source)
    path = home.raw_path.partition(b"?")[0].rstrip(b"/") + asked.raw_path
    return str(home.copy_with(raw_path=path))


def _address(text: str, source: Source) -> httpx.URL:
    try:
        home = httpx.URL(text)
    except httpx.InvalidURL:
        home = httpx.URL("")
    if home.scheme not in {"http", "https"} or not home.host:
        variable = key_variable(source).replace("EO_KEYS", "EO_SOURCE_URLS")
        raise SettingsError("is no address", where=variable, remedy="write it like https://host/path")
    return home


def belongs(url: str | httpx.URL, source: Source) -> bool:
    """Whether `url` is on a host of `source`, no less secure: a link in an answer leads nowhere else, least of all with a key."""
    try:
        there = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    homes = (httpx.URL(known) for known in (source.url, source.history_url, source.archive_url) if known)
    return not there.userinfo and origin(there) in {origin(home) for home in homes}


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port of `url`; the usual port is none."""
    return url.scheme, url.host, url.port


def _basic(key: str) -> str:
    return base64.b64encode(key.encode()).decode()


def _spellings(secret: str) -> Iterable[str]:
    """`secret` as it stands, as in an address, in JSON and in an Authorization header."""
    if len(secret) < SHORTEST_SECRET:
        return ()
    return (secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1], _basic(secret))
