"""Where the runs of a repository are kept, and what their folders are called."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from chimera_tui.core.report.document import AGENT
from chimera_tui.core.scan.saved_runs import FOLDER
from chimera_tui.engine.repository.place_name import place_name, slug


def report_parents(root: Path, report_dir: str) -> list[Path]:
    """The folders that reports of a repository may be in, the preferred one first."""
    from platformdirs import user_data_path

    configured = [Path(report_dir).expanduser()] if report_dir else [root / FOLDER]
    return [*configured, user_data_path("chimera-tui") / "reports" / place_name(root)]


def folder_name(started: datetime, model: str) -> str:
    """``<UTC time>-<agent>-<model>``, of letters, digits, dots and dashes."""
    return f"{started:%Y%m%dT%H%M%SZ}-{slug(AGENT)}-{slug(model)}"
