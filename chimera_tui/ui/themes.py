"""Themes as data: TOML files, validated before textual sees them."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs
from msgspec import Meta
from textual.theme import Theme

import chimera_tui
from chimera_tui.core.config.files import Problem, check_text
from chimera_tui.core.config.places import line_of

Colour = Annotated[
    str, Meta(pattern=r"^(#[0-9a-fA-F]{6}|ansi_(default|(bright_)?(black|red|green|yellow|blue|magenta|cyan|white)))$")
]
"""``#rrggbb``, or ``ansi_cyan``, ``ansi_bright_red``, ``ansi_default``: the terminal's own."""


class Colors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ten colours of a theme; state is never told by them alone."""

    primary: Colour
    secondary: Colour
    accent: Colour
    foreground: Colour
    background: Colour
    surface: Colour
    panel: Colour
    success: Colour
    warning: Colour
    error: Colour


class ThemeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ``themes/*.toml``. ``variables`` are textual's CSS variables without the dollar sign."""

    name: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]*$")]
    colors: Colors
    description: str = ""
    dark: bool = True
    ansi: bool = False
    ascii: bool = False
    variables: dict[
        Annotated[str, Meta(pattern="^[a-z][a-z0-9-]*$")], Annotated[str, Meta(pattern="^[#%.a-zA-Z0-9_ -]+$")]
    ] = {}

    def to_textual(self) -> Theme:
        """The theme as textual registers it."""
        colors = msgspec.structs.asdict(self.colors)
        return Theme(name=self.name, dark=self.dark, ansi=self.ansi, variables=dict(self.variables), **colors)


class ThemeError(Exception):
    """A theme file that cannot be used: which, and why."""


def builtin_folder() -> Path:
    """Where our themes are: inside an installed package, or beside it in an editable install."""
    package = Path(chimera_tui.__file__).parent
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def user_folder() -> Path:
    """Where a person puts own themes."""
    return platformdirs.user_config_path("chimera-tui") / "themes"


def read_theme(path: Path) -> ThemeFile:
    """One theme file. Raises :class:`ThemeError` with the file, the key and what is allowed."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), ThemeFile)
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(f"{path}: not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ThemeError(f"{path}: {_sentence(error)}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ThemeError(f"{path}: cannot be read: {error}") from error


def theme_problems(text: str, origin: str) -> list[Problem]:
    """What is wrong with the text of a theme file, with its line."""
    try:
        msgspec.convert(tomllib.loads(text), ThemeFile)
    except (tomllib.TOMLDecodeError, RecursionError):
        return list(check_text(text, origin).problems)
    except (msgspec.ValidationError, ValueError) as error:
        path = str(error).partition(" - at `$")[2].strip(".`")
        words = _sentence(error) if isinstance(error, msgspec.ValidationError) else str(error)
        line = line_of(text, tuple(path.split("."))) if path else None
        return [Problem(origin=origin, message=words, line=line or 1, key=path)]
    return []


def _sentence(error: msgspec.ValidationError) -> str:
    message, _, path = str(error).partition(" - at `$")
    if "ansi_" in message:
        message = "a colour is #rrggbb or ansi_NAME (ansi_cyan, ansi_bright_red, ansi_default)"
    return f"{path.strip('.`') or 'theme'}: {message.replace('`', '')}"


def load_themes(folders: Iterable[Path]) -> tuple[dict[str, ThemeFile], list[str]]:
    """Themes by name, a later folder shadowing an earlier one, and one sentence for each file that cannot be used."""
    themes: dict[str, ThemeFile] = {}
    problems: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
            except ThemeError as error:
                problems.append(str(error))
            else:
                themes[theme.name] = theme
    return themes, problems
