"""The runs that were saved for a repository, read back from their folders."""

from datetime import datetime
from pathlib import Path

import msgspec

from chimera_tui.core.report.saved import REPORT, read_saved_run
from chimera_tui.engine.folder import report_parents
from chimera_tui.engine.journal import NAME as JOURNAL


class SavedReport(msgspec.Struct, frozen=True, kw_only=True):
    """One saved run. ``path`` is its report, or its folder where it is unfinished; tokens/s, seconds, tokens."""

    path: Path
    title: str
    started: str
    agent: str = ""
    model: str = ""
    engine: str = ""
    ending: str = ""
    tokens_per_s: float | None = None
    ttft_s: float | None = None
    generated_tokens: int | None = None

    @property
    def finished(self) -> bool:
        """Whether the report was written; if not, the journal holds what there is."""
        return self.path.name == REPORT


def list_reports(root: Path, report_dir: str = "", out: Path | None = None) -> list[SavedReport]:
    """Every saved run of a repository, newest first. Folders that cannot be read are passed over."""
    parents = report_parents(root, report_dir)
    if out is not None and out not in parents:
        parents.insert(0, out)
    found = []
    for parent in parents:
        try:
            found += [_saved(entry) for entry in parent.iterdir() if (entry / JOURNAL).is_file()]
        except OSError:
            continue
    return sorted(found, key=lambda saved: (saved.started, saved.title), reverse=True)


def _saved(folder: Path) -> SavedReport:
    row = read_saved_run(folder, folder.name)
    started = row.get("started")
    finished = (folder / REPORT).is_file()
    return SavedReport(
        path=folder / REPORT if finished else folder,
        title=folder.name,
        started=started.isoformat(timespec="seconds") if isinstance(started, datetime) else "",
        agent=str(row.get("agent", "")),
        model=str(row.get("model", "")),
        engine=str(row.get("engine", "")),
        ending=str(row.get("ending", "")),
        tokens_per_s=_number(row.get("decode_tps")),
        ttft_s=_number(row.get("ttft_s")),
        generated_tokens=int(tokens) if (tokens := _number(row.get("generated_tokens"))) is not None else None,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
