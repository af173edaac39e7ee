"""A comparison of reports in place of the library: the figures as Markdown, the texts line by line at one key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.panes.reports.diff_view import DiffView
from chimera_tui.ui.reader.found_text import FoundText

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from chimera_tui.core.compare.reported import LoadedReport
    from chimera_tui.ui.key_order import KeysInOrder
    from chimera_tui.ui.panes.reports.library import Chosen


class ReportComparison(Vertical):
    """Two sides or more; of two single reports also the texts."""

    app: KeysInOrder
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "texts", "Texts", id="comparison.texts", tooltip="The texts line by line, or the figures again."),
    ]
    DEFAULT_CSS = """
    ReportComparison {
        & > .comparison--title {
            height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > FoundText { height: 1fr; }
        & > DiffView { display: none; }
        &.-texts > FoundText { display: none; }
        &.-texts > DiffView { display: block; }
    }
    """

    def __init__(self, *, ascii: bool | None = None) -> None:  # noqa: A002 - the field's own word
        super().__init__()
        self._title = Static(classes="comparison--title", markup=False)
        self._figures = FoundText(ascii=ascii, text_id="comparison-text")
        self.diff = DiffView(ascii=ascii)
        self._pair: tuple[Path, Path] | None = None

    def compose(self) -> ComposeResult:
        """Title, figures, texts."""
        yield self._title
        yield self._figures
        yield self.diff

    @property
    def text(self) -> str:
        """The comparison as Markdown."""
        return self._figures.view.source

    def focus_inside(self) -> None:
        """Focus what is shown."""
        (self.diff if self.has_class("-texts") else self._figures.view).focus()

    @work(group="compare", exclusive=True)
    async def compare(self, sides: Sequence[Chosen], cold_load_s: float) -> None:
        """Read the reports and show what differs."""
        self.remove_class("-texts")
        self._title.update("Comparing")
        text, pair, short = await asyncio.to_thread(_compared, sides, cold_load_s)
        self._pair = pair
        self._title.update(f"{short}: {', '.join(inert_line(side.name, 60) for side in sides)}")
        self._figures.view.load(text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Texts are compared between two single reports only."""
        return self._pair is not None if action == "texts" else True

    def action_texts(self) -> None:
        """The texts line by line, or the figures again."""
        self.toggle_class("-texts")
        if self.has_class("-texts"):
            self._load_texts()
        self.app.before_next_key(self.focus_inside)

    @work(group="texts", exclusive=True)
    async def _load_texts(self) -> None:
        from chimera_tui.core.compare.text_diff import rows
        from chimera_tui.ui.panes.reports.text import read_report

        if self._pair is None:
            return
        a, b = self._pair

        def compared() -> list:  # type: ignore[type-arg]
            return rows(read_report(a), read_report(b))

        try:
            found = await asyncio.to_thread(compared)
        except OSError as error:
            self._title.update(inert_line(f"The texts cannot be read: {error.strerror or error}."))
            return
        self.call_after_refresh(self.diff.load, found)


def _compared(sides: Sequence[Chosen], cold_load_s: float) -> tuple[str, tuple[Path, Path] | None, str]:
    """The Markdown of every side against the first; blocks."""
    from pathlib import Path

    from chimera_tui.core.compare.markdown import markdown
    from chimera_tui.core.compare.reported import load_report
    from chimera_tui.core.compare.sides import compare_reports

    loaded = [[load_report(Path(row["file"]), row) for row in side.rows] for side in sides]
    given = _given(sides[0].by, [report for side in loaded for report in side])
    found = [
        compare_reports(loaded[0], other, (sides[0].name, side.name), cold_load_s, given)
        for other, side in zip(loaded[1:], sides[1:], strict=True)
    ]
    text = "\n".join(markdown(one) for one in found)
    single = len(sides) == 2 and all(len(side) == 1 for side in loaded)
    return text, (loaded[0][0].path, loaded[1][0].path) if single else None, f"{len(sides)} compared"


def _given(by: str, reports: list[LoadedReport]) -> frozenset[str]:
    """The factors that the sides were chosen by: a configuration is all its options."""
    if by == "configuration":
        return frozenset(name for one in reports for name in one.options)
    return frozenset([by] if by else [])
