"""Folders and files as lines of a tree, drawn one by one: a folder of 12,000 files opens like any other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.panes.files.folder import (
    FileEntry,
    Folder,
    TreeLine,
    folder_of,
    is_excluded,
    lines_of,
    parents,
    toggled,
)
from chimera_tui.ui.panes.files.tree_lines import TreeLines
from chimera_tui.ui.tables.cells import ASCII, UNICODE
from chimera_tui.ui.tables.copying import CopyRequested
from chimera_tui.ui.tables.cursor_view import CursorView

if TYPE_CHECKING:
    import polars as pl
    from rich.style import Style
    from textual.strip import Strip

FILES_AT_ONCE = 5_000
"""More files than this are put into folders in a thread."""


class FolderTree(CursorView):
    """Folders with counts and the worst status inside, files with their kind; space excludes from the analysis."""

    DEFAULT_CSS = """
    FolderTree {
        .folder-tree--cursor {
            color: $block-cursor-blurred-foreground; background: $block-cursor-blurred-background;
            text-style: $block-cursor-blurred-text-style;
        }
        .folder-tree--excluded { color: $text-disabled; text-style: strike; }
        .folder-tree--note { color: $text-muted; }
        .folder-tree--warning { color: $text-warning; }
        .folder-tree--error { color: $text-error; }
        &:focus .folder-tree--cursor {
            color: $block-cursor-foreground; background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"folder-tree--{part}" for part in ("cursor", "excluded", "note", "warning", "error")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="tree.open"),
        Binding("space", "toggle_excluded", "In/exclude", id="tree.exclude"),
        Binding("left,h", "close", "Close folder", show=False, id="tree.close"),
        Binding("right,l", "expand", "Open folder", show=False, id="tree.expand"),
        Binding("slash", "filter", "Filter", id="tree.filter", key_display="/"),
        Binding("y", "copy_path", "Copy path", show=False, id="tree.copy_path"),
    ]

    class FileOpened(Message):
        """Enter on a file; the path is relative to the root."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class ExclusionsChanged(Message):
        """Files and folders (with all below them) that the analysis leaves out."""

        def __init__(self, excluded: frozenset[str]) -> None:
            super().__init__()
            self.excluded = excluded

    class FilterRequested(Message):
        """The person wants to filter; whoever holds the input opens it."""

    excluded: reactive[frozenset[str]] = reactive(frozenset, init=False)

    def __init__(self, *, ascii: bool | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ascii = ascii
        self._files: list[FileEntry] = []
        self._root = Folder("")
        self._shown_root = self._root
        self._lines: list[TreeLine] = []
        self._expanded: set[str] = set()
        self._filter = ""

    # -- what is shown

    @property
    def row_count(self) -> int:
        """Visible lines."""
        return len(self._lines)

    @property
    def line(self) -> TreeLine | None:
        """The line under the cursor."""
        return self._lines[self.cursor_row] if self.cursor_row < len(self._lines) else None

    @property
    def cursor_path(self) -> str | None:
        """The file or folder under the cursor, relative to the root."""
        return self.line.entry.path if self.line else None

    @property
    def cursor_file(self) -> str | None:
        """The file under the cursor; None on a folder."""
        return self.line.entry.path if self.line and isinstance(self.line.entry, FileEntry) else None

    @property
    def expanded(self) -> frozenset[str]:
        """Paths of the folders that are open: what a session remembers."""
        return frozenset(self._expanded)

    @property
    def count(self) -> int:
        """Files in the repository."""
        return len(self._files)

    def set_files(self, files: pl.DataFrame) -> None:
        """Show a files frame; open folders, the cursor's path, filter and exclusions are kept."""
        if files.height <= FILES_AT_ONCE or not self.is_running:
            entries = _entries(files)
            self._take(entries, folder_of(entries))
        else:
            self._take_in_thread(files)

    @work(group="folders", exclusive=True)
    async def _take_in_thread(self, files: pl.DataFrame) -> None:
        def built() -> tuple[list[FileEntry], Folder]:
            entries = _entries(files)
            return entries, folder_of(entries)

        self._take(*await asyncio.to_thread(built))

    def _take(self, entries: list[FileEntry], root: Folder) -> None:
        first = not self._files
        if entries == self._files:
            return
        self._files, self._root = entries, root
        if first and len(root.folders) == 1 and not root.files:
            self._expanded.update(root.folders)
        self.set_filter(self._filter)

    def set_filter(self, text: str) -> None:
        """Show only files whose path holds every word, their folders open; empty shows all again."""
        path = self.cursor_path
        self._filter = text
        words = text.lower().split()
        if words:
            self._shown_root = folder_of(f for f in self._files if all(word in f.path.lower() for word in words))
        else:
            self._shown_root = self._root
        self._relist(path)

    def set_expanded(self, folders: frozenset[str]) -> None:
        """Open exactly these folders."""
        self._expanded = set(folders)
        self._relist(self.cursor_path)

    def _relist(self, cursor: str | None) -> None:
        self._lines = list(lines_of(self._shown_root, None if self._filter.strip() else self._expanded))
        places = {line.entry.path: row for row, line in enumerate(self._lines)}
        wanted = [cursor, *parents(cursor)] if cursor else []
        found = next((places[path] for path in wanted if path in places), None)
        self.rows_changed(found if found is not None or not self._filter else 0)

    def watch_excluded(self, excluded: frozenset[str]) -> None:
        """Repaint and tell."""
        self.refresh()
        self.post_message(self.ExclusionsChanged(excluded))

    # -- lines

    def render_line(self, y: int) -> Strip:
        """One line of the tree."""
        ascii_only = self._ascii if self._ascii is not None else getattr(self.app, "ascii_glyphs", False)
        lines = TreeLines(self.size.width, self.room, ASCII if ascii_only else UNICODE, ascii_only, self._part_style)
        row = self.row_at(y)
        if row is None:
            return lines.message(self._empty if y == 0 else "")
        line = self._lines[row]
        return lines.line(
            line, is_open=self._is_open(line.entry.path), excluded=is_excluded(line.entry.path, self.excluded),
            under_cursor=row == self.cursor_row,
        )  # fmt: skip

    @property
    def _empty(self) -> str:
        if self.row_count:
            return ""
        return " No path holds that." if self._files else " No files yet."

    def _is_open(self, path: str) -> bool:
        return bool(self._filter.strip()) or path in self._expanded

    def _part_style(self, part: str) -> Style:
        return self.rich_style if part == "row" else self.get_component_rich_style(f"folder-tree--{part}")

    # -- actions

    def action_open(self) -> None:
        """Open or close a folder; say that a file was opened."""
        entry = self.line.entry if self.line else None
        if isinstance(entry, Folder):
            self._set_open(entry, entry.path not in self._expanded)
        elif entry:
            self.post_message(self.FileOpened(entry.path))

    def action_expand(self) -> None:
        """Open the folder, or go to its first entry."""
        entry = self.line.entry if self.line else None
        if isinstance(entry, Folder):
            if self._is_open(entry.path):
                self.move_cursor(self.cursor_row + 1)
            else:
                self._set_open(entry, True)

    def action_close(self) -> None:
        """Close the folder, or go up to the one that holds this entry."""
        line = self.line
        if line is None:
            return
        if isinstance(line.entry, Folder) and line.entry.path in self._expanded and not self._filter.strip():
            self._set_open(line.entry, False)
            return
        above = next((r for r in range(self.cursor_row, -1, -1) if self._lines[r].depth < line.depth), None)
        if above is not None:
            self.move_cursor(above)

    def _set_open(self, folder: Folder, is_open: bool) -> None:
        if is_open:
            self._expanded.add(folder.path)
        else:
            self._expanded.discard(folder.path)
        self._relist(folder.path)

    def action_toggle_excluded(self) -> None:
        """Leave the file or folder out of the analysis, or take it in again."""
        path = self.cursor_path
        if path:
            self.excluded = toggled(path, self.excluded, self._root)

    def action_filter(self) -> None:
        """Ask for the filter line."""
        self.post_message(self.FilterRequested())

    def action_copy_path(self) -> None:
        """Offer the path for copying."""
        path = self.cursor_path
        if path:
            self.post_message(CopyRequested(inert_line(path), "path"))


def _entries(files: pl.DataFrame) -> list[FileEntry]:
    columns = files.select("path", "kind", "status")
    return [FileEntry(path, kind or "", status or "") for path, kind, status in columns.iter_rows()]
