"""A model server that speaks Ollama's native protocol."""

import asyncio
import importlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, cast

from chimera_tui.core.config.schema import describe
from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.address import parse_address
from chimera_tui.engine.backends.base import BackendError, ChatRequest, LoadedModel, ModelInfo, Piece, without_secrets
from chimera_tui.engine.backends.ollama_errors import missing_model, no_done
from chimera_tui.engine.backends.ollama_wire import Line, Running, Show, Tags

CLIENT = "chimera_tui.engine.backends.ollama_client"
"""Imported in a thread at the first call: with ollama and httpx it takes half a second."""

if TYPE_CHECKING:
    from chimera_tui.engine.backends.ollama_client import OllamaClient


class OllamaBackend:
    """Ollama at ``host``; raises :class:`BackendError` and nothing else. ``host`` is shown, so it has no credentials.

    Nothing is read from the environment: ``host`` and ``headers`` are what the configuration decided.
    """

    name = "ollama"
    sets_context = True

    def __init__(
        self,
        host: str,
        connect_timeout_s: float = 5.0,
        read_timeout_s: float = 600.0,
        headers: dict[str, str] | None = None,
    ) -> None:
        try:
            self._address = parse_address(host)
        except ValueError as error:
            raise BackendError(
                Ending.SERVER_ERROR, f"The server's address cannot be used: {error}.", "Correct server.host."
            ) from None
        self.host = self._address.url
        self._timeouts = {"connect_timeout_s": connect_timeout_s, "read_timeout_s": read_timeout_s}
        self._headers = headers or {}
        self._client: OllamaClient | None = None

    @property
    def local(self) -> bool:
        """Whether the server is on this machine."""
        return self._address.loopback

    def sendable(self, options: dict[str, object]) -> dict[str, object]:
        """All of them: the native API takes every option there is."""
        return dict(options)

    async def version(self) -> str:
        """The server's version; raises when it does not answer."""
        async with self._calling() as client:
            return (await client.version()).version

    async def models(self) -> tuple[ModelInfo, ...]:
        """The installed models."""
        async with self._calling() as client:
            tags = cast("Tags", await client.list())
            return tuple(tag.info() for tag in tags.models or ())

    async def show(self, model: str) -> ModelInfo:
        """One installed model; a missing one is SERVER_ERROR with the names that are installed."""
        async with self._calling(model) as client:
            shown = cast("Show", await client.show(model))
            tags = cast("Tags", await client.list())
            names = (model, f"{model}:latest")
            return shown.info(model, next((tag for tag in tags.models or () if tag.name in names), None))

    async def loaded(self) -> tuple[LoadedModel, ...]:
        """What is in memory now."""
        async with self._calling() as client:
            return tuple(cast("Running", await client.ps()).models or ())

    async def preload(self, model: str, options: dict[str, object], keep_alive: float | str | None) -> float | None:
        """Load a model with the load-time ones of these options and generate nothing."""
        reloads = {setting.name for setting in describe("options") if setting.reloads}
        load_time = {name: value for name, value in options.items() if name in reloads}
        async with self._calling(model) as client:
            await client.generate(model, options=load_time, keep_alive=keep_alive)
        return None

    async def unload(self, model: str) -> None:
        """Drop a model from memory."""
        async with self._calling(model) as client:
            await client.generate(model, keep_alive=0)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        """Stream one answer; ``Done`` comes last, and a stream that ends without it raises NO_DONE."""
        async with self._calling(request.model) as client:
            stream = await client.chat(
                request.model,
                [{"role": message.role, "content": _sendable(message.content)} for message in request.messages],
                stream=True,
                options=request.options,
                format=request.format,
                think=request.think,
                keep_alive=request.keep_alive,
            )
            async with aclosing(cast("AsyncGenerator[Line, None]", stream)) as lines:
                async for line in lines:
                    if (delta := line.delta()) is not None:
                        yield delta
                    if line.done:
                        yield line.finish()
                        return
            raise no_done()

    async def aclose(self) -> None:
        """Close all connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    @asynccontextmanager
    async def _calling(self, model: str = "") -> AsyncIterator["OllamaClient"]:
        """The client, with every failure of what is done with it turned into a BackendError."""
        try:
            yield await self._open()
        except Exception as error:
            from chimera_tui.engine.backends.failures import OLLAMA, as_backend_error

            if (found := as_backend_error(error, self._address, OLLAMA)) is None:
                raise
            found = without_secrets(found, self._headers, *(self._address.auth or ())[1:])
            raise (await self._explained(found, model)) from None

    async def _open(self) -> "OllamaClient":
        if self._client is None:
            module = await asyncio.to_thread(importlib.import_module, CLIENT)
            if self._client is None:
                self._client = module.OllamaClient(self._address, self._headers, **self._timeouts)
        return self._client

    async def _explained(self, error: BackendError, model: str) -> BackendError:
        """A missing model is told with the installed ones; everything else is as it was."""
        if not (model and error.status == 404 and "model" in error.message):
            return error
        with suppress(BackendError):
            return missing_model(model, tuple(info.name for info in await self.models()))
        return error


def _sendable(text: str) -> str:
    """Text without the lone surrogates of undecodable file names, which no JSON in UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
