"""The runs that were saved for a repository, read back from their folders."""

import tomllib
from pathlib import Path

import msgspec

from chimera_tui.engine.folder import report_parents
from chimera_tui.engine.journal import NAME as JOURNAL
from chimera_tui.engine.save import REPORT


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


class _Totals(msgspec.Struct, frozen=True):
    decode_tps: float | None = None
    ttft_s: float | None = None
    generated_tokens: int | None = None


class _Metrics(msgspec.Struct):
    totals: _Totals = _Totals()


def list_reports(root: Path, report_dir: str = "", out: Path | None = None) -> list[SavedReport]:
    """Every saved run of a repository, newest first. Folders that cannot be read are passed over."""
    parents = report_parents(root, report_dir)
    if out is not None and out not in parents:
        parents.insert(0, out)
    found = []
    for parent in parents:
        try:
            folders = [entry for entry in parent.iterdir() if (entry / JOURNAL).is_file()]
        except OSError:
            continue
        found += [saved for folder in folders if (saved := read_saved(folder)) is not None]
    return sorted(found, key=lambda saved: (saved.started, saved.path.parent.name), reverse=True)


def read_saved(folder: Path) -> SavedReport | None:
    """One run's folder; None where its run.toml cannot be read."""
    try:
        run = tomllib.loads((folder / "run.toml").read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    try:
        totals = msgspec.json.decode((folder / "metrics.json").read_bytes(), type=_Metrics).totals
    except (OSError, msgspec.MsgspecError):
        totals = _Totals()
    finished = (folder / REPORT).is_file()
    engine, model = run.get("engine", {}), run.get("model", {})
    return SavedReport(
        path=folder / REPORT if finished else folder,
        title=folder.name,
        started=str(run.get("started", "")),
        agent=str(run.get("agent", "")),
        model=str(model.get("name", "")) if isinstance(model, dict) else "",
        engine=str(engine.get("name", "")) if isinstance(engine, dict) else "",
        ending=str(run.get("ending", "")) if finished else "unfinished",
        tokens_per_s=totals.decode_tps,
        ttft_s=totals.ttft_s,
        generated_tokens=totals.generated_tokens,
    )
