"""A process that publishes 80 EUR/MWh, then stops in the middle of publishing 99 and waits to be killed (test_faults.py)."""

import sys
import time
from pathlib import Path

from sqlalchemy import event

from electricity_optimizer.warehouse import Part, Warehouse
from electricity_optimizer.warehouse.engine import make_engine
from electricity_optimizer.warehouse.migrate import migrate
from electricity_optimizer.warehouse.payloads import FileStore
from electricity_optimizer_tests.warehouse.frames_of_prices import DAY, MORNING, NOON, price_rows


def _stop_after_rows(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
    if statement.startswith("INSERT INTO price"):
        sys.stdout.write("rows are written, not committed\n")
        sys.stdout.flush()
        time.sleep(60)


def main(url: str, home: Path) -> None:
    """Publish once whole, once not to the end."""
    engine = make_engine(url)
    migrate(engine)
    warehouse = Warehouse(engine, FileStore(home / "payloads"), FileStore(home / "models"))
    warehouse.publish("prices", [Part("DE-LU", DAY.isoformat(), price_rows(price=80.0))], run_id="whole", now=MORNING)
    event.listen(engine, "after_cursor_execute", _stop_after_rows)
    warehouse.publish("prices", [Part("DE-LU", DAY.isoformat(), price_rows(price=99.0))], run_id="killed", now=NOON)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
