"""The findings of a snapshot, computed once for whoever asks: the Findings pane, a run, a command."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from chimera_tui.core.findings import Tell, findings
from chimera_tui.core.findings.finding import Finding

if TYPE_CHECKING:
    from chimera_tui.core.config.schema import Run
    from chimera_tui.engine.workspace import Snapshot


class Computed:
    """What was computed from one snapshot, by the settings that it depends on; used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[float, float], tuple[Finding, ...]] = {}

    def findings(self, snapshot: Snapshot, settings: Run, tell: Tell | None = None) -> tuple[Finding, ...]:
        """The findings, from before where they are there; a second caller waits for the first one's."""
        key = (settings.cold_load_s, settings.min_effect_pct)
        with self._lock:
            if key not in self._found:
                self._found[key] = findings(snapshot.frames, settings, tell)
            return self._found[key]
