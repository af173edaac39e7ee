"""Recognising the folder of a run that this program saved, by what is in it."""

from collections.abc import Collection
from pathlib import Path

FOLDER = "chimera-reports"
"""Where runs are saved in a repository, by default."""
TRASH = ".trash"
"""Where deleted reports wait beside the others; never scanned, whatever the settings say of hidden files."""
MARKS = {"calls.ndjson": b'"run_started"', "run.toml": b"chimera"}
"""The files that a saved run holds from its first byte, and what one of ours says early on."""
HEAD = 4096


def is_saved_run(folder: Path, names: Collection[str], parent: str) -> bool:
    """Whether ``folder`` with these ``names`` is a saved run: one of the marks, in ``chimera-reports`` or telling."""
    found = [name for name in MARKS if name in names]
    return bool(found) and (parent == FOLDER or any(_tells(folder / name, MARKS[name]) for name in found))


def _tells(path: Path, mark: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return mark in file.read(HEAD).lower()
    except OSError:
        return False
