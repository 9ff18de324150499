"""From upstream answers to records: one file per upstream (fetch -> bytes, parse -> records), the shared client, the simulator, ingest."""
