"""What a Celery worker of a fleet runs: `celery -A electricity_optimizer.defs.fleet_worker worker --queues dagster`.

Dagster's own Celery application with the broker of our settings; `dagster-celery worker start` would need them a second time in a file.
Read by `celery` alone: this is the one module of the package that reads the settings when it is imported.
"""

from dagster_celery.executor import CeleryExecutor
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_task

from electricity_optimizer.defs.spread import celery_addresses
from electricity_optimizer.settings import load_settings

_executor = CeleryExecutor.for_cli(**celery_addresses(load_settings()))  # type: ignore[no-untyped-call]  # dagster-celery has no types
app = make_app(_executor.app_args())  # type: ignore[no-untyped-call]  # the same
execute_plan = create_task(app)  # type: ignore[no-untyped-call]  # the same
