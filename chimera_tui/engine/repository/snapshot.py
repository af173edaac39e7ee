"""A repository as it was read once, and what was computed from it for whoever asks."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.config.schema import Run
from chimera_tui.core.findings import Tell, findings
from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.frames import Frames
from chimera_tui.core.links import real_path

if TYPE_CHECKING:
    from chimera_tui.core.verify.facts import Facts


@dataclass(frozen=True)
class Snapshot:
    """A repository as it was read once. ``complete`` is False while files are still being read, and after a stop."""

    generation: int
    root: Path
    frames: Frames
    complete: bool
    ingest_s: float
    problems: tuple[str, ...] = ()
    _computed: _Computed = field(default_factory=lambda: _Computed(), repr=False, compare=False)  # noqa: PLW0108 - defined below

    def without(self, paths: Collection[str]) -> Snapshot:
        """The same without these files and folders of the root; itself where there are none to leave out."""
        if not paths:
            return self
        import polars as pl

        inside = [pl.col("path").str.starts_with(f"{path}/") for path in paths]
        kept = self.frames.files.filter(~pl.any_horizontal(pl.col("path").is_in(list(paths)), *inside))
        return replace(self, frames=replace(self.frames, files=kept), _computed=_Computed())

    def path_of(self, file_id: int) -> Path:
        """Where a file is on disk, whatever bytes are in its name. Raises KeyError for an id that is not here."""
        import polars as pl

        row = self.frames.files.filter(pl.col("file_id") == file_id).select("path", "path_raw").rows()
        if not row:
            raise KeyError(file_id)
        return self.root / real_path(*row[0])

    def findings(self, settings: Run, tell: Tell | None = None) -> tuple[Finding, ...]:
        """The findings, from before where they are there; a second caller waits for the first one's. Blocks."""
        from chimera_tui.engine.repository.markdown_claims import refuted_in

        key = (settings.cold_load_s, settings.min_effect_pct)
        with self._computed.finding:
            if key not in self._computed.findings:
                own = {"numbers in Markdown": lambda _: refuted_in(self.root, self.frames, self.facts)}
                self._computed.findings[key] = findings(self.frames, settings, tell, own)
            return self._computed.findings[key]

    def facts(self) -> Facts:
        """What reports are judged by, indexed once for all who hold it: it is as large as the cells. Blocks."""
        from chimera_tui.engine.repository.facts import repository_facts

        with self._computed.indexing:
            found = self._computed.facts() if self._computed.facts is not None else None
            if found is None:
                found = repository_facts(self.root, self.frames)
                self._computed.facts = weakref.ref(found)
            return found


class _Computed:
    """What was computed from one snapshot, by the settings that it depends on; used from any thread."""

    def __init__(self) -> None:
        self.finding, self.indexing = threading.Lock(), threading.Lock()
        self.findings: dict[tuple[float, float], tuple[Finding, ...]] = {}
        self.facts: weakref.ref[Facts] | None = None
