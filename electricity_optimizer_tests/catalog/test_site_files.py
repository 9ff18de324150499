"""Sites from a person's own files: instead of the demo's, in order, read again when a file changes."""

import json
import tomllib
from pathlib import Path

import pytest

from electricity_optimizer.catalog.site_files import chosen_sites
from electricity_optimizer.catalog.sites import sites
from electricity_optimizer.errors import CatalogError
from electricity_optimizer_tests.catalog.test_sites import SITE


def test_without_files_the_sites_are_those_of_the_demo() -> None:
    assert chosen_sites() is sites()


def test_files_stand_instead_of_the_demo_and_in_their_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.toml").write_text(SITE.replace("[mine]", f"[{name}]"), encoding="utf-8")
    assert list(chosen_sites([tmp_path / "b.toml", tmp_path / "a.toml"])) == ["b", "a"]


def test_json_of_the_same_shape_holds_the_same_sites(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(SITE, encoding="utf-8")
    (tmp_path / "own.json").write_text(json.dumps(tomllib.loads(SITE)), encoding="utf-8")
    assert chosen_sites([tmp_path / "own.json"]) == chosen_sites([tmp_path / "own.toml"])


@pytest.mark.parametrize(("text", "said"), [("[1]", "must be an object of entries"), ("{", "repair the JSON")])
def test_wrong_json_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "own.json").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=said):
        chosen_sites([tmp_path / "own.json"])


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(SITE, encoding="utf-8")
    assert chosen_sites([file])["mine"] is chosen_sites([file])["mine"]
    file.write_text(SITE.replace("My house", "My other house"), encoding="utf-8")
    assert chosen_sites([file])["mine"].name == "My other house"


def test_a_site_in_two_files_is_refused_by_name(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(SITE, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"two\.toml \[mine\]: stands in another file, too"):
        chosen_sites([tmp_path / "one.toml", tmp_path / "two.toml"])


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"\xff\xfe", "is not UTF-8 text"), (b"[mine", "repair the TOML"), (SITE.replace("11.0", "-1").encode(), "grid.import_limit_kw")],
)
def test_a_wrong_file_is_named(tmp_path: Path, body: bytes, said: str) -> None:
    (tmp_path / "own.toml").write_bytes(body)
    with pytest.raises(CatalogError, match=said) as error:
        chosen_sites([tmp_path / "own.toml"])
    assert "own.toml" in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"none\.toml: cannot be read: No such file"):
        chosen_sites([tmp_path / "none.toml"])
