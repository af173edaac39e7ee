"""One thing that a walk found, and what kind it is by its name."""

import os
from typing import NamedTuple

KINDS = {
    ".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".md": "markdown",
    ".markdown": "markdown", ".txt": "text", ".log": "text", ".out": "text", ".sql": "text",
    ".parquet": "parquet",
}  # fmt: skip
"""File name endings that are read, lower case, and the kind each is."""
FOLDER = "folder"
"""The kind of an entry for a folder that could not be, or was not, entered."""
RUN = "run"
"""The role of files of a run that this program saved: kept apart, never counted, never data."""


class Entry(NamedTuple):
    """A file, or a folder that was not entered. ``rel`` may hold surrogates where a name is not UTF-8."""

    rel: str
    kind: str
    size: int = 0
    mtime_ns: int = 0
    status: str = ""
    """Empty for a file to be read; else ``failed`` or ``no measurements``, with ``reason``."""
    reason: str = ""
    role: str = ""
    """``run`` inside a saved run, else empty: what else a file is shows only its content."""

    @property
    def shown(self) -> str:
        """The path as text: bytes that are not UTF-8 spelled out in hexadecimal."""
        return self.rel if self.rel.isascii() else os.fsencode(self.rel).decode("utf-8", "backslashreplace")

    @property
    def raw(self) -> bytes | None:
        """The path's bytes where they are not UTF-8, else None."""
        if self.rel.isascii():
            return None
        name = os.fsencode(self.rel)
        try:
            name.decode("utf-8")
        except UnicodeDecodeError:
            return name
        return None


def kind_of(name: str) -> str:
    """The kind of a file by its name."""
    dot = name.rfind(".")
    return KINDS.get(name[dot:].lower(), "other") if dot > 0 else "other"
