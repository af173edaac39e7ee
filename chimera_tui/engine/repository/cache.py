"""What was read once is kept between starts: the frames of a repository, thrown away when the readers change.

A file is read again when its path, size or time differs, or when its time is so close to the moment of reading that
it may have changed since. A cache that cannot be read is as good as none; one that cannot be written is not missed.
"""

from __future__ import annotations

import os
import shutil
import time
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core import frames as schema
from chimera_tui.core.frames import Frames
from chimera_tui.engine.repository.stored_table import Stored, read, write

if TYPE_CHECKING:
    import polars as pl

TABLES = {
    "files": schema.FILES, "cells": schema.CELLS, "series": schema.SERIES, "configs": schema.CONFIGS,
    "errors": schema.ERRORS, "records": schema.RECORDS, "runs": schema.RUNS,
}  # fmt: skip
INDEX = "index.json"
READERS = (
    "read",
    "measure",
    "scan",
    "report",
    "assemble.py",
    "pieces.py",
    "frames.py",
    "links.py",
    "derived.py",
    "moments.py",
)
"""The parts of the core whose code and data decide what the frames hold."""
CODE_AND_DATA = (".py", ".tsv", ".toml", ".json")
TICK_NS = 50_000_000
"""How far apart two changes may be and still have one time, on file systems that keep fractions of a second."""
COARSE_TICK_NS = 2_000_000_000
"""The same where only whole seconds are kept."""


def cache_folder() -> Path:
    """Where this platform keeps the cache of all repositories."""
    from platformdirs import user_cache_path

    return user_cache_path("chimera-tui")


class Index(msgspec.Struct):
    """The cache of one repository: the folder of its tables, what each is, and what they were made from."""

    readers: str
    folder: str
    tables: dict[str, Stored]
    read_ns: int


def save(cache_dir: Path, root: Path, frames: Frames, read_ns: int) -> None:
    """Keep ``frames``, whose reading began at ``read_ns``; replaces what was kept in one step. Never raises."""
    folder = _folder(cache_dir, root)
    tables = folder / f"{time.time_ns():x}"
    try:
        tables.mkdir(parents=True)
        stored = {name: write(getattr(frames, name), tables, name) for name in TABLES}
        temporary = tables / INDEX
        temporary.write_bytes(msgspec.json.encode(Index(readers_hash(), tables.name, stored, read_ns)))
        temporary.replace(folder / INDEX)
        for old in folder.iterdir():
            if old.is_dir() and old != tables:
                shutil.rmtree(old, ignore_errors=True)
    except OSError:
        shutil.rmtree(tables, ignore_errors=True)


def load(cache_dir: Path, root: Path) -> Frames | None:
    """What was kept of ``root``, or None. Files that may have changed unseen will be read again."""
    import polars as pl

    folder = _folder(cache_dir, root)
    try:
        index = msgspec.json.decode((folder / INDEX).read_bytes(), type=Index)
        if index.readers != readers_hash():
            return None
        frames = {
            name: read(folder / index.folder, name, index.tables[name], schema.dtypes(kinds))
            for name, kinds in TABLES.items()
        }
    except (OSError, msgspec.MsgspecError, pl.exceptions.PolarsError, ValueError, KeyError):
        return None
    if any(dict(frames[name].schema) != schema.dtypes(kinds) for name, kinds in TABLES.items()):
        return None
    return Frames(**{**frames, "files": _doubted(frames["files"], index.read_ns)})


def readers_hash() -> str:
    """A hash of the code and data that decide what the frames of a file hold."""
    core = Path(schema.__file__).parent
    digest = blake2b(digest_size=12)
    for name in READERS:
        part = core / name
        for path in [part] if part.is_file() else sorted(part.rglob("*")):
            if path.suffix in CODE_AND_DATA:
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _doubted(files: pl.DataFrame, read_ns: int) -> pl.DataFrame:
    """``files`` with an impossible time where a file may have changed since within one tick of the clock."""
    import polars as pl

    time_ns = pl.col("mtime_ns")
    tick = pl.when(time_ns % 1_000_000_000 == 0).then(COARSE_TICK_NS).otherwise(TICK_NS)
    return files.with_columns(mtime_ns=pl.when(time_ns > read_ns - tick).then(-1).otherwise(time_ns))


def _folder(cache_dir: Path, root: Path) -> Path:
    return cache_dir / "frames" / blake2b(os.fsencode(root), digest_size=12).hexdigest()
