"""What the stages of a run work with: its settings, what it has so far, and the one way to say things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from chimera_tui.core.config.schema import Settings
from chimera_tui.engine.backends.earlier import Earlier
from chimera_tui.engine.clock import Clock
from chimera_tui.engine.draft import Draft
from chimera_tui.engine.events import Event, Notice, Stage, StageFinished, StageStarted
from chimera_tui.engine.journal import Journal
from chimera_tui.engine.publish import Subscription, merged
from chimera_tui.engine.questions import Ask, AskContext, stop_when_small
from chimera_tui.engine.repository.workspace import Workspace

if TYPE_CHECKING:
    from chimera_tui.engine.judging import Judging
    from chimera_tui.engine.saved.recorded import RecordedRun
    from chimera_tui.engine.saved.replay import Replay
    from chimera_tui.engine.saved.resume import Resume

PAST_LIMIT = 4096
"""Events kept for late listeners before chunks are merged."""


class Listener(Protocol):
    """Takes events as they are published; may neither block nor fail."""

    def put(self, event: Event) -> None:
        """Take one event."""


class RunContext:
    """``ask`` answers when a server is busy, ``ask_context`` when the prompt does not fit.

    ``out`` is where reports go; ``earlier`` is what was sent before; ``resume`` is an unfinished run to take up,
    ``replay`` a saved one to play again instead of asking a server, ``repeats`` one to say the differences from.
    """

    def __init__(
        self, workspace: Workspace, settings: Settings, *, ask: Ask, out: Path | None = None,
        earlier: Earlier | None = None, clock: Clock | None = None, ask_context: AskContext = stop_when_small,
        resume: Resume | None = None, replay: Replay | None = None, repeats: RecordedRun | None = None,
    ) -> None:  # fmt: skip
        self.workspace = workspace
        self.settings = settings
        self.ask = ask
        self.ask_context = ask_context if replay is None else replay.answer
        self.out = out
        self.resume = resume
        self.replay = replay
        self.repeats = repeats
        self.earlier = Earlier() if earlier is None else earlier
        self.clock = clock or Clock()
        self.draft = Draft(started=self.clock.now())
        self.journal: Journal | None = None
        self.judging: Judging | None = None
        self.report_text = ""
        self._began_s = self.clock.seconds()
        self._past: list[Event] = []
        self._listeners: list[Listener] = []

    def subscribe(self) -> Subscription:
        """A listener that is told everything, from the first event on."""
        subscription = Subscription(self._past)
        self._listeners.append(subscription)
        return subscription

    def attach(self, listener: Listener) -> None:
        """Tell a listener of the run's own everything from here on."""
        self._listeners.append(listener)

    def at_s(self) -> float:
        """Seconds since the run's start."""
        return round(self.clock.seconds() - self._began_s, 4)

    def publish(self, event: Event) -> None:
        """Journal an event, then tell the listeners."""
        if self.journal is not None and not self.journal.append(event):
            self.notice(journal_failed(self.journal), "error")
        self._past.append(event)
        if len(self._past) > PAST_LIMIT:
            self._past = merged(self._past)
        for listener in self._listeners:
            listener.put(event)

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """Announce a stage and time it, however it ends."""
        began_s = self.clock.seconds()
        self.publish(StageStarted(at_s=self.at_s(), stage=name))
        try:
            yield
        finally:
            seconds = self.clock.seconds() - began_s
            self.draft.stage_s[name.value] = self.draft.stage_s.get(name.value, 0.0) + seconds
            self.publish(StageFinished(at_s=self.at_s(), stage=name, duration_s=round(seconds, 4)))

    def notice(self, text: str, level: Literal["info", "warning", "error"] = "info") -> None:
        """Say something that stops nothing; warnings and errors also go into the report."""
        if level != "info":
            self.draft.notices.append(text)
        self.publish(Notice(at_s=self.at_s(), text=text, level=level))

    def open_journal(self, path: Path) -> None:
        """Start the journal with everything said so far. Raises OSError."""
        self.journal = Journal(path)
        for event in self._past:
            self.journal.append(event)


def journal_failed(journal: Journal) -> str:
    """What to say when the journal cannot be written any more."""
    reason = journal.failure.strerror if journal.failure is not None else "unknown"
    return (
        f"The journal {journal.path} cannot be written ({reason}). The run goes on in memory; free some space, or "
        "save the report elsewhere when it is done."
    )
