"""What OpenAI-compatible servers send, every field optional, and what the run makes of it."""

from typing import Any

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.engine.backends.base import BackendError, Delta, Done, ModelInfo

MS_PER_S = 1e3


class Words(msgspec.Struct, frozen=True):
    """A piece of an answer; thinking goes by two names."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None

    def delta(self) -> Delta | None:
        """The text of it; None where there is none, as in a first piece that only names the role."""
        text, thinking = self.content or "", self.reasoning_content or self.reasoning or ""
        return Delta(text=text, thinking=thinking) if text or thinking else None


class Choice(msgspec.Struct, frozen=True):
    """One answer; only one is ever asked for. ``message`` is what a server sends that does not stream."""

    delta: Words | None = None
    message: Words | None = None
    finish_reason: str | None = None


class PromptDetails(msgspec.Struct, frozen=True):
    """How much of the prompt was not evaluated again."""

    cached_tokens: int | None = None


class Usage(msgspec.Struct, frozen=True):
    """Tokens, counted by the server."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None


class Timings(msgspec.Struct, frozen=True):
    """llama.cpp's own figures; milliseconds. ``cache_n`` prompt tokens came from its cache."""

    cache_n: int | None = None
    prompt_ms: float | None = None
    predicted_ms: float | None = None


class Completion(msgspec.Struct, frozen=True):
    """One event of a stream, or a whole answer."""

    choices: list[Choice] | None = None
    usage: Usage | None = None
    timings: Timings | None = None
    error: Any = None
    object: str | None = None
    message: Any = None

    @property
    def failure(self) -> Any:  # noqa: ANN401 - a server's error has any shape
        """The error that this is: ``{"error": …}``, or vLLM's ``{"object": "error", "message": …}``."""
        if self.error is not None:
            return self.error
        return {"message": self.message} if self.object == "error" else None


class Answer:
    """What the events of one call add up to."""

    def __init__(self) -> None:
        self.finish_reason: str | None = None
        self.usage = Usage()
        self.timings: Timings | None = None

    def take(self, event: Completion) -> Delta | None:
        """The text that this event brings; its figures are kept."""
        self.usage = event.usage or self.usage
        self.timings = event.timings or self.timings
        choice = event.choices[0] if event.choices else Choice()
        self.finish_reason = choice.finish_reason or self.finish_reason
        return (choice.delta or choice.message or Words()).delta()

    def finish(self) -> Done:
        """How the answer ended, once the server said so. Raises BackendError where it was not for a good reason."""
        if self.finish_reason in ("content_filter", "abort", "error"):
            raise BackendError(
                Ending.SERVER_ERROR,
                f"The server broke the answer off: finish_reason {self.finish_reason}.",
                "What arrived is kept.",
            )
        ending = Ending.LENGTH if self.finish_reason == "length" else Ending.COMPLETE
        return Done(ending=ending, figures=self._figures())

    def _figures(self) -> CallFigures:
        """Counts from the server; durations too where it gives them, else they are timed on the client."""
        timings, usage = self.timings, self.usage
        timed = timings is not None and timings.predicted_ms is not None
        details = usage.prompt_tokens_details or PromptDetails()
        cached = timings.cache_n if timings is not None and timings.cache_n is not None else details.cached_tokens
        return CallFigures(
            measured_by="server" if timed else "client",
            done_reason=self.finish_reason,
            prompt_tokens=usage.prompt_tokens,
            generated_tokens=usage.completion_tokens,
            cached_tokens=cached,
            prefill_s=_seconds(timings.prompt_ms) if timings else None,
            decode_s=_seconds(timings.predicted_ms) if timings else None,
        )


class Meta(msgspec.Struct, frozen=True):
    """What llama.cpp's server says of its model."""

    n_ctx: int | None = None
    n_params: int | None = None
    size: int | None = None
    ftype: str | None = None


class Served(msgspec.Struct, frozen=True):
    """A model in ``/v1/models``. ``max_model_len`` is vLLM's and SGLang's."""

    id: str
    owned_by: str | None = None
    aliases: list[str] | None = None
    max_model_len: int | None = None
    meta: Meta | None = None

    def answers_to(self, name: str) -> bool:
        """Whether a request may call it by this name."""
        return name == self.id or name in (self.aliases or ())

    def info(self) -> ModelInfo:
        """The same as the engine knows it; ``context_length`` is what the server runs it with."""
        meta = self.meta or Meta()
        return ModelInfo(
            name=self.id,
            size=meta.size,
            parameter_size=f"{meta.n_params / 1e6:.4g}M" if meta.n_params else "",
            quantization=meta.ftype or "",
            context_length=self.max_model_len or meta.n_ctx,
        )


class Models(msgspec.Struct, frozen=True):
    """``/v1/models``."""

    data: list[Served] | None = None


class Generation(msgspec.Struct, frozen=True):
    """What one slot of llama.cpp's server runs with."""

    n_ctx: int | None = None


class Props(msgspec.Struct, frozen=True):
    """llama.cpp's ``/props``."""

    default_generation_settings: Generation | None = None
    build_info: str | None = None


class Version(msgspec.Struct, frozen=True):
    """vLLM's ``/version``."""

    version: str | None = None


def _seconds(duration_ms: float | None) -> float | None:
    return None if duration_ms is None else duration_ms / MS_PER_S
