"""Keys and addresses of an installation: added to a request as it leaves, and to nothing that is stored."""

import base64
from urllib.parse import urlsplit, urlunsplit

from electricity_optimizer.catalog.sources import Source
from electricity_optimizer.settings import Settings


def key_of(source: Source, settings: Settings) -> str:
    """The installation's key for `source`; empty when there is none."""
    secret = settings.keys.get(source.key.replace("-", "_"))
    return secret.get_secret_value() if secret is not None else ""


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
    scheme, value = ("Basic", base64.b64encode(key.encode()).decode()) if place == "basic" else ("Bearer", key)
    return {}, {"Authorization": f"{scheme} {value}"}


def at_home(url: str, source: Source, settings: Settings) -> str:
    """`url`, at the address that the setting `source_urls` gives instead of the catalogue's host (a proxy, a moved host, a test)."""
    other = settings.source_urls.get(source.key.replace("-", "_"))
    if not other:
        return url
    asked, home = urlsplit(url), urlsplit(other)
    return urlunsplit((home.scheme, home.netloc, home.path.rstrip("/") + asked.path, asked.query, ""))


def belongs(url: str, source: Source) -> bool:
    """Whether `url` is on a host of `source`: a link inside an answer leads nowhere else, least of all with a key."""
    hosts = {urlsplit(known).hostname for known in (source.url, source.history_url, source.archive_url) if known}
    return urlsplit(url).hostname in hosts
