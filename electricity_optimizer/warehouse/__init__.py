"""The record: tables, engine, migrations; versioned writing, reading and as-of; payload and model files.

Three kinds of tables:
- *records* (`price_record`, ...): what an upstream said, bitemporal. A changed value adds a revision and closes the one before.
- *published* tables (`price`, `forecast`, ...): what readers see. Every row belongs to an `asset_version`; readers take the rows
  of the version that is current (or was at `as_of`), so nobody ever sees half a partition, and nothing is overwritten.
- `payload`: the bytes behind the records, content-addressed on disk.
"""
