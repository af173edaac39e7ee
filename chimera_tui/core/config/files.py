"""One TOML file of settings: its valid values, its profiles, and what is wrong with it, each with its line."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from chimera_tui.core.config.places import line_of
from chimera_tui.core.config.schema import SECTIONS, Options
from chimera_tui.core.config.values import SETTINGS, NotAllowedError, checked, dotted, in_message
from chimera_tui.core.inert import inert_line

REPOSITORY_FILE = ".chimera.toml"
NOT_FROM_A_REPOSITORY = ("server", "run.report_dir", "keys", "profiles")
"""What a repository's own file may not set: the server, and anything that writes outside."""
MOST_PROBLEMS = 50
"""Of one file; the rest is counted."""
LARGEST_BYTES = 2**20
"""No file of settings is larger than this."""

_OPTIONS = tuple(path.removeprefix("options.") for path in SETTINGS if path.startswith("options."))
_TOP = ("profile", "keys", "profiles", *SECTIONS)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with a setting: where, what is there, and what would be right."""

    origin: str
    message: str
    line: int | None = None
    key: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        where = self.origin if self.line is None else f"{self.origin}, line {self.line}"
        return f"{inert_line(where)}: {self.message}"


class FileValues(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says: values by dotted name, profiles, problems; ``readable`` is False where it is not TOML."""

    text: str = ""
    values: dict[str, Any] = {}
    profiles: dict[str, Options] = {}
    problems: tuple[Problem, ...] = ()
    readable: bool = True


def read_file(path: Path, *, trusted: bool = True) -> FileValues:
    """Read and check one file; what is wrong is in ``problems``, nothing is raised."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            return _unreadable(path, "it is larger than 1 MiB, which no settings are")
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _unreadable(path, f"it is not UTF-8: byte 0x{content[error.start]:02x}", line)
    except OSError as error:
        return _unreadable(path, error.strerror or str(error))
    return check_text(text, str(path), trusted=trusted)


def read_repository_file(root: Path) -> FileValues:
    """The ``.chimera.toml`` of a repository; one that leads out of the repository is not followed."""
    path = root / REPOSITORY_FILE
    if not path.is_file():
        return FileValues()
    if not path.resolve().is_relative_to(root.resolve()):
        return _unreadable(path, "it is a link that leads out of the repository")
    return read_file(path, trusted=False)


def _unreadable(path: Path, reason: str, line: int | None = None) -> FileValues:
    problem = Problem(origin=str(path), message=f"cannot be read: {reason}; the whole file is left out", line=line)
    return FileValues(problems=(problem,), readable=False)


def check_text(text: str, origin: str, *, trusted: bool = True) -> FileValues:
    """Check the text of a file, whether it is on disk or still being typed."""
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not only TOMLDecodeError: numbers of 5,000 digits, deep nesting
        return FileValues(text=text, problems=(_syntax(text, origin, error),), readable=False)
    reader = _Reader(text, origin, trusted)
    reader.read(tables)
    if reader.more:
        last = reader.problems[-1]
        reader.problems.append(
            Problem(origin=origin, message=f"and {reader.more:,} more", line=last.line, key=last.key, fatal=False)
        )
    return FileValues(
        text=text, values=reader.values, profiles=reader.profiles, problems=tuple(reader.problems)
    )  # fmt: skip


def _syntax(text: str, origin: str, error: Exception) -> Problem:
    words = "values are nested too deep" if isinstance(error, RecursionError) else inert_line(str(error), 200)
    found = re.search(r"\(at line (\d+)", words)
    line = int(found.group(1)) if found else text.rstrip("\n").count("\n") + 1
    return Problem(origin=origin, message=f"not valid TOML: {words}; the whole file is left out", line=line)


class _Reader:
    """Goes through the tables of one file."""

    def __init__(self, text: str, origin: str, trusted: bool) -> None:
        self._text, self._origin, self._trusted = text, origin, trusted
        self.values: dict[str, Any] = {}
        self.profiles: dict[str, Options] = {}
        self.problems: list[Problem] = []
        self.more = 0

    def read(self, tables: Mapping[str, Any]) -> None:
        for keys, value in _entries(tables):
            name = ".".join(keys)
            if not self._trusted and any(name == bar or name.startswith(bar + ".") for bar in NOT_FROM_A_REPOSITORY):
                self._problem(
                    keys, f"{dotted(keys)} cannot be set by a repository; set it in your own file", fatal=False
                )  # fmt: skip
            elif keys[0] in (*SECTIONS, "keys", "profiles") and len(keys) == 1:
                example = "[profiles.NAME.options]" if keys[0] == "profiles" else f"[{keys[0]}]"
                self._problem(keys, f"{keys[0]} = {in_message(name, value)} is not a table: {example}")
            elif keys[0] == "profiles":
                self._profile(keys[1], value)
            else:
                self._setting(keys, value)

    def _setting(self, keys: Sequence[str], value: object) -> None:
        name = ".".join(keys)
        if keys[0] == "keys":
            self._inside("keys", keys, value)
        elif name == "server.headers" and isinstance(value, dict):
            for header, inner in value.items():
                self._inside("server.headers", (*keys, header), inner)
        elif name in SETTINGS or name == "profile":
            if (found := self._checked(keys, name, value)) is not None:
                self.values[name] = found
        else:
            self._unknown(keys, [*SETTINGS, "server.headers"] if len(keys) > 1 else [*_TOP, *SETTINGS])

    def _inside(self, table: str, keys: Sequence[str], value: object) -> None:
        """One entry of a table of texts."""
        if (found := self._checked(keys, ".".join(keys), value)) is not None:
            self.values[table] = self.values.get(table, {}) | {keys[-1]: found}

    def _checked(self, keys: Sequence[str], path: str, value: object) -> Any:  # noqa: ANN401 - any setting's type
        """The valid value; None, and a problem noted, where it is not allowed."""
        try:
            return checked(path, value)
        except NotAllowedError as error:
            self._problem(keys, f"{dotted(keys)} = {in_message(path, value)} is not allowed: {error}")
            return None

    def _profile(self, name: str, table: object) -> None:
        """``[profiles.NAME.options]``: what is wrong in it is left unset, the rest holds."""
        if not isinstance(table, dict) or not isinstance(table.get("options", {}), dict):
            keys = ("profiles", name) if not isinstance(table, dict) else ("profiles", name, "options")
            self._problem(keys, f"{dotted(keys)} is not a table: [{dotted(('profiles', name, 'options'))}]")
            return
        for key in table:
            if key in _OPTIONS:
                place = dotted(("profiles", name, "options"))
                self._problem(
                    ("profiles", name, key), f"{key} belongs into [{place}]", fatal=False
                )  # fmt: skip
            elif key != "options":
                self._unknown(("profiles", name, key), ["options"])
        self.profiles[name] = msgspec.convert(dict(self._profile_options(name, table.get("options", {}))), Options)

    def _profile_options(self, name: str, options: Mapping[str, object]) -> Iterator[tuple[str, Any]]:
        for key, value in options.items():
            keys = ("profiles", name, "options", key)
            if key not in _OPTIONS:
                self._unknown(keys, _OPTIONS)
            elif (found := self._checked(keys, f"options.{key}", value)) is not None:
                yield key, found

    def _unknown(self, keys: Sequence[str], known: Iterable[str]) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            self.more += 1
            return
        wanted = keys[-1] if keys[0] == "profiles" else ".".join(keys)
        self._problem(keys, f"unknown key {dotted(keys)}{nearest(wanted, known)}", fatal=False)

    def _problem(self, keys: Sequence[str], message: str, *, fatal: bool = True) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            self.more += 1
            return
        self.problems.append(
            Problem(
                origin=self._origin, message=message, line=line_of(self._text, keys), key=dotted(keys), fatal=fatal
            )
        )  # fmt: skip


def _entries(tables: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Keys and values; only known tables are opened, so that a value that is a table stays whole."""
    for name, value in tables.items():
        if name in (*SECTIONS, "keys", "profiles") and isinstance(value, dict):
            yield from (((name, key), inner) for key, inner in value.items())
        else:
            yield (name,), value


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean …?`` for a misspelt name, or nothing."""
    last = {path: path.rpartition(".")[2] for path in known}
    close = difflib.get_close_matches(name, last, 1, 0.6) or [
        path for path, short in last.items() if difflib.get_close_matches(name.rpartition(".")[2], [short], 1, 0.75)
    ]
    return f"; did you mean {close[0]}?" if close else ""
