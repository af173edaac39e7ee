"""What every model server looks like to a run."""

import re
from collections.abc import AsyncGenerator, Mapping
from typing import Protocol

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.report.metrics import CallFigures


class Message(msgspec.Struct, frozen=True):
    """One message of a chat; ``role`` is system, user or assistant."""

    role: str
    content: str


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One call. ``options`` holds only what is set: unset is not the same as the default value."""

    model: str
    messages: tuple[Message, ...]
    options: dict[str, object] = {}
    format: dict[str, object] | None = None
    think: bool | str | None = None
    keep_alive: float | str | None = None


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of the answer as it arrived: not necessarily one token. ``tokens`` where the server counts them."""

    text: str = ""
    thinking: str = ""
    tokens: int | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The server said that it is done. ``ending`` is COMPLETE or LENGTH; figures lack TTFT and wall time."""

    ending: Ending
    figures: CallFigures


class Remark(msgspec.Struct, frozen=True):
    """What had to be done otherwise than asked, for a person to know."""

    text: str


Piece = Delta | Done | Remark
"""What a stream yields."""


class LoadedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model in a server's memory; bytes, tokens, 0–1. ``expires_at`` is an ISO time."""

    name: str
    digest: str = ""
    size: int = 0
    size_vram: int = 0
    context_length: int | None = None
    expires_at: str = ""

    @property
    def gpu_share(self) -> float | None:
        """The share of the model that is in GPU memory, 0 to 1."""
        return self.size_vram / self.size if self.size else None


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a server knows of an installed model. ``parameters`` are its Modelfile's option values.

    ``context_length`` is the trained one, or where the server fixed the context at its start, that.
    """

    name: str
    digest: str = ""
    size: int | None = None
    family: str = ""
    parameter_size: str = ""
    quantization: str = ""
    context_length: int | None = None
    layers: int | None = None
    capabilities: tuple[str, ...] = ()
    parameters: dict[str, object] = {}


def same_model(one: str, other: str) -> bool:
    """Whether two names mean the same model: a name without a tag is ``latest``."""
    return _tagged(one) == _tagged(other)


def _tagged(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


class BackendError(Exception):
    """A server did not do what was asked: which ending that is, what it said, what a person can do about it.

    ``prompt_tokens`` and ``num_ctx`` are set where a server refused a prompt and gave exact figures.
    """

    def __init__(
        self, ending: Ending, message: str, advice: str = "", *, status: int | None = None,
        prompt_tokens: int | None = None, num_ctx: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.ending = ending
        self.message = message
        self.advice = advice
        self.status = status
        self.prompt_tokens = prompt_tokens
        self.num_ctx = num_ctx

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


HIDDEN = "[hidden]"
SHORTEST_SECRET = 4
"""Characters of a header's value below which hiding it would blank out ordinary words."""


def without_secrets(error: BackendError, headers: Mapping[str, str], *secrets: str) -> BackendError:
    """The error without header values and other ``secrets`` that a server repeated in its words."""
    words = [value.rpartition(" ")[2] for value in headers.values()]
    for secret in (*secrets, *headers.values(), *words):
        if len(secret) >= SHORTEST_SECRET:
            error.message = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, error.message)
    return error


class Backend(Protocol):
    """A model server. Every method raises :class:`BackendError` and nothing else; cancelling closes the socket."""

    name: str
    host: str
    sets_context: bool
    """Whether a request chooses num_ctx and what is on the GPU; if not, whoever started the server did."""

    @property
    def local(self) -> bool:
        """Whether the server is on this machine, so that the GPUs here are its own."""

    def sendable(self, options: dict[str, object]) -> dict[str, object]:
        """Those of the options that this server takes; to be asked after :meth:`show`."""

    async def version(self) -> str:
        """The server's version; raises when it does not answer."""

    async def models(self) -> tuple[ModelInfo, ...]:
        """The installed models."""

    async def show(self, model: str) -> ModelInfo:
        """One installed model; a missing one is SERVER_ERROR with the names that are installed."""

    async def loaded(self) -> tuple[LoadedModel, ...]:
        """What is in memory now."""

    async def preload(self, model: str, options: dict[str, object], keep_alive: float | str | None) -> float | None:
        """Load a model with these options and generate nothing; seconds it took, None: time it yourself."""

    async def unload(self, model: str) -> None:
        """Drop a model from memory."""

    def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        """Stream one answer; ``Done`` comes last, and a stream that ends without it raises NO_DONE."""

    async def aclose(self) -> None:
        """Close all connections."""
