"""A saved run read back from its journal and ``run.toml``: to be played again, or to be done again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from chimera_tui.core.config.schema import Settings
from chimera_tui.core.endings import Ending
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.core.report.saved import read_record
from chimera_tui.engine.events import (
    AnyEvent,
    CallFinished,
    CallStarted,
    Chunk,
    ModelMemory,
    Notice,
    RunStarted,
    Stage,
)
from chimera_tui.engine.journal import NAME as JOURNAL
from chimera_tui.engine.journal import read_journal
from chimera_tui.engine.prompts.token_rates import Rate
from chimera_tui.engine.saved.run_settings import settings_of, text_of, valid, value_of


class NoRecordingError(ValueError):
    """What was given is no saved run; the message says why."""


class RecordedCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call. ``pieces`` are the chunks and remarks with seconds since it was sent; ``ending`` None: cut off."""

    stage: Stage
    messages: tuple[dict[str, str], ...]
    options: dict[str, object]
    pieces: tuple[tuple[float, Chunk | Notice], ...]
    ending: Ending | None
    reason: str
    figures: CallFigures


class RecordedRun(msgspec.Struct, frozen=True, kw_only=True):
    """``record`` is the run.toml, empty where there is none; ``memory`` is where the model was once it was loaded."""

    folder: Path
    engine: str
    model: str
    root: str
    calls: tuple[RecordedCall, ...]
    memory: ModelMemory | None
    record: dict[str, object]

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.folder.name

    def value(self, *path: str) -> object:
        """A value of run.toml; None where it is not there."""
        return value_of(self.record, *path)

    def text(self, *path: str) -> str:
        """A text of run.toml; empty where it is not there."""
        return text_of(self.record, *path)

    @property
    def repository(self) -> Path:
        """The folder that the run was about."""
        return Path(self.text("repository", "path") or self.root)

    @property
    def options_sent(self) -> dict[str, object]:
        """The options of the first call that was sent."""
        sent = self.value("options", "sent")
        return sent if isinstance(sent, dict) and sent else self.calls[0].options if self.calls else {}

    @property
    def rate(self) -> Rate:
        """The characters per token that its prompts were estimated with."""
        value, prompts = self.value("chars_per_token", "value"), self.value("chars_per_token", "measured_on_prompts")
        if isinstance(value, float) and isinstance(prompts, int) and prompts > 0:
            return Rate(chars=value * prompts, tokens=float(prompts), prompts=prompts)
        return Rate()

    def settings(self, now: Settings) -> Settings:
        """The settings of that run. The server, the report folder and the screen are those of now: a file of a
        repository may not choose them.
        """
        known = {"engine": {"name": self.engine}, "model": {"name": self.model}}
        options = None if "options" in self.record else self.options_sent
        then = settings_of({**known, **self.record}, now, options, kept=("report_dir",))
        return msgspec.structs.replace(then, scan=valid(self.value("settings", "scan"), now.scan))


def read_recorded(path: Path) -> RecordedRun:
    """A run by its folder, its journal or its report. Raises :class:`NoRecordingError`."""
    folder = path if path.is_dir() else path.parent
    journal = path if path.suffix == ".ndjson" else folder / JOURNAL
    try:
        events = read_journal(journal)
    except OSError as error:
        raise NoRecordingError(f"{path} is no saved run: {journal} cannot be read ({error.strerror}).") from None
    begun = next((event for event in events if isinstance(event, RunStarted)), None)
    if begun is None:
        raise NoRecordingError(f"{journal} is no journal of a run: nothing in it says which run it is.")
    record = read_record(folder)
    engine = begun.engine
    if engine == "replay":
        engine = text_of(record, "replay", "engine") or "ollama"
    return RecordedRun(
        folder=folder.resolve(), engine=engine, model=begun.model, root=begun.root, calls=_calls(events),
        memory=next((e for e in events if isinstance(e, ModelMemory) and e.load_s is not None), None), record=record,
    )  # fmt: skip


def _calls(events: list[AnyEvent]) -> tuple[RecordedCall, ...]:
    found: list[RecordedCall] = []
    began: CallStarted | None = None
    pieces: list[tuple[float, Chunk | Notice]] = []
    for event in events:
        if isinstance(event, CallStarted):
            if began is not None:
                found.append(_call(began, pieces, None))
            began, pieces = event, []
        elif began is None:
            continue
        elif isinstance(event, CallFinished):
            found.append(_call(began, pieces, event))
            began = None
        elif isinstance(event, Chunk | Notice):
            pieces.append((max(0.0, event.at_s - began.at_s), event))
    if began is not None:
        found.append(_call(began, pieces, None))
    return tuple(found)


def _call(began: CallStarted, pieces: list[tuple[float, Chunk | Notice]], over: CallFinished | None) -> RecordedCall:
    return RecordedCall(
        stage=began.stage, messages=began.messages, options=began.options, pieces=tuple(pieces),
        ending=over.ending if over else None, reason=over.reason if over else "",
        figures=over.figures if over else CallFigures(),
    )  # fmt: skip
