"""What tools print, as the objects that their JSON would hold: MLPerf loadgen, vLLM, SGLang, local engines.

Tools whose lines need no more than a pattern each are in ``console_lines.tsv``.
"""

import re
from typing import Any

from chimera_tui.core.measure.box_tables import box_results
from chimera_tui.core.measure.console_lines import printed_results
from chimera_tui.core.measure.guidellm_console import guidellm_tables
from chimera_tui.core.measure.naming import normalised, percentile
from chimera_tui.core.measure.timings import llama_bench_sql, llama_timings, ollama_verbose
from chimera_tui.core.read.jsontext import Json, decode_line
from chimera_tui.core.read.numbers import without_escapes

_LABEL = re.compile(r"^\s*([^:=]{2,80}?)\s*:\s*(.*?)\s*$")
_PERCENTILE = re.compile(r"^(\d{1,2}(?:\.\d+)?)\s+percentile\s*(.*)$", re.IGNORECASE)
_EXTREME = re.compile(r"^(min|max|mean)\s+(.*)$", re.IGNORECASE)
_NS = re.compile(r"\s*\((ns|ms|us|s)\)\s*$")
_MLLOG = ":::MLLOG"

_SERVING = {
    "successful requests": "completed", "failed requests": "failed", "benchmark duration (s)": "duration",
    "total input tokens": "total_input_tokens", "total generated tokens": "total_output_tokens",
    "total generated tokens (retokenized)": "total_output_tokens_retokenized",
    "request throughput (req/s)": "request_throughput", "request goodput (req/s)": "request_goodput",
    "output token throughput (tok/s)": "output_throughput", "input token throughput (tok/s)": "input_throughput",
    "peak output token throughput (tok/s)": "max_output_tokens_per_s",
    "peak concurrent requests": "max_concurrent_requests",
    "maximum request concurrency": "max_concurrency", "max request concurrency": "max_concurrency",
    "request rate configured (rps)": "request_rate", "traffic request rate": "request_rate",
    "concurrency": "concurrency", "backend": "backend", "accept length": "acceptance_length",
    "acceptance rate (%)": "spec_decode_acceptance_rate", "acceptance length": "spec_decode_acceptance_length",
    "drafts": "spec_decode_num_drafts", "draft tokens": "spec_decode_draft_tokens",
    "accepted tokens": "spec_decode_accepted_tokens",
}  # fmt: skip
_DRAWN = (
    ("┃", box_results), ("Request Latency Statistics", guidellm_tables), ("Benchmarks Stats:", guidellm_tables),
)  # fmt: skip
"""What a text holds in which a tool drew its tables, and what reads them."""
_POSITION = re.compile(r"^Position (\d+)$")
_BEFORE = ("Traffic request rate", "Maximum request concurrency")
"""What vLLM prints before a run."""
_ARGUMENT = re.compile(r"[(, ](\w+)=('[^']*'|\"[^\"]*\"|[-+\w.]+)(?=[,)])")
_ARGUMENTS = {
    "model": "model_id", "num_prompts": "num_prompts", "request_rate": "request_rate", "burstiness": "burstiness",
    "max_concurrency": "max_concurrency", "dataset_name": "dataset_name", "random_input_len": "random_input_len",
    "random_output_len": "random_output_len", "temperature": "temperature",
}  # fmt: skip
_TIMING = re.compile(
    r"^(mean|median|std|max|min|p\d+(?:\.\d+)?)\s+(ttft|tpot|itl|e2el|e2e latency)\s*\(ms\)$", re.IGNORECASE
)
_LOCAL = (
    ("ollama", "eval duration:", ollama_verbose), ("llama.cpp", "eval time =", llama_timings),
    ("llama-bench", "INSERT INTO llama_bench", llama_bench_sql),
)  # fmt: skip
"""Local engines, the words that give their output away, and what reads it."""


def console_documents(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The tool that printed a text and one object for each result in it; no tool where there is none."""
    if _MLLOG in text[:4096] or (_MLLOG in text and '"result_validity"' in text):
        return "mlperf loadgen", _from_detail(text)
    if "MLPerf Results Summary" in text[:65_536]:
        return "mlperf loadgen", _from_summary(text)
    if "Serving Benchmark Result" in text:
        return _from_serving(text)
    for sign, drawn in _DRAWN:
        if sign in text and (tables := drawn(without_escapes(text)))[1]:
            return tables
    for tool, mark, read in _LOCAL:
        if mark in text and (found := read(without_escapes(text))):
            return tool, found
    return printed_results(text)


def _from_summary(text: str) -> list[dict[str, Any]]:
    """``mlperf_log_summary.txt``: results, then statistics; the parameters of the test are configuration."""
    found: dict[str, Any] = {}
    section, group = "results", "latency"
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("=") or not bare:
            continue
        if bare in ("MLPerf Results Summary", "Additional Stats", "Test Parameters Used"):
            section = bare
            continue
        label = _LABEL.match(bare)
        if label is None or " * " in line[:4]:
            continue
        name, value = label[1].strip(), label[2]
        if section == "Test Parameters Used":
            found.setdefault("settings", {})[normalised(_NS.sub(r"_\1", name))] = _value(value)
        elif not value or value.startswith('"'):
            group = _group(name)
        else:
            group = _summary_line(found, name, value, group)
    return [found] if found else []


def _group(heading: str) -> str:
    low = heading.lower()
    if "interval" in low:
        return "query_intervals"
    return "per_query_latency" if "per-query" in low else "latency"


def _summary_line(found: dict[str, Any], name: str, value: str, group: str) -> str:
    """Keep one label and value; gives the group that later lines without a name of their own belong to."""
    unit = _NS.search(name)
    bare = _NS.sub("", name).strip()
    statistic = _PERCENTILE.match(bare) or _EXTREME.match(bare)
    if statistic is None or isinstance(_value(value), str):
        found[normalised(bare)] = _value(value)
        return group
    rest = statistic[2].strip().lower()
    target = group if rest in ("", "latency") else normalised(rest)
    stat = percentile(statistic[1]) if statistic[1][0].isdigit() else statistic[1].lower()
    distribution = found.setdefault(target, {})
    if isinstance(distribution, dict):
        if unit:
            distribution["unit"] = unit[1]
        distribution[stat] = _value(value)
    return group


def _from_detail(text: str) -> list[dict[str, Any]]:
    """``mlperf_log_detail.txt``: the values of ``result_…`` keys; ``effective_…`` keys are configuration."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        start = line.find(_MLLOG)
        entry = decode_line(line[start + len(_MLLOG) :]) if start >= 0 else None
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str):
            continue
        key, value = entry["key"], entry.get("value")
        if isinstance(value, dict | list):
            continue
        if key == "result_validity":
            found["result_is"] = value
        elif key.startswith("result_"):
            _detail_result(found, key.removeprefix("result_"), value)
        elif key.startswith("effective_"):
            found.setdefault("settings", {})[key.removeprefix("effective_")] = value
        elif key in ("sut_name", "test_datetime", "loadgen_version"):
            found[key] = value
    return [found] if len(found) > 1 else []


def _detail_result(found: dict[str, Any], key: str, value: Json) -> None:
    unit = next((unit for unit in ("ns", "ms", "us") if key.endswith("_" + unit)), "")
    bare = key.removesuffix("_" + unit) if unit else key
    parts = re.match(r"(min|max|mean|\d+(?:_\d+|\.\d+)?(?:th)?_percentile)_(.*)", bare)
    if parts is None:
        found[bare] = value
        return
    stat = parts[1]
    if stat[0].isdigit():
        stat = percentile(stat.removesuffix("_percentile").removesuffix("th"))
    distribution = found.setdefault(parts[2], {})
    if isinstance(distribution, dict):
        distribution[stat] = value
        if unit:
            distribution["unit"] = unit


def _from_serving(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The block that vLLM and SGLang print after a run; a log may hold several, each behind what was asked for."""
    found: list[dict[str, Any]] = []
    current: dict[str, Any] | None = None
    asked: dict[str, Any] = {}
    tool = "vllm bench serve"
    for line in without_escapes(text).splitlines():
        if "Serving Benchmark Result" in line:
            current = {}
            found.append(current)
        elif current is not None and line.strip("= ") == "" and line.count("=") > 20:
            current = None
        elif current is not None and (label := _LABEL.match(line.strip("|"))):
            tool = _serving_line(current, label[1].strip(), label[2], tool)
            for name, value in asked.items():
                current.setdefault(name, value)
        elif current is None and "Namespace(" in line:
            asked = _asked_for(line)
        elif current is None and (rest := line.partition(": "))[0] in _BEFORE and rest[2].strip() != "None":
            asked[_SERVING[rest[0].lower()]] = rest[2].strip() if "inf" in rest[2] else _value(rest[2].strip())
    return tool, [one for one in found if one]


def _asked_for(line: str) -> dict[str, Any]:
    """The arguments of a benchmark as Python prints them: those that say what was measured."""
    found = {_ARGUMENTS[name]: text.strip("'\"") for name, text in _ARGUMENT.findall(line) if name in _ARGUMENTS}
    return {name: text if text == "inf" else _value(text) for name, text in found.items() if text != "None"}


def _serving_line(current: dict[str, Any], name: str, value: str, tool: str) -> str:
    low = " ".join(name.lower().split())
    timing = _TIMING.match(low)
    if timing:
        kind = timing[2].replace(" ", "_")
        current[f"{timing[1]}_{kind}_ms"] = _value(value)
        return "sglang bench_serving" if kind == "e2e_latency" else tool
    if low in ("total token throughput (tok/s)", "total throughput (tok/s)"):
        current["total_throughput" if tool.startswith("sglang") else "total_token_throughput"] = _value(value)
    elif low in _SERVING:
        current[_SERVING[low]] = _value(value)
        if "retokenized" in low or low == "backend":
            return "sglang bench_serving"
    elif isinstance(number := _value(value), int | float) and not isinstance(number, bool):
        current[_POSITION.sub(r"Acceptance at position \1 (%)", name)] = number
    return tool


def _value(text: str) -> Json:
    try:
        number = float(text)
    except ValueError:
        return {"true": True, "false": False}.get(text.lower(), text)
    whole = number.is_integer() and "." not in text and "e" not in text.lower() if number - number == 0 else False
    return int(text) if whole and text.lstrip("+-").isdigit() else number
