"""A server on a real socket, and backends that are closed in the end."""

from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest

from chimera_tui.engine.backends.ollama import OllamaBackend
from tests.server import OllamaServer
from tests.server.llama import LlamaServer
from tests.server.server import Responder
from tests.server.tiny_gguf import write_tiny_gguf


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, data and cache go nowhere but here."""
    place = tmp_path_factory.mktemp("home")
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(place / name.lower()))
    return place


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


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file of random weights, written once."""
    pytest.importorskip("gguf", reason="gguf, which writes the model, is not installed")
    return write_tiny_gguf(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture(scope="session")
def llama(tiny_model: Path) -> Generator[LlamaServer]:
    """A real llama.cpp server with that model and a context of 8192 tokens."""
    pytest.importorskip("xllamacpp", reason="xllamacpp, a wheel of llama.cpp, is not installed")
    with LlamaServer(tiny_model) as server:
        yield server
