"""The one table of commands: bindings, the key bar, the palette and the help screen all come from it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding

_SHORT = {"inventory": "Inv.", "measurements": "Meas.", "findings": "Find."}


class Pane(StrEnum):
    """The panes, in the order of their number keys."""

    TREE = "tree"
    INVENTORY = "inventory"
    MEASUREMENTS = "measurements"
    FINDINGS = "findings"
    STREAM = "stream"
    REPORTS = "reports"
    CONFIG = "config"

    @property
    def label(self) -> str:
        """The name people see."""
        return "Files" if self is Pane.TREE else self.value.capitalize()

    @property
    def short(self) -> str:
        """Its name where room is short."""
        return _SHORT.get(self.value, self.label)

    @property
    def number(self) -> int:
        """Its key: 1 to 7."""
        return list(Pane).index(self) + 1


CENTRE = (Pane.INVENTORY, Pane.MEASUREMENTS, Pane.FINDINGS, Pane.STREAM, Pane.REPORTS)
"""The panes that share the middle, one at a time."""


@dataclass(frozen=True, kw_only=True)
class State:
    """What decides whether a command can be used now."""

    pane: Pane = Pane.TREE
    running: bool = False
    ended: bool = False
    """Whether a run ended since the start."""
    scanning: bool = False
    root_problem: str = ""
    file: str = ""
    reports: int = 0
    unsaved: int = 0
    can_undo: bool = False
    saves_to: str = ""
    can_go_back: bool = False
    copied: bool = False
    report: str = ""
    """The report that the Reports pane points at."""
    unfinished: bool = False
    """Whether that is a run which did not finish."""
    sides: int = 0
    """How many reports or groups would be compared."""
    discarded: int = 0
    """How many deleted reports can be brought back."""


Reason = Callable[[State], str]


def _always(_state: State) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One thing a person can do. ``enabled`` returns why not, or an empty string.

    Where a sentence names a key it names the command, as ``{run.start}``: keys can be changed.

    ``bar`` orders the key bar (smaller comes first, 0 is not shown); ``pane`` None is everywhere.
    """

    id: str
    key: str
    label: str
    help: str
    pane: Pane | None = None
    enabled: Reason = _always
    bar: int = 0

    def binding(self) -> Binding:
        """The command as textual binds it."""
        return Binding(self.key, f"command('{self.id}')", self.label, id=self.id, show=False)


def _can_run(state: State) -> str:
    if state.running:
        return "A run is going on; stop it first."
    return state.root_problem


def _is_running(state: State) -> str:
    return "" if state.running else "Nothing is running; {run.start} starts a run."


def _can_repeat(state: State) -> str:
    if state.running:
        return "A run is going on; stop it first."
    if state.ended or (state.pane is Pane.REPORTS and state.report):
        return ""
    return "No run has ended yet; in Reports ({pane.reports}) it takes the run under the cursor."


def _not_scanning(state: State) -> str:
    return "The folder is being read already." if state.scanning else ""


def _has_file(state: State) -> str:
    return "" if state.file else "There is no file under the cursor to edit."


def _has_reports(state: State) -> str:
    return "" if state.reports else "There are no saved reports yet; {run.start} makes one."


def _report_here(state: State) -> str:
    if state.pane is not Pane.REPORTS:
        return "This is for the report under the cursor in Reports ({pane.reports})."
    return "" if state.report else "There is no report under the cursor."


def _can_compare(state: State) -> str:
    if state.pane is not Pane.REPORTS:
        return "Reports are compared in Reports ({pane.reports})."
    return "" if state.sides > 1 else "Mark two reports or groups (space) to compare them."


def _can_check(state: State) -> str:
    if state.pane is Pane.REPORTS and state.unfinished:
        return "This run did not finish; there is no report yet."
    return _report_here(state)


def _can_replay(state: State) -> str:
    return "A run is going on; stop it first." if state.running else _report_here(state)


def _can_delete(state: State) -> str:
    if state.running and state.unfinished:
        return "A run is going on; wait until it is over."
    return _report_here(state)


def _has_discarded(state: State) -> str:
    return "" if state.discarded else "No deleted report waits in the trash."


def _has_copied(state: State) -> str:
    return "" if state.copied else "Nothing was copied yet; {copy.text} copies."


def _can_save(state: State) -> str:
    if not state.saves_to:
        return "There is no file to save settings to."
    return "" if state.unsaved else "No setting was changed since the last save."


def _can_undo(state: State) -> str:
    return "" if state.can_undo else "No setting was changed yet."


def _jump(pane: Pane) -> Command:
    return Command(
        id=f"pane.{pane}", key=str(pane.number), label=pane.label, help=f"Go to {pane.label}.",
    )  # fmt: skip


COMMANDS: tuple[Command, ...] = (
    Command(
        id="run.start", key="r", label="Run", bar=1, enabled=_can_run,
        help="Read the files, let the model write the report, save it. Settings are those of Config.",
    ),
    Command(
        id="run.stop", key="x", label="Stop", bar=1, enabled=_is_running,
        help="Stop the run. What was written is saved, with the ending 'cancelled'.",
    ),
    Command(
        id="run.again", key="a", label="Again", enabled=_can_repeat,
        help="Take over the settings of this report's run, or of the last run, change some in Config, then run.",
    ),
    *(_jump(pane) for pane in Pane),
    Command(id="pane.zoom", key="z", label="Zoom", bar=7, help="Give this pane the whole width, or take it back."),
    Command(id="app.back", key="escape", label="Back", bar=3, help="Close what is open; in Stream, stop the run."),
    Command(
        id="file.edit", key="e", label="Edit", bar=6, enabled=_has_file,
        help="Open the file this pane points at in $VISUAL or $EDITOR; the screen comes back when the editor ends.",
    ),
    Command(
        id="repo.rescan", key="f5,R", label="Rescan", enabled=_not_scanning,
        help="Read the folder and the settings again.",
    ),
    Command(
        id="copy.text", key="y", label="Copy",
        help="Copy what this pane points at: to the terminal's clipboard (OSC 52).",
    ),
    Command(
        id="copy.save", key="W", label="Copy to file", enabled=_has_copied,
        help="Write what was copied last to a file: for terminals without a clipboard and for large texts.",
    ),
    Command(
        id="reports.newest", key="o", label="Newest", bar=4, enabled=_has_reports, pane=Pane.REPORTS,
        help="Open the newest report.",
    ),
    Command(
        id="reports.compare", key="c", label="Compare", bar=2, enabled=_can_compare, pane=Pane.REPORTS,
        help="Set the marked reports or groups against the first one: options, metrics with intervals, texts.",
    ),
    Command(
        id="reports.check", key="V", label="Check", bar=2, enabled=_can_check, pane=Pane.REPORTS,
        help="Judge every number of this report against the files, as `chimera-tui verify` does, and mark it.",
    ),
    Command(
        id="reports.export", key="H", label="HTML", bar=6, enabled=_can_check, pane=Pane.REPORTS,
        help="Write this report as one HTML file with its verdicts, sources and facts inside.",
    ),
    Command(
        id="reports.replay", key="P", label="Replay", bar=7, enabled=_can_replay, pane=Pane.REPORTS,
        help="Play this run again from its journal at its own pace, without a server; it is saved as a run of its own.",
    ),
    Command(
        id="reports.delete", key="d", label="Delete", bar=5, enabled=_can_delete, pane=Pane.REPORTS,
        help="Move this report to the trash folder beside the reports; {reports.undo} brings it back.",
    ),
    Command(
        id="reports.undo", key="u", label="Undo", enabled=_has_discarded, pane=Pane.REPORTS,
        help="Bring back the report that was deleted last, now or in an earlier session; again for the one before.",
    ),
    Command(
        id="config.save", key="w", label="Save", bar=2, enabled=_can_save, pane=Pane.CONFIG,
        help="Save the changed settings to your own file; its comments and order stay.",
    ),
    Command(
        id="config.undo", key="U", label="Undo", bar=3, enabled=_can_undo, pane=Pane.CONFIG,
        help="Take the last change of a setting back.",
    ),
    Command(
        id="config.profiles", key="p", label="Profiles", bar=2, pane=Pane.CONFIG,
        help="Use, make, copy, rename, delete and compare profiles of options.",
    ),
    Command(
        id="config.model", key="m", label="Model", bar=2, pane=Pane.CONFIG,
        help="Choose from the models that the server has, with size, quantisation, context and what is loaded.",
    ),
    Command(
        id="config.file", key="E", label="Edit a settings file", pane=Pane.CONFIG,
        help="Edit your settings, the repository's .chimera.toml or a theme of yours, checked while you type.",
    ),
    Command(id="app.theme", key="t", label="Theme", help="Choose a theme; it shows while you move."),
    Command(id="app.palette", key="ctrl+p", label="Commands", bar=8, help="Find a command by its name."),
    Command(id="app.help", key="question_mark", label="Help", bar=9, help="The keys of this pane."),
    Command(
        id="app.suspend", key="ctrl+z", label="To the shell",
        help="Stop the program and go back to the shell; fg brings it back.",
    ),
    Command(id="app.quit", key="q", label="Quit", bar=10, help="Leave. With a run going on you are asked once."),
)  # fmt: skip

BY_ID = {command.id: command for command in COMMANDS}


def bindings() -> list[Binding]:
    """Every command as a binding of the workspace screen."""
    return [command.binding() for command in COMMANDS]


def applicable(pane: Pane) -> list[Command]:
    """The commands that mean something in a pane, its own first."""
    own = [command for command in COMMANDS if command.pane is pane]
    return own + [command for command in COMMANDS if command.pane is None]
