"""Where the steps of a large job run: in the process of the run, over processes, or over Celery workers.

All three are Dagster's own executors and the choice is a setting (`EO_FLEET_EXECUTOR`): the same job, the same rows.
"""

import dagster as dg
from pydantic import SecretStr

from electricity_optimizer.errors import SettingsError
from electricity_optimizer.settings import Settings, Spread

PRELOADED = ["electricity_optimizer.definitions", "electricity_optimizer.optimization"]
"""What the fork server imports once, so that a process for a step costs a fork and not seconds."""


def executor_of(settings: Settings) -> dg.ExecutorDefinition:
    """The executor that the settings choose. Raises SettingsError for Celery without a broker."""
    if settings.fleet_executor is Spread.CELERY:
        return _celery(settings)
    if settings.fleet_executor is Spread.MULTIPROCESS:
        start = {"forkserver": {"preload_modules": PRELOADED}}
        return dg.multiprocess_executor.configured({"max_concurrent": settings.fleet_workers, "start_method": start})
    return dg.in_process_executor


def _celery(settings: Settings) -> dg.ExecutorDefinition:
    from dagster_celery import celery_executor  # noqa: PLC0415 - Celery is loaded where it is used

    return celery_executor.configured(celery_addresses(settings), name="celery")


def celery_addresses(settings: Settings) -> dict[str, str]:
    """Broker and result back end of Celery: the settings of their own, else Redis. Raises SettingsError when there is none."""
    found = {"broker": settings.celery_broker or settings.redis_url, "backend": settings.celery_backend or settings.redis_url}
    for name, url in found.items():
        if url is None:
            remedy = "set REDIS_URL, such as redis://127.0.0.1:6379/0"
            raise SettingsError(f"Celery has no {name}", where=f"EO_CELERY_{name.upper()}", remedy=remedy)
    return {name: url.get_secret_value() for name, url in found.items() if isinstance(url, SecretStr)}
