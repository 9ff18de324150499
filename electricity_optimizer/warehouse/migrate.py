"""Bringing a warehouse to the newest schema with Alembic; a warehouse that is there already costs one small query."""

from importlib.resources import as_file, files

from sqlalchemy import Engine, inspect, text

from electricity_optimizer.errors import WarehouseError
from electricity_optimizer.warehouse.engine import reading, writing

HEAD = "0004"
"""Newest revision in `migrations/versions`; a test keeps it so."""


def migrate(engine: Engine) -> None:
    """Upgrade the warehouse to HEAD. Raises WarehouseError when it is newer than this program or cannot be written."""
    revision = _revision(engine)
    if revision == HEAD:
        return
    if revision is not None and revision > HEAD:
        raise WarehouseError(f"schema {revision} is newer than this program's {HEAD}", where="warehouse", remedy="upgrade the program")
    from alembic import command  # noqa: PLC0415 - a third of a second that only a migration needs
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("electricity_optimizer.warehouse").joinpath("migrations")) as folder, writing(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)


def _revision(engine: Engine) -> str | None:
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("select version_num from alembic_version")).scalar()
