"""Profiles: what they are called, how two differ, and how a person's file is changed when one comes, goes or moves."""

import re
from collections.abc import Callable

import msgspec
from msgspec import UNSET

from chimera_tui.core.config.load import Loaded
from chimera_tui.core.config.save import Name, NotSavedError, tables_of, verified, with_values
from chimera_tui.core.config.schema import BUILTIN_PROFILES, Options
from chimera_tui.core.config.values import dotted, shown

NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
Edit = Callable[[str], str]
"""Takes the text of a person's file and returns it changed; raises NotSavedError."""


class Difference(msgspec.Struct, frozen=True):
    """One option that two profiles set differently, in words."""

    option: str
    one: str
    other: str


def differences(one: Options, other: Options, *, every: bool = False) -> list[Difference]:
    """The options that differ, in the order of the schema; with ``every`` all that one of the two sets."""
    found = []
    for name in one.__struct_fields__:
        values = getattr(one, name), getattr(other, name)
        if values[0] != values[1] or (every and values != (UNSET, UNSET)):
            found.append(Difference(name, shown(values[0]), shown(values[1])))
    return found


def standing(loaded: Loaded, name: str) -> str:
    """Whose a profile is, in words."""
    if name not in loaded.own_profiles:
        return "built in"
    return "yours, instead of the built-in one" if name in BUILTIN_PROFILES else "yours"


def name_problem(loaded: Loaded, name: str) -> str:
    """Why a new profile cannot have this name; empty when it can."""
    if not NAME.fullmatch(name):
        return "A name is up to 40 letters, digits, - and _."
    if name in loaded.own_profiles:
        return f"There is a profile {name} already."
    if name in BUILTIN_PROFILES:
        return f"{name} is built in; edit it and save, and yours of that name is used instead."
    return ""


def option_values(name: str, options: Options) -> dict[Name, object]:
    """A profile as names and values to save: every option, so that what is unset is removed."""
    return {("profiles", name, "options", key): getattr(options, key) for key in options.__struct_fields__}


def added(name: str, options: Options) -> Edit:
    """A new profile."""
    given = {keys: value for keys, value in option_values(name, options).items() if value is not UNSET}
    nothing: dict[Name, object] = {("profiles", name, "options"): {}}
    return lambda text: with_values(text, given or nothing)


def deleted(name: str) -> Edit:
    """A profile gone, and no longer the active one."""

    def edit(text: str) -> str:
        changes: dict[Name, object] = {("profiles", name): UNSET}
        if tables_of(text).get("profile") == name and name not in BUILTIN_PROFILES:
            changes["profile"] = UNSET
        return with_values(text, changes)

    return edit


def renamed(old: str, new: str) -> Edit:
    """A profile under another name, where it stands, with its comments."""

    def edit(text: str) -> str:
        wanted = tables_of(text)
        wanted["profiles"] = {new if name == old else name: table for name, table in wanted["profiles"].items()}
        if wanted.get("profile") == old:
            text = with_values(text, {"profile": new})
            wanted["profile"] = new
        spelt = "|".join(re.escape(form) for form in {old, f'"{old}"', f"'{old}'", dotted([old])})
        pattern = rf"(?m)^([ \t]*(?:\[[ \t]*)?profiles[ \t]*\.[ \t]*)(?:{spelt})(?=[ \t]*[.\]])"
        changed = re.sub(pattern, rf"\g<1>{new}", text)
        if set(tables_of(changed)["profiles"]) != set(wanted["profiles"]):
            changed = _moved(text, old, new)
        return verified(changed, wanted)

    return edit


def _moved(text: str, old: str, new: str) -> str:
    """The same through the parsed file, for tables in unusual spellings."""
    import tomlkit

    try:
        document = tomlkit.parse(text)
        tables = document["profiles"]
        tables[new] = tables.pop(old)
        return tomlkit.dumps(document)
    except Exception as error:  # tomlkit's containers raise many kinds
        raise NotSavedError(f"the profile cannot be renamed here ({error}); rename it by hand") from error
