"""One setting on one line: marker, name, value, badge, and what is wrong with a value that was typed."""

import textwrap

from msgspec import UNSET
from rich.text import Text
from textual.app import RenderResult
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from chimera_tui.core.config.schema import Setting
from chimera_tui.core.config.values import ADDRESSES, shown
from chimera_tui.core.inert import inert_line
from chimera_tui.ui.glyphs import Glyphs
from chimera_tui.ui.panes.config.values import displayed, unset_value

_VALUE_COLUMN = 20
_BADGE = "reloads"


class SettingRow(Widget):
    """One setting: marker, name, value, badge; an input in place of the value while it is edited."""

    COMPONENT_CLASSES = {"row--muted", "row--set", "row--badge", "row--problem"}  # noqa: RUF012
    DEFAULT_CSS = """
    SettingRow {
        height: 1; width: 1fr; padding-right: 1;
        & > .row--muted { color: $text-muted; }
        & > .row--set { text-style: bold; }
        & > .row--badge { color: $accent; }
        & > .row--problem { color: $error; text-style: bold; }
        &.-cursor { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground;
                    text-style: $block-cursor-blurred-text-style; }
        Input { width: 1fr; height: 1; border: none; padding: 0; margin-left: 20; background: $panel; }
    }
    """

    value: reactive[object] = reactive(UNSET, layout=False)
    modelfile: reactive[object] = reactive(UNSET, layout=False)
    problem: reactive[str] = reactive("", layout=True)

    def __init__(self, setting: Setting, value: object, glyphs: Glyphs) -> None:
        super().__init__()
        self.setting = setting
        self._glyphs = glyphs
        self.set_reactive(SettingRow.value, value)

    def draw_again(self) -> None:
        """Other signs."""
        self._glyphs = getattr(self.app, "glyphs", self._glyphs)
        self.refresh()

    @property
    def is_set(self) -> bool:
        """Whether the value differs from what holds without it."""
        return self.value is not UNSET and self.value != unset_value(self.setting)

    def render(self) -> RenderResult:
        """The row, and under it what is wrong with the typed value."""
        width = self.content_size.width
        muted = self.get_component_rich_style("row--muted", partial=True)
        text = Text(no_wrap=True, overflow="ignore")
        text.append(f"{self._glyphs.set if self.is_set else ' '} ")
        text.append(f"{self.setting.name:<{_VALUE_COLUMN - 2}}")
        badge = f" {_BADGE}" if self.setting.reloads else ""
        room = max(4, width - _VALUE_COLUMN - len(badge))
        style = self.get_component_rich_style("row--set", partial=True) if self.is_set else muted
        text.append(f"{self._value_words(room):<{room}}", style)
        text.append(badge, self.get_component_rich_style("row--badge", partial=True))
        for line in self._problem_lines():
            text.append(f"\n  {line}", self.get_component_rich_style("row--problem", partial=True))
        return text

    def _value_words(self, room: int) -> str:
        words = inert_line(displayed(self.setting, self.value))
        if self.setting.path in ADDRESSES:
            words = words.removeprefix("http://")
        if self.value is UNSET and self.modelfile is not UNSET:
            ways = (f"unset ({shown(self.modelfile)})", f"({shown(self.modelfile)})", words)
            words = next((way for way in ways if len(way) <= room), words)
        ellipsis = self._glyphs.ellipsis
        return words if len(words) <= room else words[: max(0, room - len(ellipsis))] + ellipsis

    def _problem_lines(self) -> list[str]:
        return textwrap.wrap(self.problem, max(10, self.content_size.width - 2)) if self.problem else []

    def watch_problem(self) -> None:
        """A row with a problem is as high as the sentence needs."""
        self.styles.height = 1 + len(self._problem_lines())
        if self.problem:
            self.call_after_refresh(self.scroll_visible, animate=False)

    def edit(self) -> None:
        """Put an input where the value is."""
        text = "" if self.value is UNSET else shown(self.value)
        entry = Input(text, compact=True)
        entry.cursor_blink = False
        self.mount(entry)
        entry.focus()

    def stop_editing(self) -> None:
        """Take the input away."""
        self.problem = ""
        self.query(Input).remove()
