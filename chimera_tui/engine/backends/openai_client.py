"""HTTP to an OpenAI-compatible server. Importing this imports httpx, so the backend does it in a thread."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import httpx
import msgspec

from chimera_tui.engine.backends.address import Address
from chimera_tui.engine.backends.openai_errors import no_done, refused
from chimera_tui.engine.backends.openai_wire import Completion
from chimera_tui.engine.backends.sse import Events, EventTooLongError

QUIET_CALL_S = 10.0
"""A call that runs no model answers within this, or within the connect timeout where that is longer."""
DONE = b"[DONE]"

Known = TypeVar("Known", bound=msgspec.Struct)


class OpenAiClient:
    """Requests below one base URL, with our own headers, key and timeouts; nothing else from the environment."""

    def __init__(
        self, address: Address, headers: Mapping[str, str], api_key: str, *, connect_timeout_s: float,
        read_timeout_s: float,
    ) -> None:  # fmt: skip
        self._base = address.url
        self._root = address.url.removesuffix("/v1")
        keyed = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        given = {name.lower() for name in headers}
        self._client = httpx.AsyncClient(
            headers={name: value for name, value in keyed.items() if name.lower() not in given} | dict(headers),
            auth=httpx.BasicAuth(*address.auth) if address.auth else None,
            timeout=httpx.Timeout(read_timeout_s, connect=connect_timeout_s, pool=None),
            follow_redirects=False,  # a key would arrive at a host nobody named
            trust_env=not address.loopback,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )
        self._quiet = httpx.Timeout(
            min(read_timeout_s, max(QUIET_CALL_S, connect_timeout_s)), connect=connect_timeout_s, pool=None
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def get(self, path: str, kind: type[Known], *, root: bool = False) -> Known:
        """One quiet call, below the base URL or with ``root`` beside it."""
        response = await self._client.get((self._root if root else self._base) + path, timeout=self._quiet)
        _check(response)
        return msgspec.json.decode(response.content, type=kind)

    async def complete(self, body: dict[str, Any]) -> AsyncGenerator[Completion, None]:
        """The events of one streamed answer; ends after ``[DONE]``, raises NO_DONE where that does not come."""
        request = self._client.build_request("POST", f"{self._base}/chat/completions", json=body)
        async with self._sent(request) as response:
            if response.headers.get("content-type", "").startswith("application/json"):  # it does not stream
                yield _accepted(await response.aread())
                return
            events = Events()
            async for data in response.aiter_bytes():
                for event in _whole(events, data):
                    if event.strip() == DONE:
                        return
                    yield _accepted(event)
            for event in events.finish():
                if event.strip() == DONE:
                    return
                with suppress(msgspec.DecodeError):  # the last event may be cut in the middle
                    yield _accepted(event)
            raise no_done()

    @asynccontextmanager
    async def _sent(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        response = await self._client.send(request, stream=True)
        try:
            if not response.is_success:
                await response.aread()
                _check(response)
            yield response
        finally:
            await response.aclose()


def _whole(events: Events, data: bytes) -> list[bytes]:
    try:
        return events.feed(data)
    except EventTooLongError as error:
        raise msgspec.DecodeError("an event without an end") from error


def _accepted(event: bytes) -> Completion:
    completion = msgspec.json.decode(event, type=Completion)
    if completion.failure is not None:
        raise refused(completion.failure)
    return completion


def _check(response: httpx.Response) -> None:
    """Raise what an answer other than 2xx means."""
    if response.is_success:
        return
    if response.is_redirect:
        error = refused(f"it is at {response.headers.get('location', 'elsewhere')}", response.status_code)
        error.advice = "Set server.openai_url to that address."
        raise error
    body: Any = response.content.decode("utf-8", "replace")
    if "html" in response.headers.get("content-type", ""):
        body = "a web page, not an answer of a model server"
    with suppress(msgspec.DecodeError):
        body = msgspec.json.decode(response.content)
    raise refused(body.get("detail", body) if isinstance(body, dict) else body, response.status_code)
