"""Verdicts as they are listed: lines of the Verification section, footnotes, rows of JSON."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.inert import inert_line
from chimera_tui.core.verify.verdict import CONTRADICTED, UNVERIFIABLE, Check, Source, Verdict


def section(check: Check, moved: dict[int, int] | None = None) -> list[str]:
    """Coverage, remarks, then what is contradicted and what cannot be checked; ``moved`` has lines' numbers now."""
    found, now = check.coverage(), moved or {}
    lines = [
        (
            f"{found['claims']} numeric claims: {found['supported']} supported, {found['contradicted']} contradicted, "
            f"{found['unverifiable']} unverifiable; {found['skipped']} numbers are no claims."
        )
    ]
    for remark in check.remarks:
        lines += ["", f"Note: {escaped(str(msgspec.structs.replace(remark, line=now.get(remark.line, remark.line))))}."]
    for label, title in ((CONTRADICTED, "Contradicted"), (UNVERIFIABLE, "Unverifiable")):
        rows = [one for one in check.verdicts if one.label == label]
        if rows:
            lines += [
                "",
                f"{title}:",
                "",
                *(f"- line {now.get(one.claim.line, one.claim.line)}: {_told(one)}" for one in rows),
            ]
    return lines


def note(number: int, one: Verdict) -> str:
    """A footnote."""
    return f"[^v{number}]: {one.label.capitalize()}: {escaped(one.reason)}{_right(one)}."


def row(file: str, one: Verdict) -> dict[str, object]:
    """A verdict as an object of ``verify --json`` and of ``verdicts.json``.

    ``line`` counts from 1; ``start`` and ``end`` are character offsets in that line; ``right`` is the right value of a
    contradicted claim; ``source`` is the first of ``sources``: path, record, field, where, value, unit where known.
    """
    claim, sources = one.claim, msgspec.to_builtins(one.sources)
    return {
        "file": file, "line": claim.line, "start": claim.start, "end": claim.end, "span": claim.span,
        "kind": claim.kind, "label": one.label, "rule": one.rule, "reason": one.reason, "right": one.right or None,
        "source": sources[0] if sources else None, "sources": sources, "reading": one.reading or None,
        "scope": "not stated" if one.unscoped else None,
    }  # fmt: skip


def escaped(text: str) -> str:
    """Plain words in Markdown, whatever names of files hold."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", inert_line(text, 400))


def _told(one: Verdict) -> str:
    source = f"; source: {_source(one.sources[0])}" if one.sources and one.label == CONTRADICTED else ""
    return f"{escaped(one.claim.span)}: {escaped(one.reason)}{_right(one)}{source}"


def _right(one: Verdict) -> str:
    return f"; right: {escaped(one.right)}" if one.right else ""


def _source(one: Source) -> str:
    """Path, record and field of a fact."""
    parts = [escaped(one.path)]
    if one.record is not None:
        parts.append(f"record {one.record}")
    if one.where:
        parts.append(escaped(one.where))
    if one.field:
        parts.append(escaped(one.field))
    return ", ".join(parts)
