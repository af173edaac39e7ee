"""A text looked for in every report: hits are told as they are found, and it stops when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from chimera_tui.core.inert import inert_line

LONGEST = 4_000_000
"""Bytes of a report that are searched."""
BEFORE, AFTER = 24, 60


class Hit(NamedTuple):
    """How many times a report holds the text, and the words around its first place."""

    times: int
    around: str


def search(
    files: Iterable[str], text: str, stopped: Callable[[], bool], found: Callable[[str, Hit | None], None]
) -> None:
    """Look into each file, whatever its letters' case; ``found`` is told of every one, None where it has nothing."""
    wanted = text.casefold()
    for file in files:
        if stopped():
            return
        found(file, _look(Path(file), wanted))


def _look(path: Path, wanted: str) -> Hit | None:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST).decode("utf-8", "replace")
    except OSError:  # an unfinished run is a folder
        return None
    folded = content.casefold()
    count = folded.count(wanted) if wanted else 0
    if not count:
        return None
    at = folded.find(wanted)
    # Folding may change lengths; only then is the excerpt taken from the folded text.
    shown = content if len(folded) == len(content) else folded
    around = shown[max(at - BEFORE, 0) : at + len(wanted) + AFTER]
    return Hit(count, inert_line(" ".join(around.split())))
