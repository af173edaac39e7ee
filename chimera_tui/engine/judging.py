"""Judging what a model writes while it streams: a task of its own, never in the way of the stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import NamedTuple

from chimera_tui.core.report.analysis import ReadableJson
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import Judge
from chimera_tui.core.verify.text.lines import LONGEST
from chimera_tui.core.verify.text.sentences import sentences
from chimera_tui.core.verify.verdict import Verdict
from chimera_tui.engine.events import CallFinished, CallStarted, Chunk, Event, Stage

Tell = Callable[[int, int, Verdict], None]
"""Takes the call, where in its shown text the verdict's line begins, and the verdict; called on the event loop."""


class Judging:
    """A listener of a run: it judges each sentence and each line once it is whole, and tells of every verdict.

    What arrives before the facts are indexed is judged when they are. A failure of the checker ends the judging and
    is told once through ``failed``; it touches nothing else.
    """

    def __init__(self, facts: Awaitable[Facts], tell: Tell, failed: Callable[[Exception], None]) -> None:
        self._facts, self._tell, self._failed = facts, tell, failed
        self._events: list[CallStarted | Chunk | CallFinished] = []
        self._arrived = asyncio.Event()
        self._over = False
        self._calls: dict[int, _Text] = {}
        self._task = asyncio.get_running_loop().create_task(self._go(), name="judging")

    def put(self, event: Event) -> None:
        """Take one event of the run; never blocks and never fails."""
        if not self._over and isinstance(event, (CallStarted, Chunk, CallFinished)):
            self._events.append(event)
            self._arrived.set()

    async def finish(self) -> None:
        """Judge what is still waiting; returns when every verdict was told."""
        self._over = True
        self._arrived.set()
        await self._task

    async def _go(self) -> None:
        try:
            facts = await self._facts
            while self._events or not self._over:
                await self._arrived.wait()
                self._arrived.clear()
                events, self._events = self._events, []
                for piece in self._pieces(events):
                    for verdict in await asyncio.to_thread(piece.of.judge, piece, facts):
                        self._tell(piece.of.call, piece.at, verdict)
        except Exception as error:  # noqa: BLE001 - whatever the checker does, the run goes on
            self._over = True
            self._events.clear()
            self._failed(error)

    def _pieces(self, events: list[CallStarted | Chunk | CallFinished]) -> Iterator[_Piece]:
        """The lines that the events complete, then what whole sentences have begun in each call."""
        for event in events:
            if isinstance(event, CallStarted):
                self._calls[event.call] = _Text(event.call, readable=event.stage is Stage.ANALYSIS)
            elif event.call not in self._calls:
                continue
            elif isinstance(event, Chunk):
                yield from self._calls[event.call].feed(event.text)
            else:
                yield self._calls.pop(event.call).end()
        for text in self._calls.values():
            yield from text.begun()


class _Piece(NamedTuple):
    """A line of a call's shown text, or the part of it that is there so far."""

    of: _Text
    at: int
    text: str
    whole: bool


class _Text:
    """The shown text of one call, as lines."""

    def __init__(self, call: int, *, readable: bool) -> None:
        self.call = call
        self._readable = ReadableJson() if readable else None
        self._held = ""
        self._at = 0
        self._open: list[str] = []
        self._sentences = 1
        self._judge: Judge | None = None
        self._told: set[Verdict] = set()
        self._told_to = 0

    def feed(self, text: str) -> Iterator[_Piece]:
        """The lines that more text completes."""
        text = self._held + (self._readable.feed(text) if self._readable else text)
        self._held = "\r" if text.endswith("\r") else ""  # perhaps half of a line end
        text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = text.split("\n")
        for line in lines:
            self._open.append(line)
            yield self._whole()
        self._open.append(rest)

    def end(self) -> _Piece:
        """The last line: no more will come."""
        return self._whole()

    def begun(self) -> Iterator[_Piece]:
        """The open line, where a further sentence of it is whole."""
        text = "".join(self._open)
        self._open = [text]
        if len(text) <= LONGEST and (found := len(sentences(text))) > self._sentences:
            self._sentences = found
            yield _Piece(self, self._at, text, whole=False)

    def _whole(self) -> _Piece:
        line = "".join(self._open)
        piece = _Piece(self, self._at, line, whole=True)
        self._at += len(line) + 1
        self._open, self._sentences = [], 1
        return piece

    def judge(self, piece: _Piece, facts: Facts) -> list[Verdict]:
        """The verdicts that are new: a sentence's when it ends; the whole line's where they differ from those."""
        if self._judge is None:
            self._judge = Judge(facts)
        if piece.whole:
            new = [one for one in self._judge.line(piece.text)[0] if one not in self._told]
            self._told, self._told_to = set(), 0
            return new
        end, verdicts = self._judge.begun(piece.text)
        new = [one for one in verdicts if one.claim.start >= self._told_to]
        self._told.update(new)
        self._told_to = max(end, self._told_to)
        return new
