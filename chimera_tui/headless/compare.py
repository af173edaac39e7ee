"""``compare``: sides against the first one, as Markdown or JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.compare.markdown import markdown
from chimera_tui.core.compare.text_diff import rows, unified
from chimera_tui.core.files import read_bounded, write_atomically
from chimera_tui.core.markdown_text import fenced
from chimera_tui.engine.repository.workspace import WorkspaceError
from chimera_tui.engine.saved.comparing import SideError
from chimera_tui.engine.saved.comparing import compare as compare_sides
from chimera_tui.headless.exit_codes import FAILED, USAGE
from chimera_tui.headless.talk import say

if TYPE_CHECKING:
    from chimera_tui.core.compare.reported import LoadedReport
    from chimera_tui.core.config.schema import Settings
    from chimera_tui.engine.repository.workspace import Workspace
    from chimera_tui.engine.saved.comparing import Over


LARGEST = 16_000_000
"""Bytes of a report whose text is compared."""


async def compare(
    workspace: Workspace, settings: Settings, sides: Sequence[str], *, over: Over | None, as_json: bool, diff: bool,
    out: Path | None,
) -> int:  # fmt: skip
    """Compare every further side with the first. Returns the exit status: 0, 1 not written, 2 a side names nothing."""
    try:
        found, loaded = await compare_sides(workspace, settings, sides, over)
    except (SideError, WorkspaceError) as error:
        say(str(error))
        return USAGE
    if as_json:
        text = msgspec.json.format(msgspec.json.encode(found, enc_hook=str), indent=2).decode() + "\n"
    else:
        text = "\n".join(markdown(one) for one in found)
        if diff:
            text += "".join(_text_diffs(loaded))
    if out is None:
        sys.stdout.write(text)
        return 0
    return _write(out, text)


def _write(out: Path, text: str) -> int:
    try:
        write_atomically(out, text.encode("utf-8", "replace"))
    except OSError as error:
        say(f"{out} cannot be written: {error.strerror or error}.")
        return FAILED
    return 0


def _text_diffs(loaded: Sequence[Sequence[LoadedReport]]) -> list[str]:
    """The texts line by line, where both sides are one report."""
    if not loaded or len(loaded[0]) != 1:
        say("The text is compared between single reports only.")
        return []
    first = _text(loaded[0][0].path)
    parts = []
    for side in loaded[1:]:
        if len(side) == 1:
            lines = (f"{sign} {line}" for sign, line in unified(rows(first, _text(side[0].path))))
            parts.append("\n## Text\n\n" + fenced("\n".join(lines), "diff") + "\n")
    return parts


def _text(path: Path) -> str:
    try:
        return read_bounded(path, LARGEST).decode("utf-8", "replace")
    except OSError as error:
        say(f"{path} cannot be read: {error.strerror or error}; its text is not compared.")
        return ""
