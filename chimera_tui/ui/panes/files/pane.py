"""The file tree pane: the repository as folders, with a filter line that narrows as you type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from chimera_tui.ui.panes.files.folder_tree import FolderTree
from chimera_tui.ui.tables.filter_line import FilterLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from chimera_tui.engine.repository.snapshot import Snapshot


MOST_KEPT = 2_000
"""Open folders that are remembered."""


class _Left(msgspec.Struct):
    """How the pane was left."""

    filter: str = ""
    open: list[str] = []


class RepoTree(Vertical):
    """The tree of a repository with its filter line; keeps its state over snapshots."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear_filter", "Clear filter", show=False, id="tree.clear_filter"),
    ]

    class FileOpened(Message):
        """Enter on a file; the path is relative to the root."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class SelectionChanged(Message):
        """Files and folders (with all below them) that the analysis leaves out."""

        def __init__(self, excluded: frozenset[str]) -> None:
            super().__init__()
            self.excluded = excluded

    def __init__(self, *, ascii: bool | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.folders = FolderTree(ascii=ascii)
        self.filter_line = FilterLine("part of a path")

    def compose(self) -> ComposeResult:
        """The line above the tree."""
        yield self.filter_line
        yield self.folders

    @property
    def current_path(self) -> str | None:
        """The file under the cursor, relative to the root; None on a folder."""
        return self.folders.cursor_file

    @property
    def excluded(self) -> frozenset[str]:
        """Files and folders that the analysis leaves out."""
        return self.folders.excluded

    def show(self, snapshot: Snapshot) -> None:
        """Show the files of a snapshot; open folders, cursor, filter and exclusions are kept."""
        self.folders.set_files(snapshot.frames.files)

    def remembered(self) -> dict[str, object]:
        """What the next start shows again; files left out of the analysis are not: that must be seen to be done."""
        return {"filter": self.filter_line.text, "open": sorted(self.folders.expanded)[:MOST_KEPT]}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Filter and open folders as they were left."""
        left = msgspec.convert(kept, _Left)
        self.filter_line.restore(left.filter)
        self.folders.set_expanded(frozenset(left.open))
        self.folders.set_filter(left.filter)

    def focus_inside(self) -> None:
        """The tree takes the keys for the pane."""
        self.folders.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Esc is the screen's while there is no filter."""
        return self.filter_line.is_open if action == "clear_filter" else True

    def action_clear_filter(self) -> None:
        """Show every file again."""
        self.filter_line.close()
        self.folders.set_filter("")
        self.folders.focus()

    @on(FolderTree.FilterRequested)
    def _open_filter(self, event: FolderTree.FilterRequested) -> None:
        event.stop()
        self.filter_line.open()

    @on(FilterLine.Changed)
    def _narrow(self, event: FilterLine.Changed) -> None:
        event.stop()
        self.folders.set_filter(event.text)

    @on(FilterLine.Submitted)
    @on(FilterLine.Left)
    def _to_tree(self, event: FilterLine.Submitted | FilterLine.Left) -> None:
        event.stop()
        if not event.text.strip():
            self.filter_line.close()
        self.folders.focus()

    @on(FilterLine.Cleared)
    def _clear(self, event: FilterLine.Cleared) -> None:
        event.stop()
        self.action_clear_filter()

    @on(FolderTree.FileOpened)
    def _open_file(self, event: FolderTree.FileOpened) -> None:
        event.stop()
        self.post_message(self.FileOpened(event.path))

    @on(FolderTree.ExclusionsChanged)
    def _exclusions_changed(self, event: FolderTree.ExclusionsChanged) -> None:
        event.stop()
        self.post_message(self.SelectionChanged(event.excluded))
