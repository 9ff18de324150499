"""Given keys: where they go, how they are hidden, and which addresses they may be sent to."""

import base64
from urllib.parse import quote_plus

import pytest

from electricity_optimizer.settings import Settings
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.calls.keys import Veil, at_home, belongs, credentials, key_fault, key_of
from electricity_optimizer_tests.sources.calls.conftest import upstream

KEY = 'a1b2/c3+d4="e5'
ACCOUNT = "account-17:key-9d8c7b"


def with_key(key, **more):
    return Settings(keys={"test": key}, **more)


@pytest.mark.parametrize(
    ("key_in", "params", "headers"),
    [
        ("query:securityToken", {"securityToken": KEY}, {}),
        ("header:x-api-key", {}, {"x-api-key": KEY}),
        ("bearer", {}, {"Authorization": f"Bearer {KEY}"}),
        ("basic", {}, {"Authorization": f"Basic {base64.b64encode(KEY.encode()).decode()}"}),
        ("", {}, {}),
    ],
)
def test_a_key_goes_where_the_catalogue_says(key_in, params, headers):
    assert credentials(upstream(key_in=key_in), with_key(KEY)) == (params, headers)


def test_without_a_key_nothing_is_added_and_a_line_end_of_a_secrets_file_is_no_part_of_a_key():
    assert credentials(upstream(key_in="bearer"), Settings()) == ({}, {})
    assert key_of(upstream(), with_key("secret\r\n")) == "secret"


@pytest.mark.parametrize(("key", "fault"), [("secret", False), ("", False), ("two\nlines", True), ("schlüssel", True), ("nul\x00", True)])
def test_a_key_with_characters_that_no_key_has_is_named_by_its_variable(key, fault):
    assert bool(key_fault(upstream(), with_key(key))) is fault
    if fault:
        assert key_fault(upstream(), with_key(key)) == "EO_KEYS__TEST holds characters that no key has"


@pytest.mark.parametrize(
    "echo",
    [
        KEY,
        quote_plus(KEY),
        'a1b2/c3+d4=\\"e5',  # in JSON
        base64.b64encode(KEY.encode()).decode(),
        f"Illegal header value b'{KEY}\\n'",
        f"https://upstream.test/api?securityToken={quote_plus(KEY)}&x=1",
    ],
)
def test_a_key_is_hidden_however_it_is_spelt(echo):
    veil = Veil(upstream(key_in="query:securityToken"), Request("https://upstream.test"), with_key(KEY))
    for secret in (KEY, quote_plus(KEY), base64.b64encode(KEY.encode()).decode()):
        assert secret not in veil.text(f"<{echo}>")
        assert secret.encode() not in veil.body(f"<{echo}>".encode())
    assert "[key]" in veil.text(echo)


def test_both_parts_of_an_account_and_the_token_of_a_login_are_hidden():
    request = Request("https://upstream.test", secrets={"Authorization": "Bearer tok-123456789"})
    veil = Veil(upstream(key_in="basic"), request, with_key(ACCOUNT))
    assert veil.text("no account-17 with key-9d8c7b and tok-123456789") == "no [key] with [key] and [key]"


def test_a_key_as_short_as_a_number_blackens_no_data():
    veil = Veil(upstream(key_in="bearer"), Request("https://upstream.test"), with_key("2026"))
    assert veil.body(b'{"year": 2026}') == b'{"year": 2026}'
    assert veil.text("key 2026 is wrong") == "key [key] is wrong"


@pytest.mark.parametrize(
    ("url", "belonging"),
    [
        ("https://upstream.test/price?page=2", True),
        ("https://UPSTREAM.test:443/other", True),
        ("https://archive.upstream.test/old", True),
        ("http://upstream.test/price", False),  # a key in the clear
        ("https://upstream.test:8443/price", False),
        ("https://upstream.test.evil.test/price", False),
        ("https://evil.test/upstream.test", False),
        ("https://upstream.test@evil.test/", False),
        ("https://user:word@upstream.test/", False),  # pragma: allowlist secret
        ("https://evil.test\\@upstream.test/", False),
        ("//upstream.test/price", False),
        ("/price", False),
        ("file:///etc/passwd", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_a_link_belongs_to_a_source_only_on_its_hosts_and_no_less_secure(url, belonging):
    assert belongs(url, upstream(archive_url="https://archive.upstream.test")) is belonging


@pytest.mark.parametrize(
    ("home", "url"),
    [
        ("", "https://upstream.test/price?bzn=DE-LU"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/price?bzn=DE-LU"),
        ("https://proxy.test/upstream/", "https://proxy.test/upstream/price?bzn=DE-LU"),
    ],
)
def test_another_address_takes_the_place_of_the_host(home, url):
    settings = Settings(source_urls={"test": home} if home else {})
    assert at_home("https://upstream.test/price?bzn=DE-LU", upstream(), settings) == url
