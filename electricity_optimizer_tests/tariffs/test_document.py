"""What docs/TARIFFS.md shows: its examples can be read, its bill is the one that comes out, its table has every tariff."""

import re
from pathlib import Path

import pytest

from electricity_optimizer.catalog.tariffs import tariff_entries
from electricity_optimizer.tariffs import bill, load_tariffs, tariff
from electricity_optimizer.tariffs.registry import ENERGY, FEED_IN
from electricity_optimizer_tests.tariffs.series import BERLIN, market, meter, mine

TEXT = (Path(__file__).parents[2] / "docs/TARIFFS.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_examples_can_be_read(example: str) -> None:
    if "name" in example.split("[mine.", maxsplit=1)[0] and example.startswith("[mine]"):
        assert load_tariffs(example, "docs")
    else:
        country = "" if "holiday" not in example and "weekday" not in example else 'holidays = "DE"\n'
        assert mine(country + example.removeprefix("[mine]\n"))


def test_its_bill_is_the_one_that_comes_out() -> None:
    spot = market("2026-01-01", "2026-01-31", price=lambda begin: 130.0 if 17 <= begin.hour < 21 else 60.0 if begin.hour < 6 else 90.0)
    usage = meter(
        "2026-01-01",
        "2026-01-31",
        taken=lambda begin: 0.25 if 17 <= begin.hour < 21 else 0.05,
        given=lambda begin: 0.1 if 11 <= begin.hour < 14 else 0.0,
    )
    found = bill(tariff("de-household-dynamic-module3"), usage, spot, BERLIN)
    shown = re.search(r"^energy +spot .*?^```", TEXT, re.MULTILINE | re.DOTALL)
    assert shown is not None
    rows = [row.split() for row in shown.group(0).splitlines()[:-1]]
    assert [(row[0], row[1], row[-1]) for row in rows[:-1]] == [(line.category, line.name, str(line.amount)) for line in found.lines]
    assert rows[-1] == [str(found.total)]


def test_it_tells_every_kind_and_every_tariff_of_the_catalogue() -> None:
    for name in [*ENERGY, *FEED_IN, *tariff_entries()]:
        assert f"`{name}`" in TEXT, name
