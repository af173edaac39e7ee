"""The data summary block: what was counted, by kind. Counts and dates are the program's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.inert import inert_line

if TYPE_CHECKING:
    import polars as pl

KINDS = ("csv", "json", "jsonl", "markdown", "text", "parquet")
"""The kinds that are analysed, in the order they are listed."""
FIRST = 5


class KindSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file: how many, the first paths, the latest modification in UTC, bytes."""

    kind: str
    count: int
    first: tuple[str, ...]
    latest: datetime | None
    size: int


class DataSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a repository holds. ``total`` counts the analysed files, ``others`` those of other kinds."""

    total: int
    kinds: tuple[KindSummary, ...]
    others: int
    n_measurements: int

    @property
    def size(self) -> int:
        """Bytes of all analysed files."""
        return sum(kind.size for kind in self.kinds)

    def block(self) -> str:
        """The block as every Chimera report prints it: count, first five, latest modified, per kind."""
        lines = [f"Total files analyzed: {self.total}"]
        for kind in self.kinds:
            lines += ["", f"{kind.kind.upper()} Files ({kind.count})"]
            lines += [f"  - {inert_line(path)}" for path in kind.first]
            if kind.count > len(kind.first):
                lines.append(f"  ... and {kind.count - len(kind.first)} more")
            if kind.latest is not None:
                lines.append(f"  Latest modified: {kind.latest:%Y-%m-%d %H:%M:%S} UTC")
        if self.others:
            lines += ["", f"Other files, not analyzed: {self.others}"]
        return "\n".join(lines)


def summarise(files: pl.DataFrame, n_measurements: int) -> DataSummary:
    """Count a repository's files; ``files`` has the columns of ``frames.FILES``, saved runs of ours left out."""
    import polars as pl

    counted = files.filter(pl.col("role") != "run")
    kinds = []
    for kind in KINDS:
        rows = counted.filter(pl.col("kind") == kind)
        if rows.height:
            paths = sorted(rows["path"].to_list(), key=lambda path: path.encode("utf-8", "surrogateescape"))
            kinds.append(
                KindSummary(
                    kind=kind, count=rows.height, first=tuple(paths[:FIRST]), latest=_utc(rows["mtime_ns"].max()),
                    size=int(rows["size"].sum()),
                )
            )  # fmt: skip
    return DataSummary(
        total=sum(kind.count for kind in kinds),
        kinds=tuple(kinds),
        others=counted.filter(~pl.col("kind").is_in(KINDS)).height,
        n_measurements=n_measurements,
    )


def _utc(mtime_ns: object) -> datetime | None:
    return datetime.fromtimestamp(mtime_ns // 1_000_000_000, UTC) if isinstance(mtime_ns, int) else None
