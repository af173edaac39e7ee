"""A person's own keys: by command id, checked before they are used."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual.app import App
from textual.binding import Binding
from textual.keys import format_key

from chimera_tui.ui.commands import BY_ID, COMMANDS

TOGETHER = [
    {"list", "table"}, {"list", "tree"}, {"list", "inventory"}, {"list", "measurements"}, {"list", "preview"},
    {"table", "inventory"}, {"table", "measurements"}, {"table", "preview"}, {"json", "preview"}, {"text", "preview"},
    {"list", "library"}, {"table", "library"}, {"library", "reports"}, {"comparison", "reports"}, {"diff", "reports"},
    {"list", "diff"}, {"diff", "comparison"}, {"stream", "reports"}, {"stream", "comparison"},
    {"stream", "preview"}, {"stream", "text"},
    {"list", "findings"}, {"table", "findings"},
]  # fmt: skip
"""Groups of binding ids that are live at the same time."""
SWALLOWED = {
    "ctrl+s": "flow control stops the terminal with it",
    "ctrl+q": "flow control starts the terminal with it",
    "ctrl+b": "tmux takes it",
    "ctrl+a": "screen takes it",
    "ctrl+h": "it arrives as backspace",
    "ctrl+i": "it arrives as tab",
    "ctrl+m": "it arrives as enter",
    "ctrl+c": "it interrupts",
    "shift+enter": "it arrives as enter",
    "ctrl+enter": "it arrives as enter",
}
"""Keys that never reach a program over SSH, and why."""


@dataclass(frozen=True)
class Keymap:
    """The overrides that can be used, and one sentence for each that cannot."""

    keys: dict[str, str]
    problems: tuple[str, ...]


def check(overrides: Mapping[str, str], widgets: Iterable[Binding] = ()) -> Keymap:
    """Which overrides can be used. ``widgets`` are the bindings of panes that are not in the table of commands."""
    known = {command.id: command.key for command in COMMANDS}
    known |= {binding.id: binding.key for binding in widgets if binding.id}
    good: dict[str, str] = {}
    problems: list[str] = []
    for identifier, keys in overrides.items():
        problem = _problem(identifier, keys, known)
        if problem:
            problems.append(problem)
        else:
            good[identifier] = ",".join(_normal(key) for key in keys.split(","))
    clashes = _clashes(known | good, {name: keys for name, keys in good.items() if keys != known[name]})
    for identifier, problem in clashes.items():
        problems.append(problem)
        good.pop(identifier, None)
    return Keymap(good, tuple(problems))


def _problem(identifier: str, keys: str, known: Mapping[str, str]) -> str:
    if identifier not in known:
        near = difflib.get_close_matches(identifier, known, 1)
        return f"keys: there is no command {identifier!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    for key in keys.split(","):
        name = _normal(key)
        if not name:
            return f"keys: {identifier} has an empty key"
        if name in SWALLOWED:
            return f"keys: {identifier} cannot use {name}: {SWALLOWED[name]}"
        if name.startswith("ctrl+shift+"):
            return f"keys: {identifier} cannot use {name}: terminals do not send it"
    return ""


def _normal(key: str) -> str:
    """``?`` and ``question_mark`` are one key; so are ``F9`` and ``f9``."""
    key = key.strip()
    if len(key) == 1:
        return App._normalize_keymap({"key": key})["key"]  # noqa: SLF001 - textual's own names for keys
    return key.lower()


def _clashes(keys: Mapping[str, str], changed: Mapping[str, str]) -> dict[str, str]:
    """For each changed command whose key another one of the same pane has: a sentence that names both."""
    users: dict[str, list[str]] = {}
    for identifier, bound in keys.items():
        for key in bound.split(","):
            users.setdefault(_normal(key), []).append(identifier)
    found: dict[str, str] = {}
    for key, identifiers in users.items():
        for identifier in identifiers:
            rivals = [other for other in identifiers if other != identifier and _meet(identifier, other)]
            if identifier in changed and rivals:
                found[identifier] = (
                    f"keys: {identifier} and {rivals[0]} both want {shown(key)}; {identifier} keeps its default"
                )
    return found


def _meet(one: str, other: str) -> bool:
    """Whether two commands can be used in the same pane."""
    panes = [
        BY_ID[identifier].pane if identifier in BY_ID else identifier.partition(".")[0] for identifier in (one, other)
    ]
    return None in panes or panes[0] == panes[1] or set(map(str, panes)) in TOGETHER


_NAMED = re.compile(r"\{([a-z]+\.[a-z-]+)\}")


def spoken(text: str, keys: Mapping[str, str]) -> str:
    """A sentence with the key of each command that it names, as ``{run.start}``; ``keys`` are a person's own."""

    def key(named: re.Match[str]) -> str:
        command = BY_ID.get(named[1])
        return shown(keys.get(named[1], command.key)) if command is not None else named[0]

    return _NAMED.sub(key, text)


_NAMES = {
    "escape": "esc", "delete": "del", "backspace": "bksp", "pageup": "pgup", "pagedown": "pgdn", "enter": "enter",
    "up": "up", "down": "down", "left": "left", "right": "right",
}  # fmt: skip


def shown(keys: str) -> str:
    """A key as people read it: the first of several, ``ctrl+p`` as ``^p``, in words rather than arrows."""
    key = keys.partition(",")[0].strip()
    control, key = ("^", key.removeprefix("ctrl+")) if key.startswith("ctrl+") else ("", key)
    named = _NAMES.get(key) or (key if len(key) == 1 else format_key(key))
    return control + named
