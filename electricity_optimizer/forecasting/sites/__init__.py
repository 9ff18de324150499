"""Load and sun of a site from its own meter: what is known, a blend of profiles, bands, scores. Plain numpy, no I/O, no clock."""
