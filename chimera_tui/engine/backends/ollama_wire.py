"""What Ollama's answers look like on the wire, every field optional, and what the run makes of them."""

import ast
from typing import Any

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.metrics import CallFigures
from chimera_tui.engine.backends.base import Delta, Done, LoadedModel, ModelInfo

NS_PER_S = 1e9


class Text(msgspec.Struct, frozen=True):
    """The message of one line."""

    content: str | None = None
    thinking: str | None = None


class Token(msgspec.Struct, frozen=True):
    """One token of a line; only that it is there matters here."""


class Line(msgspec.Struct, frozen=True):
    """One line of a stream, or the one object of a call that does not stream. Durations are nanoseconds."""

    message: Text | None = None
    response: str | None = None
    thinking: str | None = None
    error: Any = None
    done: bool = False
    done_reason: str | None = None
    logprobs: list[Token] | None = None
    total_duration: float | None = None
    load_duration: float | None = None
    prompt_eval_count: int | None = None
    prompt_eval_duration: float | None = None
    eval_count: int | None = None
    eval_duration: float | None = None

    def delta(self) -> Delta | None:
        """The text that this line brings; None where it brings none."""
        message = self.message or Text()
        text, thinking = message.content or self.response or "", message.thinking or self.thinking or ""
        tokens = None if self.logprobs is None else len(self.logprobs)
        return Delta(text=text, thinking=thinking, tokens=tokens) if text or thinking or tokens else None

    def finish(self) -> Done:
        """The figures of the last line."""
        figures = CallFigures(
            done_reason=self.done_reason,
            total_s=_seconds(self.total_duration),
            load_s=_seconds(self.load_duration),
            prompt_tokens=self.prompt_eval_count,
            prefill_s=_seconds(self.prompt_eval_duration),
            generated_tokens=self.eval_count,
            decode_s=_seconds(self.eval_duration),
        )
        return Done(ending=Ending.LENGTH if self.done_reason == "length" else Ending.COMPLETE, figures=figures)


class Details(msgspec.Struct, frozen=True):
    """What a model is; ``context_length`` since 0.32, in tags only."""

    family: str = ""
    parameter_size: str = ""
    quantization_level: str = ""
    context_length: int | None = None


class Tag(msgspec.Struct, frozen=True):
    """An installed model in ``/api/tags``."""

    name: str
    digest: str = ""
    size: int | None = None
    details: Details = Details()
    capabilities: list[str] | None = None

    def info(self) -> ModelInfo:
        """The same as the engine knows it."""
        return ModelInfo(
            name=self.name,
            digest=self.digest,
            size=self.size,
            family=self.details.family,
            parameter_size=self.details.parameter_size,
            quantization=self.details.quantization_level,
            context_length=self.details.context_length,
            capabilities=tuple(self.capabilities or ()),
        )


class Tags(msgspec.Struct, frozen=True):
    """``/api/tags``."""

    models: list[Tag] | None = None


class Running(msgspec.Struct, frozen=True):
    """``/api/ps``; its entries are the engine's own struct, field by field."""

    models: list[LoadedModel] | None = None


class Show(msgspec.Struct, frozen=True):
    """``/api/show``. ``parameters`` is lines of a Modelfile."""

    parameters: str | None = None
    details: Details = Details()
    model_info: dict[str, Any] | None = None
    capabilities: list[str] | None = None

    def info(self, name: str, tag: Tag | None) -> ModelInfo:
        """One model; what only the list of models says comes from its ``tag``."""
        known = self.model_info or {}
        family = str(known.get("general.architecture", self.details.family))
        blocks = known.get(f"{family}.block_count")
        trained = known.get(f"{family}.context_length")
        return ModelInfo(
            name=tag.name if tag else name,
            digest=tag.digest if tag else "",
            size=tag.size if tag else None,
            family=self.details.family or family,
            parameter_size=self.details.parameter_size,
            quantization=self.details.quantization_level,
            context_length=trained if isinstance(trained, int) else None,
            layers=blocks + 1 if isinstance(blocks, int) else None,
            capabilities=tuple(self.capabilities or ()),
            parameters=parse_parameters(self.parameters or ""),
        )


class Version(msgspec.Struct, frozen=True):
    """``/api/version``."""

    version: str


def parse_parameters(text: str) -> dict[str, object]:
    """A Modelfile's parameter lines as typed values; ``stop`` and any other repeated name is a list."""
    found: dict[str, object] = {}
    for line in text.splitlines():
        name, _, value = line.strip().partition(" ")
        if not name:
            continue
        typed, before = _typed(value.strip()), found.get(name)
        if name == "stop" or before is not None:
            found[name] = [*(before if isinstance(before, list) else [] if before is None else [before]), typed]
        else:
            found[name] = typed
    return found


def _typed(value: str) -> object:
    """A Go literal: its quoted strings, numbers and booleans are Python's too, but for true and false."""
    if value in ("true", "false"):
        return value == "true"
    try:
        literal = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value
    return literal if isinstance(literal, str | int | float) else value


def _seconds(duration_ns: float | None) -> float | None:
    return None if duration_ns is None else duration_ns / NS_PER_S
