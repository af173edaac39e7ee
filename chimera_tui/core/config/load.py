"""Settings in force: defaults < user file < the repository's .chimera.toml < profile < environment < flags.

Nothing here raises for what a person wrote: each thing that is wrong becomes a :class:`Problem`, and the value of the
layer below stays in force.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from chimera_tui.core.config.files import (
    REPOSITORY_FILE,
    FileValues,
    Problem,
    nearest,
    read_file,
    read_repository_file,
)
from chimera_tui.core.config.places import line_of
from chimera_tui.core.config.schema import BUILTIN_PROFILES, SECTIONS, Options, Settings, describe
from chimera_tui.core.config.values import SETTINGS, NotAllowedError, dotted, in_message, parse_word
from chimera_tui.core.inert import inert_line

VARIABLES = {"CHIMERA_" + path.rpartition(".")[2].upper(): path for path in ("profile", *SETTINGS)}
"""The environment variable of every setting."""

SECRETS = ("CHIMERA_API_KEY",)
"""Variables that are read where they are used and appear in no settings."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """Settings with the origin of every value that is not a default, and what was wrong on the way.

    ``bare`` are the options without any profile, ``own_profiles`` the names that the person's own file defines,
    ``text`` is that file as it was read.
    """

    settings: Settings
    origins: dict[str, str]
    problems: tuple[Problem, ...] = ()
    profiles: dict[str, Options] = {}
    own_profiles: frozenset[str] = frozenset()
    bare: Options = Options(num_ctx="fit")
    bare_origins: dict[str, str] = {}
    text: str = ""
    readable: bool = True


def load(
    *, user_file: Path | None = None, repository: Path | None = None, environment: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
) -> Loaded:  # fmt: skip
    """Read every layer that is given. ``flags`` maps dotted names to words, as typed."""
    flags, environment = flags or {}, environment or {}
    builder = _Builder()
    own = read_file(user_file) if user_file is not None and user_file.exists() else FileValues()
    builder.add_file(own, str(user_file))
    if repository is not None:
        builder.add_file(read_repository_file(repository), str(repository / REPOSITORY_FILE))
    builder.profiles |= own.profiles
    bare, bare_origins = builder.options(), dict(builder.origins)
    for variable in sorted(environment):
        builder.add_variable(variable, environment[variable])
    if flags.get("profile"):
        builder.add_word("profile", flags["profile"], "flag profile")
    builder.use_profile()
    for path, (word, origin) in builder.words.items():
        builder.add_word(path, word, origin)
    for path, word in flags.items():
        if path != "profile":
            builder.add_word(path, word, f"flag {path}")
    return Loaded(
        settings=builder.settings(), origins=builder.origins, problems=tuple(builder.problems),
        profiles=builder.profiles, own_profiles=frozenset(own.profiles), bare=bare, bare_origins=bare_origins,
        text=own.text, readable=own.readable,
    )  # fmt: skip


class _Builder:
    """Collects valid values layer by layer."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.profiles: dict[str, Options] = dict(BUILTIN_PROFILES)
        self.words: dict[str, tuple[str, str]] = {}
        self._texts: dict[str, str] = {}

    def add_file(self, file: FileValues, origin: str) -> None:
        self._texts[origin] = file.text
        self.values |= file.values
        self.origins |= dict.fromkeys(file.values, origin)
        self.problems += file.problems

    def add_variable(self, name: str, word: str) -> None:
        """``CHIMERA_*`` and OLLAMA_HOST; the option layer comes after the profile, so options are only noted."""
        origin = f"environment {name}"
        if not word.strip():
            return
        if name == "OLLAMA_HOST" and "server.host" not in self.words:
            self.words["server.host"] = (word.strip(), origin)
        elif name in VARIABLES and VARIABLES[name] == "profile":
            self.add_word("profile", word, origin)
        elif name in VARIABLES:
            self.words[VARIABLES[name]] = (word, origin)
        elif name.startswith("CHIMERA_") and name not in SECRETS:
            self._problem(origin, f"no setting has this variable{nearest(name, VARIABLES)}", name, fatal=False)

    def add_word(self, path: str, word: str, origin: str) -> None:
        """A value from the environment or a flag."""
        if path == "profile":
            self.values[path], self.origins[path] = word.strip(), origin
        elif path not in SETTINGS:
            self._problem(origin, f"there is no setting {inert_line(path, 80)}{nearest(path, SETTINGS)}", path)
        else:
            try:
                self.values[path] = parse_word(path, word)
                self.origins[path] = origin
            except NotAllowedError as error:
                self._problem(origin, f"{path} = {in_message(path, word)} is not allowed: {error}", path)

    def use_profile(self) -> None:
        """A profile replaces ``[options]`` whole."""
        name = self.values.get("profile", "")
        if name and name not in self.profiles:
            origin = self.origins.pop("profile")
            there_are = ", ".join(dotted([known]) for known in sorted(self.profiles))
            self._problem(
                origin, f"profile = {in_message('profile', name)}: there is no such profile; there are: {there_are}",
                "profile", line=line_of(self._texts.get(origin, ""), ("profile",)),
            )  # fmt: skip
            self.values["profile"] = ""
        elif name:
            for setting in describe("options"):
                self.values[setting.path] = getattr(self.profiles[name], setting.name)
                self.origins[setting.path] = f"profile {name}"

    def options(self) -> Options:
        return self.settings().options

    def settings(self) -> Settings:
        """The settings of all layers together."""
        defaults = Settings()
        sections = {
            name: msgspec.structs.replace(
                getattr(defaults, name),
                **{p.partition(".")[2]: v for p, v in self.values.items() if p.startswith(name + ".")},
            )
            for name in SECTIONS
        }
        return Settings(**sections, profile=self.values.get("profile", ""), keys=dict(self.values.get("keys", {})))

    def _problem(
        self, origin: str, message: str, key: str, *, fatal: bool = True, line: int | None = None
    ) -> None:  # fmt: skip
        self.problems.append(Problem(origin=origin, message=message, key=key, fatal=fatal, line=line))


def with_profile(loaded: Loaded, name: str) -> Loaded:
    """The same layers with another profile, or with none where ``name`` is empty; what is above a profile stays."""
    options = loaded.profiles[name] if name else loaded.bare
    origins = {path: origin for path, origin in loaded.origins.items() if not path.startswith("options.")}
    above = {
        path: origin for path, origin in loaded.origins.items()
        if path.startswith("options.") and origin.startswith(("environment ", "flag "))
    }  # fmt: skip
    given = {path.partition(".")[2]: getattr(loaded.settings.options, path.partition(".")[2]) for path in above}
    if name:
        origins |= {setting.path: f"profile {name}" for setting in describe("options")}
    else:
        origins |= {path: origin for path, origin in loaded.bare_origins.items() if path.startswith("options.")}
    settings = msgspec.structs.replace(
        loaded.settings, profile=name, options=msgspec.structs.replace(options, **given)
    )  # fmt: skip
    return msgspec.structs.replace(loaded, settings=settings, origins=origins | above)


def last_good(new: Loaded, before: Loaded) -> Loaded:
    """What was just read, with the values from before for whatever is wrong in it now."""
    if not new.readable:
        return msgspec.structs.replace(before, problems=new.problems)
    settings, origins = new.settings, dict(new.origins)
    own = f"profiles.{settings.profile}.options."
    for problem in new.problems:
        path = "options." + problem.key.removeprefix(own) if problem.key.startswith(own) else problem.key
        if not problem.fatal or path not in SETTINGS:
            continue
        section, _, name = path.partition(".")
        value = getattr(getattr(before.settings, section), name)
        changed = msgspec.structs.replace(getattr(settings, section), **{name: value})
        settings = msgspec.structs.replace(settings, **{section: changed})
        origins[path] = "the last good value"
    return msgspec.structs.replace(new, settings=settings, origins=origins)
