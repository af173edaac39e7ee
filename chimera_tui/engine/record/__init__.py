"""A run written down: its folder, run.toml, the report and everything beside it."""
