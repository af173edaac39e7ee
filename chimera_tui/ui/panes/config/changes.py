"""Settings while a person changes them: what is in force, what a file does not say yet, and the way back."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from chimera_tui.core.config.load import Loaded, with_profile
from chimera_tui.core.config.save import Name
from chimera_tui.core.config.schema import Settings
from chimera_tui.core.config.values import SETTINGS, dotted, shown
from chimera_tui.ui.panes.config.values import value_of, with_value

CHANGED_HERE = "changed here"
MOST_STEPS_BACK = 200


class SettingChanges:
    """``settings`` are in force now, ``loaded`` is what the files and the other layers say."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.settings = loaded.settings
        self._steps: list[dict[str, object]] = []

    @property
    def reference(self) -> Loaded:
        """What the layers say with the profile that is chosen now."""
        name = self.settings.profile
        if name == self.loaded.settings.profile or (name and name not in self.loaded.profiles):
            return self.loaded
        return with_profile(self.loaded, name)

    @property
    def unsaved(self) -> dict[str, object]:
        """The settings that differ from what the layers say."""
        said = self.reference.settings
        found = {
            path: value for path in SETTINGS if (value := value_of(self.settings, path)) != value_of(said, path)
        }  # fmt: skip
        if self.settings.profile != self.loaded.settings.profile:
            found["profile"] = self.settings.profile
        return found

    @property
    def origins(self) -> dict[str, str]:
        """Where each value that is not a default came from."""
        return self.reference.origins | dict.fromkeys(self.unsaved, CHANGED_HERE)

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._steps)

    def change(self, path: str, value: object) -> None:
        """One setting, its value valid already."""
        self._remember([path])
        self.settings = with_value(self.settings, path, value)

    def switch(self, name: str) -> None:
        """Another profile, or none: its options replace those in force."""
        self._remember(["profile", *(path for path in SETTINGS if path.startswith("options."))])
        self.settings = msgspec.structs.replace(self.settings, profile=name)
        self.settings = msgspec.structs.replace(self.settings, options=self.reference.settings.options)

    def undo(self) -> str:
        """Take the last change back; what that did, in words."""
        step = self._steps.pop()
        for path, value in step.items():
            self.settings = with_value(self.settings, path, value)
        if "profile" in step:
            return f"Profile {step['profile'] or 'none'} again."
        path, value = next(iter(step.items()))
        return f"{path} is {shown(value)} again."

    def _remember(self, paths: list[str]) -> None:
        self._steps = [*self._steps[1 - MOST_STEPS_BACK :], {path: value_of(self.settings, path) for path in paths}]

    def saved(self, values: Mapping[str, object], path: Path, loaded: Loaded) -> None:
        """Values were written to a file and ``loaded`` is what the layers say since; they hold whatever else wins."""
        later = {name: value for name, value in self.unsaved.items() if values.get(name, ...) != value}
        after = SettingChanges(loaded)
        after.settings = self.settings
        origin = f"profile {self.settings.profile}" if self.settings.profile else str(path)
        base, origins = after.reference.settings, dict(after.reference.origins)
        for name, value in values.items():
            base = with_value(base, name, value)
            origins[name] = origin if name.startswith("options.") else str(path)
        self.loaded = msgspec.structs.replace(loaded, settings=base, origins=origins)
        self.settings = base
        for name, value in later.items():
            self.settings = with_value(self.settings, name, value)

    def take_over(self, loaded: Loaded, renamed: Mapping[str, str] | None = None) -> None:
        """What the layers say is something else now; changes that are not saved stay in force."""
        mine = self.unsaved
        if "profile" in mine:
            mine["profile"] = (renamed or {}).get(self.settings.profile, self.settings.profile)
        self.loaded, self.settings = loaded, loaded.settings
        if "profile" in mine and (not mine["profile"] or mine["profile"] in loaded.profiles):
            self.settings = msgspec.structs.replace(self.settings, profile=str(mine["profile"]))
            self.settings = msgspec.structs.replace(self.settings, options=self.reference.settings.options)
        for path, value in mine.items():
            if path != "profile":
                self.settings = with_value(self.settings, path, value)


def names_in_file(loaded: Loaded, profile: str, changed: Mapping[str, object]) -> dict[Name, object]:
    """Changed settings by their names in a file: options go into the active profile, or into ``[options]``.

    A built-in profile goes in whole, so that the one of that name in the file holds all of it.
    """
    options = {name.partition(".")[2]: value for name, value in changed.items() if name.startswith("options.")}
    if not profile or not options:
        return dict(changed.items())
    if profile not in loaded.own_profiles and profile in loaded.profiles:
        options = msgspec.to_builtins(loaded.profiles[profile]) | options
    named: dict[Name, object] = {name: value for name, value in changed.items() if not name.startswith("options.")}
    return named | {("profiles", profile, "options", name): value for name, value in options.items()}


def clashes(before: str, now: str, values: Mapping[Name, object]) -> list[str]:
    """What another program set otherwise since ``before`` was read and would be overwritten, in words."""
    then, there = _tables(before), _tables(now)
    found = []
    for name, value in values.items():
        keys = name.split(".") if isinstance(name, str) else list(name)
        theirs = _at(there, keys)
        if theirs != _at(then, keys) and theirs != value:
            found.append(f"{dotted(keys)} is {shown(theirs)} there, {shown(value)} here")
    return found


def _tables(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def _at(tables: Any, keys: list[str]) -> object:  # noqa: ANN401 - any values of TOML
    for key in keys:
        if not isinstance(tables, dict) or key not in tables:
            return msgspec.UNSET
        tables = tables[key]
    return tables


def not_kept(settings: Settings, changed: Mapping[str, object], origins: Mapping[str, str], path: Path) -> str:
    """What will not be as it is now at the next start, and why; empty when everything will."""
    if not settings.profile and changed.get("options.num_ctx") is msgspec.UNSET:
        return (
            "A file cannot say unset: num_ctx will be fit again at the next start (the profile baseline has none set)."
        )
    winners = {
        name: origin for name in changed if (origin := origins.get(name, str(path))) not in (str(path), "default")
    }
    winners = {name: origin for name, origin in winners.items() if not origin.startswith("profile ")}
    if not winners:
        return ""
    name, origin = next(iter(winners.items()))
    return f"But {name} is also set by {origin}, which wins at the next start."
