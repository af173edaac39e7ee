"""Judging a report that is read: by the facts frozen beside it, else by the repository as it is now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.verify.judge import check
from chimera_tui.core.verify.results.numbers import JudgedNumber, numbers_of
from chimera_tui.engine.saved.frozen import FACTS, frozen_facts

if TYPE_CHECKING:
    from chimera_tui.core.verify.facts import Facts
    from chimera_tui.engine.repository.snapshot import Snapshot


class ReportJudge:
    """Keeps the facts of a snapshot, which take a moment to index. Blocks; one thread at a time."""

    def __init__(self) -> None:
        self._generation = -1
        self._facts: Facts | None = None

    def judge(self, report: Path, text: str, snapshot: Snapshot | None) -> tuple[JudgedNumber, ...]:
        """Every number of the text with its verdict. Raises FactsError where frozen facts cannot be read."""
        beside = report.with_name(FACTS)
        facts = frozen_facts(beside) if beside.is_file() else self._live(snapshot)
        return numbers_of(check(text, facts))

    def _live(self, snapshot: Snapshot | None) -> Facts:
        from chimera_tui.core.verify.facts import Facts

        if snapshot is None:
            return Facts.none()
        if self._facts is None or self._generation != snapshot.generation:
            self._facts = snapshot.facts()
            self._generation = snapshot.generation
        return self._facts
