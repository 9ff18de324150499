"""What every test may ask for."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data, payloads and cases beside the checkout: skipped without it, a failure in CI."""
    if not SHARED.is_dir():
        reason = f"needs the folder {SHARED.name}/ beside the checkout"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED
