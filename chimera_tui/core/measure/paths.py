"""Configuration hidden in directory and file names: ``gpu80_ctx512_temp0p8``, ``g60_c1024_t0.4``, ``batch_size(8)``."""

import re
from functools import lru_cache
from typing import Any

from chimera_tui.core.measure.entities import quant_in

_NAMED = {
    "num_gpu": "num_gpu", "gpu": "num_gpu", "ngl": "num_gpu", "gpulayers": "num_gpu",
    "num_ctx": "num_ctx", "numctx": "num_ctx", "ctx": "num_ctx", "context": "num_ctx",
    "temperature": "temperature", "temp": "temperature",
    "top_p": "top_p", "topp": "top_p", "top_k": "top_k", "topk": "top_k",
    "batch_size": "batch", "batchsize": "batch", "batch": "batch", "bs": "batch",
    "concurrency": "concurrency", "conc": "concurrency", "users": "concurrency",
    "sequence_length": "input_tokens", "seqlen": "input_tokens", "isl": "input_tokens", "inputlen": "input_tokens",
    "new_tokens": "output_tokens", "newtokens": "output_tokens", "osl": "output_tokens", "outputlen": "output_tokens",
    "qps": "request_rate", "rate": "request_rate", "tp": "tp",
}  # fmt: skip
_NAMES_OF_FACTORS = tuple(_NAMED)
_RUNNING = 3
"""Digits behind an underscore that are no part of a name: ``q4_0`` and ``llama_70`` have fewer."""
_SHORTEST_CONTEXT = 64
"""A smaller number beside ``ctx`` counts something else: ``ctx_8_gen_8`` are servers for prefill and decode."""
_SHORT = {"g": "num_gpu", "c": "num_ctx", "t": "temperature", "p": "top_p", "k": "top_k", "b": "batch"}
_DECIMAL = frozenset(("temperature", "top_p", "request_rate"))
_NUMBER = r"\d+(?:[.p]\d+)?"
_NAMES = "|".join(sorted((re.escape(name) for name in _NAMED), key=len, reverse=True))
_PAIR = re.compile(rf"(?<![a-z0-9])({_NAMES})[-_=]?\(?({_NUMBER})\)?(?![a-z0-9])", re.IGNORECASE)
_QPS = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?|inf)qps(?![a-z0-9])", re.IGNORECASE)
_LETTER = re.compile(rf"(?<![a-z0-9.])([gctpkb])({_NUMBER})(?![a-z0-9])")
_DTYPE = re.compile(r"(?<![a-z0-9])(fp16|bf16|fp32|float16|bfloat16|float32)(?![a-z0-9])", re.IGNORECASE)
_MLPERF = re.compile(
    r"(?:^|/)results/([^/]+)/([^/]+)/(Offline|Server|SingleStream|MultiStream|Interactive)/(?=performance/|accuracy/)",
    re.IGNORECASE,
)
"""How MLPerf lays out what a submitter measured: the system, the model, the scenario."""
_PLAIN_UNDERSCORE = re.compile(r"_(?!(?:[01klms]|xx?s|xl)(?:_|$|[^a-z0-9]))", re.IGNORECASE)
_MODEL = re.compile(
    r"(?<![a-z0-9])((?:code)?llama(?![-_.]?(?:bench|cpp|perplexity|server|batched|sweep|cli|swap|timings?)(?:[^a-z]|$))|gemma|qwen|mistral|mixtral|phi|deepseek|falcon|bloom|pythia)(-?[0-9](?:\.[0-9]+)?)?"
    r"(?:[-_:]((?:[0-9.]+x)?[0-9.]+[bm](?:-(?!q[0-9]|[0-9]{6})[a-z0-9]+)*))?(?![a-z0-9])",
    re.IGNORECASE,
)


def hints(rel: str) -> dict[str, Any]:
    """What the path of a file (POSIX, inside the repository) says about its configuration; deeper names win."""
    folder, _, name = rel.rpartition("/")
    stem = name.rpartition(".")[0] or name
    found = _of_name(without_running_number(stem))
    found = {**_of_folder(folder), **found} if folder else found
    if submitted := _MLPERF.search(rel):
        found |= {"device": submitted[1], "model": submitted[2], "scenario": submitted[3]}
    return found


def without_running_number(stem: str) -> str:
    """A name without the number or date at its end that says nothing: ``run_00012``, ``sweep_20251004_093000``."""
    while True:
        head, mark, number = stem.rpartition("_")
        if not mark or len(number) < _RUNNING or not (number.isascii() and number.isdigit()):
            return stem
        if head.lower().endswith(_NAMES_OF_FACTORS):
            return stem
        stem = head


@lru_cache(maxsize=4096)
def _of_folder(folder: str) -> dict[str, Any]:
    head, _, name = folder.rpartition("/")
    return {**(_of_folder(head) if head else {}), **_of_name(name)}


@lru_cache(maxsize=4096)
def _of_name(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, digits in _PAIR.findall(name):
        column = _NAMED[key.lower()]
        number = _number(column, digits)
        if column != "num_ctx" or number >= _SHORTEST_CONTEXT:
            found.setdefault(column, number)
    found.update(name_column(name))
    if match := _QPS.search(name):
        found["request_rate"] = float(match[1]) if match[1].lower() != "inf" else "inf"
    if match := _MODEL.search(name):
        family = match[1].lower() + (match[2] or "").lower()
        found["model"] = f"{family}:{match[3].lower()}" if match[3] else family
    spaced = _PLAIN_UNDERSCORE.sub("-", name) if "_" in name else name
    if quant := quant_in(spaced):
        found["quant"] = quant
    if match := _DTYPE.search(name.replace("_", "-")):
        found["dtype"] = match[1].lower()
    return found


@lru_cache(maxsize=16384)
def name_column(text: str) -> dict[str, Any]:
    """The factors in a name such as ``g60_c1024_t0.4``: letters count only when at least two occur together."""
    pairs = _LETTER.findall(text.replace("_", " ")) if len(text) < 300 else []
    letters = {letter for letter, _ in pairs}
    if len(letters) < 2 or not letters & {"g", "c"}:
        return {}
    return {_SHORT[letter]: _number(_SHORT[letter], digits) for letter, digits in pairs}


def _number(column: str, digits: str) -> float | int:
    """``0p8`` and ``08`` are 0.8, ``10`` is 1.0, for the factors that are decimal; all others are integers."""
    if "p" in digits or "." in digits:
        number = float(digits.replace("p", "."))
        return number if column in _DECIMAL or number != int(number) else int(number)
    if column in ("temperature", "top_p") and len(digits) >= 2:
        return float(f"{digits[0]}.{digits[1:]}")
    return float(digits) if column in _DECIMAL else int(digits)
