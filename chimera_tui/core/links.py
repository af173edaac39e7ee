"""Files that repeat other files: byte-identical copies, and tables derived from another's values."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from chimera_tui.core.frames import Frames

REPEATS = "repeats the configurations and values of "
"""How the reason of a derived file begins; the path of its source follows."""
DERIVED = "derived"
UNHASHED = ("other", "folder")
"""Kinds that are never compared: model weights are large, and nothing is read from them."""
BLOCK = 1 << 20
HEAD = 1 << 16


def linked(frames: Frames, root: Path, stopped: Callable[[], bool] = lambda: False) -> Frames:
    """The frames with ``hash`` and ``dup_of`` of copies, and role ``derived`` with the source in the reason.

    Findings leave out files with ``dup_of`` or role ``derived``; queries show them. Nothing on disk raises.
    """
    import polars as pl

    from chimera_tui.core.derived import sources

    files = with_copies(frames, root, stopped).with_columns(
        role=pl.when(pl.col("role") == DERIVED).then(pl.lit("data")).otherwise("role"),
        reason=pl.when(pl.col("reason").str.starts_with(REPEATS)).then(pl.lit("")).otherwise("reason"),
    )
    found = sources(replace(frames, files=files))
    if found.height:
        files = _marked(files, found)
    return replace(frames, files=files)


def with_copies(frames: Frames, root: Path, stopped: Callable[[], bool] = lambda: False) -> pl.DataFrame:
    """``files`` with the hash of each file that may have a copy, and ``dup_of``: the first of its copies."""
    import polars as pl

    files = frames.files
    comparable = (pl.col("size") > 0) & ~pl.col("kind").is_in(UNHASHED) & (pl.col("role") != "run")
    alike = files.join(_signatures(frames), on="file_id", how="left").filter(comparable)
    shared = alike.filter(pl.len().over("size", "signature") > 1)
    hashes = {}
    for file_id, path, raw in _plausible(shared, root, stopped):
        if stopped():
            break
        hashes[file_id] = content_hash(root / real_path(path, raw))
    if hashes:
        new = pl.col("file_id").replace_strict(hashes, default=None, return_dtype=pl.String)
        files = files.with_columns(hash=pl.coalesce("hash", new))
    first = pl.col("file_id").first().over("hash")
    copy = pl.col("hash").is_not_null() & (first != pl.col("file_id"))
    return files.with_columns(dup_of=pl.when(copy).then(first))


def _signatures(frames: Frames) -> pl.DataFrame:
    """A number made of each file's values: copies share it, so that most files need not be read once more."""
    import polars as pl

    whole = frames.files.filter(pl.col("level") == "full")["file_id"]
    return (
        frames.cells.lazy()
        .filter(pl.col("file_id").is_in(whole.implode()))
        .group_by("file_id")
        .agg(pl.col("value").hash().sum().alias("signature"))
        .collect()
    )


def content_hash(path: Path, most: int | None = None) -> str | None:
    """BLAKE2b of a file, or of its first ``most`` bytes, in hexadecimal; None where it cannot be read."""
    digest = blake2b(digest_size=16)
    try:
        with path.open("rb", buffering=0) as file:
            while (most is None or most > 0) and (block := file.read(min(BLOCK, most or BLOCK))):
                digest.update(block)
                most = None if most is None else most - len(block)
    except OSError:
        return None
    return digest.hexdigest()


def real_path(path: str, raw: bytes | None) -> str:
    """The path as the operating system takes it, from the two columns of ``files``."""
    return path if raw is None else raw.decode("utf-8", "surrogateescape")


def _plausible(shared: pl.DataFrame, root: Path, stopped: Callable[[], bool]) -> list[tuple[int, str, bytes | None]]:
    """Those without a hash; of large ones only those whose beginning another of their size shares."""
    rows = shared.select("file_id", "path", "path_raw", "size", "hash").rows()
    beginnings: dict[tuple[int, str | None], int] = {}
    begins = {}
    for file_id, path, raw, size, _ in rows:
        if size > BLOCK and not stopped():
            begins[file_id] = (size, content_hash(root / real_path(path, raw), HEAD))
            beginnings[begins[file_id]] = beginnings.get(begins[file_id], 0) + 1
    return [
        (file_id, path, raw)
        for file_id, path, raw, _, known in rows
        if known is None and (file_id not in begins or beginnings[begins[file_id]] > 1)
    ]


def _marked(files: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    source = pl.col("source_path")
    return (
        files.join(found, on="file_id", how="left", maintain_order="left")
        .with_columns(
            role=pl.when(source.is_not_null()).then(pl.lit(DERIVED)).otherwise("role"),
            reason=pl.when(source.is_not_null() & (pl.col("reason") == "")).then(pl.lit(REPEATS) + source)
            .otherwise("reason"),
        )
        .drop("source_path")
    )  # fmt: skip
