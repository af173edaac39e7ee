"""``verify``: every number of a report against facts; a table, JSON, an annotated copy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.inert import inert_line
from chimera_tui.core.verify.annotate import annotated
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from chimera_tui.core.verify.verdict import CONTRADICTED, Check, Verdict
from chimera_tui.headless.report import say

if TYPE_CHECKING:
    from chimera_tui.core.verify.inventory import Frozen
    from chimera_tui.engine.workspace import Workspace

USAGE = 2
LARGEST = 20_000_000
"""Bytes of a report that is judged."""
REASON_WIDTH = 100


async def verify(
    report: Path, workspace: Workspace | None, facts_file: Path | None, *, annotate: Path | None, as_json: bool
) -> int:
    """Judge one report. Returns 0, 1 when something is contradicted, 2 when a file cannot be used."""
    from chimera_tui.engine.frozen import FactsError
    from chimera_tui.engine.workspace import WorkspaceError

    try:
        text = _read(report)
        facts, used = await _facts(report, workspace, facts_file)
    except (OSError, FactsError, WorkspaceError) as error:
        say(str(error))
        return USAGE
    result = check(text, facts)
    if annotate is not None:
        try:
            _write(annotate, annotated(text, result))
        except OSError as error:
            say(f"{annotate} cannot be written: {error.strerror or error}.")
            return USAGE
    say(f"Facts: {used}.")
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(rows(report, result)), indent=2).decode() + "\n")
    else:
        _table(result)
    (say if as_json else _print)(coverage_line(result))
    for notice in result.notices:
        say(notice)
    return 1 if result.count(CONTRADICTED) else 0


async def _facts(report: Path, workspace: Workspace | None, facts_file: Path | None) -> tuple[Facts, str]:
    """The facts to judge by, and in words which of them are frozen and which live."""
    from chimera_tui.engine.checking import repository_facts
    from chimera_tui.engine.frozen import CELLS, FACTS, frozen_facts, frozen_parts

    beside = report.with_name(FACTS)
    chosen = facts_file or (beside if workspace is None and beside.is_file() else None)
    if workspace is None:
        if chosen is None:
            return Facts.none(), "the report's own blocks; no repository and no facts file were given"
        return frozen_facts(chosen), f"frozen, {inert_line(str(chosen))}"
    frozen: Frozen | None = frozen_parts(chosen) if chosen else None
    snapshot = await workspace.refresh()
    for problem in snapshot.problems:
        say(problem)
    if chosen is not None and chosen.with_name(CELLS).is_file():
        kept = frozen_facts(chosen)
        live = repository_facts(snapshot.root, snapshot.frames, frozen)
        return Facts(kept.cells, kept.inventory, live.extra, written=kept.written), (
            f"inventory, dates, sizes and cells frozen in {inert_line(str(chosen))}; text of the files live"
        )
    what = f"dates and sizes frozen in {inert_line(str(chosen))}, the rest live" if chosen else "live"
    return repository_facts(snapshot.root, snapshot.frames, frozen), f"{what}, {inert_line(str(snapshot.root))}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _read(report: Path) -> str:
    if report.is_dir():
        raise IsADirectoryError(f"{report} is a folder, not a report.")
    if report.stat().st_size > LARGEST:
        raise OSError(f"{report} is larger than {LARGEST:,} bytes.")
    return report.read_bytes().decode("utf-8", "replace")


def rows(report: Path, result: Check) -> list[dict[str, object]]:
    """One object a claim, in order. Documented: file, line, start, end, span, kind, label, rule, reason, source.

    ``line`` counts from 1; ``start`` and ``end`` are character offsets in that line; ``source`` is null or the first
    fact (path, record, field, where, value, unit); ``right`` is the right value of a contradicted claim.
    """
    return [_row(report, one) for one in result.verdicts]


def _row(report: Path, one: Verdict) -> dict[str, object]:
    claim = one.claim
    return {
        "file": str(report), "line": claim.line, "start": claim.start, "end": claim.end, "span": claim.span,
        "kind": claim.kind, "label": one.label, "rule": one.rule, "reason": one.reason,
        "source": msgspec.to_builtins(one.sources[0]) if one.sources else None, "right": one.right or None,
        "reading": one.reading or None, "scope": "not stated" if one.unscoped else None,
    }  # fmt: skip


def coverage_line(result: Check) -> str:
    """``41 claims: 38 supported, 2 contradicted, 1 unverifiable; 120 numbers skipped``."""
    found = result.coverage()
    return (
        f"{found['claims']} claims: {found['supported']} supported, {found['contradicted']} contradicted, "
        f"{found['unverifiable']} unverifiable; {found['skipped']} numbers skipped"
    )


def _table(result: Check) -> None:
    widths = (6, 24, 13, 12)
    header = ("line", "claim", "verdict", "rule", "reason")
    for row in (header, *((str(v.claim.line), v.claim.span, v.label, v.rule, _why(v)) for v in result.verdicts)):
        cells = [inert_line(text, width).ljust(width) for text, width in zip(row, widths, strict=False)]
        _print("  ".join([*cells, inert_line(row[-1], REASON_WIDTH)]).rstrip())
    _print("")


def _why(one: Verdict) -> str:
    return f"{one.reason}; right: {one.right}" if one.right and one.right not in one.reason else one.reason


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
