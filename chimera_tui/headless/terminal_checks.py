"""What this terminal can show, and whether copying through it works."""

import os
import sys
from collections.abc import Mapping

from msgspec import UNSET, UnsetType

from chimera_tui.core.check import Check
from chimera_tui.engine.machine.brief_command import output_of
from chimera_tui.ui.glyphs import ascii_wanted
from chimera_tui.ui.terminal import DUMB, ROOMY, SMALLEST


def terminal_checks(environment: Mapping[str, str], ascii_setting: bool | UnsetType) -> list[Check]:
    """The terminal of this process, from its environment and its descriptors."""
    return [
        _type(environment),
        _size(),
        _colours(environment),
        _characters(environment, ascii_setting),
        clipboard_check(environment),
    ]


def _type(environment: Mapping[str, str]) -> Check:
    term = environment.get("TERM", "")
    said = f"TERM={term}" if term else "TERM is not set"
    inside = _multiplexer(environment)
    if term in DUMB:
        return Check(
            area="terminal", name="type", found=said, state="problem",
            what_to_do="Set TERM to what your terminal is, such as xterm-256color; the screen cannot be shown on this.",
        )  # fmt: skip
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Check(
            area="terminal", name="type", found=f"{said}, but input and output are no terminal here", state="warning",
            what_to_do="The screen needs a terminal (ssh -t); the other commands do not.",
        )  # fmt: skip
    return Check(area="terminal", name="type", found=said + (f", inside {inside}" if inside else ""))


def _multiplexer(environment: Mapping[str, str]) -> str:
    if environment.get("TMUX"):
        return "tmux"
    if environment.get("STY") or environment.get("TERM", "").startswith("screen"):
        return "screen"
    return ""


def _size() -> Check:
    size = window_size()
    if size is None:
        return Check(area="terminal", name="size", found="not known without a terminal")
    columns, lines = size
    found = f"{columns} columns, {lines} lines"
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return Check(
            area="terminal", name="size", found=found, state="problem",
            what_to_do=f"Make it larger: {SMALLEST[0]} columns and {SMALLEST[1]} lines are needed.",
        )  # fmt: skip
    if columns < ROOMY[0] or lines < ROOMY[1]:
        return Check(
            area="terminal", name="size", found=found, state="warning",
            what_to_do=f"From {ROOMY[0]} columns and {ROOMY[1]} lines on nothing is cut; 120 show three panes.",
        )  # fmt: skip
    return Check(area="terminal", name="size", found=found)


def window_size() -> tuple[int, int] | None:
    """Columns and lines of the terminal; None without one."""
    for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        try:
            size = os.get_terminal_size(stream.fileno()) if stream is not None else None
        except (OSError, ValueError):
            continue
        if size is not None and size.columns and size.lines:
            return size.columns, size.lines
    return None


def _colours(environment: Mapping[str, str]) -> Check:
    if "NO_COLOR" in environment:
        return Check(
            area="terminal", name="colours", found="none, because NO_COLOR is set: bold, underline and reverse instead"
        )  # fmt: skip
    term = environment.get("TERM", "")
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return Check(area="terminal", name="colours", found="16.7 million (COLORTERM)")
    if "256color" in term or "kitty" in term:
        return Check(area="terminal", name="colours", found="256 by TERM; themes are shown with the nearest ones")
    return Check(
        area="terminal", name="colours", found="16 by TERM", state="warning",
        what_to_do="Choose the theme ansi-16, or set TERM to xterm-256color where the terminal can show it.",
    )  # fmt: skip


def _characters(environment: Mapping[str, str], setting: bool | UnsetType) -> Check:
    wanted = ascii_wanted(setting, environment)
    drawn = "ASCII borders and signs" if wanted else "Unicode borders and signs"
    if setting is not UNSET:
        return Check(area="terminal", name="characters", found=f"{drawn}, as ui.ascii says")
    locale = next((f"{name}={environment[name]}" for name in _LOCALE if environment.get(name)), "no locale")
    if not wanted:
        return Check(area="terminal", name="characters", found=f"{drawn} ({locale})")
    if not ascii_wanted(UNSET, {**environment, "TERM": "xterm"}):  # the locale is not the reason
        locale, advice = (
            f"TERM={environment.get('TERM')}",
            "Nothing is lost; ui.ascii = false tries Unicode all the same.",
        )
    else:
        advice = "Set LANG to a UTF-8 locale, such as C.UTF-8, where the terminal can show it."
    return Check(
        area="terminal", name="characters", found=f"{drawn} ({locale})", state="warning", what_to_do=advice
    )  # fmt: skip


_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")


def clipboard_check(environment: Mapping[str, str]) -> Check:
    """Whether ``y`` reaches the terminal's clipboard, as far as can be known without asking the terminal."""
    inside = _multiplexer(environment)
    if inside == "tmux":
        return _tmux(environment)
    how = "OSC 52, wrapped for screen" if inside else "OSC 52"
    return Check(
        area="terminal", name="clipboard",
        found=f"{how}; whether the terminal allows it is up to its settings (W writes what was copied to a file)",
    )  # fmt: skip


def _tmux(environment: Mapping[str, str]) -> Check:
    """Tmux takes a program's OSC 52 with set-clipboard on, and passes a wrapped one with allow-passthrough."""
    clipboard = (output_of(["tmux", "show-options", "-sv", "set-clipboard"]) or "").strip()
    pane = ["-t", environment["TMUX_PANE"]] if environment.get("TMUX_PANE") else []
    passing = output_of(["tmux", "show-options", "-Apv", *pane, "allow-passthrough"])
    if not clipboard:
        return Check(
            area="terminal", name="clipboard", found="tmux does not say whether it passes OSC 52", state="warning",
            what_to_do="W writes what was copied to a file.",
        )  # fmt: skip
    # Before 3.3 there was no such option, and tmux passed everything.
    words = "allow-passthrough " + (passing.strip() if passing is not None else "always")
    found = f"OSC 52 through tmux: set-clipboard {clipboard}, {words}"
    if clipboard == "on" or passing is None or passing.strip() in ("on", "all"):
        return Check(area="terminal", name="clipboard", found=found)
    return Check(
        area="terminal", name="clipboard", found=f"{found}: tmux drops it", state="warning",
        what_to_do="Run `tmux set -s set-clipboard on`, or write what was copied to a file with W.",
    )  # fmt: skip
