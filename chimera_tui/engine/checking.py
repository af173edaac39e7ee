"""The facts of a repository for the checker: its frames, and what only the text of its files says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.links import real_path
from chimera_tui.core.verify.facts import Extra, Facts, merged, read_text_facts
from chimera_tui.core.verify.inventory import Frozen

if TYPE_CHECKING:
    from chimera_tui.core.frames import Frames

HEAD = 65_536
"""Bytes of a data file that are searched for devices and versions."""
MARKDOWN = 1_000_000
"""Bytes of a Markdown file whose headings are counted."""
MOST_FILES = 5_000


def repository_facts(root: Path, frames: Frames, frozen: Frozen | None = None) -> Facts:
    """Everything reports about this repository are judged by. Reads the beginnings of its files."""
    parts = []
    for path, raw, kind, role in frames.files.select("path", "path_raw", "kind", "role").rows()[:MOST_FILES]:
        if role == "run":
            continue
        markdown = kind == "markdown"
        try:
            with (root / real_path(path, raw)).open("rb") as file:
                text = file.read(MARKDOWN if markdown else HEAD).decode("utf-8", "replace")
        except OSError:
            continue
        parts.append(read_text_facts(path, text, markdown=markdown))
    return Facts.of(frames, merged(parts) if parts else Extra(), frozen)
