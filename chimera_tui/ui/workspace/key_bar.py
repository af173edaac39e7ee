"""The bottom line: the keys that do something here, the pane's own first; never one cut in half."""

from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.app import RenderResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from chimera_tui.ui.commands import BY_ID, State, applicable
from chimera_tui.ui.keymap import shown

if TYPE_CHECKING:
    from textual.dom import DOMNode


class KeyBar(Widget):
    """Keys and their labels. What cannot be used now is dim and in brackets; pressing it says why."""

    COMPONENT_CLASSES = {"key-bar--key", "key-bar--off"}  # noqa: RUF012
    DEFAULT_CSS = """
    KeyBar {
        height: 1; padding: 0 1; background: $panel; color: $foreground; text-style: $bar-text-style;
        & > .key-bar--key { color: $accent; text-style: bold; }
        & > .key-bar--off { color: $text-disabled; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - textual's own keyword
        super().__init__(id=id)
        self._state = State()
        self._hints: list[tuple[str, str, bool]] = []

    def show(self, state: State, screen: Screen[Any]) -> None:
        """Show the keys of a state of the screen."""
        self._state = state
        if isinstance(screen.focused, Input):
            hints = [("enter", "Apply", True), ("esc", "Cancel", True)]
        else:
            hints = [*pane_hints(screen), *self._commands(screen)]
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def _commands(self, screen: Screen[Any]) -> list[tuple[str, str, bool]]:
        state = self._state
        chosen = [command for command in applicable(state.pane) if command.bar]
        chosen = [command for command in chosen if command.id != ("run.start" if state.running else "run.stop")]
        chosen = [command for command in chosen if command.id != "app.back" or state.can_go_back]
        keys = current_keys(screen)
        chosen.sort(key=lambda command: command.bar)
        return [
            (keys[command.id], command.label, not command.enabled(state)) for command in chosen if command.id in keys
        ]

    def render(self) -> RenderResult:
        """As many as fit; help and quit always."""
        key_style = self.get_component_rich_style("key-bar--key", partial=True)
        off_style = self.get_component_rich_style("key-bar--off", partial=True)
        text = Text(no_wrap=True, overflow="ignore")
        for index, (key, label, on) in enumerate(self._fitting(self.content_size.width)):
            if index:
                text.append("  ")
            text.append(key, key_style if on else off_style)
            text.append(f" {label}" if on else f" ({label})", "" if on else off_style)
        text.pad_right(max(0, self.content_size.width - text.cell_len))  # a reversed bar goes to the edge
        return text

    def _fitting(self, width: int) -> list[tuple[str, str, bool]]:
        hints = list(self._hints)
        while hints and sum(len(key) + len(label) + 3 + 2 * (not on) for key, label, on in hints) - 2 > width:
            hints.pop(-3 if len(hints) > 3 else 0)
        return hints


def pane_hints(screen: Screen[Any]) -> list[tuple[str, str, bool]]:
    """Keys of the focused widget that are meant to be shown."""
    return [(shown(binding.key), binding.description, True) for binding in pane_bindings(screen) if binding.show]


def pane_bindings(screen: Screen[Any]) -> list[Binding]:
    """The bindings of the focused widget and what holds it, without those of the screen and the application."""
    found: dict[tuple[str, str], Binding] = {}
    for active in screen.active_bindings.values():
        node: DOMNode = active.node
        if node is screen or node is screen.app or not active.binding.description or active.binding.id in BY_ID:
            continue
        found.setdefault((active.binding.action, active.binding.description), active.binding)
    return list(found.values())


def current_keys(screen: Screen[Any]) -> dict[str, str]:
    """The first key of every command that works here as people read it, after remapping."""
    keys: dict[str, str] = {}
    for key, active in screen.active_bindings.items():
        if active.node is screen and active.binding.id:
            keys.setdefault(active.binding.id, shown(key))
    return keys
