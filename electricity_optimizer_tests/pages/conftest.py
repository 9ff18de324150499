"""The warehouse and the client of the API's tests, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from electricity_optimizer_tests.api.conftest import client, empty_client, seeded, settings, template

__all__ = ["client", "empty_client", "seeded", "settings", "template"]


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()
