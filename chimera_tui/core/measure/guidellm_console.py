"""The tables that guidellm prints at its end, whose cells span columns, as the objects that its JSON holds."""

import re
from collections.abc import Iterator
from typing import Any

from chimera_tui.core.measure.naming import normalised

_MODEL = re.compile(r"validated with model (\S+)")
_CELL = re.compile(r"([^|]*)(\|+|$)")
_RULE = re.compile(r"[\s|=+-]+")
_FIRST = ("benchmark", "metadata")
_FIELDS = {
    "request_latency_sec": "request_latency", "req_latency_sec": "request_latency",
    "ttft_ms": "time_to_first_token_ms", "itl_ms": "inter_token_latency_ms", "tpot_ms": "time_per_output_token_ms",
    "requests_per_sec": "requests_per_second", "request_stats_per_second": "requests_per_second",
    "requests_concurrency": "request_concurrency", "request_stats_concurrency": "request_concurrency",
    "input_tokens_per_sec": "prompt_tokens_per_second", "output_tokens_per_sec": "output_tokens_per_second",
    "total_tokens_per_sec": "tokens_per_second", "out_tok_sec": "output_tokens_per_second",
    "tot_tok_sec": "tokens_per_second", "input_tokens_per_request": "prompt_token_count",
    "output_tokens_per_request": "output_token_count", "timings_dur_sec": "duration",
    "timings_warm_sec": "warmup_duration", "timings_cool_sec": "cooldown_duration",
}  # fmt: skip
"""What the heads above a column say, and the field of the JSON that holds it."""
_STATS = {"mdn": "median", "median": "median", "mean": "mean", "std": "std", "p95": "p95", "p99": "p99"}
_RATES = {"concurrent": "streams", "constant": "rate", "poisson": "rate", "async": "rate"}


def guidellm_tables(text: str) -> tuple[str, list[dict[str, Any]]]:
    """One object for each benchmark, from all tables of a log; no tool where there are none."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    model = _MODEL.search(text)
    for names, rows in _tables(text):
        seen: dict[str, int] = {}
        for label, *cells in rows:
            seen[label] = seen.get(label, 0) + 1
            values = list(zip(names[1:], map(_number, cells), strict=True))
            if any(value is not None for _, value in values):
                one = found.setdefault(
                    (label, seen[label]), _asked(label) | ({"model": model[1].rstrip(".,")} if model else {})
                )
                _keep(one, values)
    return ("guidellm" if found else ""), list(found.values())


def _tables(text: str) -> Iterator[tuple[list[list[str]], list[list[str]]]]:
    """The heads above each column, and the rows, of each table."""
    heads: list[list[str]] = []
    names: list[list[str]] = []
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        bare = line.strip().removeprefix("|")
        if "|" not in bare or (_RULE.fullmatch(bare) and "=" in bare):
            if rows:
                yield names, rows
            heads, names, rows = [], [], []
        elif _RULE.fullmatch(bare):
            width = max(map(len, heads), default=0)
            names = [[head[i] for head in heads if i < len(head) and head[i]] for i in range(width)]
        elif names:
            cells = [cell.strip() for cell in bare.removesuffix("|").split("|")]
            rows.extend([cells] if len(cells) == len(names) else [])
        elif heads or bare.split("|")[0].strip().lower() in _FIRST:
            heads.append(_spread(bare))


def _spread(line: str) -> list[str]:
    """The cells of a head, each once for every column that it spans: as many as the bars behind it."""
    return [cell.strip() for cell, bars in _CELL.findall(line) if bars or cell.strip() for _ in bars or "|"]


def _asked(label: str) -> dict[str, Any]:
    """What ``concurrent@8`` says was asked for."""
    kind, _, rate = label.partition("@")
    asked: dict[str, Any] = {"strategy": kind}
    if kind in _RATES and (value := _number(rate)) is not None:
        asked[f"strategy.{_RATES[kind]}"] = int(value) if value.is_integer() else value
    return asked


def _keep(one: dict[str, Any], values: list[tuple[list[str], float | None]]) -> None:
    for heads, value in values:
        if value is None or not heads:
            continue
        stat = _STATS.get(heads[-1].lower(), "")
        field = normalised(" ".join(heads[:-1] if stat else heads))
        name = _FIELDS.get(field, f"text_{field}" if field.endswith("_per_second") else field)
        if stat:
            one.setdefault(name, {})[stat] = value
        else:
            one[name] = value


def _number(cell: str) -> float | None:
    try:
        return float(cell.replace(",", ""))
    except ValueError:
        return None
