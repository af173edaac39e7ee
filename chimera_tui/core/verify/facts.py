"""Everything a report may be judged by: the files, the cells, the report's own blocks, the hardware the files name."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.verify.index.blocks import Blocks
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.index.inventory import Frozen, Inventory, files_of
from chimera_tui.core.verify.text.hardware import SOFTWARE, names
from chimera_tui.core.verify.written import Written

if TYPE_CHECKING:
    from chimera_tui.core.frames import Frames

_VERSION_KEY = re.compile(r"\"([A-Za-z][\w.]{0,40}?)[_ .]?version\"\s*:\s*\"v?(\d+(?:\.\d+)+)")
_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)([bm])(?![a-z0-9])")


class Named(msgspec.Struct, frozen=True):
    """A device or a version that a file names."""

    name: str
    path: str


class Extra(msgspec.Struct, frozen=True):
    """Facts that are not in the frames: read from the files' text."""

    headings: int | None = None
    """Lines that start with # over all Markdown files."""
    devices: tuple[Named, ...] = ()
    software: tuple[tuple[str, str, str], ...] = ()
    """Name, version and path."""


class Facts:
    """Frozen facts, ready to judge by. ``blocks`` are those of the report at hand."""

    def __init__(
        self, cells: Cells | None, inventory: Inventory, extra: Extra | None = None, blocks: Blocks | None = None,
        written: Written | None = None,
    ) -> None:  # fmt: skip
        self.cells, self.inventory = cells, inventory
        self.extra = extra or Extra()
        self.blocks = blocks
        self.written = written or Written()

    @classmethod
    def of(
        cls, frames: Frames, extra: Extra | None = None, frozen: Frozen | None = None, written: Written | None = None
    ) -> Facts:
        """The facts of a repository."""
        return cls(Cells(frames), Inventory(files_of(frames.files), frozen=frozen), extra, written=written)

    @classmethod
    def none(cls) -> Facts:
        """No facts at all: a report without a repository."""
        return cls(None, Inventory([], known=False))

    def for_report(self, blocks: Blocks | None) -> Facts:
        """The same facts under a report's own blocks; a report about no file is judged by its blocks alone."""
        if blocks is None:
            return self
        known = self.inventory.known and blocks.total != 0
        files = self.inventory.all_files if known else []
        inventory = Inventory(files, blocks, self.inventory.frozen if known else None, known=known)
        return Facts(self.cells if known else None, inventory, self.extra if known else None, blocks, self.written)

    def beside(self, folder: str) -> Facts:
        """The same facts for a text in that folder of the repository."""
        cells = self.cells.at_home(folder) if self.cells is not None else None
        return Facts(cells, self.inventory, self.extra, self.blocks, self.written)

    @cached_property
    def model_sizes(self) -> dict[float, tuple[str, ...]]:
        """Numbers of parameters that names of models and files state, with those names."""
        found: dict[float, list[str]] = {}
        names_ = [one.path for one in self.inventory.files]
        if self.blocks and self.blocks.model:
            names_.append(self.blocks.model)
        names_ += self._models
        for name in names_:
            for number, letter in _SIZE.findall(name.lower().replace("_", "-")):
                value = round(float(number) * (1e9 if letter == "b" else 1e6))
                found.setdefault(value, []).append(name)
        return {value: tuple(dict.fromkeys(found_)) for value, found_ in found.items()}

    @cached_property
    def _models(self) -> list[str]:
        """The models that the configurations name, in one order: which is told first must not change."""
        if self.cells is None:
            return []
        return [name for name in self.cells.frames.configs["model"].drop_nulls().unique().sort().to_list() if name]

    @cached_property
    def sizeless(self) -> tuple[str, ...]:
        """Names of models that do not state a number of parameters."""
        return tuple(one for one in self._models if not _SIZE.search(one.lower().replace("_", "-")))

    @cached_property
    def collected(self) -> tuple[datetime, datetime] | None:
        """The first and the last time recorded with a measurement."""
        import polars as pl

        if self.cells is None:
            return None
        at = self.cells.frames.cells["at"].drop_nulls()
        if not at.len():
            return None
        first, last = at.cast(pl.Datetime("ns", "UTC")).dt.replace_time_zone("UTC").sort().gather([0, -1]).to_list()
        return first, last

    @cached_property
    def collected_by_file(self) -> tuple[tuple[str, datetime, datetime], ...]:
        """The same file by file, with its path."""
        import polars as pl

        if self.cells is None:
            return ()
        at = pl.col("at").cast(pl.Datetime("ns", "UTC")).dt.replace_time_zone("UTC")
        timed = self.cells.frames.cells.filter(pl.col("at").is_not_null()).group_by("file_id")
        rows = timed.agg(at.min().alias("first"), at.max().alias("last")).sort("file_id").rows()
        return tuple((self.cells.path(file_id), first, last) for file_id, first, last in rows)

    @cached_property
    def devices(self) -> tuple[Named, ...]:
        """Devices named in the data, then in the text of the files."""
        found = []
        if self.cells is not None:
            for row in self.cells.frames.configs.iter_rows(named=True):
                for text in (row.get("device") or "", row.get("extra") or ""):
                    found += [Named(device[0], "the configurations in the data") for device in names(text)]
        return tuple(dict.fromkeys([*found, *self.extra.devices]))

    @cached_property
    def software(self) -> tuple[tuple[str, str, str], ...]:
        """Versions named: (name, version, path)."""
        found = []
        if self.cells is not None:
            for text in self.cells.frames.configs["extra"].unique(maintain_order=True).to_list():
                for key, value in (msgspec.json.decode(text) if text else {}).items():
                    if isinstance(value, str) and re.fullmatch(r"v?\d+(?:\.\d+)+\S*", value):
                        found.append((key.lower(), value.lstrip("v"), "the configurations in the data"))
        return tuple(dict.fromkeys([*found, *self.extra.software]))


def read_text_facts(path: str, text: str, *, markdown: bool) -> Extra:
    """What one file's text names; headings only of Markdown."""
    headings = sum(1 for line in text.splitlines() if line.lstrip().startswith("#")) if markdown else None
    devices = tuple(dict.fromkeys(Named(found[0], path) for found in names(text)))
    named = [(found[1].lower(), found[2], path) for found in SOFTWARE.finditer(text)]
    named += [(found[1].lower(), found[2], path) for found in _VERSION_KEY.finditer(text) if not markdown]
    software = tuple(dict.fromkeys(named))
    return Extra(headings, devices[:50], software[:50])


def merged(parts: list[Extra]) -> Extra:
    """The text facts of several files together."""
    headings = [part.headings for part in parts if part.headings is not None]
    devices = {(one.name): one for part in reversed(parts) for one in part.devices}
    software = {
        (name, version): (name, version, path) for part in reversed(parts) for name, version, path in part.software
    }
    return Extra(sum(headings) if headings else None, tuple(devices.values()), tuple(software.values()))
