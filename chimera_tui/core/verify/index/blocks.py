"""The blocks of a Chimera report that its program wrote: facts, and lines that are not judged."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from chimera_tui.core.report.older import HEADER_LINES, header, is_chimera_report, read_chimera_report
from chimera_tui.core.report.sections import NOT_THE_MODELS

MODEL_SECTIONS = ("Key Findings", "Recommendations", "Persona Brief")
"""Sections after the report whose text is a model's."""
_HEADING = re.compile(r"^## (.+?)\s*$")
_SUB = re.compile(r"^###? (Key Findings|Recommendations)\s*$")
_CLAUSE = re.compile(r"^- (?:pass|FAIL): ")
_BOLD = re.compile(r"^\*\*[A-Za-z ]+:\*\*")
_TOTAL = re.compile(r"^(?:- )?(?:Total files analyzed|Files analyzed): (\d+)", re.MULTILINE)
_KIND = re.compile(r"^([A-Z]+) Files \((\d+)\)\s*$")
_LATEST = re.compile(r"^\s+Latest modified: (\S+ \S+?)(?: UTC)?\s*$")
_FIGURE = re.compile(r"^[-|]\s*([A-Z][A-Za-z ()-]*?)\s*[:|]\s*(-?\d+(?:\.\d+)?)(?:\s*±\s*([\d.]+))?\s*(tok/s|ms|s)?\b")


class Figure(msgspec.Struct, frozen=True):
    """A number of a report's own run, in canonical units."""

    name: str
    value: float
    unit: str
    text: str


class Blocks(msgspec.Struct, frozen=True):
    """What the program wrote into a report: they win for counts, kinds and dates."""

    total: int | None = None
    kinds: dict[str, int] = {}
    latest: dict[str, datetime] = {}
    dates: tuple[datetime, ...] = ()
    """When the report was written: more than one where its header and its title page disagree about the time zone."""
    figures: tuple[Figure, ...] = ()
    model: str = ""
    options: dict[str, float] = {}
    """The settings of the report's own run."""
    lines: frozenset[int] = frozenset()


def read_blocks(text: str) -> Blocks | None:
    """The program's blocks of a Chimera report; None where the text is not one."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    if not is_chimera_report(text):
        return None
    lines = text.split("\n")
    row = read_chimera_report(text, "")
    program = _program_lines(lines)
    written = [lines[n - 1] for n in sorted(program)]
    kinds, latest = _summary(written)
    total = _TOTAL.search("\n".join(written))
    return Blocks(
        total=int(total[1]) if total else None, kinds=kinds, latest=latest, dates=_dates(row, written),
        figures=tuple(_figures(written)), model=str(row.get("model", "")), lines=program,
        options=_options(str(row.get("options_requested", ""))),
    )  # fmt: skip


def _program_lines(lines: list[str]) -> frozenset[int]:
    """Line numbers the program wrote. Headings the model repeats do not count: in the layout with the report first,
    the program's are the last of each name; in the other, the model's part is between two of the program's.
    """
    headings = [(n, found[1]) for n, text in enumerate(lines, 1) if (found := _HEADING.match(text))]
    model_part = next((n for n, title in headings if title == "Technical Report (LLM Generated)"), None)
    # A model may write the headings of the other layout: the head of the text says which it is.
    if model_part is not None and "Agent Type" not in header("\n".join(lines[:HEADER_LINES])):
        return _agent_layout(lines, headings, model_part)
    return _insight_layout(lines, headings)


def _agent_layout(lines: list[str], headings: list[tuple[int, str]], model_part: int) -> frozenset[int]:
    after = [n for n, title in headings if title == "LLM Call Metrics" and n > model_part]
    end = after[-1] if after else len(lines) + 1
    program = set(range(end, len(lines) + 1))
    prose = False
    for number in range(1, model_part + 1):
        if _HEADING.match(lines[number - 1]):
            prose = False
        elif _SUB.match(lines[number - 1]):
            prose = True
            program.add(number)
        if not prose:
            program.add(number)
    program.update(_title_page(lines, model_part + 1))
    return frozenset(program)


def _title_page(lines: list[str], first: int) -> set[int]:
    """A title and the bold keys under it, up to the first rule."""
    page = set()
    for number in range(first, min(first + 14, len(lines) + 1)):
        page.add(number)
        if lines[number - 1].startswith("---"):
            return page
    return {number for number in page if _BOLD.match(lines[number - 1]) or lines[number - 1].startswith("# ")}


def _insight_layout(lines: list[str], headings: list[tuple[int, str]]) -> frozenset[int]:
    program = _title_page(lines, 1)
    last = {title: n for n, title in headings}
    start = last.get("Workflow Summary", len(lines) + 1)
    prose = False
    for number in range(start, len(lines) + 1):
        if found := _HEADING.match(lines[number - 1]):
            prose = (
                found[1] in MODEL_SECTIONS
                and last.get(found[1]) == number
                and lines[number : number + 1] != [NOT_THE_MODELS]
            )
            program.add(number)
        elif not prose:
            program.add(number)
    return frozenset(program | _contract(lines, last))


def _contract(lines: list[str], last: dict[str, int]) -> set[int]:
    """What the program found of the brief: the clauses under it."""
    start = last.get("Persona Brief", len(lines))
    end = min([n for n in last.values() if n > start], default=len(lines) + 1)
    found = end
    while found - 1 > start and (not lines[found - 2].strip() or _CLAUSE.match(lines[found - 2])):
        found -= 1
    return set(range(found - 1, end)) if lines[found - 2].strip() == "Contract:" else set()


def _summary(lines: list[str]) -> tuple[dict[str, int], dict[str, datetime]]:
    kinds: dict[str, int] = {}
    latest: dict[str, datetime] = {}
    kind = ""
    for text in lines:
        if found := _KIND.match(text):
            kind = found[1].lower()
            kinds.setdefault(kind, int(found[2]))
        elif kind and (found := _LATEST.match(text)):
            try:
                latest.setdefault(kind, datetime.fromisoformat(found[1]).replace(tzinfo=UTC))
            except ValueError:
                continue
    return kinds, latest


def _dates(row: dict[str, object], lines: list[str]) -> tuple[datetime, ...]:
    found = [row.get("started")]
    dates = (re.match(r"^\*\*(?:Date|Timestamp):\*\*\s*(\d{4}-\d\d-\d\d)", text) for text in lines)
    found += [datetime.fromisoformat(date[1]).replace(tzinfo=UTC) for date in dates if date]
    return tuple(dict.fromkeys(date for date in found if isinstance(date, datetime)))


def _options(text: str) -> dict[str, float]:
    options = msgspec.json.decode(text) if text else {}
    return {name: float(value) for name, value in options.items() if isinstance(value, (int, float))}


def _figures(lines: list[str]) -> list[Figure]:
    found = []
    for text in lines:
        if mark := _FIGURE.match(text):
            factor = 1e-3 if mark[4] == "ms" else 1.0
            unit = {"ms": "s", "tok/s": "tokens/s", None: ""}.get(mark[4], mark[4] or "")
            found.append(Figure(mark[1], float(mark[2]) * factor, unit, text.strip("-| ")))
    return found
