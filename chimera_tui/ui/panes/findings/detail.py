"""The finding under the cursor told whole, with the source that Enter opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.widgets import Static

from chimera_tui.ui.panes.findings.frame import told_whole

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from chimera_tui.core.findings.finding import Finding, Source


class FindingDetail(VerticalScroll):
    """Empty where there is no finding."""

    DEFAULT_CSS = """
    FindingDetail {
        height: auto; max-height: 50%; padding: 0 1; border-top: solid $border-blurred; scrollbar-size-vertical: 1;
        &:focus { border-top: solid $border; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._told = Static(markup=False)
        self._finding: Finding | None = None
        self._number = 0

    def compose(self) -> ComposeResult:
        """The text."""
        yield self._told

    @property
    def source(self) -> Source | None:
        """The source that was chosen, at first the first."""
        return self._finding.sources[self._number] if self._finding and self._finding.sources else None

    def first_source(self) -> None:
        """Another finding comes: its first source is meant."""
        self._number = 0

    def next_source(self, by: int) -> None:
        """Another source, in a circle."""
        if self._finding and self._finding.sources:
            self._number = (self._number + by) % len(self._finding.sources)

    def tell(self, finding: Finding | None, name: str, choice: str, *, ascii: bool) -> None:  # noqa: A002
        """Say all of a finding: its ``name`` in reports, and whether it was pinned or dropped."""
        self._finding = finding
        if finding is None:
            self._told.update("")
            return
        self._number = min(self._number, max(len(finding.sources) - 1, 0))
        text = told_whole(finding, name, choice, self._number, ascii=ascii)
        if text != self._told.content:
            self._told.update(text)
            self.scroll_home(animate=False)
