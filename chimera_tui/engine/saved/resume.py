"""An unfinished run taken up again: its finished answers come from the journal, the next call goes to the server."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import (
    Backend,
    BackendError,
    ChatRequest,
    Delta,
    Done,
    LoadedModel,
    Remark,
)
from chimera_tui.engine.saved.calls import RecordedCall
from chimera_tui.engine.saved.run_settings import text_of
from chimera_tui.engine.saved.unfinished import Unfinished

INTERRUPTED = "The program was ended before the run was over; this report is what its journal holds."


@dataclass
class Resume:
    """What a run takes up; without ``go_on`` it only writes down what the journal holds, in the same folder."""

    unfinished: Unfinished
    go_on: bool
    left: list[RecordedCall] = field(default_factory=list)

    def __post_init__(self) -> None:
        whole = [answer for answer in self.unfinished.answers if answer.whole]
        self.left = whole if self.go_on else list(self.unfinished.answers)

    def take(self, request: ChatRequest) -> RecordedCall | None:
        """The recorded answer to a request: going on, only one to the very same messages, and none after another."""
        if not self.left:
            return None
        if self.go_on:
            asked = [(message.role, message.content) for message in request.messages]
            if asked != [(message.get("role"), message.get("content")) for message in self.left[0].messages]:
                self.left.clear()
                return None
        return self.left.pop(0)


class Resuming:
    """A server's stand-in for chats whose answers are in the journal; everything else it passes on."""

    def __init__(self, resume: Resume, inner: Backend) -> None:
        self._resume, self._inner = resume, inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Delta | Done | Remark, None]:
        """The recorded answer where there is one, else the server's."""
        had_some = bool(self._resume.left)
        recorded = self._resume.take(request)
        if recorded is None:
            if had_some:
                yield Remark(text="The files, the prompts or the options are others now: this is asked anew.")
            async with aclosing(self._inner.chat(request)) as stream:
                async for piece in stream:
                    yield piece
            return
        yield Remark(text=f"The {recorded.stage.value} is taken from {self._resume.unfinished.folder.name}.")
        async for piece in _told(recorded):
            yield piece


class JournalOnly:
    """No server at all: the answers of a journal in their order, and then the end that the program had."""

    name = "journal"
    sets_context = False

    def __init__(self, resume: Resume) -> None:
        self._resume = resume
        self.name = resume.unfinished.engine
        self.host = text_of(resume.unfinished.record, "engine", "host")

    async def loaded(self) -> tuple[LoadedModel, ...]:
        """Nothing is known of any memory."""
        return ()

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Delta | Done, None]:
        """The next recorded answer; after the last one BackendError CANCELLED."""
        recorded = self._resume.take(request)
        if recorded is not None:
            async for piece in _told(recorded):
                yield piece
        if recorded is None or not recorded.whole:
            raise BackendError(Ending.CANCELLED, INTERRUPTED)

    async def aclose(self) -> None:
        """Nothing is open."""


async def _told(recorded: RecordedCall) -> AsyncGenerator[Delta | Done, None]:
    yield Delta(text=recorded.text, thinking=recorded.thinking)
    if recorded.whole and recorded.ending is not None:
        yield Done(ending=recorded.ending, figures=recorded.figures)


def as_backend(stand_in: Resuming | JournalOnly) -> Backend:
    """The stand-in as what it stands in for."""
    return cast("Backend", stand_in)
