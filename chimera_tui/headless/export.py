"""``export``: a report as one HTML file."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.verify.results.numbers import saved_numbers
from chimera_tui.engine.saved.html_export import report_html, write_html
from chimera_tui.headless.exit_codes import FAILED, USAGE
from chimera_tui.headless.reading import snapshot_of
from chimera_tui.headless.talk import say

if TYPE_CHECKING:
    from chimera_tui.core.verify.results.numbers import JudgedNumber
    from chimera_tui.engine.repository.workspace import Workspace


async def export(report: Path, out: Path | None, workspace: Workspace | None) -> int:
    """Write the page, to stdout without ``out``. With a repository, what no run judged is judged by it first."""
    from chimera_tui.engine.repository.workspace import WorkspaceError
    from chimera_tui.engine.saved.frozen import FactsError

    try:
        numbers = await _judged(report, workspace) if workspace is not None else None
        if out is None:
            sys.stdout.write(await asyncio.to_thread(report_html, report, numbers))
            return 0
    except (OSError, FactsError, WorkspaceError) as error:
        say(f"{report} cannot be exported: {error}")
        return USAGE
    try:
        size = await asyncio.to_thread(write_html, report, out, numbers)
    except OSError as error:
        say(f"Nothing was written: {error}")
        return FAILED
    say(f"{size:,} bytes in {out}")
    return 0


async def _judged(report: Path, workspace: Workspace) -> tuple[JudgedNumber, ...] | None:
    from chimera_tui.engine.saved.judged_reports import ReportJudge

    if (found := await asyncio.to_thread(saved_numbers, report)) is not None:
        return found
    text = (await asyncio.to_thread(report.read_bytes)).decode("utf-8", "replace")
    snapshot = await snapshot_of(workspace)
    return await asyncio.to_thread(ReportJudge().judge, report, text, snapshot)
