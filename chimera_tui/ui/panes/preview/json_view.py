"""JSON as a tree: a branch is laid out when it is opened, long lists a thousand at a time."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import msgspec
from rich.segment import Segment
from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.tables.cells import ASCII, UNICODE, fit
from chimera_tui.ui.tables.copying import CopyRequested
from chimera_tui.ui.tables.cursor_view import CursorView

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 1_000
FOUND_AT_MOST = 200_000
"""Values a search looks at."""


@dataclass(frozen=True)
class JsonLine:
    """One line: a value under its key, or (``more``) the rest of a long branch."""

    path: str
    key: str
    value: object
    depth: int
    more: int = 0

    @property
    def is_branch(self) -> bool:
        """Whether it can be opened."""
        return bool(self.value) and isinstance(self.value, dict | list)


def children(path: str, value: object) -> Iterator[tuple[str, str, object]]:
    """Path, key and value of each child; paths as in ``results[3].tokens_s``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (f"{path}.{key}" if path else str(key)), str(key), inner
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield f"{path}[{number}]", f"[{number}]", inner


class JsonView(CursorView):
    """Keys and values; Enter opens a branch, ``y`` copies a value and ``Y`` its path."""

    DEFAULT_CSS = """
    JsonView {
        .json-view--key { color: $text-accent; }
        .json-view--note { color: $text-muted; }
        .json-view--cursor { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground; }
        &:focus .json-view--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"json-view--{part}" for part in ("key", "note", "cursor")}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "toggle_branch", "Open/close", show=False, id="json.toggle"),
        Binding("right,l", "open_branch", "Open", show=False, id="json.open"),
        Binding("left,h", "close_branch", "Close", show=False, id="json.close"),
        Binding("y", "copy_value", "Copy value", show=False, id="json.copy_value"),
        Binding("Y", "copy_path", "Copy path", show=False, id="json.copy_path"),
    ]

    class FindEnded(Message):
        """A search is over; ``found`` is whether there was anything."""

        def __init__(self, found: bool) -> None:
            super().__init__()
            self.found = found

    def __init__(self, *, ascii: bool | None = None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ascii = ascii
        self._value: object = None
        self._open: dict[str, int] = {}
        self._lines: list[JsonLine] = []

    @property
    def row_count(self) -> int:
        """Visible lines."""
        return len(self._lines)

    @property
    def line(self) -> JsonLine | None:
        """The line under the cursor."""
        return self._lines[self.cursor_row] if self.cursor_row < len(self._lines) else None

    def load(self, value: object) -> None:
        """Show a document with its first branches open."""
        self._value = value
        self._open = {"": AT_ONCE}
        self._relist()
        for line in self._lines[:8]:
            if line.is_branch and len(self._lines) < 40:
                self._open[line.path] = AT_ONCE
        self._relist()
        self.move_cursor(0)

    def reveal(self, target: str) -> bool:
        """Open every branch on the way to a path and go there; whether it exists."""
        path, value = "", self._value
        while path != target:
            step = _step(path, value, target)
            if step is None:
                break
            number, inner_path, inner = step
            self._open[path] = max(self._open.get(path, AT_ONCE), number + 1)
            path, value = inner_path, inner
        self._relist(path)
        return path == target

    @work(group="find", exclusive=True)
    async def find(self, text: str) -> None:
        """Go to the next key or value that holds a text."""
        here = self.line.path if self.line else ""
        path = await asyncio.to_thread(self._found, text.lower(), here, self._value)
        if path is not None:
            self.reveal(path)
        self.post_message(self.FindEnded(path is not None))

    def _found(self, needle: str, here: str, value: object) -> str | None:
        """The path of the first match after ``here``, or else of the first at all."""
        first, passed = None, not here
        for number, (path, key, inner) in enumerate(self._walk("", value)):
            if number > FOUND_AT_MOST:
                break
            if needle in key.lower() or (not isinstance(inner, dict | list) and needle in str(inner).lower()):
                if passed:
                    return path
                first = first or path
            passed = passed or path == here
        return first

    def _walk(self, path: str, value: object) -> Iterator[tuple[str, str, object]]:
        stack = [iter(children(path, value))]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                continue
            yield step
            stack.append(iter(children(step[0], step[2])))

    def _relist(self, cursor: str | None = None) -> None:
        if not isinstance(self._value, dict | list):
            self._lines = [JsonLine("", "", self._value, 0)]
        else:
            self._lines = list(self._listed())
        row = next((i for i, line in enumerate(self._lines) if line.path == cursor), None) if cursor else None
        self.rows_changed(row)

    def _listed(self) -> Iterator[JsonLine]:
        stack = [(iter(self._branch("", self._value, 0)))]
        while stack:
            line = next(stack[-1], None)
            if line is None:
                stack.pop()
                continue
            yield line
            if line.is_branch and not line.more and line.path in self._open:
                stack.append(iter(self._branch(line.path, line.value, line.depth + 1)))

    def _branch(self, path: str, value: object, depth: int) -> Iterator[JsonLine]:
        limit = self._open.get(path, AT_ONCE)
        total = len(value) if isinstance(value, dict | list) else 0
        for number, (inner_path, key, inner) in enumerate(children(path, value)):
            if number >= limit:
                yield JsonLine(path, "", None, depth, total - limit)
                return
            yield JsonLine(inner_path, key, inner, depth)

    def render_line(self, y: int) -> Strip:
        """One line of the tree."""
        row = self.row_at(y)
        width = self.size.width
        if row is None:
            return Strip.blank(width, self.rich_style)
        lead, key, rest = self._parts(self._lines[row])
        glyphs = ASCII if self._ascii_wanted else UNICODE
        if row == self.cursor_row:
            style = self.get_component_rich_style("json-view--cursor")
            segments = [Segment(fit(lead + key + rest, width - 1, glyphs), style)]
        else:
            room = max(width - 1 - len(lead), 1)
            key = fit(key, room, glyphs).rstrip() if len(key) > room else key
            segments = [
                Segment(lead, self.rich_style), Segment(key, self.get_component_rich_style("json-view--key")),
                Segment(rest, self.rich_style),
            ]  # fmt: skip
            style = self.rich_style
        return Strip.join([Strip(segments).adjust_cell_length(width - 1, style), Strip.blank(1, self.rich_style)])

    def _parts(self, line: JsonLine) -> tuple[str, str, str]:
        indent = " " + "  " * line.depth
        if line.more:
            return indent, "", f"  {'...' if self._ascii_wanted else '…'} {line.more:,} more"
        opened, closed = ("-", "+") if self._ascii_wanted else ("▾", "▸")
        sign = " " if not line.is_branch else opened if line.path in self._open else closed
        key = inert_line(line.key, 120)
        return f"{indent}{sign} ", key, f": {_short(line.value)}" if key else _short(line.value)

    @property
    def _ascii_wanted(self) -> bool:
        return self._ascii if self._ascii is not None else getattr(self.app, "ascii_glyphs", False)

    def action_toggle_branch(self) -> None:
        """Open or close the branch, or show more of it."""
        line = self.line
        if line and line.more:
            self._open[line.path] += AT_ONCE
            self._relist()
        elif line and line.is_branch:
            self._set_open(line.path, line.path not in self._open)

    def action_open_branch(self) -> None:
        """Open the branch, or go into it."""
        line = self.line
        if line and line.is_branch and line.path not in self._open:
            self._set_open(line.path, True)
        elif line and line.is_branch:
            self.move_cursor(self.cursor_row + 1)

    def action_close_branch(self) -> None:
        """Close the branch, or go to the one that holds this line."""
        line = self.line
        if line is None:
            return
        if line.is_branch and line.path in self._open:
            self._set_open(line.path, False)
            return
        above = next((r for r in range(self.cursor_row, -1, -1) if self._lines[r].depth < line.depth), None)
        if above is not None:
            self.move_cursor(above)

    def _set_open(self, path: str, is_open: bool) -> None:
        if is_open:
            self._open[path] = AT_ONCE
        else:
            self._open.pop(path, None)
        self._relist(path)

    def action_copy_value(self) -> None:
        """Offer the value for copying, a branch as JSON."""
        line = self.line
        if line and not line.more:
            value = line.value
            text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            self.post_message(CopyRequested(inert_line(text), line.path or "value"))

    def action_copy_path(self) -> None:
        """Offer the path for copying."""
        if self.line:
            self.post_message(CopyRequested(inert_line(self.line.path), "path"))


def _step(path: str, value: object, target: str) -> tuple[int, str, object] | None:
    """Number, path and value of the child on the way to a path; the longest name where several fit."""
    if isinstance(value, list):
        index = re.match(r"\[(\d+)\]", target[len(path) :])
        number = int(index.group(1)) if index else len(value)
        return (number, f"{path}[{number}]", value[number]) if number < len(value) else None
    fitting = [(n, p, v) for n, (p, _, v) in enumerate(children(path, value)) if _leads_to(p, target)]
    return max(fitting, key=lambda found: len(found[1]), default=None)


def _leads_to(path: str, target: str) -> bool:
    return target == path or target.startswith((f"{path}.", f"{path}["))


def _short(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{len(value):,}}}"
    if isinstance(value, list):
        return f"[{len(value):,}]"
    if isinstance(value, str):
        return inert_line(msgspec.json.encode(value[:400]).decode(), 300)
    return repr(value) if isinstance(value, float) else msgspec.json.encode(value).decode()
