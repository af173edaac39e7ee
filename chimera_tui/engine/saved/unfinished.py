"""Runs whose program was ended before their report was written: found, and read back from their journals."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from chimera_tui.core.config.schema import Settings
from chimera_tui.core.moments import utc
from chimera_tui.core.report.saved import REPORT, read_record
from chimera_tui.engine.events import CallStarted, ProgramText, RunStarted, StageFinished
from chimera_tui.engine.journal import NAME as JOURNAL
from chimera_tui.engine.journal import is_live, read_journal
from chimera_tui.engine.saved.calls import RecordedCall, calls_of
from chimera_tui.engine.saved.places import report_parents
from chimera_tui.engine.saved.run_settings import settings_of

LONG_AGO = datetime.fromtimestamp(0, UTC)
"""When a run was that does not say when it was."""


class Unfinished(msgspec.Struct, frozen=True):
    """What a journal holds of a run without a report; ``settings`` are the tables of its run.toml."""

    folder: Path
    engine: str
    model: str
    started: datetime
    answers: tuple[RecordedCall, ...]
    stage_s: dict[str, float]
    record: dict[str, object]

    @property
    def can_go_on(self) -> bool:
        """Whether a model wrote it: what the program writes alone is written anew faster."""
        return self.engine not in ("", "offline", "replay")

    @property
    def words(self) -> str:
        """What is there, in a sentence."""
        whole = [answer.stage.value for answer in self.answers if answer.whole]
        begun = next((answer for answer in self.answers if answer.ending is None), None)
        parts = [f"finished: {', '.join(whole)}"] if whole else ["no answer was finished"]
        parts += [f"in the middle of: {begun.stage.value} ({len(begun.text):,} characters)"] if begun else []
        who = self.model or "the program alone"
        return f"started {self.started:%Y-%m-%d %H:%M} UTC with {who}; {'; '.join(parts)}"

    def settings(self, now: Settings) -> Settings:
        """The settings of that run, as far as its run.toml has them; the server and the screen are those of now."""
        sent = self.answers[0].options if self.answers else None
        found = settings_of(self.record, now, sent)
        run = msgspec.structs.replace(found.run, engine=self.engine, model=self.model)
        return msgspec.structs.replace(found, run=run)


def find_unfinished(root: Path, report_dir: str = "", out: Path | None = None) -> list[Unfinished]:
    """The runs of a repository without a report that said anything and that nobody is at any more, newest first."""
    found = []
    for parent in dict.fromkeys([*([out] if out is not None else []), *report_parents(root, report_dir)]):
        try:
            folders = [Path(entry.path) for entry in os.scandir(parent) if entry.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        found += [run for folder in folders if (run := _abandoned(folder, root)) is not None]
    return sorted(found, key=lambda run: run.started, reverse=True)


def read_unfinished(folder: Path) -> Unfinished | None:
    """The run of a folder from its journal and run.toml; None where its journal tells of no run. Raises OSError."""
    events = read_journal(folder / JOURNAL)
    begun = next((event for event in events if isinstance(event, RunStarted)), None)
    if begun is None:
        return None
    return Unfinished(
        folder=folder, engine=begun.engine, model=begun.model, started=utc(begun.started) or LONG_AGO,
        answers=calls_of(events),
        stage_s={event.stage.value: event.duration_s for event in events if isinstance(event, StageFinished)},
        record=read_record(folder),
    )  # fmt: skip


def _abandoned(folder: Path, root: Path) -> Unfinished | None:
    journal = folder / JOURNAL
    try:
        if not journal.is_file() or (folder / REPORT).exists() or is_live(folder):
            return None
        events = read_journal(journal)
        told = any(isinstance(event, CallStarted | ProgramText) for event in events)
        about = next((event.root for event in events if isinstance(event, RunStarted)), "")
        here = not about or Path(about).resolve() == root.resolve()
        return read_unfinished(folder) if told and here else None
    except OSError:
        return None
