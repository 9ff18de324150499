"""What the documents say exists: links, images, make targets and console commands."""

import re
from pathlib import Path

import pytest

from electricity_optimizer.cli import COMMANDS

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)|<img[^>]+src=\"([^\"]+)\"")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def links(document: Path) -> list[str]:
    """Relative targets of links and images; code blocks hold none."""
    found = [first or second for first, second in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8")))]
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(document: Path) -> set[str]:
    """Anchors of a document's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> list[str]:
    """Targets that are not there, or headings that are not in them."""
    broken = []
    for target in links(document):
        path, _, anchor = target.partition("#")
        file = document.parent / path if path else document
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_and_image_exists(document: Path) -> None:
    assert broken_links(document) == []


def code(document: Path) -> str:
    """Code blocks and code words of a document."""
    text = document.read_text(encoding="utf-8")
    return "\n".join([*FENCE.findall(text), *re.findall(r"`([^`\n]+)`", FENCE.sub("", text))])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_make_target_and_console_command_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z][a-z-]*)", code(document))) - targets == set()
    assert set(re.findall(r"electricity-optimizer ([a-z][a-z-]*)", code(document))) - set(COMMANDS) == set()


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(
        "# One heading\n[good](#one-heading) [bad](#two) ![gone](gone.png) [web](https://example.org)\n```\n[no](link)\n```\n",
        encoding="utf-8",
    )
    assert broken_links(document) == ["#two", "gone.png"]
