"""Personas: who writes the brief, as data: a prompt and the contract that the brief is held to."""

from __future__ import annotations

from importlib import resources

import msgspec

from chimera_tui.core.report.persona import Persona


class UnknownPersonaError(ValueError):
    """There is no persona of that name; the message lists those there are."""


def load_persona(name: str) -> Persona:
    """A persona that ships with the program. Raises :class:`UnknownPersonaError`."""
    folder = resources.files("chimera_tui.engine.prompts").joinpath("personas")
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in known:
        raise UnknownPersonaError(f"There is no persona {name!r}; there are: {', '.join(known)}, none.")
    return msgspec.toml.decode(folder.joinpath(f"{name}.toml").read_text("utf-8"), type=Persona)
