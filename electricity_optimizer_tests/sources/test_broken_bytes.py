"""Given recorded answers with bytes cut out, doubled or replaced, a parser says what is wrong and never fails in another way."""

from contextlib import suppress
from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from electricity_optimizer.sources.outcome import SchemaChangedError, UpstreamSaidError

RECORDED = {
    "entsoe": "entsoe/BE_60M.xml",
    "omie": "omie/INT_PBC_EV_H_1_01_10_2025_01_10_2025.TXT",
    "esios": "esios/PVPC_CURV_DD_2021_10_31.json",
    "redata": "redata/precios-mercados-tiempo-real_shape.json",
    "aemet": "aemet/town-28065-forecast-hourly-data_excerpt.json",
}
PIECES = [b"", b"0", b"-", b"NaN", b"null", b"<", b'"', b"\xff\xfe", b"9999999999", b"[]", b";", b"\n"]


@pytest.mark.parametrize("name", sorted(RECORDED))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1), length=st.integers(0, 60), piece=st.sampled_from(PIECES), twice=st.booleans())
def test_a_damaged_answer_is_read_or_refused(shared, name, place, length, piece, twice):
    body = (shared / "payloads" / RECORDED[name]).read_bytes()
    start = int(place * len(body))
    damaged = body[:start] + piece + (body[start : start + length] if twice else b"") + body[start + (0 if twice else length) :]
    with suppress(SchemaChangedError, UpstreamSaidError):
        assert isinstance(import_module(f"electricity_optimizer.sources.{name}").parse(damaged), list)
