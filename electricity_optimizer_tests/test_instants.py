"""Instants as text: any offset is read in UTC, none is refused."""

import datetime as dt

import pytest

from electricity_optimizer.errors import InputError
from electricity_optimizer.instants import UTC, parse_instant


@pytest.mark.parametrize("text", ["2026-05-04T00:00:00Z", "2026-05-04T02:00:00+02:00", "2026-05-03T20:00-04:00"])
def test_an_instant_with_any_offset_is_read_in_utc(text: str) -> None:
    assert parse_instant(text) == dt.datetime(2026, 5, 4, tzinfo=UTC)
    assert parse_instant(text).tzinfo is UTC


@pytest.mark.parametrize(("text", "said"), [("2025-10-26T02:30:00", "has no offset"), ("noon", "is not a time"), ("", "is not a time")])
def test_text_that_is_no_instant_is_refused_with_the_field_and_an_example(text: str, said: str) -> None:
    with pytest.raises(InputError, match=rf"row 3: .*{said} \(write it"):
        parse_instant(text, "row 3")
