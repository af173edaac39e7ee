"""``verify``: every number of a report against facts; a table, JSON, an annotated copy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.files import read_bounded, write_atomically
from chimera_tui.core.inert import inert_line
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from chimera_tui.core.verify.results.annotate import annotated
from chimera_tui.core.verify.results.listing import row
from chimera_tui.core.verify.verdict import CONTRADICTED, Check, Verdict
from chimera_tui.headless.exit_codes import USAGE
from chimera_tui.headless.reading import snapshot_of
from chimera_tui.headless.talk import say

if TYPE_CHECKING:
    from chimera_tui.core.verify.index.inventory import Frozen
    from chimera_tui.engine.repository.workspace import Workspace

LARGEST = 20_000_000
"""Bytes of a report that is judged."""
REASON_WIDTH = 100


async def verify(
    report: Path, workspace: Workspace | None, facts_file: Path | None, *, annotate: Path | None, as_json: bool
) -> int:
    """Judge one report. Returns 0, 1 when something is contradicted, 2 when a file cannot be used."""
    from chimera_tui.engine.repository.workspace import WorkspaceError
    from chimera_tui.engine.saved.frozen import FactsError

    try:
        text = _read(report)
        facts, ages = await _facts(report, workspace, facts_file)
    except (OSError, FactsError, WorkspaceError) as error:
        say(str(error))
        return USAGE
    result = check(text, facts)
    if annotate is not None:
        try:
            write_atomically(annotate, annotated(text, result).encode("utf-8", "replace"))
        except OSError as error:
            say(f"{annotate} cannot be written: {error.strerror or error}.")
            return USAGE
    say(f"Facts: {ages.said}.")
    if as_json:
        rows = [{**row(str(report), one), "facts": ages.of(one)} for one in result.verdicts]
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n")
    else:
        _table(result, ages)
    (say if as_json else _print)(coverage_line(result))
    for remark in result.remarks:
        say(f"Note: {remark}.")
    return 1 if result.count(CONTRADICTED) else 0


class Ages(msgspec.Struct, frozen=True):
    """Which facts are those of the time of the report, and which those of now; ``said`` in words."""

    said: str
    rest: str = ""
    parts: dict[str, str] = {}
    """``dates``, ``sizes`` and ``text`` (what only the text of files says), where they differ from the rest."""

    def of(self, one: Verdict) -> str | None:
        """``report``, ``frozen`` or ``live``: where the fact of a verdict is from; None where it has none."""
        if not one.sources:
            return None
        if one.sources[0].path.startswith(("this report", "the report")):
            return "report"
        of_files = one.sources[0].path != "the configurations in the data"
        part = _PARTS.get(one.rule, "") if of_files else ""
        return self.parts.get(part, self.rest) or None


_PARTS = {"date": "dates", "size": "sizes", "hardware": "text", "software": "text"}


async def _facts(report: Path, workspace: Workspace | None, facts_file: Path | None) -> tuple[Facts, Ages]:
    """The facts to judge by, and which of them are frozen and which live."""
    from chimera_tui.engine.repository.facts import repository_facts
    from chimera_tui.engine.saved.frozen import CELLS, FACTS, frozen_facts, frozen_parts

    beside = report.with_name(FACTS)
    chosen = facts_file or (beside if workspace is None and beside.is_file() else None)
    if workspace is None:
        if chosen is None:
            return Facts.none(), Ages("the report's own blocks; no repository and no facts file were given")
        return frozen_facts(chosen), Ages(f"frozen, {inert_line(str(chosen))}", "frozen")
    frozen: Frozen | None = frozen_parts(chosen) if chosen else None
    snapshot = await snapshot_of(workspace)
    for problem in snapshot.problems:
        say(problem)
    if chosen is not None and chosen.with_name(CELLS).is_file():
        kept = frozen_facts(chosen)
        live = repository_facts(snapshot.root, snapshot.frames, frozen)
        said = f"inventory, dates, sizes and cells frozen in {inert_line(str(chosen))}; text of the files live"
        facts = Facts(kept.cells, kept.inventory, live.extra, written=kept.written)
        return facts, Ages(said, "frozen", {"text": "live"})
    facts = repository_facts(snapshot.root, snapshot.frames, frozen)
    if frozen is None:
        return facts, Ages(f"live, {inert_line(str(snapshot.root))}", "live")
    parts = {"dates": "frozen"} if frozen.latest else {}
    parts |= {"sizes": "frozen"} if frozen.total_bytes is not None else {}
    said = f"{' and '.join(parts)} frozen in {inert_line(str(chosen))}, the rest live, {inert_line(str(snapshot.root))}"
    return facts, Ages(said, "live", parts)


def _read(report: Path) -> str:
    return read_bounded(report, LARGEST).decode("utf-8", "replace")


def coverage_line(result: Check) -> str:
    """``41 claims: 38 supported, 2 contradicted, 1 unverifiable; 120 numbers skipped``."""
    found = result.coverage()
    return (
        f"{found['claims']} claims: {found['supported']} supported, {found['contradicted']} contradicted, "
        f"{found['unverifiable']} unverifiable; {found['skipped']} numbers skipped"
    )


def _table(result: Check, ages: Ages) -> None:
    widths = (6, 24, 13, 12, 7)
    header = ("line", "claim", "verdict", "rule", "facts", "reason")
    rows = [(str(v.claim.line), v.claim.span, v.label, v.rule, ages.of(v) or "-", _why(v)) for v in result.verdicts]
    for line in (header, *rows):
        cells = [inert_line(text, width).ljust(width) for text, width in zip(line, widths, strict=False)]
        _print("  ".join([*cells, inert_line(line[-1], REASON_WIDTH)]).rstrip())
    _print("")


def _why(one: Verdict) -> str:
    return f"{one.reason}; right: {one.right}" if one.right and one.right not in one.reason else one.reason


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
