"""Configuration of an observation: recorded factors, what a path hints at, and where the two disagree."""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from chimera_tui.core.measure.entities import quant_in
from chimera_tui.core.measure.result import ConfigKey
from chimera_tui.core.read.jsontext import Json

INTEGERS = frozenset(("num_gpu", "num_ctx", "batch", "concurrency", "top_k", "input_tokens", "output_tokens"))
FLOATS = frozenset(("temperature", "top_p"))
TEXTS = frozenset(("model", "quant", "backend", "device", "dtype"))
COLUMNS = INTEGERS | FLOATS | TEXTS
LONGEST_TEXT = 200
"""A longer text is an answer or a log, not a factor."""
MOST_EXTRAS = 80

_A_PATH = re.compile(r"(?:\.{0,2}|~|[A-Za-z]:)[/\\]|\S+/\S+\.gguf$")
_UNQUANTISED = re.compile(r"(?:[._-]|\d[BM] (?:mostly )?)(B?F16|F32)(?:\.gguf)?$", re.IGNORECASE)
"""How llama.cpp names a model that is not quantised: ``llama 8B F16``, ``…-f16.gguf``."""
_SEPARATOR = re.compile(r"[/\\]")
_CACHED = re.compile(r"models--([^/\\]+?)--([^/\\]+)[/\\]snapshots[/\\]")
"""How the cache of Hugging Face names a model; below it is only a hash."""

Factors = dict[str, Any]
"""Factor name to value: the names in ``COLUMNS`` are columns of their own, all others go to ``extra``."""

_encode = msgspec.json.Encoder(order="sorted").encode


def put(factors: Factors, name: str, value: Json) -> None:
    """Add a recorded factor. What does not fit its column is kept in ``extra``; texts too long are left out."""
    if isinstance(value, str):
        value = value.strip()
        if not value or len(value) > LONGEST_TEXT:
            return
    elif value is None or (isinstance(value, float) and not math.isfinite(value)):
        if value is None or math.isnan(value):
            return
        value = "inf" if value > 0 else "-inf"
    if isinstance(value, bool) and name in TEXTS:
        return  # "quantization: false" names no quantisation
    if name == "model" and isinstance(value, str) and (cached := _CACHED.search(value)):
        value = f"{cached[1]}/{cached[2]}"
    elif name == "model" and isinstance(value, str) and _A_PATH.match(value):
        value = _SEPARATOR.split(value.rstrip("/\\"))[-1] or value  # where it lies says nothing about it
    if name in COLUMNS:
        fitted = _fitted(name, value)
        if fitted is None:
            name = f"{name}_text" if name in INTEGERS or name in FLOATS else name
        else:
            value = fitted
    factors[name] = value


def _fitted(name: str, value: Json) -> Json:
    if name in TEXTS:
        text = value if isinstance(value, str) else str(value)
        return text.removeprefix("torch.") if name == "dtype" else text
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    if name in FLOATS:
        return number
    limit = 2**31 if name == "num_gpu" else 2**63
    return int(number) if number == int(number) and abs(number) < limit else None


def config_key(recorded: Mapping[str, Any], hints: Mapping[str, Any]) -> ConfigKey:
    """One row of the configurations; the recorded value wins over the path's, and the conflict is kept."""
    columns: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in recorded.items():
        if name in COLUMNS:
            columns[name] = value
        elif len(extra) < MOST_EXTRAS:
            extra[name] = value
    if "quant" not in columns and (model := columns.get("model")):
        unquantised = _UNQUANTISED.search(model)
        if quant := quant_in(model) or (unquantised and unquantised[1].upper()):
            columns["quant"] = quant
    conflicts, guessed = [], []
    for name, value in hints.items():
        target = columns if name in COLUMNS else extra
        if name not in target:
            target[name] = value
            guessed.append(name)
        elif not _agree(name, target[name], value):
            conflicts.append(f"{name}: path says {value}, recorded is {target[name]}")
    text = _encode(extra).decode() if extra else None
    return ConfigKey(
        **columns, extra=text, path_conflict="; ".join(conflicts) or None, from_path=", ".join(guessed) or None
    )


def _agree(name: str, recorded: Json, hinted: Json) -> bool:
    if name == "model" or name not in COLUMNS:
        return True  # a file name shortens a model's name; other words in it claim nothing
    if name in TEXTS:
        return _squeezed(str(hinted)) in _squeezed(str(recorded)) or _squeezed(str(recorded)) in _squeezed(str(hinted))
    return bool(math.isclose(recorded, hinted))


@lru_cache(maxsize=1024)
def _squeezed(text: str) -> str:
    low = "".join(c for c in text.lower() if c.isalnum())
    for long, short in (("bfloat", "bf"), ("float", "fp"), ("torch", "")):
        low = low.replace(long, short)
    return low
