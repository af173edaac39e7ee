"""One call to a model server: sent, streamed into the journal, timed, ended by name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.document import CallRow
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.engine.backends.base import Backend, BackendError, ChatRequest, Delta, Message, Remark
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import CallFinished, CallStarted, Chunk, Stage
from chimera_tui.engine.prompts.token_rates import estimate_tokens

CUT_CHARS_PER_TOKEN = 8.0
"""No text has this many characters per token: a server that counted fewer tokens did not see the whole prompt."""

TOO_FAST_PREFILL_TPS = 50_000.0
"""No machine evaluates a prompt this fast: most of it was in the server's cache, from before this program's start."""

Enlarge = Callable[[BackendError, int], Awaitable[dict[str, object]]]
"""From a refusal and an estimate of the prompt's tokens to the options that hold it."""


class Caller:
    """Makes the calls of one run, numbering them from 1 and learning the model's characters per token."""

    def __init__(
        self, run: RunContext, backend: Backend, request: ChatRequest, enlarge: Enlarge | None = None
    ) -> None:  # fmt: skip
        """``request`` holds what all calls share: model, options, think, keep_alive.

        ``enlarge`` gives the options to send a prompt with again that the server refused as too long, or raises.
        """
        self.run = run
        self.backend = backend
        self.shared = request
        self._enlarge = enlarge
        self.chars_per_token = run.draft.rate.chars_per_token
        self._learnt = run.draft.rate.measured
        self.count = 0

    async def call(
        self, stage: Stage, messages: tuple[Message, ...], schema: dict[str, object] | None = None
    ) -> tuple[str, Ending]:
        """The answer's text and how it ended (COMPLETE or LENGTH).

        Raises BackendError and CancelledError after the partial text and the call's ending are on record.
        """
        while True:
            try:
                return await self._send(stage, messages, schema)
            except BackendError as error:
                if error.ending is not Ending.REFUSED or self._enlarge is None:
                    raise
                estimate = sum(estimate_tokens(message.content, self.chars_per_token) for message in messages)
                self.shared = msgspec.structs.replace(self.shared, options=await self._enlarge(error, estimate))

    async def _send(
        self, stage: Stage, messages: tuple[Message, ...], schema: dict[str, object] | None
    ) -> tuple[str, Ending]:  # fmt: skip
        self.count += 1
        chars = sum(len(message.content) for message in messages)
        estimate = sum(estimate_tokens(message.content, self.chars_per_token) for message in messages)
        request = msgspec.structs.replace(self.shared, messages=messages, format=schema)
        draft = self.run.draft
        self.run.publish(
            CallStarted(
                at_s=self.run.at_s(), call=self.count, stage=stage, model=request.model,
                messages=tuple({"role": m.role, "content": m.content} for m in messages),
                options=request.options, prompt_tokens_est=estimate, num_ctx=draft.effective_num_ctx,
            )
        )  # fmt: skip
        prompt = "\n".join(message.content for message in messages)
        stream = _Stream(self.run, self.count, stage, shared=self.run.earlier.note(request.model, prompt))
        try:
            await stream.receive(self.backend, request)
        except BackendError as error:
            self._finished(stage, error.ending, stream, str(error))
            raise
        except asyncio.CancelledError:
            self._finished(stage, Ending.CANCELLED, stream, "")
            raise
        figures = self._finished(stage, stream.ending, stream, "")
        self._compare(figures.prompt_tokens, chars, estimate)
        return stream.text, stream.ending

    def _finished(self, stage: Stage, ending: Ending, stream: _Stream, reason: str) -> CallFigures:
        figures = stream.timed()
        self.run.draft.calls.append(CallRow(call=self.count, stage=stage.value, ending=ending, figures=figures))
        self.run.publish(
            CallFinished(
                at_s=self.run.at_s(), call=self.count, stage=stage, ending=ending, figures=figures, reason=reason
            )
        )
        return figures

    def _compare(self, counted: int | None, chars: int, estimate: int) -> None:
        """Hold the server's count of prompt tokens against the estimate: a cut prompt must not pass unnoticed."""
        if not counted:
            return
        measured = chars / counted
        if measured > CUT_CHARS_PER_TOKEN or (self._learnt and counted < 0.7 * estimate):
            self.run.notice(
                f"The server evaluated {counted} prompt tokens where about {estimate} were expected: it may have cut "
                "the prompt. Do not trust this answer; raise num_ctx.",
                "warning",
            )
        else:
            self.chars_per_token, self._learnt = measured, True
            self.run.draft.counted_prompts.append((chars, counted))


class _Stream:
    """What one answer has brought so far."""

    def __init__(self, run: RunContext, call: int, stage: Stage, *, shared: bool) -> None:
        self.run = run
        self.call = call
        self.stage = stage
        self.prefix_shared = shared
        self.text = ""
        self.ttft_s: float | None = None
        self.figures = CallFigures()
        self.ending = Ending.COMPLETE
        self._sent_s = run.clock.seconds()
        self._last_s = 0.0

    def elapsed_s(self) -> float:
        return self.run.clock.seconds() - self._sent_s

    def timed(self) -> CallFigures:
        """The server's figures with what was timed here; decode too where the server gives no durations."""
        figures, wall_s = self.figures, self.elapsed_s()
        if figures.wall_s is not None:  # of a call that was made and timed before
            return figures
        cached = figures.cached_tokens
        too_fast = (figures.prefill_tps or 0.0) > TOO_FAST_PREFILL_TPS
        shared = (self.prefix_shared or too_fast) if cached is None else cached > 0
        figures = msgspec.structs.replace(figures, ttft_s=self.ttft_s, wall_s=wall_s, prefix_shared=shared)
        if figures.measured_by == "server" or self.ttft_s is None:
            return figures
        return msgspec.structs.replace(figures, total_s=wall_s, decode_s=self._last_s - self.ttft_s)

    async def receive(self, backend: Backend, request: ChatRequest) -> None:
        """Take the answer in; every piece is journalled as it comes."""
        pieces: list[str] = []
        try:
            async with aclosing(backend.chat(request)) as stream:
                async for piece in stream:
                    if isinstance(piece, Remark):
                        self.run.notice(piece.text, "warning")
                    elif isinstance(piece, Delta):
                        self._last_s = self.elapsed_s()
                        if self.ttft_s is None and (piece.text or piece.thinking):
                            self.ttft_s = self._last_s
                        pieces.append(piece.text)
                        self.run.publish(
                            Chunk(at_s=self.run.at_s(), call=self.call, text=piece.text, thinking=piece.thinking)
                        )
                    else:
                        self.figures, self.ending = piece.figures, piece.ending
        finally:
            self.text = "".join(pieces)
            texts = self.run.draft.texts
            texts[self.stage.value] = texts.get(self.stage.value, "") + self.text
