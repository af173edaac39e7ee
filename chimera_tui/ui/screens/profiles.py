"""Profiles of options: use one, make, copy, rename and delete one's own, compare two."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from msgspec import UNSET
from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chimera_tui.core.config.profiles import (
    Edit,
    added,
    deleted,
    differences,
    name_problem,
    renamed,
    standing,
)
from chimera_tui.core.config.schema import BUILTIN_PROFILES, Options
from chimera_tui.core.config.values import shown
from chimera_tui.core.inert import inert_line
from chimera_tui.ui.screens.dialogs import choices
from chimera_tui.ui.screens.picker import Choice, Picker
from chimera_tui.ui.screens.questions import NameDialog, Question

if TYPE_CHECKING:
    from chimera_tui.ui.workspace.settings import SettingsControl

NO_PROFILE = ""


class ProfilesScreen(ModalScreen[None]):
    """The list of profiles; changes go into the person's own file at once, a switch is saved with w."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close"),
        Binding("n", "new", "New"),
        Binding("c", "copy", "Copy"),
        Binding("r", "rename", "Rename"),
        Binding("d,delete", "delete", "Delete"),
        Binding("v", "compare", "Compare"),
    ]

    def __init__(self, control: "SettingsControl") -> None:
        super().__init__()
        self._control = control
        self._names: list[str] = []

    def compose(self) -> ComposeResult:
        """The profiles, the options of the one under the cursor, the keys."""
        with Vertical(classes="dialog wide profiles"):
            yield Static("Profiles", classes="dialog--title", markup=False)
            yield OptionList(compact=True, markup=False)
            yield Static(id="profile-options", classes="dialog--aside", markup=False)
            yield Static(
                choices(
                    ("enter", "use"), ("n", "new"), ("c", "copy"), ("r", "rename"), ("d", "delete"), ("v", "diff"),
                    ("esc", "close"),
                ),
                classes="dialog--keys",
            )  # fmt: skip

    def on_mount(self) -> None:
        """The active one is under the cursor."""
        self.fill(self._control.changes.settings.profile)
        self.query_one(OptionList).focus()

    def fill(self, current: str) -> None:
        """List the profiles as they are now."""
        loaded = self._control.changes.loaded
        self._names = [NO_PROFILE, *sorted(loaded.profiles, key=lambda name: (name not in BUILTIN_PROFILES, name))]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._line(name)) for name in self._names])
        options.highlighted = self._names.index(current) if current in self._names else 0

    def _line(self, name: str) -> Table:
        loaded, glyphs = self._control.changes.loaded, self._control.glyphs
        table = Table.grid(expand=True, padding=(0, 1))
        table.add_column(width=1)
        table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
        table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
        table.add_column(no_wrap=True, justify="right", width=9)
        active = glyphs.set if name == self._control.changes.settings.profile else ""
        whose = standing(loaded, name) if name else "the options of your file"
        options = self._options(name)
        count = sum(getattr(options, option) is not UNSET for option in options.__struct_fields__)
        table.add_row(active, inert_line(name, 40) or "none", whose, f"{count} set" if count else "all unset")
        return table

    def _options(self, name: str) -> Options:
        loaded = self._control.changes.loaded
        return loaded.profiles[name] if name else loaded.bare

    @property
    def _chosen(self) -> str:
        index = self.query_one(OptionList).highlighted
        return self._names[index or 0]

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        options = self._options(self._names[event.option_index])
        given = [(name, getattr(options, name)) for name in options.__struct_fields__]
        dot = self._control.glyphs.dot
        words = dot.join(f"{name} {shown(value)}" for name, value in given if value is not UNSET)
        self.query_one("#profile-options", Static).update(
            inert_line(words or "Nothing is set: the server and the Modelfile decide.", 400)
        )

    # -- what a person does

    @on(OptionList.OptionSelected)
    def _use(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss()
        self._control.switch(self._names[event.option_index])

    def action_new(self) -> None:
        """A profile of the options as they are in the panel now."""
        self._ask_name("New profile, of the options in force now", "", lambda name: added(name, self._in_force()))

    def _in_force(self) -> Options:
        return self._control.changes.settings.options

    def action_copy(self) -> None:
        """A profile like the one under the cursor."""
        name, options = self._chosen, self._options(self._chosen)
        self._ask_name(f"Copy of {name or 'the options of your file'}", "", lambda new: added(new, options))

    def action_rename(self) -> None:
        """Another name for one of one's own."""
        name = self._chosen
        if self._is_own("renamed"):
            self._ask_name(f"Another name for {name}", name, lambda new: renamed(name, new), was=name)

    def action_delete(self) -> None:
        """One of one's own away, after a question."""
        name = self._chosen
        if not self._is_own("deleted"):
            return
        rest = " The built-in one of that name is used again." if name in BUILTIN_PROFILES else ""
        body = f"It is taken out of {self._control.path}; the file as it is now stays as {self._control.path}~.{rest}"

        def answered(answer: str | None) -> None:
            if answer == "y":
                self._edit(deleted(name), "", gone=name)

        self.app.push_screen(Question(f"Delete the profile {inert_line(name, 40)}?", body, ("y", "delete")), answered)

    def _is_own(self, what: str) -> bool:
        name = self._chosen
        if name in self._control.changes.loaded.own_profiles:
            return True
        who = f"{name} is built in" if name else "These are the options of your file"
        self._control.say(f"{who} and cannot be {what}; c makes a copy.")
        return False

    def action_compare(self) -> None:
        """The options in which two profiles differ."""
        one, active = self._chosen, self._control.changes.settings.profile
        others = [Choice(name, name or "none") for name in self._names if name != one]

        def chosen(other: str | None) -> None:
            if other is not None:
                self.app.push_screen(DifferencesScreen(one, self._options(one), other, self._options(other)))

        self.app.push_screen(Picker(f"Compare {one or 'none'} with", others, current=active), chosen)

    def action_leave(self) -> None:
        """Back to the panes."""
        self.dismiss()

    def _ask_name(self, title: str, proposal: str, edit: Callable[[str], Edit], *, was: str = "") -> None:
        def named(name: str | None) -> None:
            if name and name != was:
                self._edit(edit(name), name, renamed_from=was)

        self.app.push_screen(
            NameDialog(title, proposal, lambda name: "" if name == was != "" else self._name_problem(name)), named
        )

    def _name_problem(self, name: str) -> str:
        return name_problem(self._control.changes.loaded, name)

    def _edit(self, edit: Edit, current: str, *, gone: str = "", renamed_from: str = "") -> None:
        async def work() -> None:
            if await self._control.edit_profiles(edit, gone=gone or renamed_from, instead=current):
                self.fill(current)

        self.run_worker(work(), group="profiles", exclusive=True)


class DifferencesScreen(ModalScreen[None]):
    """Two profiles side by side: the options in which they differ, or all that one of them sets."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Close"),
        Binding("a", "all", "All or different"),
        Binding("down,j", "scroll(1)", "Down"),
        Binding("up,k", "scroll(-1)", "Up"),
        Binding("pagedown", "scroll(10)", "Page down"),
        Binding("pageup", "scroll(-10)", "Page up"),
    ]

    def __init__(self, one: str, ones: Options, other: str, others: Options) -> None:
        super().__init__()
        self._names = inert_line(one, 30) or "none", inert_line(other, 30) or "none"
        self._options = ones, others
        self._every = False

    def compose(self) -> ComposeResult:
        """What differs, in the order of the settings."""
        with Vertical(classes="dialog wide"):
            yield Static(classes="dialog--title", id="differences-title", markup=False)
            with VerticalScroll(classes="dialog--body", can_focus=False):
                yield Static(id="differences")
            yield Static(choices(("a", "all or different"), ("esc", "close")), classes="dialog--keys")

    def on_mount(self) -> None:
        """Show the differences."""
        self._fill()

    def _fill(self) -> None:
        different = differences(*self._options)
        count = len(different)
        words = "no option differs" if not count else f"{count} option{'s differ' if count > 1 else ' differs'}"
        self.query_one("#differences-title", Static).update(f"{self._names[0]} and {self._names[1]}: {words}")
        table = Table.grid(expand=True, padding=(0, 2))
        for ratio in (2, 2, 2):
            table.add_column(ratio=ratio)
        table.add_row(Text("option", "bold"), *(Text(name, "bold") for name in self._names))
        changed = {one.option for one in different}
        for row in differences(*self._options, every=self._every):
            style = "bold" if row.option in changed and self._every else ""
            table.add_row(*(Text(inert_line(cell, 200), style) for cell in (row.option, row.one, row.other)))
        self.query_one("#differences", Static).update(table)

    def action_all(self) -> None:
        """All that is set, or only what differs."""
        self._every = not self._every
        self._fill()

    def action_scroll(self, lines: int) -> None:
        """Move the table."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        """Back to the profiles."""
        self.dismiss()
