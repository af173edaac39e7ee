"""Any server that speaks OpenAI's chat completions: vLLM, SGLang, llama.cpp's llama-server and others."""

import asyncio
import importlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends import openai_options
from chimera_tui.engine.backends.address import parse_address
from chimera_tui.engine.backends.base import (
    BackendError,
    ChatRequest,
    LoadedModel,
    ModelInfo,
    Piece,
    Remark,
    without_secrets,
)
from chimera_tui.engine.backends.openai_errors import about_the_format, missing_model
from chimera_tui.engine.backends.openai_wire import Answer, Models, Props, Served, Version

CLIENT = "chimera_tui.engine.backends.openai_client"
"""Imported in a thread at the first call: httpx takes its time."""

if TYPE_CHECKING:
    from chimera_tui.engine.backends.openai_client import OpenAiClient


class OpenAiBackend:
    """The server at ``url``; raises :class:`BackendError` and nothing else. ``host`` is shown: it has no credentials.

    ``api_key`` goes into one header and nowhere else: it is cut out of whatever the server says.
    """

    name = "openai"
    sets_context = False

    def __init__(
        self, url: str, connect_timeout_s: float = 5.0, read_timeout_s: float = 600.0,
        headers: dict[str, str] | None = None, api_key: str = "",
    ) -> None:  # fmt: skip
        try:
            address = parse_address(url, default_port=80)
        except ValueError as error:
            raise BackendError(
                Ending.SERVER_ERROR, f"The server's address cannot be used: {error}.", "Correct server.openai_url."
            ) from None
        bare = address.url.count("/") == 2
        self._address = msgspec.structs.replace(address, url=f"{address.url}/v1") if bare else address
        self.host = self._address.url
        self._timeouts = {"connect_timeout_s": connect_timeout_s, "read_timeout_s": read_timeout_s}
        self._headers = headers or {}
        self._api_key = api_key
        self._client: OpenAiClient | None = None
        self._software = ""
        self._formats: tuple[str, ...] = ("json_schema", "json_object", "")
        """The ways to ask for JSON that this server has not refused yet."""

    @property
    def local(self) -> bool:
        """Whether the server is on this machine."""
        return self._address.loopback

    def sendable(self, options: dict[str, object]) -> dict[str, object]:
        """Those of the options that this server takes; to be asked after :meth:`show`."""
        return openai_options.sendable(options, self._software)

    async def version(self) -> str:
        """The server's software and, where it says, its version; raises when it does not answer."""
        served = await self._served()
        self._software = openai_options.OWNERS.get((served[0].owned_by or "") if served else "", "")
        number: str | None = None
        with suppress(BackendError):  # the number is not needed
            async with self._calling() as client:
                if self._software == "vLLM":
                    number = (await client.get("/version", Version, root=True)).version
                elif self._software == "llama.cpp":
                    number = (await client.get("/props", Props, root=True)).build_info
        return " ".join(filter(None, (self._software, number)))

    async def models(self) -> tuple[ModelInfo, ...]:
        """The served models."""
        return tuple(each.info() for each in await self._served())

    async def show(self, model: str) -> ModelInfo:
        """One served model with its context; a missing one is SERVER_ERROR with the names that are served."""
        served = await self._served()
        found = next((each for each in served if each.answers_to(model)), None)
        if found is None:
            raise missing_model(model, tuple(each.id for each in served))
        self._software = openai_options.OWNERS.get(found.owned_by or "", "")
        info = found.info()
        if self._software == "llama.cpp" and (slot := await self._slot_context()):
            info = msgspec.structs.replace(info, context_length=slot)
        return info

    async def loaded(self) -> tuple[LoadedModel, ...]:
        """Nothing: such a server serves what it was started with, and loads nothing for a request."""
        return ()

    async def preload(self, model: str, options: dict[str, object], keep_alive: float | str | None) -> float | None:
        """Nothing to do."""

    async def unload(self, model: str) -> None:
        """Nothing to do: the protocol has no word for it."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        """Stream one answer; ``Done`` comes last, and a stream that ends without it raises NO_DONE.

        A server that refuses the schema is asked again for plain JSON, then for text; each step is remarked on.
        """
        again = True
        while again:
            again = False
            try:
                async with aclosing(self._stream(request)) as pieces:
                    async for piece in pieces:
                        yield piece
            except BackendError as error:
                if request.format is None or len(self._formats) == 1 or not about_the_format(error):
                    raise
                again, self._formats = True, self._formats[1:]
                instead = f'response_format "{self._formats[0]}"' if self._formats[0] else "no response_format"
                yield Remark(f"{error.message} Asking again with {instead}.")

    async def aclose(self) -> None:
        """Close all connections; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _stream(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        answer = Answer()
        async with self._calling() as client:
            async with aclosing(client.complete(self._body(request))) as events:
                async for event in events:
                    if (delta := answer.take(event)) is not None:
                        yield delta
            yield answer.finish()

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        messages = [
            {"role": message.role, "content": message.content.encode("utf-8", "replace").decode()}
            for message in request.messages
        ]
        body = {
            "model": request.model, "messages": messages, "stream": True, "stream_options": {"include_usage": True},
        } | openai_options.fields(request.options, self._software)  # fmt: skip
        kind = self._formats[0]
        if request.format is not None and kind:
            schema = {"json_schema": {"name": "answer", "strict": True, "schema": request.format}}
            body["response_format"] = {"type": kind} | (schema if kind == "json_schema" else {})
        return body

    async def _served(self) -> tuple[Served, ...]:
        async with self._calling() as client:
            return tuple((await client.get("/models", Models)).data or ())

    async def _slot_context(self) -> int | None:
        """What one request has of llama.cpp's context: the whole of it may be shared by several slots."""
        with suppress(BackendError):
            async with self._calling() as client:
                props = await client.get("/props", Props, root=True)
                return props.default_generation_settings.n_ctx if props.default_generation_settings else None
        return None

    @asynccontextmanager
    async def _calling(self) -> AsyncIterator["OpenAiClient"]:
        """The client, with every failure of what is done with it turned into a BackendError without the key."""
        try:
            yield await self._open()
        except Exception as error:
            from chimera_tui.engine.backends.failures import OPENAI, as_backend_error

            if (found := as_backend_error(error, self._address, OPENAI)) is None:
                raise
            raise without_secrets(found, self._headers, self._api_key, *(self._address.auth or ())[1:]) from None

    async def _open(self) -> "OpenAiClient":
        if self._client is None:
            module = await asyncio.to_thread(importlib.import_module, CLIENT)
            if self._client is None:
                self._client = module.OpenAiClient(self._address, self._headers, self._api_key, **self._timeouts)
        return self._client
