"""The tree of errors: one line that says where, what and the remedy."""

import pytest

from electricity_optimizer import errors
from electricity_optimizer.errors import CatalogError, ElectricityOptimizerError, InputError, SettingsError


def test_an_error_reads_where_what_and_remedy_in_one_line() -> None:
    error = InputError("column 'price' is missing", where="prices.csv", remedy="add it")
    assert str(error) == "prices.csv: column 'price' is missing (add it)"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (InputError("is empty"), "is empty"),
        (InputError("is empty", where="file"), "file: is empty"),
        (InputError("is empty", remedy="give one"), "is empty (give one)"),
    ],
)
def test_what_is_not_known_is_left_out(error: InputError, line: str) -> None:
    assert str(error) == line


def test_every_error_of_the_package_is_of_one_tree() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    assert all(issubclass(kind, ElectricityOptimizerError) for kind in classes)


def test_wrong_catalogue_entries_and_settings_are_input_of_a_person() -> None:
    assert issubclass(CatalogError, InputError)
    assert issubclass(SettingsError, InputError)
