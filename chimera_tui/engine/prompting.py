"""Prompts: files with named placeholders, filled with quoted data."""

import json
from importlib import resources
from string import Template

import msgspec

from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.inert import inert_line
from chimera_tui.core.report.persona import Persona

CHARS_PER_TOKEN = 2.5
"""Characters per token before a model was measured: low, because a tokenizer spends a token on every digit."""


def prompt(name: str, **values: str) -> str:
    """The prompt file ``name`` with its ``$placeholders`` filled; what is filled in is never read as a template."""
    text = resources.files("chimera_tui.engine.prompts").joinpath(f"{name}.md").read_text("utf-8")
    return Template(text).substitute(values)


def fact_lines(findings: tuple[Finding, ...], room_chars: int) -> tuple[str, int]:
    """The first findings that fit, one line each with its label and caveats, and how many these are."""
    lines: list[str] = []
    used = 0
    for number, finding in enumerate(findings, 1):
        caveats = f" Caveat: {'; '.join(finding.caveats)}" if finding.caveats else ""
        line = inert_line(f"[F{number}] {finding.statement} ({finding.label}){caveats}", 1200)
        if lines and used + len(line) > room_chars:
            break
        lines.append(line)
        used += len(line) + 1
    return "\n".join(lines), len(lines)


def quoted(text: str, limit: int = 200) -> str:
    """Text of the repository as a JSON string on one line, so that a prompt shows it as data."""
    return json.dumps(inert_line(text, limit), ensure_ascii=False)


def estimate_tokens(text: str, chars_per_token: float = CHARS_PER_TOKEN) -> int:
    """About how many tokens a text is."""
    return int(len(text) / chars_per_token) + 1


class UnknownPersonaError(ValueError):
    """There is no persona of that name; the message lists those there are."""


def load_persona(name: str) -> Persona:
    """A persona that ships with the program. Raises :class:`UnknownPersonaError`."""
    folder = resources.files("chimera_tui.engine.prompts").joinpath("personas")
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in known:
        raise UnknownPersonaError(f"There is no persona {name!r}; there are: {', '.join(known)}, none.")
    return msgspec.toml.decode(folder.joinpath(f"{name}.toml").read_text("utf-8"), type=Persona)
