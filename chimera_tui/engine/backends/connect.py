"""The server of the settings, by the engine that is asked for."""

from __future__ import annotations

import os

from chimera_tui.core.config.schema import Server
from chimera_tui.engine.backends.base import Backend

API_KEYS = ("CHIMERA_API_KEY", "OPENAI_API_KEY")
"""Environment variables that hold the key of an OpenAI-compatible server; the first that is set counts."""


def connect(server: Server, engine: str = "ollama") -> Backend:
    """The server of the settings; nothing is sent yet. Imports the client, which takes half a second."""
    if engine == "openai":
        from chimera_tui.engine.backends.openai import OpenAiBackend

        key = next((os.environ[name].strip() for name in API_KEYS if os.environ.get(name, "").strip()), "")
        return OpenAiBackend(
            server.openai_url, server.connect_timeout_s, server.read_timeout_s, dict(server.headers), key
        )  # fmt: skip
    from chimera_tui.engine.backends.ollama import OllamaBackend

    return OllamaBackend(server.host, server.connect_timeout_s, server.read_timeout_s, dict(server.headers))
