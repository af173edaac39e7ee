"""A saved run read back from its journal and ``run.toml``: to be played again, or to be done again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from chimera_tui.core.config.schema import Settings
from chimera_tui.core.report.saved import read_record
from chimera_tui.engine.events import ModelMemory, RunStarted
from chimera_tui.engine.journal import NAME as JOURNAL
from chimera_tui.engine.journal import read_journal
from chimera_tui.engine.prompts.token_rates import Rate
from chimera_tui.engine.saved.calls import RecordedCall, calls_of
from chimera_tui.engine.saved.run_settings import settings_of, text_of, valid, value_of


class NoRecordingError(ValueError):
    """What was given is no saved run; the message says why."""


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
        folder=folder.resolve(), engine=engine, model=begun.model, root=begun.root, calls=calls_of(events),
        memory=next((e for e in events if isinstance(e, ModelMemory) and e.load_s is not None), None), record=record,
    )  # fmt: skip
