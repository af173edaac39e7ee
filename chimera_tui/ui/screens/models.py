"""Choosing a model from what the server has; without a server its name can still be typed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from chimera_tui.core.inert import inert_line

if TYPE_CHECKING:
    from chimera_tui.engine.backends.base import ModelInfo
    from chimera_tui.engine.backends.models import Installed, ModelList

LOOK_AFTER_S = 0.2
"""How long the cursor rests on a model before the server is asked about it."""
_HEADINGS = ("size", "params", "quant", "family", "context", "in memory")
_WIDTHS = (8, 7, 8, 9, 8, 10)
_NARROW = 78
"""Columns of the dialog below which the family is left out."""


class ModelPicker(ModalScreen[str]):
    """The models of a server; typing narrows the list, and what is typed can be taken as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("down,ctrl+n", "move(1)", "Down"),
        Binding("up,ctrl+p", "move(-1)", "Up"),
        Binding("pagedown", "move(10)", "Page down"),
        Binding("pageup", "move(-10)", "Page up"),
        Binding("f5", "ask", "Ask again"),
    ]

    def __init__(
        self,
        ask: "Callable[[], Awaitable[ModelList]]",
        look: "Callable[[str], Awaitable[ModelInfo | None]]",
        current: str,
    ) -> None:
        super().__init__()
        self._ask, self._look = ask, look
        self._current = current
        self._list: ModelList | None = None
        self._shown: list[Installed | None] = []

    def compose(self) -> ComposeResult:
        """A line to type in, headings, the models, what is to be said about them."""
        with Vertical(classes="dialog picker wide"):
            entry = Input(placeholder=f"Model (now {self._current})", compact=True)
            entry.cursor_blink = False
            yield entry
            yield Static(id="models-head", markup=False, classes="dialog--keys")
            yield OptionList(compact=True, markup=False)
            yield Static("Asking the server.", id="models-say", classes="dialog--aside", markup=False)

    def on_mount(self) -> None:
        """Typing goes to the line, the arrows move the list."""
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self.action_ask()

    def action_ask(self) -> None:
        """Ask the server for its models."""
        self.query_one("#models-say", Static).update("Asking the server.")
        self._fetch()

    @work(group="models", exclusive=True)
    async def _fetch(self) -> None:
        self._list = await self._ask()
        if self.query(OptionList):  # there is none when the screen is being closed
            self._fill()

    # -- the list

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value.strip()

    def _fill(self) -> None:
        """The models whose name holds what was typed, then what was typed itself."""
        models = list(self._list.models) if self._list else []
        typed = self._typed
        words = typed.lower().split()
        self._shown = [one for one in models if all(word in one.info.name.lower() for word in words)]
        if typed and typed not in {one.info.name for one in models}:
            self._shown.append(None)
        wide = self.query_one(".dialog").content_size.width >= _NARROW
        self.query_one("#models-head", Static).update(_line("name", *_HEADINGS, wide=wide) if models else "")
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._option(one, wide=wide)) for one in self._shown])
        names = [one.info.name for one in self._shown if one is not None]
        if self._shown:
            options.highlighted = names.index(self._current) if self._current in names else 0
        self._say()

    def _option(self, one: "Installed | None", *, wide: bool) -> Table:
        if one is None:
            return _line(f"use “{inert_line(self._typed, 60)}” as typed", *[""] * len(_HEADINGS), wide=False)
        return _line(*columns(one), wide=wide)

    def _say(self) -> None:
        index = self.query_one(OptionList).highlighted
        chosen = self._shown[index] if index is not None and index < len(self._shown) else None
        if chosen is not None:
            words = about(chosen)
            self._look_closer(chosen)
        elif self._list is None:
            words = "Asking the server."
        elif self._list.problem:
            words = f"{self._list.problem} A name can be typed all the same; F5 asks again."
        else:
            words = f"{self._typed} is not installed on {self._list.host}." if self._typed else ""
        self.query_one("#models-say", Static).update(inert_line(words, 300))

    @work(group="look", exclusive=True)
    async def _look_closer(self, one: "Installed") -> None:
        """What only the model's own page says, once the cursor rests on it."""
        await asyncio.sleep(LOOK_AFTER_S)
        info = await self._look(one.info.name)
        words = about(one) if info is None else f"{about(one)} {closer(info)}".strip()
        for line in self.query("#models-say").results(Static):  # none when the screen is being closed
            line.update(inert_line(words, 300))

    # -- what a person does

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._shown):
            chosen = self._shown[index]
            self.dismiss(self._typed if chosen is None else chosen.info.name)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        chosen = self._shown[event.option_index]
        self.dismiss(self._typed if chosen is None else chosen.info.name)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._say()

    def on_resize(self) -> None:
        """Columns that fit."""
        self.call_after_refresh(self._fill)

    def action_move(self, by: int) -> None:
        """Move the cursor of the list."""
        options = self.query_one(OptionList)
        if self._shown:
            options.highlighted = max(0, min((options.highlighted or 0) + by, len(self._shown) - 1))

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss("")


def columns(one: "Installed") -> tuple[str, ...]:
    """Name, size, parameters, quantisation, family, context, where it is in memory."""
    info = one.info
    return (
        info.name, f"{info.size / 1e9:.1f} GB" if info.size else "", info.parameter_size, info.quantization,
        info.family, f"{info.context_length:,}" if info.context_length else "", in_memory(one),
    )  # fmt: skip


def in_memory(one: "Installed") -> str:
    """``100% GPU``, ``40% GPU``, ``CPU``; empty where it is not loaded."""
    if one.loaded is None:
        return ""
    share = one.loaded.gpu_share
    return "loaded" if share is None else f"{share:.0%} GPU" if share else "CPU"


def about(one: "Installed") -> str:
    """A model in a sentence: what it can do, and how it is loaded."""
    words = [f"Can do: {', '.join(one.info.capabilities)}." if one.info.capabilities else ""]
    if one.loaded is not None:
        context = f" with a context of {one.loaded.context_length:,}" if one.loaded.context_length else ""
        words.append(f"Loaded{context}, {one.loaded.size / 1e9:.1f} GB.")
    else:
        words.append("Not loaded: the first call loads it.")
    return " ".join(filter(None, words))


def closer(info: "ModelInfo") -> str:
    """What a server says of one model only when it is asked about it."""
    words = [f"{info.layers} layers" if info.layers else ""]
    words += [f"a context of {info.context_length:,}" if info.context_length else ""]
    return f"It has {' and '.join(filter(None, words))}." if any(words) else ""


def _line(name: str, *values: str, wide: bool) -> Table:
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    cells = []
    for heading, width, value in zip(_HEADINGS, _WIDTHS, values, strict=True):
        if (wide or heading != "family") and any(values):
            table.add_column(no_wrap=True, width=width, justify="left" if heading in ("quant", "family") else "right")
            cells.append(inert_line(value, width))
    table.add_row(inert_line(name, 80), *cells)
    return table
