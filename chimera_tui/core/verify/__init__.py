"""Checking every number of a report against facts computed from the files; no model takes part."""
