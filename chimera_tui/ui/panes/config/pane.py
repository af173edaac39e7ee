"""The settings of a run, one row each: stepped, typed, unset; what is not allowed never leaves the row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from msgspec import UNSET
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Click, DescendantBlur
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static

from chimera_tui.core.config.schema import Settings
from chimera_tui.core.config.values import allowed, shown
from chimera_tui.core.inert import inert_line
from chimera_tui.ui.glyphs import UNICODE, Glyphs
from chimera_tui.ui.panes.config.setting_row import SettingRow
from chimera_tui.ui.panes.config.values import (
    displayed,
    model_note,
    panel_settings,
    parsed,
    stepped,
    unset_value,
    value_of,
    zero_note,
)

if TYPE_CHECKING:
    from chimera_tui.engine.backends.base import ModelInfo


class ConfigRows(VerticalScroll):
    """The rows with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "edit", "Edit", id="config.edit", tooltip="Type a value; nothing at all is unset."),
        Binding("left,minus", "step(-1)", "Less", show=False, id="config.less", tooltip="The value one step lower."),
        Binding("right,plus,equals_sign", "step(1)", "Step", id="config.more", tooltip="The value one step higher."),
        Binding("u,delete", "unset", "Unset", id="config.unset", tooltip="Send nothing: the server decides."),
        Binding("f", "fit", "Fit", id="config.fit", show=False, tooltip="num_ctx: ask for what the prompt needs."),
        Binding("up,k", "move(-1)", "Up", show=False, id="config.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="config.down"),
        Binding("pageup", "move(-10)", "Page up", show=False),
        Binding("pagedown", "move(10)", "Page down", show=False),
        Binding("home", "move(-999)", "First", show=False),
        Binding("end", "move(999)", "Last", show=False),
        Binding("escape", "leave_edit", "Cancel", show=False),
    ]
    DEFAULT_CSS = """
    ConfigRows {
        scrollbar-size-vertical: 1; scrollbar-gutter: stable; padding: 0 0 0 1;
        & > .config--group { height: 1; margin-top: 1; color: $primary; text-style: bold; }
        & > .config--first { margin-top: 0; }
        &:focus > SettingRow.-cursor {
            background: $block-cursor-background; color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
            & > .row--muted, & > .row--badge { color: $block-cursor-foreground; }
        }
    }
    """

    cursor: reactive[int] = reactive(0)

    def __init__(self, settings: Settings, glyphs: Glyphs) -> None:
        super().__init__()
        self.rows: list[SettingRow] = []
        self._start = settings
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """A heading per group, a row per setting."""
        group = ""
        for name, setting in panel_settings():
            if name != group:
                yield Static(name, classes="config--group" + ("" if group else " config--first"), markup=False)
                group = name
            row = SettingRow(setting, value_of(self._start, setting.path), self._glyphs)
            self.rows.append(row)
            yield row

    def on_mount(self) -> None:
        """Show the cursor."""
        self.watch_cursor(self.cursor, self.cursor)

    @property
    def row(self) -> SettingRow:
        """The row under the cursor."""
        return self.rows[self.cursor]

    @property
    def editing(self) -> bool:
        """Whether a value is being typed."""
        return bool(self.rows) and bool(self.row.query(Input))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """While a value is typed only the way out of it works; without, there is nothing to leave."""
        return self.editing if action == "leave_edit" else True

    def validate_cursor(self, cursor: int) -> int:
        """Keep it on a row."""
        return max(0, min(cursor, len(self.rows) - 1))

    def watch_cursor(self, before: int, after: int) -> None:
        """Move the highlight and keep it in view."""
        if not self.rows:
            return
        self.rows[before].remove_class("-cursor")
        self.rows[before].problem = ""
        self.rows[after].add_class("-cursor")
        if after == 0:
            self.scroll_home(animate=False)
        else:
            self.scroll_to_widget(self.rows[after], animate=False)
        self.post_message(ConfigPanel.RowFocused())

    def action_move(self, by: int) -> None:
        """Up or down."""
        if not self.editing:
            self.cursor += by

    def action_step(self, direction: int) -> None:
        """One step of the value."""
        row = self.row
        if self.editing:
            return
        try:
            value = stepped(
                row.setting,
                row.value,
                direction,
                {row.setting.name: row.modelfile} if row.modelfile is not UNSET else {},
            )
        except ValueError as error:
            row.problem = str(error)
        else:
            self._change(row, value)

    def action_unset(self) -> None:
        """Back to what holds without it."""
        if not self.editing:
            self._change(self.row, unset_value(self.row.setting))

    def action_fit(self) -> None:
        """``num_ctx`` as the prompt needs."""
        if self.row.setting.name == "num_ctx" and not self.editing:
            self._change(self.row, "fit")

    def action_edit(self) -> None:
        """Type the value; a model is chosen from those that are installed, where its name can be typed too."""
        if self.row.setting.path == "run.model":
            self.post_message(ConfigPanel.ModelWanted())
        elif not self.editing:
            self.row.edit()

    def action_leave_edit(self) -> None:
        """Forget what was typed."""
        self.row.stop_editing()
        self.focus()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        row = self.row
        try:
            value = parsed(row.setting, event.value)
        except ValueError as error:
            row.problem = str(error)
            return
        row.stop_editing()
        self.focus()
        self._change(row, value)

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        event.stop()
        self.row.problem = ""

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Leaving the input is leaving the edit."""
        if isinstance(event.widget, Input) and self.editing and self.app.focused is not event.widget:
            self.row.stop_editing()

    def on_click(self, event: Click) -> None:
        """With a mouse: a click chooses the row."""
        if isinstance(event.widget, SettingRow):
            self.cursor = self.rows.index(event.widget)

    def _change(self, row: SettingRow, value: object) -> None:
        row.problem = ""
        if value != row.value or type(value) is not type(row.value):
            self.post_message(ConfigPanel.OptionChanged(row.setting.path, value))


class ConfigPanel(Vertical):
    """The settings of a run and the meaning of the one under the cursor. It holds no settings: the screen does."""

    DEFAULT_CSS = """
    ConfigPanel {
        & > ConfigRows { height: 1fr; }
        & > #config-state { height: 1; padding: 0 1; color: $text-muted; }
        & > #config-help { height: 7; padding: 0 1; background: $surface; color: $text-muted; }
    }
    """

    @dataclass
    class OptionChanged(Message):
        """A valid value for the setting ``path``."""

        path: str
        value: object

    @dataclass
    class ModelWanted(Message):
        """A model is to be chosen."""

    @dataclass
    class RowFocused(Message):
        """The cursor is on another row."""

        bubble: ClassVar[bool] = True
        note: str = field(default="")

    def __init__(
        self, settings: Settings, origins: Mapping[str, str] | None = None, *, glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - textual's own keyword
    ) -> None:  # fmt: skip
        super().__init__(id=id)
        self._settings = settings
        self._origins = dict(origins or {})
        self._glyphs = glyphs
        self._model: ModelInfo | None = None

    def compose(self) -> ComposeResult:
        """The profile, rows, and help below."""
        yield Static(self._state(0), id="config-state", markup=False)
        yield ConfigRows(self._settings, self._glyphs)
        yield Static(id="config-help", markup=False)

    @property
    def rows(self) -> ConfigRows:
        """The list of rows."""
        return self.query_one(ConfigRows)

    def show(self, settings: Settings, origins: Mapping[str, str], *, unsaved: int) -> None:
        """Show other values."""
        self._settings, self._origins = settings, dict(origins)
        for row in self.rows.rows:
            row.value = value_of(settings, row.setting.path)
        self.query_one("#config-state", Static).update(self._state(unsaved))
        self._explain()

    def show_model(self, model: "ModelInfo | None") -> None:
        """What the model's own file says about unset options, its layers and its context."""
        self._model = model
        values = model.parameters if model is not None else {}
        for row in self.rows.rows:
            row.modelfile = values.get(row.setting.name, UNSET) if row.setting.section == "options" else UNSET
        self._explain()

    def _state(self, unsaved: int) -> str:
        """The profile in force and how much of it is in no file yet."""
        words = [f"Profile {inert_line(self._settings.profile, 24)}" if self._settings.profile else "No profile"]
        words += [f"{unsaved} not saved"] if unsaved else []
        return self._glyphs.dot.join(words)

    def current_text(self) -> str:
        """The setting under the cursor as a line of TOML-like text."""
        row = self.rows.row
        return f"{row.setting.name} = {displayed(row.setting, row.value)}"

    @on(RowFocused)
    def _row_focused(self, event: RowFocused) -> None:
        event.stop()
        self._explain()

    def _explain(self) -> None:
        if not self.rows.rows:
            return
        row = self.rows.row
        setting = row.setting
        text = Text()
        text.append(setting.name, "bold")
        text.append(f"  {inert_line(displayed(setting, row.value), 200)}")
        text.append(f" ({self._origin(row)})\n")
        notes = " ".join(filter(None, (zero_note(setting, row.value), model_note(setting, row.value, self._model))))
        if notes:
            text.append(f"{inert_line(notes, 300)}\n", "bold")
        text.append(f"{setting.description[:1].upper()}{setting.description[1:]}. ")
        text.append(f"Allowed: {allowed(setting.path)}.")
        self.query_one("#config-help", Static).update(text)

    def _origin(self, row: SettingRow) -> str:
        """Where a value came from, or what holds where none is sent."""
        if row.value is UNSET:
            return f"the model's own file says {shown(row.modelfile)}" if row.modelfile is not UNSET else "not sent"
        origin = self._origins.get(row.setting.path, "default")
        return inert_line(origin.rpartition("/")[2], 60)
