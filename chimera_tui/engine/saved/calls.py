"""The calls of a run, read back from its journal."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.engine.events import AnyEvent, CallFinished, CallStarted, Chunk, Notice, Stage


class RecordedCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call. ``pieces`` are the chunks and remarks with seconds since it was sent; ``ending`` None: cut off."""

    stage: Stage
    messages: tuple[dict[str, str], ...]
    options: dict[str, object]
    pieces: tuple[tuple[float, Chunk | Notice], ...]
    ending: Ending | None
    reason: str
    figures: CallFigures

    @property
    def whole(self) -> bool:
        """Whether its answer came to its end, so that it can be used again."""
        return self.ending in (Ending.COMPLETE, Ending.LENGTH)

    @property
    def text(self) -> str:
        """The answer, as far as it came."""
        return "".join(piece.text for _, piece in self.pieces if isinstance(piece, Chunk))

    @property
    def thinking(self) -> str:
        """The thinking before it, as far as it came."""
        return "".join(piece.thinking for _, piece in self.pieces if isinstance(piece, Chunk))


def calls_of(events: Iterable[AnyEvent]) -> tuple[RecordedCall, ...]:
    """The calls in their order; the last one may have been cut off."""
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
