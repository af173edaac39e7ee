"""Where the panes are: side by side when there is room, one at a time with side drawers when there is not."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from chimera_tui.ui.commands import CENTRE, Pane
from chimera_tui.ui.remembered import Layout
from chimera_tui.ui.workspace.titles import PaneStrip

if TYPE_CHECKING:
    from chimera_tui.ui.key_order import KeysInOrder
    from chimera_tui.ui.panes.preview.pane import Preview

TREE_FROM = 100
"""Columns from which the tree has its own place."""
CONFIG_FROM = 120
"""Columns from which the config panel has its own place."""


class PaneArea(Horizontal):
    """Tree, centre and config; it knows which pane the keys go to, which is zoomed and which drawer is open."""

    app: "KeysInOrder"
    DEFAULT_CSS = """
    PaneArea {
        height: 1fr; layers: base drawer;
        #all-strip { dock: top; display: none; }
        #problem { display: none; height: auto; padding: 1 2; color: $warning; text-style: bold; }
        #problem.-shown { display: block; }
        #centre { width: 1fr; }
        #centre ContentSwitcher { height: 1fr; }
        #tree-pane { width: 28; border-right: solid $border-blurred; }
        #config-pane { width: 40; border-left: solid $border-blurred; }
        .side > .pane--content { height: 1fr; }
        &.-tree-drawer #tree-pane { layer: drawer; dock: left; width: 40; display: none; }
        &.-config-drawer #config-pane { layer: drawer; dock: right; display: none; }
        &.-tree-drawer #tree-pane, &.-config-drawer #config-pane { margin-top: 1; background: $background; }
        &.-tree-open #tree-pane, &.-config-open #config-pane { display: block; }
        &.-config-drawer #all-strip { display: block; }
        &.-config-drawer .own-strip { display: none; }
        &.-zoom-tree #centre, &.-zoom-tree #config-pane { display: none; }
        &.-zoom-config #centre, &.-zoom-config #tree-pane { display: none; }
        &.-zoom-centre .side { display: none; }
        &.-zoom-tree #tree-pane { width: 100%; border: none; display: block; }
        &.-zoom-config #config-pane { width: 100%; border: none; display: block; }
    }
    """

    @dataclass
    class PaneChanged(Message):
        """The keys go to another pane."""

        pane: Pane

    def __init__(self, contents: Mapping[Pane, Widget], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.contents = dict(contents)
        self.preview: Preview | None = None
        self.current = Pane.TREE
        self._centre = Pane.INVENTORY
        self._came_from = Pane.INVENTORY
        self._visit: tuple[Pane, Pane] | None = None

    def compose(self) -> ComposeResult:
        """Three columns, each under its line of names."""
        yield PaneStrip(id="all-strip")
        with Vertical(id="tree-pane", classes="side"):
            yield PaneStrip(id="tree-strip", classes="own-strip")
            yield self._content(Pane.TREE)
        with Vertical(id="centre"):
            yield PaneStrip(id="centre-strip", classes="own-strip")
            yield Static(id="problem", markup=False)
            with ContentSwitcher(id="pages", initial=Pane.INVENTORY.value):
                for pane in CENTRE:
                    yield self._content(pane)
        with Vertical(id="config-pane", classes="side"):
            yield PaneStrip(id="config-strip", classes="own-strip")
            yield self._content(Pane.CONFIG)

    def _content(self, pane: Pane) -> Widget:
        widget = self.contents[pane]
        widget.id = pane.value
        widget.add_class("pane--content")
        return widget

    def on_resize(self, event: Resize) -> None:
        """More room, fewer drawers."""
        self.set_class(event.size.width < TREE_FROM, "-tree-drawer")
        self.set_class(event.size.width < CONFIG_FROM, "-config-drawer")
        if event.size.width >= TREE_FROM:
            self.remove_class("-tree-open")
        if event.size.width >= CONFIG_FROM:
            self.remove_class("-config-open")
        self.call_after_refresh(self._keep_focus_visible)
        self._label()

    def _keep_focus_visible(self) -> None:
        """A pane that lost its place to a narrower terminal stays reachable: its drawer opens."""
        if self.current in (Pane.TREE, Pane.CONFIG) and self._is_drawer(self.current):
            self.add_class(f"-{self.current}-open")
        if self.screen.is_current and self.screen.focused is None:
            self.focus_pane(self.current)

    def _is_drawer(self, pane: Pane) -> bool:
        return pane not in CENTRE and self.has_class(f"-{pane}-drawer")

    # -- going somewhere

    def go(self, pane: Pane) -> None:
        """Show a pane and give it the keys."""
        zoomed = self.zoomed is not None
        self._unzoom()
        self.remove_class("-tree-open", "-config-open")
        if pane in CENTRE:
            self._show_page(pane.value)
            self._centre = pane
        elif self._is_drawer(pane):
            self.add_class(f"-{pane}-open")
        self._enter(pane)
        if zoomed:
            self.toggle_zoom()
        self.app.before_next_key(partial(self.focus_pane, pane))

    def visit(self, pane: Pane) -> None:
        """Go to a pane to look something up there: Esc comes back."""
        home = self.current
        self.go(pane)
        self._visit = (home, pane)

    @property
    def visiting(self) -> bool:
        """Whether the current pane is only being looked into."""
        return self._visit is not None and self._visit[1] is self.current

    def focus_pane(self, pane: Pane) -> None:
        """Give the keys to a pane that is shown."""
        content = self.preview if self.preview and self.previewing and pane in CENTRE else self.contents[pane]
        focus_inside = getattr(content, "focus_inside", None)
        if focus_inside is not None:
            focus_inside()
        elif content.focusable:
            content.focus()
        else:
            inside = next((child for child in content.query("*") if child.focusable and _on_screen(child)), None)
            if inside is not None:
                inside.focus()

    @property
    def can_go_back(self) -> bool:
        """Whether something is open that Esc would close."""
        return self.previewing or self.visiting or self.zoomed is not None or self._drawer_open

    @property
    def _drawer_open(self) -> bool:
        return self.has_class("-tree-open") or self.has_class("-config-open")

    def back(self) -> None:
        """Close the preview, the drawer or the zoom, or end a visit."""
        if self.previewing:
            self.close_preview()
        elif self._visit is not None and self.visiting:
            self.go(self._visit[0])
        elif self._drawer_open:
            self.go(self._centre)
        else:
            self._unzoom()

    # -- the preview, a page without a number

    @property
    def previewing(self) -> bool:
        """Whether the preview covers the centre."""
        return self.query_one("#pages", ContentSwitcher).current == "preview"

    async def open_preview(self) -> "Preview":
        """Show the preview in the centre and give it the keys; it is made when it is first wanted."""
        from chimera_tui.ui.panes.preview.pane import Preview

        if self.preview is None:
            self.preview = Preview(id="preview")
            await self.query_one("#pages", ContentSwitcher).mount(self.preview)
        self._came_from = self.current
        self.remove_class("-tree-open", "-config-open")
        if self.zoomed is Pane.TREE:
            self._unzoom()
        self._show_page("preview")
        self._enter(self._centre)
        self.preview.can_focus = True  # until its file is read there is nothing inside to focus
        self.preview.focus()
        return self.preview

    def close_preview(self) -> None:
        """Back to the pane that was there, and to the one that one came from."""
        self._show_page(self._centre.value)
        self.go(self._came_from)

    def _show_page(self, page: str) -> None:
        self.query_one("#pages", ContentSwitcher).current = page

    # -- zoom

    @property
    def zoomed(self) -> Pane | None:
        """The zoomed pane; the centre ones are one place."""
        for pane, name in ((Pane.TREE, "tree"), (Pane.CONFIG, "config"), (self._centre, "centre")):
            if self.has_class(f"-zoom-{name}"):
                return pane
        return None

    def toggle_zoom(self) -> None:
        """The current pane alone, or all again."""
        if self.zoomed is not None:
            self._unzoom()
        else:
            self.add_class("-zoom-centre" if self.current in CENTRE else f"-zoom-{self.current}")

    def _unzoom(self) -> None:
        self.remove_class("-zoom-tree", "-zoom-centre", "-zoom-config")

    # -- from one start to the next

    def remembered(self, root: str) -> Layout:
        """How the panes are now. An empty stream would be no place to begin: Inventory is, in its place."""
        kept = {pane: widget.remembered() for pane, widget in self.contents.items() if hasattr(widget, "remembered")}
        pane, centre = (Pane.INVENTORY if one is Pane.STREAM else one for one in (self.current, self._centre))
        return Layout(root=root, pane=pane, centre=centre, zoomed=self.zoomed is not None, panes=kept)

    def restore(self, layout: Layout) -> None:
        """Panes as they were left; what one of them cannot use is left out."""
        for pane, kept in layout.panes.items():
            restore = getattr(self.contents.get(pane), "restore", None)
            if restore is not None:
                with suppress(msgspec.ValidationError):
                    restore(kept)
        if layout.centre in CENTRE:
            self._centre = layout.centre
            self._show_page(layout.centre.value)
        self.go(layout.pane)
        if layout.zoomed:
            self.toggle_zoom()

    # -- which pane it is

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The keys go to the pane that holds the focus."""
        names = {node.id for node in event.widget.ancestors_with_self}
        for pane, content in self.contents.items():
            if content.id in names:
                self._enter(pane)
        if "preview" in names:
            self._enter(self._centre)

    def _enter(self, pane: Pane) -> None:
        changed = pane is not self.current
        if self._visit is not None and pane is not self._visit[1]:
            self._visit = None
        self.current = pane
        if pane in CENTRE:
            self._centre = pane
        self._label()
        if changed:
            self.post_message(self.PaneChanged(pane))

    def _label(self) -> None:
        for name, panes, current in (
            ("all", tuple(Pane), self.current),
            ("tree", (Pane.TREE,), Pane.TREE),
            ("centre", CENTRE, self._centre),
            ("config", (Pane.CONFIG,), Pane.CONFIG),
        ):
            strip = self.query_one(f"#{name}-strip", PaneStrip)
            strip.panes, strip.current, strip.focused_here = panes, current, self.current in panes

    def say_problem(self, problem: str) -> None:
        """A sentence above the centre that stays; an empty one takes it away."""
        line = self.query_one("#problem", Static)
        line.set_class(bool(problem), "-shown")
        line.update(problem)
        if problem and self._drawer_open and self.current is Pane.TREE:  # it would cover the sentence
            self.go(self._centre)

    def note(self, pane: Pane, text: str) -> None:
        """A few words at the right of a side pane's line."""
        name = "centre" if pane in CENTRE else pane.value
        self.query_one(f"#{name}-strip", PaneStrip).note = text


def _on_screen(widget: Widget) -> bool:
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))
