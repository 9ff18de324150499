"""The browser of the page tests: found on the machine, or installed on Debian when we may (`make browser`)."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
REMEDY = "no Chromium found: install chromium (Debian: apt-get install chromium) or Google Chrome; until then the page tests are skipped"


def find_browser() -> Path | None:
    """A Chromium or Chrome of this machine."""
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return Path(on_path) if on_path else next((place for place in PLACES if place.exists()), None)


def may_install() -> bool:
    """Debian as root: there apt-get gives a real Chromium (Ubuntu's package of that name is only a pointer to a snap)."""
    return sys.platform == "linux" and platform.freedesktop_os_release().get("ID") == "debian" and os.geteuid() == 0


def install_browser() -> None:
    """Install Debian's chromium."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *step], env=quiet, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Exit status of `make browser`: 1 when there is none where there must be one (CI)."""
    if find_browser() is None and may_install():
        print("browser: installing Debian's chromium", flush=True)
        install_browser()
    if find_browser() is None:
        print(f"browser: {REMEDY}")
        return 1 if os.environ.get("CI") == "true" else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
