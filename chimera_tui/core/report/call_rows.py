"""The calls of one report, one row each: from the table a Chimera program wrote, or from ``metrics.json``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_HEADING = re.compile(r"^##\s+(?:LLM Call Metrics|Metrics)\s*$", re.MULTILINE)
_NEXT = re.compile(r"^##\s", re.MULTILINE)
_COLUMNS = {
    "ttft ms": ("ttft_s", 1e-3), "throughput tok/s": ("decode_tps", 1.0), "decode tok/s": ("decode_tps", 1.0),
    "tokens": ("generated_tokens", 1.0), "generated tokens": ("generated_tokens", 1.0),
    "duration ms": ("total_s", 1e-3), "total ms": ("total_s", 1e-3), "prompt tokens": ("prompt_tokens", 1.0),
    "prefill ms": ("prefill_s", 1e-3), "prefill tok/s": ("prefill_tps", 1.0), "decode ms": ("decode_s", 1e-3),
    "load ms": ("load_s", 1e-3),
}  # fmt: skip
"""Columns of both layouts by their heading without parentheses: the figure and what makes it seconds."""
_FIGURES = ("ttft_s", "generated_tokens", "total_s", "prompt_tokens", "prefill_s", "decode_s", "load_s")


class ReportCall(msgspec.Struct, frozen=True):
    """One call: its place in the report from 0, its stage, its figures in seconds, tokens and tokens/s."""

    place: int
    stage: str
    figures: dict[str, float]

    def is_cold(self, cold_load_s: float) -> bool | None:
        """Whether the model was loaded in it; None where the report does not say."""
        load = self.figures.get("load_s")
        return None if load is None else load >= cold_load_s


def read_calls(text: str) -> tuple[ReportCall, ...]:
    """The calls that a report's own table lists; the last such table is the program's. None where it has none."""
    text = text.replace("\r\n", "\n")
    for heading in reversed(list(_HEADING.finditer(text))):
        following = _NEXT.search(text, heading.end())
        if found := tuple(_rows(text[heading.end() : following.start() if following else len(text)])):
            return found
    return ()


def calls_of_metrics(metrics: dict[str, object]) -> tuple[ReportCall, ...]:
    """The calls of a ``metrics.json``; rates from tokens and seconds, none where a prompt's prefix was cached."""
    calls = metrics.get("calls")
    found = []
    for place, call in enumerate(calls if isinstance(calls, list) else []):
        if not isinstance(call, dict):
            continue
        figures = {name: float(call[name]) for name in _FIGURES if isinstance(call.get(name), int | float)}
        for rate, tokens, seconds in (
            ("decode_tps", "generated_tokens", "decode_s"),
            ("prefill_tps", "prompt_tokens", "prefill_s"),
        ):
            if (
                figures.get(tokens)
                and figures.get(seconds)
                and not (rate == "prefill_tps" and call.get("prefix_shared"))
            ):
                figures[rate] = figures[tokens] / figures[seconds]
        found.append(ReportCall(place, str(call.get("stage", "")), figures))
    return tuple(found)


def _rows(block: str) -> Iterator[ReportCall]:
    names: list[str] = []
    place = 0
    for line in block.splitlines():
        if not line.lstrip().startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not names:
            names = [re.sub(r"[()]", "", cell).lower() for cell in cells]
            if "stage" not in names:
                return
        elif len(cells) == len(names) and not set(line) <= set("|:- "):
            stage, figures = _row(names, cells)
            yield ReportCall(place, stage, figures)
            place += 1


def _row(names: list[str], cells: list[str]) -> tuple[str, dict[str, float]]:
    figures, stage = {}, ""
    for name, cell in zip(names, cells, strict=True):
        if name == "stage":
            stage = cell
        elif name in _COLUMNS and re.fullmatch(r"\d{1,15}(?:\.\d+)?", cell):
            figure, factor = _COLUMNS[name]
            figures[figure] = float(cell) * factor
    return stage, figures
