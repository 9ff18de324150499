"""Every recorded payload is read, or refused for a reason: the table says what each file is; a new file without an entry fails here."""

import contextlib

import httpx
import pytest

from electricity_optimizer.catalog.sources import sources
from electricity_optimizer.sources.ask import Request
from electricity_optimizer.sources.calls.client import _judge
from electricity_optimizer.sources.calls.collect import read_body
from electricity_optimizer.sources.outcome import SchemaChangedError, UpstreamSaidError
from electricity_optimizer.sources.registry import module_of
from electricity_optimizer_tests.sources.payload_table import COLUMNS, TABLE, WITHOUT_ADAPTER, Error, Read, Refused, Step, instant

RECORDS = {
    "prices": "price_record",
    "tariffs": "price_record",
    "weather": "weather_record",
    "carbon": "carbon_record",
    "statistics": "statistic_record",
    "grid": "grid_forecast_record",
}
REMOTE = [key for key, entry in sources().items() if entry.url]


def of_kind(kind):
    return [name for name, entry in TABLE.items() if isinstance(entry, kind)]


@pytest.fixture
def payload(shared):
    """Adapter, bytes and entry of a file."""
    return lambda name: (module_of(name.partition("/")[0]), (shared / "payloads" / name).read_bytes(), TABLE[name])


def test_every_file_has_its_entry_and_every_entry_its_file(shared):
    root = shared / "payloads"
    files = {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()} - {"MANIFEST.md"}
    assert {name for name in files if name.partition("/")[0] not in WITHOUT_ADAPTER} == set(TABLE)
    assert {name.partition("/")[0] for name in files} - set(REMOTE) == set(WITHOUT_ADAPTER)


@pytest.mark.parametrize("name", of_kind(Read))
def test_a_file_gives_the_records_that_are_in_it(payload, name):
    module, body, entry = payload(name)
    frames = read_body(module, body, entry.about)
    assert {table: frame.height for table, frame in frames.items()} == {
        RECORDS[entry.what]: entry.rows,
        **({"tariff_term_record": entry.terms} if entry.terms else {}),
    }
    frame = frames[RECORDS[entry.what]]
    assert sorted(frame["area"].unique()) == entry.areas.split()
    assert (frame["start_utc"].min(), frame["end_utc"].max()) == (instant(entry.first), instant(entry.last))
    assert set(frame["source"]) == {module.NAME}
    if "currency" in frame.columns:
        assert set(frame["currency"]) == {entry.currency or None}
    row = next(row for row in frame.iter_rows(named=True) if row["start_utc"] == instant(entry.at) and entry.of in row["series_id"])
    assert row[entry.column or COLUMNS[entry.what]] == entry.value


@pytest.mark.parametrize("name", of_kind(Step))
def test_a_first_step_leads_on_and_holds_no_record(payload, name):
    module, body, entry = payload(name)
    request = Request(entry.url, about=entry.about)
    assert tuple(found.url for found in module.follow(body, request)) == entry.urls
    with contextlib.suppress(SchemaChangedError):  # of a login, which is never given to the parser
        assert read_body(module, body, {}) == {}


@pytest.mark.parametrize("name", of_kind(Error))
def test_an_error_is_the_outcome_that_it_tells(payload, name):
    module, body, entry = payload(name)
    response = httpx.Response(entry.status, content=body, request=httpx.Request("GET", "https://example.test/"))
    if entry.status != 200:
        assert _judge(response, body, getattr(module, "refusal", None))[0] is entry.outcome
    with pytest.raises(UpstreamSaidError if entry.said else SchemaChangedError) as told:
        read_body(module, body, {})
    if entry.said:
        assert told.value.outcome is entry.outcome


@pytest.mark.parametrize("name", of_kind(Refused))
def test_what_is_about_something_else_or_broken_is_refused_with_the_reason(payload, name):
    module, body, entry = payload(name)
    with pytest.raises(SchemaChangedError) as refused:
        read_body(module, body, {})
    assert entry.why in str(refused.value)


@pytest.mark.parametrize("folder", WITHOUT_ADAPTER)
def test_answers_of_upstreams_without_an_adapter_are_refused_by_every_parser(shared, folder):
    for file in sorted((shared / "payloads" / folder).iterdir()):
        body = file.read_bytes()
        for key in REMOTE:
            with pytest.raises((SchemaChangedError, UpstreamSaidError)):
                read_body(module_of(key), body, {})
