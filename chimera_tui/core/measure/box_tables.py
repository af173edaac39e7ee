"""The tables that aiperf and genai-perf draw in a terminal, as the objects that their JSON holds."""

import re
from typing import Any

from chimera_tui.core.measure.naming import normalised, stat_named

_HEADS = ("metric", "statistic")
_BAR = re.compile(r"[┃│]")
_UNIT = re.compile(r"\s*\(([^()]+)\)$")
_BELOW = re.compile(r"^((?:output|request|input|total)[\w ]+\([\w ]+\)): ([\d,.]+)$", re.IGNORECASE)
"""What older versions print below their table (``Request throughput (per sec): 4.44``)."""


def box_results(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The tool that drew tables of statistics and an object for each title; no tool where there is none."""
    found: dict[int, dict[str, Any]] = {}
    tool, title, started = "", "", 0
    stats: list[str] = []
    row: list[str] = []
    for number, line in enumerate(text.splitlines()):
        bare = line.strip()
        if not _BAR.match(bare):
            _keep(found.get(started), row, stats)
            row = []
            if (below := _BELOW.match(bare)) and found:
                _keep(found.get(started), [below[1], below[2]], ["avg"])
            elif bare.endswith("Metrics"):
                title = bare.lower()
            continue
        cells = [cell.strip() for cell in _BAR.split(bare)[1:-1]]
        if cells[0].lower() in _HEADS and all(stat_named(normalised(cell)) for cell in cells[1:]):
            tool, started, stats = ("aiperf" if "aiperf" in title else "genai-perf"), number, cells[1:]
            found[started] = {}
        elif row and not any(cells[1:]):
            row[0] = f"{row[0]} {cells[0]}"
        else:
            _keep(found.get(started), row, stats)
            row = cells
    return tool, [one for one in found.values() if one]


def _keep(current: dict[str, Any] | None, row: list[str], stats: list[str]) -> None:
    """Add a row of a table as a metric with its unit and statistics; ``N/A`` is none of them."""
    if current is None or len(row) != len(stats) + 1:
        return
    unit = _UNIT.search(row[0])
    values = {stat: value for stat, cell in zip(stats, row[1:], strict=True) if (value := _number(cell)) is not None}
    if values:
        stated = {"unit": unit[1]} if unit and unit[1] != "count" else {}
        current[normalised(_UNIT.sub("", row[0]))] = stated | values


def _number(cell: str) -> float | None:
    try:
        return float(cell.replace(",", ""))
    except ValueError:
        return None
