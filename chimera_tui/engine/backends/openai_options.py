"""Which options an OpenAI-compatible server takes, and what they are called there."""

from collections.abc import Mapping

STANDARD = {
    "temperature": "temperature", "top_p": "top_p", "seed": "seed", "stop": "stop", "num_predict": "max_tokens",
    "presence_penalty": "presence_penalty", "frequency_penalty": "frequency_penalty",
}  # fmt: skip
"""Options that every such server takes, by the field of a request."""

_BATCH_SERVER = {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repetition_penalty"}
EXTRAS: dict[str, dict[str, str]] = {
    "llama.cpp": {
        name: name for name in ("top_k", "min_p", "typical_p", "repeat_penalty", "repeat_last_n")
    },
    "vLLM": _BATCH_SERVER,
    "SGLang": _BATCH_SERVER,
}  # fmt: skip
"""Options that only some servers take, by the server's name."""

OWNERS = {"llamacpp": "llama.cpp", "vllm": "vLLM", "sglang": "SGLang", "library": "Ollama"}
"""The server's name by what its models are ``owned_by``."""


def sendable(options: Mapping[str, object], server: str) -> dict[str, object]:
    """Those of our options that this server takes and that mean something there."""
    known = STANDARD | EXTRAS.get(server, {})
    return {name: value for name, value in options.items() if name in known and not _means_unset(name, value)}


def fields(options: Mapping[str, object], server: str) -> dict[str, object]:
    """The fields of a request for :func:`sendable` options."""
    names = STANDARD | EXTRAS.get(server, {})
    return {names[name]: _value(name, value, server) for name, value in options.items()}


def _means_unset(name: str, value: object) -> bool:
    """Values by which Ollama is told what other servers do without being told."""
    return (name == "seed" and value == -1) or (name == "num_predict" and value in (-1, 0))


def _value(name: str, value: object, server: str) -> object:
    # vLLM and SGLang call "all of them" -1.
    return -1 if name == "top_k" and value == 0 and server in ("vLLM", "SGLang") else value
