"""Which cells are meant: of some files, of some configurations, without failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import polars as pl

FEW_CELLS = 4096
"""Up to this many, Python is faster than a query."""


class Filter(msgspec.Struct, frozen=True):
    """Which rows: of these files, of these configurations, without failures. None is all."""

    files: frozenset[int] | None = None
    configs: frozenset[int] | None = None
    ok: bool = False
    warm: bool | None = None
    """Without the observations that are known to have (True), or not to have (False), waited for a load."""


def kept(frame: pl.DataFrame, rows: Filter) -> pl.DataFrame:
    """The cells that pass, in their order; ``warm`` is left to who knows the loads."""
    import polars as pl

    if frame.height <= FEW_CELLS:
        return frame[_places(frame, rows)]
    if rows.files is not None:
        frame = frame.filter(pl.col("file_id").is_in(pl.Series(sorted(rows.files), dtype=pl.UInt32).implode()))
    if rows.configs is not None:
        frame = frame.filter(pl.col("config_id").is_in(pl.Series(sorted(rows.configs), dtype=pl.UInt32).implode()))
    return frame.filter(pl.col("status") == 0) if rows.ok else frame


def _places(frame: pl.DataFrame, rows: Filter) -> list[int]:
    """Which of a few cells are kept: faster in Python than as a query."""
    found = list(range(frame.height))
    if rows.files is not None:
        its = frame["file_id"].to_list()
        found = [place for place in found if its[place] in rows.files]
    if rows.configs is not None:
        its = frame["config_id"].to_list()
        found = [place for place in found if its[place] in rows.configs]
    if rows.ok:
        its = frame["status"].to_list()
        found = [place for place in found if its[place] == 0]
    return found
