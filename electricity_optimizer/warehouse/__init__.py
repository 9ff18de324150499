"""The record: tables, engine, migrations; versioned writing, reading and as-of; payload and model files.

Three kinds of tables:
- *records* (`price_record`, ...): what an upstream said, bitemporal. A changed value adds a revision and closes the one before.
- *published* tables (`price`, `forecast`, ...): what readers see. Every row belongs to an `asset_version`; readers take the rows
  of the version that is current (or was at `as_of`), so nobody ever sees half a partition, and nothing is overwritten.
- `payload` and `source_state`: the bytes behind the records, content-addressed on disk, and how each upstream is doing.
"""

from electricity_optimizer.warehouse.for_many import ForMany
from electricity_optimizer.warehouse.kept import KeptPayload
from electricity_optimizer.warehouse.publish import Part, Published
from electricity_optimizer.warehouse.records import Recorded
from electricity_optimizer.warehouse.source_states import SourceState
from electricity_optimizer.warehouse.store import Warehouse, open_warehouse

__all__ = ["ForMany", "KeptPayload", "Part", "Published", "Recorded", "SourceState", "Warehouse", "open_warehouse"]
