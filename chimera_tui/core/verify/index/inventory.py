"""The facts about files: how many of which kind, under which names, how large, how recent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.report.data_summary import KINDS
from chimera_tui.core.verify.index.blocks import Blocks

if TYPE_CHECKING:
    import polars as pl

KIND_WORDS = {
    "csv": "csv", "csvs": "csv", "json": "json", "jsons": "json", "jsonl": "jsonl", "markdown": "markdown",
    "md": "markdown", "markdowns": "markdown", "parquet": "parquet", "text": "text", "txt": "text",
}  # fmt: skip
"""Words for the kinds of file that are counted."""
_SEPARATORS = re.compile(r"[^a-z0-9]+")


class File(msgspec.Struct, frozen=True):
    """One file of the inventory."""

    path: str
    kind: str
    size: int = 0
    modified: datetime | None = None
    file_id: int = -1
    rows: int | None = None

    @property
    def name(self) -> str:
        """The base name."""
        return self.path.rpartition("/")[2]


class Frozen(msgspec.Struct, frozen=True):
    """What was frozen when a report was written and a clone has lost."""

    latest: dict[str, datetime] = {}
    total_bytes: int | None = None


class Inventory:
    """The files of a repository, with a report's own blocks over them: those win for counts, kinds and dates."""

    def __init__(
        self, files: list[File], blocks: Blocks | None = None, frozen: Frozen | None = None, *, known: bool = True
    ) -> None:
        """``known`` is False where there is no repository: then only the blocks say what there is."""
        self.files = [one for one in files if one.kind in KINDS]
        self.all_files = files
        self.blocks, self.frozen = blocks, frozen or Frozen()
        self.known = known
        self._counts: dict[object, int] = {}

    @cached_property
    def total(self) -> int | None:
        """Files analysed."""
        if self.blocks and self.blocks.total is not None:
            return self.blocks.total
        return len(self.files) if self.known else None

    @cached_property
    def kinds(self) -> dict[str, int]:
        """How many files of each kind there are."""
        if self.blocks and (self.blocks.kinds or self.blocks.total == 0):
            return self.blocks.kinds
        return dict(Counter(one.kind for one in self.files))

    @cached_property
    def empty(self) -> bool:
        """Whether the report was written about no file at all."""
        return self.total == 0

    @cached_property
    def latest(self) -> dict[str, datetime]:
        """The latest modification of each kind."""
        found: dict[str, datetime] = {}
        for one in self.files:
            if one.modified and (one.kind not in found or one.modified > found[one.kind]):
                found[one.kind] = one.modified
        found.update(self.frozen.latest)
        if self.blocks and self.blocks.latest:
            found = dict(self.blocks.latest)
        return found

    def count(self, kind: str | None) -> int | None:
        """Files of a kind, or of all."""
        if kind is None:
            return self.total
        return self.kinds.get(kind, 0) if self.kinds or self.known or self.empty else None

    def where(self, key: object, test: Callable[[File], bool]) -> int:
        """How many files pass a test; remembered under ``key``."""
        if key not in self._counts:
            self._counts[key] = sum(1 for one in self.files if test(one))
        return self._counts[key]

    @cached_property
    def by_name(self) -> dict[str, list[File]]:
        """Files by base name, lower case."""
        found: dict[str, list[File]] = {}
        for one in self.all_files:
            found.setdefault(one.name.lower(), []).append(one)
        return found

    @cached_property
    def words(self) -> Counter[str]:
        """In how many files' paths each word occurs: whole folders, and the parts of names."""
        found: Counter[str] = Counter()
        for one in self.files:
            found.update({word for word in _SEPARATORS.split(one.path.lower()) if word})
        return found

    @cached_property
    def folders(self) -> set[str]:
        """Every folder's path and name, lower case."""
        found = set()
        for one in self.all_files:
            parts = one.path.lower().split("/")[:-1]
            found.update(parts)
            found.update("/".join(parts[:n]) for n in range(1, len(parts) + 1))
        return found

    def named(self, mention: str) -> list[File]:
        """The files that a name or path in a text may mean; empty where there is none."""
        wanted = mention.lower().replace("\\", "/").strip("./")
        name = wanted.rpartition("/")[2]
        found = self.by_name.get(name, [])
        if "/" in wanted:
            found = [one for one in found if one.path.lower().endswith(wanted) or wanted.endswith(one.path.lower())]
        return found

    def may_mean(self, mention: str) -> bool:
        """Whether a name that is no file's may be the shortened name of one."""
        name = mention.lower().rpartition("/")[2].strip("*.")
        return any(
            other.endswith(name) and not other[-len(name) - 1].isalnum()
            for other in self.by_name
            if len(other) > len(name)
        )

    def sizes(self, kind: str | None) -> list[int]:
        """The sizes of the files of a kind, in bytes."""
        return [one.size for one in self.files if kind is None or one.kind == kind]


def files_of(frame: pl.DataFrame) -> list[File]:
    """The inventory's files from the ``files`` frame; saved runs of this program are none of them."""
    found = []
    for row in frame.iter_rows(named=True):
        if row.get("role") == "run":
            continue
        mtime = row.get("mtime_ns")
        modified = datetime.fromtimestamp(mtime // 1_000_000_000, UTC) if mtime else None
        found.append(
            File(row["path"], row["kind"], row["size"] or 0, modified, row.get("file_id", -1), row.get("rows"))
        )
    return found
