"""The small state behind scripted answers: which models are installed, what is loaded and how."""

import math
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

LOAD_TIME = ("num_gpu", "num_ctx", "num_batch", "num_thread", "main_gpu", "use_mmap")
"""Options that reload a model when they change."""

DEFAULT_NUM_CTX = 4096
UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Model:
    """An installed model."""

    name: str
    size: int = 3_338_801_804
    parameter_size: str = "4.3B"
    quantization: str = "Q4_K_M"
    family: str = "gemma3"
    context_length: int = 131_072
    block_count: int = 34
    parameters: str = (
        'stop                           "<end_of_turn>"\n'
        "temperature                    1\n"
        "top_k                          64\n"
        "top_p                          0.95"
    )
    capabilities: tuple[str, ...] = ("completion",)

    @property
    def digest(self) -> str:
        """A digest that depends on the name alone."""
        return sha256(self.name.encode()).hexdigest()

    @property
    def details(self) -> dict[str, Any]:
        """The details that tags, ps and show share."""
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.family,
            "families": [self.family],
            "parameter_size": self.parameter_size,
            "quantization_level": self.quantization,
        }

    def tag(self) -> dict[str, Any]:
        """This model in ``/api/tags``."""
        return {
            "name": self.name,
            "model": self.name,
            "modified_at": "2026-08-01T12:00:00.000000001Z",
            "size": self.size,
            "digest": self.digest,
            "details": self.details | {"context_length": self.context_length},
            "capabilities": list(self.capabilities),
        }

    def show(self) -> dict[str, Any]:
        """This model in ``/api/show``."""
        return {
            "modelfile": f"FROM {self.name}\n",
            "parameters": self.parameters,
            "template": "{{ .Prompt }}",
            "details": self.details,
            "model_info": {
                "general.architecture": self.family,
                "general.parameter_count": 4_300_000_000,
                f"{self.family}.block_count": self.block_count,
                f"{self.family}.context_length": self.context_length,
                "tokenizer.ggml.tokens": None,
            },
            "capabilities": list(self.capabilities),
            "modified_at": "2026-08-01T12:00:00.000000001Z",
        }


MODELS = (
    Model("gemma3:latest"),
    Model("gemma3:1b", size=815_319_791, parameter_size="999.89M", context_length=32_768, block_count=26),
    Model("llama3.1:8b", 4_920_753_328, "8.0B", family="llama", block_count=32, parameters=""),
)


@dataclass
class Loaded:
    """A model in memory. ``expires_at`` is seconds since the epoch."""

    model: Model
    context_length: int
    load_options: dict[str, Any]
    expires_at: float
    last_prompt: str = ""

    def ps(self, gpu_share: float) -> dict[str, Any]:
        """This model in ``/api/ps``."""
        size = self.model.size + self.context_length * 65_536
        share = 0.0 if self.load_options.get("num_gpu") == 0 else gpu_share
        expires = datetime.fromtimestamp(min(self.expires_at, 9e9), UTC).isoformat().replace("+00:00", "Z")
        return {
            "name": self.model.name,
            "model": self.model.name,
            "size": size,
            "digest": self.model.digest,
            "details": self.model.details,
            "expires_at": expires,
            "size_vram": int(size * share),
            "context_length": self.context_length,
        }


@dataclass
class Memory:
    """What is installed and loaded. The oldest goes where more than ``most`` would be loaded."""

    models: tuple[Model, ...] = MODELS
    most: int = 3
    _loaded: dict[str, Loaded] = field(default_factory=dict)

    def find(self, name: str) -> Model | None:
        """The installed model of this name; without a tag it is ``latest``."""
        full = name if ":" in name else f"{name}:latest"
        return next((model for model in self.models if model.name == full), None)

    def loaded(self) -> list[Loaded]:
        """What is in memory now, the latest first."""
        self._loaded = {name: each for name, each in self._loaded.items() if each.expires_at > time.time()}
        return list(reversed(self._loaded.values()))

    def needs_load(self, model: Model, options: dict[str, Any]) -> bool:
        """The model is not in memory, or is there with other load-time options."""
        self.loaded()
        there = self._loaded.get(model.name)
        if there is None:
            return True
        asked, now = _load_time(options), dict(there.load_options)
        if asked.get("num_gpu", -1) < 0:  # automatic again: what was loaded with other layers stays
            asked.pop("num_gpu", None)
            now.pop("num_gpu", None)
        return asked != now

    def load(self, model: Model, options: dict[str, Any], keep_alive: object = None) -> Loaded:
        """Put a model into memory, or leave it there, and set when it goes."""
        if self.needs_load(model, options):
            self._loaded.pop(model.name, None)
            while len(self._loaded) >= self.most:
                del self._loaded[next(iter(self._loaded))]
            context = min(int(options.get("num_ctx") or DEFAULT_NUM_CTX), model.context_length)
            self._loaded[model.name] = Loaded(model, context, _load_time(options), 0.0)
        loaded = self._loaded[model.name]
        loaded.expires_at = time.time() + seconds(keep_alive)
        return loaded

    def unload(self, model: Model) -> None:
        """Drop a model from memory."""
        self._loaded.pop(model.name, None)


def seconds(keep_alive: object) -> float:
    """``keep_alive`` in seconds: a number or "5m"; negative is for ever, nothing is five minutes."""
    if keep_alive is None:
        return 300.0
    if isinstance(keep_alive, int | float):
        return float(keep_alive) if keep_alive >= 0 else math.inf
    sign, parts = str(keep_alive).startswith("-"), re.findall(r"([0-9.]+)(ms|s|m|h)", str(keep_alive))
    if not parts:
        raise ValueError(f'time: missing unit in duration "{keep_alive}"')
    return math.inf if sign else sum(float(number) * UNITS_S[unit] for number, unit in parts)


def _load_time(options: dict[str, Any]) -> dict[str, Any]:
    return {key: options[key] for key in LOAD_TIME if key in options}
