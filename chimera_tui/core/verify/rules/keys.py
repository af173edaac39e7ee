"""Rule 3: a literal key on the line (``results[3].tokens_s``) is compared with that path and no other."""

from __future__ import annotations

import re
from functools import lru_cache

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.index.filters import Filter
from chimera_tui.core.verify.index.inventory import KIND_WORDS
from chimera_tui.core.verify.rules.options import NAMES
from chimera_tui.core.verify.tolerance import agreement, interval
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Source, Verdict
from chimera_tui.core.verify.words.context import Context, in_printed_unit, statistic_in
from chimera_tui.core.verify.words.metrics_named import family, in_text

RULE = "literal key"
_QUOTED = re.compile(r"`([^`]+)`|\"([^\"]+)\"|“([^”]+)”")
_PATH = re.compile(r"[A-Za-z_]\w*(?:\[\d+\])?(?:\.[A-Za-z_]\w*(?:\[\d+\])?)*")
_KEYLIKE = re.compile(r"[_\[.]")
_WRITTEN = re.compile(r"[\w.\[\]:+%@-]+")
_PREFIX = re.compile(r"^(json|csv|jsonl|markdown|md)_(.+)$", re.DOTALL)
_INVENTORY = frozenset(
    [
        "total",
        "all",
        "files",
        "file",
        "documents",
        "document",
        "docs",
        "count",
        "n",
        "num",
        "number",
        "of",
        "analyzed",
        "analysed",
        "size",
        "sizes",
        "bytes",
        "headings",
        "heading",
        "rows",
    ]
)

Hit = tuple[int, int, int, float]


def judge_key(at: Context, facts: Facts) -> Verdict | None:
    """The verdict by a literal key; None where the line has none before the claim."""
    for key in keys_before(at, facts):
        if normalised(key) in NAMES:
            continue
        prefix = _PREFIX.match(key)
        kind, path = (KIND_WORDS[prefix[1]], prefix[2]) if prefix else ("", key)
        if not literal_key(kind, path):
            continue
        if verdict := _by_inventory(at, facts, key):
            return verdict
        if at.claim.noun:
            continue
        if verdict := _by_path(at, facts, kind, path, key, literal=bool(prefix)):
            return verdict
    return None


def literal_key(kind: str, path: str) -> bool:
    """Whether a path can be one: a garbled key is no key. Columns may hold anything."""
    return kind == "csv" or bool(_WRITTEN.fullmatch(path))


def keys_before(at: Context, facts: Facts) -> list[str]:
    """Candidates for a key in the row or sentence, the nearest before the claim first."""
    if at.line.key:
        return [at.label]
    start, end = at.reach
    found = [(cell[0], at.text[slice(*cell)].strip('`*" ')) for cell in at.line.cells[: max(at.column, 0)]]
    for place, name in _names_in(at.text, start, end):
        found.append((place, name))
        if column := _column_from(at.text[place:end], facts):
            found.append((place, column))
    keys = [key for place, key in sorted(found, key=lambda one: (-one[0], -len(one[1]))) if _governs(at, place)]
    return [key for key in dict.fromkeys(keys) if _looks_like_a_key(key)][:6]


@lru_cache(maxsize=256)
def _names_in(text: str, start: int, end: int) -> tuple[tuple[int, str], ...]:
    """What is quoted in a part of a text, and what is written like a path; each claim of a sentence asks again."""
    found = [(one.start(one.lastindex or 0), one[one.lastindex or 0]) for one in _QUOTED.finditer(text, start, end)]
    for path in _PATH.finditer(text, start, end):
        in_path = "/" in (text[path.start() - 1 : path.start()], text[path.end() : path.end() + 1])
        if _KEYLIKE.search(path[0]) and not in_path:
            found.append((path.start(), path[0]))
    return tuple(found)


def _governs(at: Context, place: int) -> bool:
    """Whether a key at a place is what the claim is said of: it stands before, and no other statement between."""
    if place >= at.claim.start:
        return False
    between = [one.end for one in at.claims if place < one.start and one.end <= at.claim.start]
    return at.in_row or not between or len(at.text[max(between) : at.claim.start].split()) < 4


@lru_cache(maxsize=1024)
def _looks_like_a_key(key: str) -> bool:
    bare = _PREFIX.sub(r"\2", key)
    return (
        len(key) < 200
        and bool(_PREFIX.match(key) or re.search(r"[_\[.]", bare))
        and not re.search(r"\.\w{1,5}$|/", key.replace("_", ""))
    ) or bool(re.search(r"\[\d+\]", key))


def _column_from(text: str, facts: Facts) -> str:
    """``csv_`` and a column's name with spaces in it, outside quotes."""
    prefix = re.match(r"csv_", text)
    if not prefix or facts.cells is None:
        return ""
    rest = text[4:]
    names = [name for name in facts.cells.by_field if " " in name and rest.startswith(name)]
    return "csv_" + max(names, key=len) if names else ""


def _by_inventory(at: Context, facts: Facts, key: str) -> Verdict | None:
    """``total_files_analyzed``, ``json_documents``, ``total_file_size_bytes``, ``markdown_heading_count``."""
    words = key.lower().split("_")
    kinds = [KIND_WORDS[word] for word in words if word in KIND_WORDS]
    if not all(word in _INVENTORY or word in KIND_WORDS for word in words) or len(words) < 2 or len(kinds) > 1:
        return None
    kind = kinds[0] if kinds else None
    names = set(words)
    if names & {"heading", "headings"}:
        value, where = facts.extra.headings, "lines that start with # over all Markdown files"
        values = [value]
    elif names & {"size", "bytes", "sizes"}:
        sizes = facts.inventory.sizes(kind)
        values = [
            sum(sizes) if facts.inventory.known or facts.inventory.empty else None,
            facts.inventory.frozen.total_bytes if kind is None else None,
        ]
        where = "bytes of the files"
    elif names & {"files", "documents", "docs", "file", "document"}:
        values, where = [facts.inventory.count(kind)], f"{kind or 'all'} files counted"
    else:
        return None
    known = [one for one in values if one is not None]
    if not known:
        return Verdict(
            claim=at.claim, label=UNVERIFIABLE, rule=RULE, reason=f"{key}: no fact about it without the files"
        )
    right = next((one for one in known if agreement(at.claim, float(one))), None)
    label = SUPPORTED if right is not None else CONTRADICTED
    shown = known[-1] if right is None else right
    return Verdict(
        claim=at.claim,
        label=label,
        rule=RULE,
        reason=f"{key}: {where} give {shown:,}",
        right="" if right is not None else f"{shown:,}",
        sources=(Source("the inventory", field=key, value=shown),),
    )


def _by_path(at: Context, facts: Facts, kind: str, path: str, key: str, *, literal: bool) -> Verdict | None:
    if facts.cells is None:
        return (
            Verdict(claim=at.claim, label=UNVERIFIABLE, rule=RULE, reason=f"{key}: no files to look it up in")
            if literal
            else None
        )
    hits, n = _hits(at, facts.cells, kind, path)
    if not hits:
        return _by_object(at, facts.cells, kind, path, key) or (_missing(at, key) if literal else None)
    if not literal and at.file_mentions and not at.line.key:
        return None
    verdict = _compared(at, facts.cells, hits, key, n)
    if literal or "[" in path or at.line.key:
        return verdict
    # A column's bare name is a word of the text like others: it may be its mean that is meant.
    return verdict if verdict.label == SUPPORTED and at.claim.digits >= 3 and not at.statistic else None


def _hits(at: Context, cells: Cells, kind: str, path: str) -> tuple[list[Hit], int]:
    """The cells at a path, or some of a column with those that agree first, and how many there are."""
    wanted = cells.of_kind(kind) if kind else None
    if kind == "csv" or (not kind and path in cells.by_field and "[" not in path and "." not in path):
        return _column(at, cells, tuple(cells.by_field.get(path, ())), Filter(files=wanted))
    found = cells.at(path) or cells.at(re.sub(r"\[\d+\]$", "", path))
    hits = [hit for hit in found if wanted is None or hit[0] in wanted]
    return hits, len(hits)


def _column(at: Context, cells: Cells, ids: tuple[int, ...], rows: Filter) -> tuple[list[Hit], int]:
    low, high = interval(at.claim)
    hits: list[Hit] = []
    n = 0
    for one in ids:
        frame = cells.in_series((one,), rows)
        n += frame.height
        for scale in sorted({cells.series[one].factor, at.canonical_unit[1]}):
            hits += cells.near(one, rows, *sorted((low * scale, high * scale)))
        hits += [(row[0], row[1], row[2], row[4]) for row in frame.head(1).rows()]
    return hits, n


def _compared(at: Context, cells: Cells, hits: list[Hit], key: str, n: int) -> Verdict:
    agreeing = [hit for hit in dict.fromkeys(hits) if _agrees(at, cells, hit)]
    if agreeing:
        cell = cells.cell(*agreeing[0])
        note = " (truncated)" if agreement(at.claim, cell.value) == "truncated" else ""
        return Verdict(
            claim=at.claim,
            label=SUPPORTED,
            rule=RULE,
            reason=f"{key} is {cell.value:.15g} {cell.unit}".strip() + f" in {cell.path}{note}",
            reading=f"the path {key}",
            same=len(agreeing),
            others=n - len(agreeing),
            sources=(Source(cell.path, cell.record, cell.field, cell.where, cell.value, cell.unit),),
        )
    same_number = next((hit for hit in hits if agreement(at.claim, cells.series[hit[2]].raw(hit[3]))), None)
    cell = cells.cell(*(same_number or hits[0]))
    why = (
        f"{key} is in {cell.unit or 'another unit'}, not {at.unit}"
        if same_number
        else f"{key} is {cell.value:.15g} {cell.unit}".strip()
    )
    more = f" (and {n - 1} more cells, none agrees)" if n > 1 and not same_number else ""
    return Verdict(
        claim=at.claim,
        label=CONTRADICTED,
        rule=RULE,
        reason=f"{why} in {cell.path}{more}",
        right=f"{cell.value:.15g} {cell.unit}".strip(),
        sources=(Source(cell.path, cell.record, cell.field, cell.where, cell.value, cell.unit),),
        others=n,
    )


def _agrees(at: Context, cells: Cells, hit: Hit) -> bool:
    series = cells.series[hit[2]]
    return any(
        agreement(at.claim, value)
        for value in in_printed_unit(at, series.unit, series.raw_unit, series.raw(hit[3]), hit[3])
    )


def _by_object(at: Context, cells: Cells, kind: str, path: str, key: str) -> Verdict | None:
    """``models[0]`` and the metric in words: the fields below that object."""
    records = cells.under(path)
    if not records.height:
        return None
    words = " ".join(at.scopes[:2]).replace(key, " ")
    statistic = statistic_in(words)
    meant = in_text(words, cells, at)
    ids = family(meant, cells).series if meant else ()
    name, _ = at.canonical_unit
    chosen = [
        one for one in sorted(ids or cells.series)
        if (not statistic or cells.series[one].stat == statistic) and (not name or cells.series[one].unit == name)
    ]  # fmt: skip
    hits = _within(cells, chosen, records, kind)
    return _compared(at, cells, hits, f"{key}, {cells.series[hits[0][2]].field}", len(hits)) if hits else None


def _within(cells: Cells, ids: list[int], records, kind: str) -> list[Hit]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    frame = cells.in_series(tuple(ids), Filter(files=cells.of_kind(kind) if kind else None))
    rows = frame.join(records, on=["file_id", "record"]).select("file_id", "record", "series_id", "value")
    return list(rows.rows())


def _missing(at: Context, key: str) -> Verdict:
    return Verdict(claim=at.claim, label=UNVERIFIABLE, rule=RULE, reason=f"no file has {key}")
