"""What local engines print after a generation: ``ollama run --verbose`` and llama.cpp's performance lines."""

import re
from typing import Any

_OLLAMA = re.compile(
    r"^\s*(total duration|load duration|prompt eval (?:count|duration|rate)|eval (?:count|duration|rate)):\s+(\S+)"
)
_GO_PART = re.compile(r"(\d+(?:\.\d+)?)(h|m(?!s)|s|ms|µs|us|ns)")
_NS = {"h": 3.6e12, "m": 6e10, "s": 1e9, "ms": 1e6, "µs": 1e3, "us": 1e3, "ns": 1.0}
_LLAMA = re.compile(
    r"(?:llama_\w*(?:timings|perf\w*):|^(?:[^|=]*\|[^=]*\|)?)\s*"
    r"(load|sampling|prompt eval|eval|total) time\s*=\s*([\d.]+) ms"
    r"(?:\s*/\s*(\d+) (?:tokens|runs))?(?:.*?([\d.]+) tokens per second)?"
)
_INSERT = re.compile(r"INSERT INTO llama_bench \(([^)]+)\) VALUES \(((?:[^')]|'(?:[^']|'')*')*)\)\s*;")
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_RUN = re.compile(r"\bollama\s+run\s+(?:--\S+\s+)*([\w./:-]+)")


def ollama_verbose(text: str) -> list[dict[str, Any]]:
    """Each block as the server's last message would hold it: durations in ns, counts, rates in tokens/s."""
    found: list[dict[str, Any]] = []
    model = ""
    for line in text.splitlines():
        label = _OLLAMA.match(line)
        if label is None:
            command = _RUN.search(line)
            model = command[1] if command else model
            continue
        name = label[1].replace(" ", "_")
        if name == "total_duration" or not found:
            found.append({"model": model} if model else {})
        value = _go_duration(label[2]) if name.endswith("duration") else _number(label[2])
        if value is not None:
            found[-1][name] = value
    return [one for one in found if "eval_count" in one]


def llama_timings(text: str) -> list[dict[str, Any]]:
    """Each block of llama.cpp: times in ms, tokens, tokens per second."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        at = _LLAMA.search(line)
        if at is None:
            continue
        name = at[1].replace(" ", "_")
        if not found or f"{name}_time" in found[-1]:
            found.append({})
        found[-1][f"{name}_time"] = float(at[2])
        if at[3] and name in ("prompt_eval", "eval"):
            found[-1][f"{name}_tokens"] = int(at[3])
        if at[4] and name in ("prompt_eval", "eval"):
            found[-1][f"{name}_rate"] = float(at[4])
    return [one for one in found if "eval_time" in one]


def llama_bench_sql(text: str) -> list[dict[str, Any]]:
    """The rows that ``llama-bench -o sql`` inserts."""
    found: list[dict[str, Any]] = []
    for names, values in _INSERT.findall(text):
        cells = [one.replace("''", "'") for one in _QUOTED.findall(values)]
        columns = [name.strip() for name in names.split(",")]
        if len(cells) == len(columns):
            numbers = [_number(cell) for cell in cells]
            found.append({
                name: cell if number is None else number
                for name, cell, number in zip(columns, cells, numbers, strict=True)
            })  # fmt: skip
    return found


def _go_duration(text: str) -> float | None:
    """Nanoseconds of a duration as Go prints it: ``1m2.5s``, ``342.546ms``."""
    parts = _GO_PART.findall(text)
    if "".join(number + unit for number, unit in parts) != text or not parts:
        return None
    return sum(float(number) * _NS[unit] for number, unit in parts)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() and "." not in text else value
