"""docs/FEATURES.md says what there is: every column, every feature of the trees, no more."""

import re
from pathlib import Path

import numpy as np
import pytest

from electricity_optimizer.forecasting.feature_table import INPUTS
from electricity_optimizer.forecasting.models.boosting_inputs import hour_rows
from electricity_optimizer.forecasting.scale import LONGEST_LAG
from electricity_optimizer.market.features import SCHEMA

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "FEATURES.md").read_text()
QUANTITIES = ("load", "wind")
PLACES = {"input": "(?:residual load|load|wind)", "lag": r"\d+", "shift": r"[+-]\d", "hour": r"\d\d", "span": r"\d+"}


def cells(section: str, column: int = 0) -> list[str]:
    part = TEXT.split(section)[1].split("\n## ")[0]
    return [line.split("|")[column + 1].strip() for line in part.splitlines() if line.startswith("| `")]


def names(section: str) -> list[str]:
    return [name for cell in cells(section) for name in re.findall(r"`([^`]+)`", cell)]


def pattern(documented: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", lambda found: PLACES[found[1]], re.escape(documented)))


def test_the_table_of_columns_is_that_of_the_features_in_their_order() -> None:
    assert names("## Columns of the table `features`") == list(SCHEMA)


def test_every_column_says_its_unit_when_it_is_known_and_who_reads_it() -> None:
    for column in range(1, 5):
        assert all(cells("## Columns of the table `features`", column))


def test_what_no_model_reads_is_not_among_the_inputs_of_the_models() -> None:
    readers = dict(zip(names("## Columns of the table `features`"), cells("## Columns of the table `features`", 4), strict=True))
    direct = {name for name, reader in readers.items() if reader == "all but the naive"}
    assert direct == set(INPUTS)


def test_every_feature_of_the_trees_is_documented_once_and_each_line_is_of_use(market) -> None:
    features = hour_rows(market, np.arange(LONGEST_LAG, len(market) - 1), QUANTITIES).names
    documented = {name: pattern(name) for name in names("**Boosted trees**")}
    for feature in features:
        assert len([name for name, form in documented.items() if form.fullmatch(feature)]) >= 1, feature
    unused = [name for name, form in documented.items() if not any(form.fullmatch(feature) for feature in features)]
    assert unused == []


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_of_the_models_is_a_column(name: str) -> None:
    assert SCHEMA[name].is_float()
