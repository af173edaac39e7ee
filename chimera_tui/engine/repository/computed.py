"""The findings of a snapshot, computed once for whoever asks: the Findings pane, a run, a command."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from chimera_tui.core.findings import Tell, findings
from chimera_tui.core.findings.finding import Finding

if TYPE_CHECKING:
    from chimera_tui.core.config.schema import Run
    from chimera_tui.core.verify.facts import Facts
    from chimera_tui.engine.repository.workspace import Snapshot


class Computed:
    """What was computed from one snapshot, by the settings that it depends on; used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[float, float], tuple[Finding, ...]] = {}
        self._indexing = threading.Lock()
        self._facts: weakref.ref[Facts] | None = None

    def findings(self, snapshot: Snapshot, settings: Run, tell: Tell | None = None) -> tuple[Finding, ...]:
        """The findings, from before where they are there; a second caller waits for the first one's."""
        from chimera_tui.engine.repository.markdown_claims import refuted_in

        key = (settings.cold_load_s, settings.min_effect_pct)
        with self._lock:
            if key not in self._found:
                own = {"numbers in Markdown": lambda _: refuted_in(snapshot, lambda: self.facts(snapshot))}
                self._found[key] = findings(snapshot.frames, settings, tell, own)
            return self._found[key]

    def facts(self, snapshot: Snapshot) -> Facts:
        """What reports are judged by, indexed once for all who hold it at a time: it is as large as the cells."""
        from chimera_tui.engine.checking import repository_facts

        with self._indexing:
            found = self._facts() if self._facts is not None else None
            if found is None:
                found = repository_facts(snapshot.root, snapshot.frames)
                self._facts = weakref.ref(found)
            return found
