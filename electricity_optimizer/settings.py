"""Every setting, typed, with its origin. Built by a function when needed, never at import.

A setting comes from the environment (prefix `EO_`, or a plain name such as `DATABASE_URL`), else from a `.env` file in the working
directory, else from its default. `origins` tells which, for `check-config`.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from electricity_optimizer.errors import SettingsError

PLAIN = {"DATABASE_URL", "REDIS_URL"}
"""Variables without our prefix: whoever runs the servers names them so."""


class Environment(StrEnum):
    """Where this process runs; production refuses synthetic data."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Spread(StrEnum):
    """How the shards of a fleet are spread: one after the other in the process of the run, over processes, or over Celery workers."""

    IN_PROCESS = "in_process"
    MULTIPROCESS = "multiprocess"
    CELERY = "celery"


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
CommaSeparatedPaths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """The settings of one process. Frozen: a changed environment needs a new object."""

    model_config = SettingsConfigDict(
        env_prefix="EO_", env_file=".env", env_file_encoding="utf-8", env_nested_delimiter="__", extra="ignore", frozen=True
    )

    environment: Environment = Field(Environment.DEVELOPMENT, description="development or production")
    home: Path = Field(Path("var"), description="folder of all state: warehouse, payloads, models, Dagster, logs")
    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL", description="PostgreSQL URL of the warehouse")
    allow_simulator: bool = Field(True, description="stand in with the seeded simulator where no upstream answers; never in production")
    offline: bool = Field(False, description="ask no upstream at all")
    keys: dict[str, SecretStr] = Field(
        {}, description="keys of upstreams, a variable each: EO_KEYS__ENTSOE=..., EO_KEYS__FLATPEAK=account:key"
    )
    source_urls: dict[str, str] = Field({}, description="other addresses of upstreams: EO_SOURCE_URLS__NREL_NLR=https://...")
    enable: CommaSeparated = Field((), description="optional upstreams to ask as well, for example iea,nordpool")
    automation: bool = Field(False, description="start the schedules with the daemon; production says true")
    seed: int = Field(7, description="seed of the simulated market")
    price_files: CommaSeparatedPaths = Field((), description="files of real prices that come before every upstream")
    input_files: CommaSeparatedPaths = Field((), description="files of known-ahead inputs: day-ahead forecasts of load, wind, sun")
    site_files: CommaSeparatedPaths = Field((), description="files of the sites to plan (TOML or JSON), instead of the sites of the demo")
    file_zone: str = Field("DE-LU", description="zone of price and input files that name none")
    zones: CommaSeparated = Field((), description="zones to work on; empty means all of the catalogue")
    fleet_executor: Spread = Field(Spread.IN_PROCESS, description="how plan_fleet spreads its shards: in_process, multiprocess or celery")
    fleet_workers: int = Field(2, ge=1, description="processes of plan_fleet under multiprocess")
    redis_url: SecretStr | None = Field(None, validation_alias="REDIS_URL", description="Redis of the Celery workers")
    celery_broker: SecretStr | None = Field(None, description="another Celery broker than Redis, as kombu writes its URL")
    celery_backend: SecretStr | None = Field(None, description="another Celery result back end than Redis")
    api_host: str = Field("127.0.0.1", description="address the API listens on")
    api_port: int = Field(8000, ge=1, le=65535, description="port of the API and its pages")
    api_key: SecretStr | None = Field(None, description="key that opens plans and savings to clients that are not on this machine")
    dagster_port: int = Field(3070, ge=1, le=65535, description="port of the Dagster UI")

    @property
    def synthetic_allowed(self) -> bool:
        """Whether the simulator may stand in."""
        return self.allow_simulator and self.environment is not Environment.PRODUCTION

    @property
    def warehouse_url(self) -> str:
        """SQLAlchemy URL of the warehouse: `DATABASE_URL` with our driver, else SQLite under `home`."""
        if self.database_url is None:
            return f"sqlite:///{self.home.resolve() / 'warehouse.db'}"
        scheme, separator, rest = self.database_url.get_secret_value().partition("://")
        if not separator or not scheme.startswith("postgres"):
            raise SettingsError("is not a PostgreSQL URL", where="DATABASE_URL", remedy="write it like postgresql://user@host/database")
        return f"postgresql+psycopg://{rest}"


def load_settings(**overrides: object) -> Settings:
    """Settings of this process; `overrides` win over the environment. Raises SettingsError naming the setting."""
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # values are validated by pydantic
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        raise SettingsError(first["msg"], where=_variable(name), remedy="see electricity-optimizer check-config") from None
    if settings.environment is Environment.PRODUCTION and settings.allow_simulator and "allow_simulator" in settings.model_fields_set:
        raise SettingsError("production refuses synthetic data", where="EO_ALLOW_SIMULATOR", remedy="unset it or set it to false")
    return settings


def origins(settings: Settings) -> list[tuple[str, str, str]]:
    """Rows (variable, value with secrets masked, origin) of every setting."""
    rows = []
    for name in Settings.model_fields:
        variable = _variable(name)
        named = variable in os.environ or any(known.startswith(f"{variable}__") for known in os.environ)  # one variable for each key
        origin = "environment" if named else "file or argument" if name in settings.model_fields_set else "default"
        rows.append((variable, str(getattr(settings, name)), origin))
    return rows


def _variable(name: str) -> str:
    return name.upper() if name.upper() in PLAIN else f"EO_{name.upper()}"
