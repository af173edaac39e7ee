"""Questions that need an answer: a busy server, a context that is too small, quitting while a run goes on."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from chimera_tui.core.inert import inert_line
from chimera_tui.engine.questions import BusyAnswer, BusyBox, ContextAnswer, SmallContext


class BusyDialog(ModalScreen[BusyAnswer]):
    """What is loaded on the server, what a run would disturb, and three ways on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "answer('go')", "Go on"),
        Binding("c", "answer('cpu')", "CPU only"),
        Binding("s,escape", "answer('stop')", "Stop"),
    ]

    def __init__(self, box: BusyBox) -> None:
        super().__init__()
        self._box = box

    def compose(self) -> ComposeResult:
        """The reasons, the models, the answers."""
        with Vertical(classes="dialog"):
            yield Static("The model server is in use", classes="dialog--title", markup=False)
            with VerticalScroll(classes="dialog--body"):
                yield Static(self._reasons())
                yield Static(self._models(), classes="dialog--aside")
            yield Static(choices(("g", "go on"), ("c", "CPU only (num_gpu 0)"), ("s", "stop")), classes="dialog--keys")

    def _reasons(self) -> Text:
        return Text("\n\n".join(inert_line(reason, 400) for reason in self._box.reasons))

    def _models(self) -> Text:
        lines = ["Loaded now"] if self._box.models else []
        for model in self._box.models:
            share = model.gpu_share
            parts = [inert_line(model.name, 60), f"{model.size / 1e9:.1f} GB"]
            parts += [f"{share:.0%} on the GPU"] if share is not None else []
            parts += [f"context {model.context_length:,}"] if model.context_length else []
            lines.append("  " + ", ".join(parts))
        return Text("\n".join(lines))

    def action_answer(self, answer: BusyAnswer) -> None:
        """Give the answer."""
        self.dismiss(answer)


class SmallContextDialog(ModalScreen[ContextAnswer]):
    """A prompt that does not fit: what it needs, what would fit, and what can be done at one key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,enter", "answer('fit')", "What fits"),
        Binding("c", "answer('sections')", "By section"),
        Binding("s,escape", "answer('stop')", "Stop"),
    ]

    def __init__(self, small: SmallContext) -> None:
        super().__init__()
        self._small = small

    def compose(self) -> ComposeResult:
        """The figures, the ways on, and why one of them is not there."""
        small = self._small
        ways = [("f", f"num_ctx {small.fitting:,}")] if small.fitting is not None else []
        ways += [("c", f"one call a section, in {small.num_ctx:,}")] if small.sections else []
        with Vertical(classes="dialog"):
            yield Static("The context is too small", classes="dialog--title", markup=False)
            with VerticalScroll(classes="dialog--body"):
                yield Static(Text(inert_line(small.message(), 600)))
                if why_not := self._why_not():
                    yield Static(Text(why_not), classes="dialog--aside")
            yield Static(choices(*ways, ("s", "stop")), classes="dialog--keys")

    def _why_not(self) -> str:
        small, lines = self._small, []
        if small.fitting is None:
            lines.append(small.advice())
        if not small.sections:
            lines.append("One call a section does not help: each would be too long as well.")
        return "\n".join(lines)

    def action_answer(self, answer: ContextAnswer) -> None:
        """Give the answer, where it is a way on."""
        small = self._small
        if (answer == "fit" and small.fitting is None) or (answer == "sections" and not small.sections):
            self.app.bell()
            return
        self.dismiss(answer)


class QuitDialog(ModalScreen[bool]):
    """Asked once when a run is going on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,q,enter", "answer(True)", "Quit"),
        Binding("n,escape", "answer(False)", "Stay"),
    ]

    def compose(self) -> ComposeResult:
        """One sentence and two keys."""
        with Vertical(classes="dialog"):
            yield Static("A run is going on", classes="dialog--title", markup=False)
            yield Static(
                "Quitting stops it; what is written so far is saved as a report with the ending 'cancelled'.",
                classes="dialog--body", markup=False,
            )  # fmt: skip
            yield Static(choices(("y", "stop the run and quit"), ("n", "stay")), classes="dialog--keys")

    def action_answer(self, answer: bool) -> None:
        """Give the answer."""
        self.dismiss(answer)


def choices(*pairs: tuple[str, str]) -> Text:
    """``g go on   c CPU only``: keys bold."""
    text = Text()
    for index, (key, label) in enumerate(pairs):
        text.append("   " if index else "")
        text.append(key, "bold underline")
        text.append(f" {label}")
    return text
