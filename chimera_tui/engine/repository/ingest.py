"""One pass over a repository: what is new, what changed, what is gone; reading it; the frames of it all.

The methods block and belong in a worker thread, one at a time; :mod:`.workspace` drives them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chimera_tui.core.assemble import PENDING, Assembler
from chimera_tui.core.frames import Frames
from chimera_tui.core.measure.result import ELSEWHERE, WAITING, FileResult, Limits
from chimera_tui.core.report.older import HEAD, is_chimera_report, read_chimera_report
from chimera_tui.core.scan import FOLDER, RUN, Entry

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.measure.alike_tables import AlikeTables
    from chimera_tui.core.read.content import Content

REPOSITORY_CELLS = 5_000_000
"""Beyond this many cells in a repository further files are kept as statistics per column."""
FULL = Limits()
LARGE_BYTES = 1_000_000
"""Files above this size are measured in a child process: a thread would hold up the event loop for 0.2 s at 8 MB."""
SETTLED_NS = 2_000_000_000
"""A file that changed less than this ago is probably still being written."""
OVER_CAP = f"kept as statistics per column: this repository holds more than {REPOSITORY_CELLS:,} measurements"
REPORT_REASON = "a report that a Chimera agent wrote; reports are never a source of measurements"
LONGEST_REPORT = 16_000_000

UNCLEAR = ("failed", "partial", "no measurements")
"""What half a file may look like."""

FLUSH_CELLS = 200_000
"""Cells held as Python lists, or waiting for others, before they become a piece of a frame."""

Measure = Callable[[str, str, str, Limits, Callable[["Content", str], bool] | None], FileResult]


class Task(NamedTuple):
    """A file to be read, with the id it will have."""

    file_id: int
    entry: Entry


class Pass:
    """One pass: what to read follows from what was found and from the frames there are already."""

    def __init__(
        self, root: Path, entries: list[Entry], frames: Frames, next_file_id: int, *,
        stopped: Callable[[], bool] = lambda: False, measure: Measure | None = None, patient: bool = False,
    ) -> None:  # fmt: skip
        self.root = root
        self._prefix = os.path.join(root, "")  # noqa: PTH118 - Path costs ten times as much for each file
        self.stopped = stopped
        self.patient = patient
        """Whether a file that makes no sense right after it changed is left pending: somebody will read it again."""
        self.unsettled = False
        """Whether there is such a file."""
        self._measure = measure
        self._alike: AlikeTables | None = None
        self._waiting: dict[int, Entry] = {}
        """Files whose tables wait to be measured together."""
        self._runs: dict[str, dict[str, object]] = {}
        same = _nothing_changed(entries, frames.files)
        kept, fresh = (None, []) if same else _compare(entries, frames)
        unusual = [] if same else [entry for entry in entries if entry.role == RUN or entry.kind == FOLDER]
        self._run_folders = sorted({entry.rel.rpartition("/")[0] for entry in unusual if _marks_run(entry)})
        self._changed_runs = _changed_runs(kept, fresh, frames)
        self.changed = bool(fresh) or kept is not None
        self.not_entered = [entry for entry in unusual if entry.kind == FOLDER]
        self.n_found = len(entries) - len(self.not_entered)
        self.assembler = Assembler(frames, next_file_id)
        if kept is not None:
            self.assembler.keep(kept)
        self.small: list[Task] = []
        self.apart: list[Task] = []
        """Files that a child process reads: large ones, and Parquet, a damaged one of which makes Polars panic."""
        for entry in fresh:
            self._plan(entry)

    @property
    def n_to_read(self) -> int:
        """How many files this pass reads."""
        return len(self.small) + len(self.apart)

    def _plan(self, entry: Entry) -> None:
        if entry.role == RUN:
            self.assembler.note(entry, "no measurements", "part of a saved run")
        elif entry.status:
            self.assembler.note(entry, entry.status, entry.reason)
        elif entry.kind == "other":
            self.assembler.note(entry, "no measurements", "not a kind of file that measurements are read from")
        else:
            task = Task(self.assembler.expect(entry), entry)
            (self.apart if entry.size > LARGE_BYTES or entry.kind == "parquet" else self.small).append(task)

    def read(self, task: Task) -> None:
        """Read one small file into the frames, now or with others; whatever is wrong with it ends up in its row."""
        if self._is_report(task.entry):
            result = FileResult(status="no measurements", reason=REPORT_REASON, encoding="text", role="report")
            self.take(task, result)
        else:
            self._guarded(task, partial(self._measure_file, task))
        if self.assembler.n_loose + self._n_waiting >= FLUSH_CELLS:
            self._settle()

    def _guarded(self, task: Task, measure: Callable[[], FileResult]) -> None:
        try:
            result = measure()
        except Exception as error:  # noqa: BLE001 - a fault of a reader may cost its file, never the scan
            reason = f"a fault in its reader, worth reporting: {type(error).__name__}: {error}"[:300]
            result = FileResult(status="failed", reason=reason, encoding="unknown")
        if result is ELSEWHERE:
            self.apart.append(task)
        elif result is not WAITING:
            self.take(task, result)

    def take(self, task: Task, result: FileResult, cells: pl.DataFrame | None = None) -> None:
        """Take a result in; where the file is still being written, as pending, to be read again."""
        result = self._capped(result)
        unclear = result.status in UNCLEAR and task.entry.kind != "markdown"
        if self.patient and unclear and self._being_written(task.entry):
            self.unsettled = True
            result.status, result.reason = PENDING, "still being written; it is read again soon"
        if cells is not None:
            self._settle()
        self.assembler.add(task.file_id, task.entry, result, cells)

    def limits(self) -> Limits:
        """How much of the next file may be taken in full."""
        room = REPOSITORY_CELLS - self.assembler.n_cells - self._n_waiting
        return FULL if room >= FULL.cells_per_file else Limits(cells_per_file=max(0, room))

    def frames(self) -> Frames:
        """The frames of what has been read so far."""
        self._settle()
        return self.assembler.frames()

    def finished(self) -> Frames:
        """The frames with duplicates and derived tables linked and the runs filled in."""
        from chimera_tui.core.links import linked
        from chimera_tui.core.report.runs import runs_frame

        frames = self.frames()
        runs = runs_frame(self.root, self._run_folders, self._changed_runs, self._runs, frames)
        return linked(replace(frames, runs=runs), self.root, self.stopped)

    def _measure_file(self, task: Task) -> FileResult:
        if self._measure is None:
            from chimera_tui.core.measure import measure_file

            self._measure = measure_file
        entry, waits = task.entry, partial(self._waits, task)
        return self._measure(self._prefix + entry.rel, entry.shown, entry.kind, self.limits(), waits)

    @property
    def _n_waiting(self) -> int:
        return 0 if self._alike is None else self._alike.n_cells

    def _waits(self, task: Task, content: Content, rel: str) -> bool:
        if self._alike is None:
            from chimera_tui.core.measure.alike_tables import AlikeTables

            self._alike = AlikeTables()
        taken = self.limits() is FULL and self._alike.takes(task.file_id, content, rel)
        if taken:
            self._waiting[task.file_id] = task.entry
        return taken

    def _settle(self) -> None:
        """Measure all files that wait, and make a piece of the frames of what there is."""
        if self._alike is not None and self._waiting:
            from chimera_tui.core.measure.files import measure_table

            batches, alone = self._alike.settle()
            for batch in batches:
                self.assembler.add_batch(batch, self._waiting)
            for one in alone:
                measure = partial(measure_table, one.content, one.rel, self.limits())
                self._guarded(Task(one.file_id, self._waiting[one.file_id]), measure)
            self._waiting = {}
        self.assembler.flush()

    def _capped(self, result: FileResult) -> FileResult:
        if result.level == "summary" and self.limits() is not FULL:
            result.reason = OVER_CAP
        return result

    def _being_written(self, entry: Entry) -> bool:
        try:
            found = (self.root / entry.rel).stat()
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) != (entry.size, entry.mtime_ns) or (
            time.time_ns() - found.st_mtime_ns < SETTLED_NS
        )

    def _is_report(self, entry: Entry) -> bool:
        if entry.kind != "markdown":
            return False
        try:
            with (self.root / entry.rel).open("rb") as file:
                head = file.read(HEAD)
                if not is_chimera_report(head.decode("utf-8", "replace")):
                    return False
                text = (head + file.read(LONGEST_REPORT)).decode("utf-8", "replace")
        except OSError:
            return False
        self._runs[entry.shown] = read_chimera_report(text, entry.shown)
        return True


def _marks_run(entry: Entry) -> bool:
    from chimera_tui.core.scan.saved_runs import MARKS

    return entry.role == RUN and entry.rel.rpartition("/")[2] in MARKS


def _changed_runs(kept: set[int] | None, fresh: list[Entry], frames: Frames) -> set[str]:
    """The folders in which a file of a saved run is new, changed or gone."""
    files = frames.files
    old = files.filter(files["role"] == RUN).select("file_id", "path").rows() if kept is not None else ()
    changed = {path.rpartition("/")[0] for file_id, path in old if kept is not None and file_id not in kept}
    return changed | {entry.rel.rpartition("/")[0] for entry in fresh if entry.role == RUN}


def _compare(entries: list[Entry], frames: Frames) -> tuple[set[int] | None, list[Entry]]:
    """Which rows still hold (None: all of them), and which entries have to be read."""
    files = frames.files
    names = ("file_id", "path", "path_raw", "size", "mtime_ns", "status", "reason", "role", "encoding")
    known = {
        raw or path: (file_id, size, mtime, status, reason, role == RUN, encoding)
        for file_id, path, raw, size, mtime, status, reason, role, encoding in zip(
            *(files[name].to_list() for name in names), strict=True
        )
    }
    kept, fresh = set(), []
    for entry in entries:
        row = known.get(_key(entry.rel))
        if row is not None and _holds(entry, row):
            kept.add(row[0])
        else:
            fresh.append(entry)
    return kept if len(kept) != files.height else None, fresh


def _nothing_changed(entries: list[Entry], files: pl.DataFrame) -> bool:
    """A look that is ten times faster than comparing file by file, and enough for most starts."""
    import polars as pl

    if len(entries) != files.height or not entries:
        return not entries and not files.height
    if files["path_raw"].null_count() < files.height or (files["role"] == RUN).any():
        return False
    paths, _, sizes, times, statuses, _, roles = zip(*entries, strict=True)
    if any(statuses) or any(roles) or files["status"].is_in([PENDING, "failed"]).any():
        return False
    try:
        return all(
            (files[name] == pl.Series(found)).all()
            for name, found in (("path", paths), ("size", sizes), ("mtime_ns", times))
        )
    except UnicodeEncodeError:  # a name that is not UTF-8
        return False


def _holds(entry: Entry, row: tuple[int, int, int, str, str, bool, str]) -> bool:
    _, size, mtime_ns, status, reason, saved_run, encoding = row
    if (size, mtime_ns, saved_run) != (entry.size, entry.mtime_ns, entry.role == RUN):
        return False
    if entry.status:
        return (status, reason) == (entry.status, entry.reason)
    # A file that could not be opened is tried again: permissions change without changing its time.
    return status != PENDING and not (status == "failed" and not encoding)


def _key(rel: str) -> str | bytes:
    if rel.isascii():
        return rel
    try:
        rel.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(rel)
    return rel
