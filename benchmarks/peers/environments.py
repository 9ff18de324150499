"""The peers' own virtual environments: one folder each, from a list of pinned versions, made when asked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = ("flexmeasures", "emhass")
WHERE = "EO_BENCHMARK_PEERS"
"""The variable that names another folder than `.venv-peers` for the environments."""


def folder() -> Path:
    """Where the environments are."""
    return Path(os.environ.get(WHERE) or HERE.parents[1] / ".venv-peers").resolve()


def python_of(peer: str) -> Path | None:
    """The interpreter of a peer's environment, None where it is not installed with the versions listed here."""
    python = folder() / peer / "bin" / "python"
    return python if python.exists() and _stamp(peer).exists() and _stamp(peer).read_bytes() == _pins(peer).read_bytes() else None


def install(peer: str) -> None:
    """Make a peer's environment, unless it is there already."""
    if python_of(peer):
        print(f"{peer}: installed in {folder() / peer}")
        return
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise SystemExit("uv is not there: run make setup first")
    print(f"{peer}: installing {len(_pins(peer).read_text().splitlines())} packages into {folder() / peer}", flush=True)
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder() / peer], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", folder() / peer / "bin" / "python", "-r", _pins(peer)], check=True)
    shutil.copyfile(_pins(peer), _stamp(peer))


def _pins(peer: str) -> Path:
    return HERE / f"{peer}.txt"


def _stamp(peer: str) -> Path:
    return folder() / peer / "installed.txt"
