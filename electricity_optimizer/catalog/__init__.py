"""What we work on, as data: zones, sources, tariffs and sites in TOML files beside this one, and their loaders."""
