"""What one file gives: its status, its observations and their cells as columns that index small tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one file is taken in full."""

    cells_per_file: int = 250_000
    """Beyond this many cells a file is kept as statistics per column (``level`` is ``summary``)."""
    small_bytes: int = 8_000_000
    """Up to this size a file is decoded in one piece; larger ones are streamed."""
    text_bytes: int = 64_000_000
    """How much of a text, log or Markdown file is searched for results."""
    depth: int = 64
    """How deep nested JSON is followed."""


class SeriesKey(msgspec.Struct, frozen=True, cache_hash=True, array_like=True):
    """What a number is: all of it but its value, its configuration and its place."""

    field: str
    metric: str
    stat: str
    unit: str
    raw_unit: str
    tool: str
    definition: str
    better: str


class ConfigKey(msgspec.Struct, frozen=True, cache_hash=True, array_like=True):
    """The factors of one observation: the columns of ``frames.CONFIGS`` but its id."""

    model: str | None = None
    quant: str | None = None
    backend: str | None = None
    device: str | None = None
    dtype: str | None = None
    num_gpu: int | None = None
    num_ctx: int | None = None
    batch: int | None = None
    concurrency: int | None = None
    top_k: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    extra: str | None = None
    """JSON object with sorted keys: every other factor found."""
    path_conflict: str | None = None
    """Where the path says something else than the file recorded (the recorded value is the one kept)."""
    from_path: str | None = None
    """The factors that only the path states, as names with commas between them: shortened there, perhaps."""


@dataclass(slots=True)
class FileResult:
    """One file, decoded and measured. What is the same for all cells of an observation is kept once."""

    status: str = "ok"
    """``ok``, ``partial``, ``no measurements`` or ``failed``."""
    reason: str = ""
    """Why it is not simply ``ok``, in words a person can act on."""
    encoding: str = ""
    """What the content really is, such as ``csv``, ``jsonl``, ``json utf-8-sig``."""
    tool: str = ""
    role: str = "other"
    """``data``, ``prose`` or ``other``."""
    level: str = "full"
    """``full``, or ``summary`` where the cells are statistics of columns too long to keep."""
    rows: int = 0
    cols: int = 0
    # columns of the observations
    record: list[int] = field(default_factory=list)
    config: list[int] = field(default_factory=list)
    phase: list[int] = field(default_factory=list)
    status_code: list[int] = field(default_factory=list)
    at: list[int | None] = field(default_factory=list)
    """Nanoseconds since the epoch, UTC."""
    error: list[int | None] = field(default_factory=list)
    # columns of the cells
    of: list[int] = field(default_factory=list)
    """Which observation a cell is of: its place in the columns above."""
    series: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    n: list[int | None] = field(default_factory=list)
    raw: list[str | None] = field(default_factory=list)
    """The text in the file, if it may say more than the value; frames keep it only where it does."""
    series_table: list[SeriesKey] = field(default_factory=list)
    config_table: list[ConfigKey] = field(default_factory=list)
    error_table: list[str] = field(default_factory=list)
    records: dict[int, str] = field(default_factory=dict)
    """Path from the root of records that are not simply the row of that number."""

    def of_cells(self, column: list[T]) -> list[T]:
        """A column of the observations as a column of the cells."""
        return [column[i] for i in self.of]

    def drop_cells(self) -> None:
        """Empty the columns of the cells."""
        self.of, self.series, self.value, self.n, self.raw = [], [], [], [], []

    def drop_observations(self) -> None:
        """Empty the columns of the observations."""
        self.record, self.config, self.phase, self.status_code, self.at, self.error = [], [], [], [], [], []


WAITING = FileResult(status="waiting")
"""Stands for the result of a file that is measured later, together with others."""
ELSEWHERE = FileResult(status="elsewhere")
"""Stands for the result of a file that only a process of its own should open."""
