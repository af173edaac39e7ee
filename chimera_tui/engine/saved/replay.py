"""A recorded run in the place of a server: the same answers at the recorded pace or another, with their figures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import (
    BackendError,
    ChatRequest,
    Delta,
    Done,
    LoadedModel,
    ModelInfo,
    Piece,
    Remark,
)
from chimera_tui.engine.events import Chunk
from chimera_tui.engine.questions import ContextAnswer, SmallContext
from chimera_tui.engine.saved.calls import RecordedCall
from chimera_tui.engine.saved.recorded import RecordedRun

STOPPED = "Stopped on request; what had arrived is saved."


@dataclass(frozen=True)
class Replay:
    """A run to play again: ``pace`` 1 is the recorded speed, 10 ten times that, None at once."""

    run: RecordedRun
    pace: float | None = 1.0

    async def answer(self, small: SmallContext) -> ContextAnswer:
        """What was answered where the context was too small, by what was sent then."""
        if "section" in (self.run.record.get("prompts") or {}):  # type: ignore[operator]  # a table of run.toml
            return "sections"
        return "fit" if small.fitting is not None and self.run.options_sent.get("num_ctx") != small.num_ctx else "stop"


class ReplayBackend:
    """Answers in their recorded order; the same BackendError where a call failed."""

    name = "replay"
    local = False

    def __init__(self, replay: Replay) -> None:
        self._run, self._pace = replay.run, replay.pace
        self._next = 0
        self._loaded = False
        self._differs = False
        self.host = self._run.text("engine", "host") or "the journal"
        self.sets_context = self._run.engine != "openai"

    def sendable(self, options: dict[str, object]) -> dict[str, object]:
        """Those that were sent then."""
        if self.sets_context:
            return dict(options)
        return {name: value for name, value in options.items() if name in self._run.options_sent}

    async def version(self) -> str:
        """The recorded server's version."""
        return self._run.text("engine", "version")

    async def models(self) -> tuple[ModelInfo, ...]:
        """The recorded model."""
        return (await self.show(self._run.model),)

    async def show(self, model: str) -> ModelInfo:
        """What was known of the model then."""
        trained, in_effect = self._run.value("model", "context_length"), self._run.value("options", "in_effect")
        return ModelInfo(
            name=model, digest=self._run.text("model", "digest"),
            quantization=self._run.text("model", "quantization"),
            parameter_size=self._run.text("model", "parameter_size"),
            context_length=trained if isinstance(trained, int) else None,
            parameters=in_effect if isinstance(in_effect, dict) else {},
        )  # fmt: skip

    async def loaded(self) -> tuple[LoadedModel, ...]:
        """The model as it was in memory, once it is loaded."""
        memory = self._run.memory
        if not self._loaded or memory is None or not memory.loaded:
            return ()
        size, vram = self._run.value("effective", "size"), self._run.value("effective", "size_vram")
        known = isinstance(size, int) and isinstance(vram, int)
        return (
            LoadedModel(
                name=memory.model, context_length=memory.context_length,
                size=size if known else int((memory.gpu_share is not None) * 1e6),  # type: ignore[arg-type]
                size_vram=vram if known else int((memory.gpu_share or 0.0) * 1e6),  # type: ignore[arg-type]
            ),
        )  # fmt: skip

    async def preload(self, *_asked: object) -> float | None:
        """Takes as long as loading took; returns that, in seconds."""
        load_s = self._run.memory.load_s if self._run.memory is not None else None
        await asyncio.sleep(self.pause_s(0.0, load_s or 0.0))
        self._loaded = True
        return load_s

    async def unload(self, model: str) -> None:
        """Nothing is loaded."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        """The next recorded answer. Raises BackendError as the call did, or where the recording has no more."""
        if self._next >= len(self._run.calls):
            raise BackendError(
                Ending.NO_DONE,
                f"The recording {self._run.name} ends here: it has {len(self._run.calls)} calls.",
                "The files, the prompts or the program have changed since.",
            )
        call = self._run.calls[self._next]
        self._next += 1
        if not self._differs and _asked(request) != [(m.get("role"), m.get("content")) for m in call.messages]:
            self._differs = True
            yield Remark(
                f"The prompt of call {self._next} is not the recorded one: the files, the choice of findings, the "
                "prompts or the program have changed since. The recorded answer is given all the same."
            )
        before_s = 0.0
        for at_s, event in call.pieces:
            await asyncio.sleep(self.pause_s(before_s, at_s))
            before_s = at_s
            yield Delta(text=event.text, thinking=event.thinking) if isinstance(event, Chunk) else Remark(event.text)
        yield _end(call)

    async def aclose(self) -> None:
        """Nothing is open."""

    def pause_s(self, before_s: float, at_s: float) -> float:
        """How long to wait between two recorded times."""
        return (at_s - before_s) / self._pace if self._pace else 0.0


def _asked(request: ChatRequest) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in request.messages]


def _end(call: RecordedCall) -> Done:
    if call.ending is None:
        raise BackendError(Ending.NO_DONE, "The recording ends in the middle of this answer.")
    if call.whole:
        return Done(ending=call.ending, figures=call.figures)
    raise BackendError(call.ending, call.reason or STOPPED)
