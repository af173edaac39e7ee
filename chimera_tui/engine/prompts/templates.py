"""Prompts: files with named placeholders, filled with quoted data; a person's own take the place of ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from chimera_tui.core.inert import inert_line

NAMES = ("system", "analysis", "repair", "report", "section", "persona", "retry")
BUILT_IN = "built in"
LARGEST = 100_000
"""Bytes of a person's own prompt: more would fill any context."""


@dataclass(frozen=True)
class Prompts:
    """The text of every prompt and where it comes from; ``problems`` says which own ones cannot be used, and why."""

    texts: Mapping[str, str]
    sources: Mapping[str, str]
    problems: tuple[str, ...] = ()

    def fill(self, name: str, **values: str) -> str:
        """A prompt with its ``$placeholders`` filled; what is filled in is never read as a template."""
        return Template(self.texts[name]).substitute(values)

    def hashes(self) -> dict[str, str]:
        """Content hash of each prompt as it stands in its file."""
        return {name: content_hash(text) for name, text in self.texts.items()}


def user_prompts() -> Path:
    """The folder where a person's own ``NAME.md`` take the place of ours."""
    from platformdirs import user_config_path

    return user_config_path("chimera-tui") / "prompts"


def load_prompts(folder: Path | None = None) -> Prompts:
    """Our prompts, those of the folder in their places where they can be used."""
    built_in = {name: _packaged(name) for name in NAMES}
    texts, sources, problems = dict(built_in), dict.fromkeys(NAMES, BUILT_IN), []
    for path in sorted(folder.glob("*.md")) if folder is not None and folder.is_dir() else []:
        problem = _use(path, built_in, texts)
        if problem:
            problems.append(problem)
        else:
            sources[path.stem] = str(path)
    return Prompts(texts, sources, tuple(problems))


def _use(path: Path, built_in: Mapping[str, str], texts: dict[str, str]) -> str:
    """Put a person's own prompt in its place, or say why not."""
    if path.stem not in built_in:
        return f"{path} is not used: the prompts are called {', '.join(NAMES)}."
    try:
        text = path.read_bytes()[: LARGEST + 1].decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return f"{path} cannot be read ({error}); the built-in prompt is used."
    template = Template(text)
    if len(text) > LARGEST or not template.is_valid():
        why = "it is too long" if len(text) > LARGEST else "a $ that is no placeholder must be written $$"
        return f"{path}: {why}; the built-in prompt is used."
    ours, theirs = (set(Template(one).get_identifiers()) for one in (built_in[path.stem], text))
    if ours != theirs:
        wrong = [f"unknown: ${', $'.join(sorted(theirs - ours))}"] if theirs - ours else []
        wrong += [f"missing: ${', $'.join(sorted(ours - theirs))}"] if ours - theirs else []
        return f"{path} has other placeholders than the built-in prompt ({'; '.join(wrong)}), which is used instead."
    texts[path.stem] = text
    return ""


def _packaged(name: str) -> str:
    return resources.files("chimera_tui.engine.prompts").joinpath(f"{name}.md").read_text("utf-8")


def content_hash(text: str) -> str:
    """A short hash of a text."""
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def quoted(text: str, limit: int = 200) -> str:
    """Text of the repository as a JSON string on one line, so that a prompt shows it as data."""
    return json.dumps(inert_line(text, limit), ensure_ascii=False)
