"""What the sides of a comparison are: files, saved runs, folders, or filters over reports or measurements."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from chimera_tui.core.compare import measured
from chimera_tui.core.compare.reported import LoadedReport, load_report
from chimera_tui.core.compare.sides import compare_measurements, compare_reports
from chimera_tui.core.files import read_bounded
from chimera_tui.core.query import QueryError, compile_filter, quoted_value
from chimera_tui.engine.saved.trash import run_folder

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.compare.result import Comparison
    from chimera_tui.core.config.schema import Settings
    from chimera_tui.engine.repository.snapshot import Snapshot
    from chimera_tui.engine.repository.workspace import Workspace

LARGEST = 16_000_000
"""Bytes of a report that is compared."""
Over = Literal["measurements", "reports"]


class SideError(Exception):
    """A side that names nothing; says what was looked for."""


@dataclass(frozen=True)
class Picked:
    """A side by the columns that chose it."""

    name: str
    rows: pl.DataFrame
    given: frozenset[str]


async def compare(
    workspace: Workspace, settings: Settings, texts: Sequence[str], over: Over | None
) -> tuple[list[Comparison], list[list[LoadedReport]]]:
    """Every further side against the first, and the reports behind them. Raises SideError and WorkspaceError."""
    reports = [_report_file(text, workspace.root) for text in texts]
    if over is None and any(reports):
        over = "reports"
    if over == "reports" and all(reports):
        loaded = await asyncio.to_thread(lambda: [[_read(path)] for path in reports if path is not None])
        return _reports(loaded, texts, settings, [frozenset()] * len(loaded)), loaded
    snapshot = await workspace.refresh()
    return await asyncio.to_thread(_compare, snapshot, settings, texts, over)


def _compare(
    snapshot: Snapshot, settings: Settings, texts: Sequence[str], over: Over | None
) -> tuple[list[Comparison], list[list[LoadedReport]]]:
    problem = ""
    if over != "reports":
        try:
            return _measurements(snapshot, settings, texts), []
        except SideError as error:
            if over == "measurements":
                raise
            problem = str(error)
    try:
        picked = _picked_reports(snapshot, settings, texts)
    except SideError as error:
        raise SideError(f"{problem} {error}".strip()) from None
    loaded = [reports for reports, _ in picked]
    return _reports(loaded, texts, settings, [given for _, given in picked]), loaded


def _measurements(snapshot: Snapshot, settings: Settings, texts: Sequence[str]) -> list[Comparison]:
    from chimera_tui.core.findings.evidence import Evidence

    evidence = Evidence(snapshot.frames, settings.run)
    frame = measured.observations(evidence)
    sides = [_picked(frame, text, snapshot.root, "measurements") for text in texts]
    factors = measured.factors(evidence)
    first = sides[0]
    return [
        compare_measurements(first.rows, one.rows, factors, (first.name, one.name), first.given | one.given)
        for one in sides[1:]
    ]


def _picked(frame: pl.DataFrame, text: str, root: Path, what: Over) -> Picked:
    """The rows that a folder or a filter means."""
    import polars as pl

    below = _folder_below(text, root)
    if below is not None:
        where = pl.col("path").str.starts_with(below) if below else pl.lit(value=True)
        given: frozenset[str] = frozenset()
    else:
        try:
            where = compile_filter(text, frame.schema, text_columns=("path",))
        except QueryError as error:
            raise SideError(f"{quoted_value(text)} is neither a file nor a filter over {what}: {error}") from None
        given = frozenset(where.meta.root_names())
    rows = frame.filter(where)
    if not rows.height:
        hint = " There is no such file or folder." if "/" in text and what == "reports" else ""
        raise SideError(f"There are no {what} for {quoted_value(text)}.{hint}")
    return Picked(text, rows, given)


def _folder_below(text: str, root: Path) -> str | None:
    """A folder's path below the root with a slash at its end, empty for the root; None where it is no folder there."""
    real = root.resolve()
    for path in (Path(text), root / text):
        if path.is_dir() and path.resolve().is_relative_to(real):
            below = path.resolve().relative_to(real).as_posix()
            return "" if below == "." else f"{below}/"
    return None


# -- reports


def _reports(
    loaded: Sequence[Sequence[LoadedReport]], names: Sequence[str], settings: Settings, given: Sequence[frozenset[str]]
) -> list[Comparison]:
    return [
        compare_reports(loaded[0], one, (names[0], name), settings.run.cold_load_s, given[0] | also)
        for one, name, also in zip(loaded[1:], names[1:], given[1:], strict=True)
    ]


def _picked_reports(
    snapshot: Snapshot, settings: Settings, texts: Sequence[str]
) -> list[tuple[list[LoadedReport], frozenset[str]]]:
    from chimera_tui.engine.saved.library import library

    frame = library(snapshot.root, snapshot.frames, settings.run.report_dir)
    sides = []
    for text in texts:
        if path := _report_file(text, snapshot.root):
            sides.append(([_read(path)], frozenset[str]()))
        else:
            picked = _picked(frame, text, snapshot.root, "reports")
            loaded = [load_report(Path(row["file"]), row) for row in picked.rows.iter_rows(named=True)]
            sides.append((loaded, picked.given))
    return sides


def _report_file(text: str, root: Path) -> Path | None:
    """The Markdown file or the folder of a saved run that a text names."""
    for path in (Path(text), root / text):
        if path.is_file() and path.suffix.lower() in (".md", ".markdown"):
            return path
        if path.is_dir() and run_folder(path):
            return path
    return None


def _read(path: Path) -> LoadedReport:
    """A report by its path, whether a repository holds it or not. Raises SideError."""
    from chimera_tui.core.report.older import is_chimera_report, read_chimera_report
    from chimera_tui.core.report.saved import REPORT, read_saved_run

    if folder := run_folder(path):
        row = read_saved_run(folder, folder.name)
        finished = folder / REPORT
        return msgspec.structs.replace(
            load_report(finished if finished.is_file() else folder, row), name=folder.name
        )  # fmt: skip
    try:
        text = read_bounded(path, LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise SideError(f"{path} cannot be read: {error.strerror or error}.") from None
    row = read_chimera_report(text, path.name) if is_chimera_report(text) else {"path": path.name, "source": ""}
    return load_report(path, row)
