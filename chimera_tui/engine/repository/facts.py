"""The facts that the checker judges by: a repository's, and what the program itself wrote of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.links import real_path
from chimera_tui.core.report.data_summary import DataSummary
from chimera_tui.core.report.sections import ingestion
from chimera_tui.core.verify.facts import Extra, Facts, merged, read_text_facts
from chimera_tui.core.verify.index.inventory import Frozen
from chimera_tui.core.verify.written import Written, written

if TYPE_CHECKING:
    from chimera_tui.core.findings.tables import Table
    from chimera_tui.core.frames import Frames

HEAD = 65_536
"""Bytes of a data file that are searched for devices and versions."""
MARKDOWN = 1_000_000
"""Bytes of a Markdown file whose headings are counted."""
MOST_FILES = 5_000


def repository_facts(root: Path, frames: Frames, frozen: Frozen | None = None) -> Facts:
    """Everything reports about this repository are judged by. Reads the beginnings of its files."""
    return Facts.of(frames, text_facts(root, frames), frozen)


def text_facts(root: Path, frames: Frames) -> Extra:
    """What only the text of the files says: devices, versions, headings."""
    parts = []
    for path, raw, kind, role in frames.files.select("path", "path_raw", "kind", "role").rows()[:MOST_FILES]:
        if role == "run":
            continue
        markdown = kind == "markdown"
        try:
            with (root / real_path(path, raw)).open("rb") as file:
                text = file.read(MARKDOWN if markdown else HEAD).decode("utf-8", "replace")
        except OSError:
            continue
        parts.append(read_text_facts(path, text, markdown=markdown))
    return merged(parts) if parts else Extra()


def program_text(findings: Iterable[Finding], tables: Iterable[Table], summary: DataSummary) -> Written:
    """What the program computed and wrote into a report: its findings are facts, its tables and counts no claims."""
    lines = [line for table in tables for line in table.markdown().split("\n")]
    return written(findings, [*lines, *(ingestion(summary).split("\n") if summary.total else ())])
