"""A server on a real socket, and backends that are closed in the end."""

from collections.abc import AsyncGenerator, Callable

import pytest

from chimera_tui.engine.backends.ollama import OllamaBackend
from tests.server import OllamaServer
from tests.server.server import Responder


@pytest.fixture
async def serve() -> AsyncGenerator[Callable[..., OllamaServer]]:
    """``await serve(Script(...), ...)`` starts a server that is stopped after the test."""
    started: list[OllamaServer] = []

    async def start(*responders: Responder) -> OllamaServer:
        started.append(await OllamaServer(*responders).start())
        return started[-1]

    yield start
    for server in started:
        await server.stop()


@pytest.fixture
async def connect() -> AsyncGenerator[Callable[..., OllamaBackend]]:
    """``connect(server_or_host, **arguments)`` makes a backend that is closed after the test."""
    made: list[OllamaBackend] = []

    def make(server: OllamaServer | str, **arguments: object) -> OllamaBackend:
        host = server if isinstance(server, str) else server.url
        made.append(OllamaBackend(host, **arguments))
        return made[-1]

    yield make
    for backend in made:
        await backend.aclose()
