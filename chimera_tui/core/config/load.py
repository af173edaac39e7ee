"""Settings in force: defaults < user file < the repository's .chimera.toml < profile < environment < flags.

Nothing here raises for what a person wrote: each thing that is wrong becomes a :class:`Problem`, and the value of the
layer below stays in force.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from chimera_tui.core.config.schema import (
    BUILTIN_PROFILES,
    SECTIONS,
    Options,
    Settings,
    describe,
)

REPOSITORY_FILE = ".chimera.toml"
NOT_FROM_A_REPOSITORY = ("server", "run.report_dir", "keys", "profiles")
"""What a repository's own file may not set: the server, and anything that writes outside."""

UNSET_WORD = "unset"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with a setting: where, what is there, and what would be right."""

    origin: str
    message: str
    line: int | None = None
    key: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        where = self.origin if self.line is None else f"{self.origin}, line {self.line}"
        return f"{where}: {self.message}"


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """Settings with the origin of every value that is not a default, and what was wrong on the way."""

    settings: Settings
    origins: dict[str, str]
    problems: tuple[Problem, ...] = ()
    profiles: dict[str, Options] = {}


def load(
    *, user_file: Path | None = None, repository: Path | None = None, environment: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
) -> Loaded:  # fmt: skip
    """Read every layer that is given. ``flags`` maps dotted names to words, as typed."""
    builder = _Builder()
    tables: dict[str, Any] = {}
    if user_file is not None and user_file.exists():
        tables = builder.add_file(user_file)
    if repository is not None and (repository / REPOSITORY_FILE).is_file():
        builder.add_file(repository / REPOSITORY_FILE, trusted=False)
    builder.add_profiles(tables.get("profiles", {}), user_file)
    words = environment_words(environment or {})
    chosen = (flags or {}).get("profile") or words.get("profile", ("", ""))[0] or builder.values.get("profile", "")
    builder.use_profile(str(chosen))
    for path, (word, origin) in words.items():
        builder.add_word(path, word, origin)
    for path, word in (flags or {}).items():
        builder.add_word(path, word, f"flag {path}")
    return builder.result()


def setting_types() -> dict[str, Any]:
    """The type of every setting by its dotted name."""
    types = {f"{setting.section}.{setting.name}": setting.type for section in SECTIONS for setting in describe(section)}
    return types | {"profile": str, "keys": dict[str, str]}


def environment_words(environment: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """``CHIMERA_*`` and OLLAMA_HOST as dotted names with their words and origins."""
    found: dict[str, tuple[str, str]] = {}
    if host := environment.get("OLLAMA_HOST", "").strip():
        found["server.host"] = (host, "environment OLLAMA_HOST")
    for path in setting_types():
        variable = "CHIMERA_" + path.rpartition(".")[2].upper()
        if path != "keys" and environment.get(variable, "") != "":
            found[path] = (environment[variable], f"environment {variable}")
    return found


def parse_word(path: str, word: str) -> Any:  # noqa: ANN401 - a value of any setting's type
    """A value typed as a word: ``4096``, ``0.5``, ``true``, ``unset``, ``a,b`` for a list, else the text itself.

    Raises msgspec.ValidationError with what is allowed.
    """
    kind = setting_types()[path]
    if path.startswith("options.") and word.strip().lower() == UNSET_WORD:
        return msgspec.UNSET
    candidates: list[Any] = []
    try:
        candidates.append(tomllib.loads(f"value = {word}")["value"])
    except tomllib.TOMLDecodeError:
        if word.lower() in ("true", "false"):
            candidates.append(word.lower() == "true")
    candidates += [word, [part for part in word.split(",") if part]]
    error: msgspec.ValidationError | None = None
    for candidate in candidates:
        try:
            return msgspec.convert(candidate, kind)
        except msgspec.ValidationError as failure:
            error = error or failure
    raise error or msgspec.ValidationError("no value")


class _Builder:
    """Collects valid values layer by layer."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.profiles: dict[str, Options] = dict(BUILTIN_PROFILES)
        self.types = setting_types()

    def add_file(self, path: Path, *, trusted: bool = True) -> dict[str, Any]:
        """One TOML file; returns its tables, empty when it cannot be read."""
        try:
            text = path.read_text("utf-8")
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self._problem(str(path), f"not valid TOML: {error}; the whole file is left out", line=_line_in(str(error)))
            return {}
        except (OSError, UnicodeDecodeError) as error:
            self._problem(str(path), f"cannot be read: {error}")
            return {}
        for name, value in _flat(tables):
            refused = not trusted and any(name == bar or name.startswith(bar + ".") for bar in NOT_FROM_A_REPOSITORY)
            if refused:
                self._problem(
                    str(path), f"{name} cannot be set by a repository; set it in your own file",
                    line=line_of(text, name), key=name, fatal=False,
                )  # fmt: skip
            elif not name.startswith("profiles."):
                self._add(name, value, str(path), line_of(text, name))
        return tables

    def add_profiles(self, tables: object, origin: Path | None) -> None:
        """The user's ``[profiles.NAME.options]``."""
        if not isinstance(tables, dict):
            self._problem(str(origin), "profiles must be a table: [profiles.NAME.options]", key="profiles")
            return
        for name, table in tables.items():
            options = table.get("options", {}) if isinstance(table, dict) else None
            try:
                self.profiles[name] = msgspec.convert(options, Options)
            except msgspec.ValidationError as error:
                self._problem(str(origin), f"profile {name!r}: {error}", key=f"profiles.{name}")

    def use_profile(self, name: str) -> None:
        """A profile replaces ``[options]`` whole."""
        if not name:
            return
        if name not in self.profiles:
            self._problem("profile", f"there is no profile {name!r}; there are: {', '.join(sorted(self.profiles))}")
            return
        for path in [path for path in self.values if path.startswith("options.")]:
            del self.values[path]
        given = self.profiles[name]
        for setting in describe("options"):
            self.values[setting.path] = getattr(given, setting.name)
            self.origins[setting.path] = f"profile {name}"
        self.values["profile"] = name

    def add_word(self, path: str, word: str, origin: str) -> None:
        """A value from the environment or a flag."""
        if path not in self.types:
            self._problem(origin, f"there is no setting {path!r}{nearest(path, self.types)}", key=path)
            return
        try:
            self.values[path] = parse_word(path, word)
            self.origins[path] = origin
        except msgspec.ValidationError as error:
            self._problem(origin, f"{word!r} is not allowed for {path}: {sentence(error)}", key=path)

    def result(self) -> Loaded:
        """The settings of all layers together."""
        defaults = Settings()
        sections = {
            name: msgspec.structs.replace(
                getattr(defaults, name),
                **{p.partition(".")[2]: v for p, v in self.values.items() if p.startswith(name + ".")},
            )
            for name in SECTIONS
        }
        settings = Settings(
            **sections, profile=self.values.get("profile", ""), keys=dict(self.values.get("keys", {}))
        )  # fmt: skip
        return Loaded(
            settings=settings, origins=self.origins, problems=tuple(self.problems), profiles=self.profiles
        )  # fmt: skip

    def _add(self, name: str, value: object, origin: str, line: int | None) -> None:
        if name not in self.types:
            self._problem(origin, f"unknown key {name}{nearest(name, self.types)}", line=line, key=name, fatal=False)
            return
        try:
            self.values[name] = msgspec.convert(value, self.types[name])
            self.origins[name] = origin
        except msgspec.ValidationError as error:
            self._problem(origin, f"{name} = {value!r} is not allowed: {sentence(error)}", line=line, key=name)

    def _problem(self, origin: str, message: str, line: int | None = None, key: str = "", fatal: bool = True) -> None:
        self.problems.append(Problem(origin=origin, message=message, line=line, key=key, fatal=fatal))


def _flat(tables: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Dotted names of a file's values; only known sections are opened, so that dict-valued settings stay whole."""
    for name, value in tables.items():
        if name in SECTIONS and isinstance(value, dict):
            yield from ((f"{name}.{key}", inner) for key, inner in value.items())
        elif name == "profiles":
            yield "profiles.", value
        else:
            yield name, value


def line_of(text: str, name: str) -> int | None:
    """The line of a TOML text that sets a dotted name, counted from 1."""
    section, _, key = name.rpartition(".")
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = header.group(1).strip().replace(" ", "").replace('"', "")
            if table == name:
                return number
        elif re.match(rf"""\s*["']?{re.escape(key if table == section else name)}["']?\s*=""", line):
            return number
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean …?`` for a misspelt name, or nothing."""
    last = {path: path.rpartition(".")[2] for path in known}
    close = difflib.get_close_matches(name, last, 1, 0.6) or [
        path for path, short in last.items() if difflib.get_close_matches(name.rpartition(".")[2], [short], 1, 0.75)
    ]
    return f"; did you mean {close[0]}?" if close else ""


def sentence(error: msgspec.ValidationError) -> str:
    """Msgspec's message without its own path."""
    return str(error).partition(" - at `$")[0].replace("`", "")


def _line_in(message: str) -> int | None:
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else None
