"""The Docker stack, as far as it can be checked without Docker: its files parse, refer to what exists, and keep the essentials."""

import re
import shlex
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import yaml

from electricity_optimizer.settings import Settings, origins

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
STACK = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = STACK["services"]
DOCKERFILE = re.sub(r"\\\n\s*", " ", (DOCKER / "Dockerfile").read_text(encoding="utf-8")).splitlines()
STAGES = [index for index, line in enumerate(DOCKERFILE) if line.startswith("FROM ")]
SERVICE_KEYS = {
    "build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "init", "networks", "ports", "read_only",
    "restart", "security_opt", "tmpfs", "volumes",
}  # fmt: skip
DURATION = re.compile(r"^\d+(s|m)$")


def instructions(name: str, stage: int = -1) -> list[str]:
    """Arguments of the instructions `name` of a stage of the Dockerfile."""
    end = STAGES[stage + 1] if stage not in {-1, len(STAGES) - 1} else None
    return [line.removeprefix(f"{name} ").strip() for line in DOCKERFILE[STAGES[stage] : end] if line.startswith(f"{name} ")]


def test_the_stack_has_its_services_and_only_known_keys() -> None:
    assert set(SERVICES) == {"postgres", "code", "webserver", "daemon", "api"}
    assert {key for service in SERVICES.values() for key in service} <= SERVICE_KEYS
    assert {key for key in STACK if not key.startswith("x-")} == {"name", "services", "networks", "volumes"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_refers_to_what_exists(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) < set(SERVICES)
    assert {one["condition"] for one in service.get("depends_on", {}).values()} <= {"service_healthy"}
    assert set(service["networks"]) <= set(STACK["networks"])
    for volume in service["volumes"]:
        source = volume.split(":")[0]
        assert (DOCKER / source).exists() if source.startswith(".") else source in STACK["volumes"]
    if "build" in service:
        assert (DOCKER / service["build"]["context"]).resolve() == ROOT
        assert (ROOT / service["build"]["dockerfile"]).exists()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_restarts_and_tells_its_health(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    if name == "api":  # the image brings the health check of its default role
        assert "command" not in service
        return
    health = service["healthcheck"]
    assert health["test"][0] == "CMD"
    assert all(DURATION.match(health[key]) for key in ("interval", "timeout", "start_period"))


def test_only_this_host_reaches_the_ports_and_the_database_none() -> None:
    assert all(port.startswith("127.0.0.1:") for service in SERVICES.values() for port in service.get("ports", []))
    assert "ports" not in SERVICES["postgres"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgres"}))
def test_our_containers_have_no_powers(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])


def environment() -> Iterator[str]:
    yield from (name for service in SERVICES.values() for name in service.get("environment", {}))
    yield from (pair.split("=")[0] for pair in shlex.split(" ".join(instructions("ENV"))))


def test_every_setting_in_it_is_one_of_ours() -> None:
    known = {variable for variable, _, _ in origins(Settings.model_construct())}
    assert {name for name in environment() if name.startswith("EO_")} <= known


def test_no_password_is_written_down() -> None:
    text = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
    assert all(value.startswith("${POSTGRES_PASSWORD:?") for value in re.findall(r"(?:PASSWORD: |electricity:)(\S+)", text))


def test_commands_are_programs_of_the_image() -> None:
    scripts = {script.name for script in entry_points(group="console_scripts")} | {"python", "pg_isready"}
    words = [service[key] for service in SERVICES.values() for key in ("command",) if key in service]
    words += [service["healthcheck"]["test"][1:] for service in SERVICES.values() if "healthcheck" in service]
    assert {word[0] for word in words} <= scripts


def test_workspace_points_to_the_code_server() -> None:
    server = yaml.safe_load((DOCKER / "workspace.yaml").read_text(encoding="utf-8"))["load_from"][0]["grpc_server"]
    command = SERVICES[server["host"]]["command"]
    assert command[command.index("--port") + 1] == str(server["port"])
    assert command[command.index("--module-name") + 1] == "electricity_optimizer.definitions"


def test_the_image_is_built_in_stages_and_does_not_run_as_root() -> None:
    assert len(STAGES) == 2
    assert instructions("USER")[-1] not in {"root", "0"}
    assert instructions("HEALTHCHECK")
    assert f"python:{sys.version_info.major}." in DOCKERFILE[STAGES[-1]]
    assert "g++" not in " ".join(instructions("RUN"))


def test_what_the_image_copies_is_sent_to_the_build() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    own = [line for stage in range(len(STAGES)) for line in instructions("COPY", stage) if "--from=" not in line]
    copied = {word.removeprefix("./") for line in own for word in line.split()[:-1]}
    assert copied == sent
    assert all((ROOT / path).exists() for path in copied)


def test_the_compiled_index_runs_on_any_processor_and_telemetry_is_off() -> None:
    assert any("HNSWLIB_NO_NATIVE=1" in line for line in instructions("ENV", 0))
    assert "GX_ANALYTICS_ENABLED" in set(environment())
