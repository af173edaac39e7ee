"""The TOML files that a person edits here: which they are, and what is wrong with a text meant for one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from chimera_tui.core.config.example import example
from chimera_tui.core.config.files import REPOSITORY_FILE, FileValues, Problem, check_text
from chimera_tui.core.config.places import line_of
from chimera_tui.core.config.schema import BUILTIN_PROFILES
from chimera_tui.core.config.values import dotted
from chimera_tui.ui import keymap
from chimera_tui.ui.themes import theme_problems

Check = Callable[[str], list[Problem]]


@dataclass(frozen=True)
class EditedFile:
    """A file, what it is, how its text is checked, and what a new one starts with."""

    path: Path
    label: str
    check: Check
    start: str = ""


def editable_files(own: Path | None, root: Path, theme_folder: Path, themes: Iterable[str]) -> list[EditedFile]:
    """The person's settings, the repository's, and the person's themes."""
    known = sorted(themes)
    files = (
        [EditedFile(own, "your settings", lambda text: own_problems(text, str(own), known), example())] if own else []
    )
    place = root / REPOSITORY_FILE
    files.append(
        EditedFile(
            place, "this repository's settings",
            lambda text: list(check_text(text, str(place), trusted=False).problems),
            "# Settings of this repository. It may set neither the server, run.report_dir, keys nor profiles.\n",
        )
    )  # fmt: skip
    return files + [_theme_file(path) for path in sorted(theme_folder.glob("*.toml"))]


def _theme_file(path: Path) -> EditedFile:
    return EditedFile(path, "a theme of yours", lambda text: theme_problems(text, str(path)))


def own_problems(text: str, origin: str, themes: list[str]) -> list[Problem]:
    """What is wrong with a person's own file, names of profiles, themes and commands among it."""
    found = check_text(text, origin)
    problems = [*found.problems, *_names(found, origin, themes)]
    for sentence in _key_problems(found.values.get("keys") or {}):
        name = next((name for name in found.values["keys"] if name in sentence), "")
        problems.append(_problem(found, origin, ("keys", name), sentence.removeprefix("keys: ")))
    return sorted(problems, key=lambda problem: problem.line or 0)


def _key_problems(keys: dict[str, str]) -> tuple[str, ...]:
    if not keys:
        return ()
    from chimera_tui.ui.workspace.pane_bindings import of_panes

    return keymap.check(keys, of_panes()).problems


def _names(found: FileValues, origin: str, themes: list[str]) -> list[Problem]:
    profile, theme = found.values.get("profile", ""), found.values.get("ui.theme", "")
    profiles = {**BUILTIN_PROFILES, **found.profiles}
    problems = []
    if profile and profile not in profiles:
        there_are = ", ".join(dotted([name]) for name in sorted(profiles))
        words = f"there is no profile {dotted([profile])}; there are: {there_are}"
        problems.append(_problem(found, origin, ("profile",), words))
    if theme and theme not in themes:
        words = f"there is no theme {dotted([theme])}; there are: {', '.join(themes)}"
        problems.append(_problem(found, origin, ("ui", "theme"), words))
    return problems


def _problem(found: FileValues, origin: str, keys: tuple[str, ...], words: str) -> Problem:
    return Problem(origin=origin, message=words, line=line_of(found.text, keys), key=dotted(keys), fatal=False)
