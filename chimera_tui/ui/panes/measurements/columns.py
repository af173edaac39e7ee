"""Which columns of the measurements are worth showing first, and how each is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.core import frames as schema
from chimera_tui.ui.tables.column import Column, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from chimera_tui.core.frames import Frames

FIRST = ("metric", "value", "unit", "stat", "model")
THEN = ("tool", "path", "record", "field", "n", "cold", "phase", "status", "error", "at")
KEYS = ("path", "record", "field")
"""Together the address of a cell; always collected."""
MOST_EXTRA_FACTORS = 4
SHOWN_BY = {
    "metric": Column("metric", max_width=24),
    "value": Column("value", kind="number"),
    "unit": Column("unit", max_width=10),
    "stat": Column("stat", max_width=8),
    "model": Column("model", max_width=24),
    "path": Column("path", max_width=50, cut="start"),
    "n": Column("n", kind="count"),
    "status": Column("status", kind="status"),
}


def present(frames: Frames, names: Sequence[str]) -> list[str]:
    """The columns of the view that hold anything, found in the thin frames without joining them."""
    if not frames.cells.height:
        return []
    wide = frames.wide_configs
    empty = set()
    for frame in (frames.cells, frames.series, wide):
        counts = frame.null_count().row(0, named=True)
        empty |= {name for name, nulls in counts.items() if nulls == frame.height and name in names}
    if not frames.loads.height:
        empty.add("cold")
    if not frames.errors.height:
        empty.add("error")
    if frames.files["dup_of"].null_count() == frames.files.height:
        empty.add("dup_of")
    return [name for name in names if name not in empty]


def shown_first(frames: Frames, names: Sequence[str]) -> list[str]:
    """The columns a person begins with: what was measured, the factors that vary, where it stands.

    Of the factors that only some tool knows, those that most configurations have.
    """
    wide = frames.wide_configs
    factors = [name for name in wide.columns if name in names and name not in ("config_id", "path_conflict", *FIRST)]
    varying = [name for name in factors if wide[name].n_unique() > 1]
    common = [name for name in varying if name in schema.CONFIGS]
    others = sorted((name for name in varying if name not in common), key=lambda name: wide[name].null_count())
    return [name for name in (*FIRST, *common, *others[:MOST_EXTRA_FACTORS], *THEN) if name in names]


def columns(names: Sequence[str], types: Mapping[str, pl.DataType]) -> list[Column]:
    """The columns by name, each with its kind."""
    return [SHOWN_BY.get(name) or Column(name, kind=kind_of(types[name])) for name in names]


def group_columns(frame: pl.DataFrame, keys: Sequence[str]) -> list[Column]:
    """The columns of a group-by or pivot: keys as they are, then statistics."""
    rest = [name for name in frame.columns if name not in keys]
    return [*columns(keys, frame.schema), *(Column(name, kind="count" if name == "n" else "number") for name in rest)]
