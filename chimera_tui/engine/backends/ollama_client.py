"""The subclassed client: our host, headers and timeouts, no silent cut, bytes split on line feeds only.

Importing this imports ollama and httpx, which takes half a second: the backend does it in a thread, when needed.
"""

from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import httpx
import msgspec
import ollama

from chimera_tui.engine.backends.address import Address
from chimera_tui.engine.backends.base import BackendError
from chimera_tui.engine.backends.ollama_errors import refused
from chimera_tui.engine.backends.ollama_wire import Line, Running, Show, Tags, Version

MODEL_CALLS = ("/api/chat", "/api/generate")
ANSWERS: dict[str, type[msgspec.Struct]] = {
    "/api/version": Version,
    "/api/tags": Tags,
    "/api/ps": Running,
    "/api/show": Show,
}
QUIET_CALL_S = 10.0
"""A call that runs no model answers within this, or within the connect timeout where that is longer."""

LONGEST_LINE = 64 * 2**20
"""Bytes without a line feed that no stream of Ollama's holds."""


class OllamaClient(ollama.AsyncClient):
    """``ollama.AsyncClient`` with one method replaced: answers are the structs of :mod:`ollama_wire`."""

    def __init__(
        self, address: Address, headers: dict[str, str], *, connect_timeout_s: float, read_timeout_s: float
    ) -> None:
        super().__init__(
            address.url,
            headers=headers,
            auth=httpx.BasicAuth(*address.auth) if address.auth else None,
            timeout=httpx.Timeout(read_timeout_s, connect=connect_timeout_s, pool=None),
            follow_redirects=False,  # a POST would arrive as a GET, and headers at a host nobody named
            trust_env=not address.loopback,  # a proxy has no business between two ends of one machine
            # A connection a call: one kept open may be dead by the next, and closing one must not touch another.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )
        if not any(name.lower() == "authorization" for name in headers):
            # The package would send OLLAMA_API_KEY to any host; the configuration decides that, not the environment.
            self._client.headers.pop("authorization", None)
        self._quiet = httpx.Timeout(
            min(read_timeout_s, max(QUIET_CALL_S, connect_timeout_s)), connect=connect_timeout_s, pool=None
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def version(self) -> Version:
        """The server's version; the package has no call for it."""
        answer: Version = await self._request(Version, "GET", "/api/version")
        return answer

    async def _request(  # type: ignore[override]  # the answers are our own structs, not the package's models
        self, _cls: type, method: str, path: str, *, json: dict[str, Any] | None = None, stream: bool = False
    ) -> Any:  # noqa: ANN401
        """Send one request: a struct, or with ``stream`` an async generator of :class:`Line`."""
        runs_model = path in MODEL_CALLS
        if json is not None and runs_model:
            json = json | {"truncate": False, "shift": False}
        timeout = self._client.timeout if runs_model or stream else self._quiet
        request = self._client.build_request(method, path, json=json, timeout=timeout)
        if stream:
            return self._lines(request)
        response = await self._client.send(request)
        _check(response)
        answer = msgspec.json.decode(response.content, type=ANSWERS.get(path, Line))
        return _accepted(answer) if isinstance(answer, Line) else answer

    async def _lines(self, request: httpx.Request) -> AsyncGenerator[Line, None]:
        """The lines of a stream as they arrive; an error line raises."""
        decode = msgspec.json.Decoder(Line).decode
        response = await self._client.send(request, stream=True)
        try:
            if not response.is_success:
                await response.aread()
                _check(response)
            rest = bytearray()
            async for data in response.aiter_bytes():
                *whole, tail = data.split(b"\n")
                for part in whole:
                    rest += part
                    if rest.strip():
                        yield _accepted(decode(rest))
                    rest.clear()
                rest += tail
                if len(rest) > LONGEST_LINE:
                    raise msgspec.DecodeError("a line without an end")
            if rest.strip():  # an answer that is not a stream has no line feed
                yield _accepted(decode(rest))
        finally:
            await response.aclose()


def _accepted(line: Line) -> Line:
    if line.error is not None:
        raise refused(line.error)
    return line


def _check(response: httpx.Response) -> None:
    """Raise what an answer other than 2xx means."""
    if response.is_success:
        return
    if response.is_redirect:
        elsewhere = response.headers.get("location", "elsewhere")
        raise _redirected(response.status_code, elsewhere)
    body = response.content.decode("utf-8", "replace")
    if "html" in response.headers.get("content-type", ""):
        body = "a web page, not an answer of Ollama"
    error: Any = body
    with suppress(msgspec.DecodeError):
        error = msgspec.json.decode(body)
    raise refused(error, response.status_code)


def _redirected(status: int, elsewhere: str) -> BackendError:
    error = refused(f"it is at {elsewhere}", status)
    error.advice = "Set server.host to that address."
    return error
