"""InfluxDB line protocol as a table: `price,zone=DE-LU price=42.1 1733785200000000000`, one point a line, times in ns, us, ms or s.

Tags and fields become columns, the time becomes `utc`; a boolean or text field stays text. Comment lines begin with #.
"""

import re

import polars as pl

from electricity_optimizer.errors import InputError

SUFFIXES = frozenset({".lp", ".line", ".influx"})
PART = r'(?:\\.|"(?:\\.|[^"\\])*"|[^\s,="\\])+'
LINE = re.compile(rf"(?P<name>{PART})(?P<tags>(?:,{PART}={PART})*)\s+(?P<fields>{PART}={PART}(?:,{PART}={PART})*)\s+(?P<time>\d+)")
PAIR = re.compile(rf"({PART})=({PART})")


def read_lines(text: str, name: str) -> pl.DataFrame:
    """Table of the points in `text`, with the line number of each in `__row`. Raises InputError naming the line that is none."""
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.fullmatch(line.strip())
        if match is None:
            raise InputError(
                f"'{line[:60]}' is no line protocol", where=f"{name} row {number}", remedy="write price,zone=DE-LU price=42.1 TIME"
            )
        pairs = PAIR.findall(match["tags"]) + PAIR.findall(match["fields"])
        rows.append({"__row": number, "utc": _microseconds(match["time"]), **{_plain(key): _value(value) for key, value in pairs}})
    if not rows:
        raise InputError("holds no points", where=name, remedy="give at least one line")
    table = pl.from_dicts(rows, infer_schema_length=None)
    return table.with_columns(pl.col("utc").cast(pl.Datetime("us", "UTC")))


def _microseconds(digits: str) -> int:
    """Time in microseconds; its unit follows from the number of digits (10 for seconds of this century, 19 for nanoseconds)."""
    return int(digits[:16].ljust(16, "0"))


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.strip('"'))


def _value(text: str) -> str:
    """A field without its type mark: 42i is 42."""
    return text[:-1] if re.fullmatch(r"-?\d+[iu]", text) else _plain(text)
