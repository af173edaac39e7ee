"""The repository's own Markdown against the measurements beside it, within bounds that are said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.frames import Frames
from chimera_tui.core.links import real_path
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.refuted import refuted
from chimera_tui.core.verify.refuted_markdown import refuted_markdown

MOST_FILES, MOST_BYTES, MOST_IN_ALL, MOST_FOUND = 200, 262_144, 4_000_000, 200
"""Files, bytes of one, bytes of all, and refuted numbers of one that are looked at."""


def refuted_in(root: Path, frames: Frames, facts: Callable[[], Facts]) -> Iterator[Finding]:
    """A finding for each Markdown file that the data beside it refutes; ``facts`` is asked only where there is one.

    Reports of agents are none of the repository's own: they are judged when asked. A copy is read once.
    """
    paths = _candidates(frames)
    if not paths:
        return
    cells = facts().cells
    if cells is None:
        return
    left = MOST_IN_ALL
    for path, raw in paths[:MOST_FILES]:
        try:
            with (root / real_path(path, raw)).open("rb") as file:
                content = file.read(min(MOST_BYTES, left) + 1)
        except OSError:
            continue
        cut = len(content) > min(MOST_BYTES, left)
        text = content[: min(MOST_BYTES, left)].decode("utf-8", "replace")
        left -= min(len(content), left)
        if found := list(islice(refuted(text, cells.at_home(path.rpartition("/")[0])), MOST_FOUND)):
            yield refuted_markdown(path, found, _limits(len(paths), cut=cut))


def _candidates(frames: Frames) -> list[tuple[str, bytes | None]]:
    """Markdown with measurements in its folder, in the order of its paths."""
    import polars as pl

    files = frames.files
    folder = pl.col("path").str.extract(r"^(.*)/[^/]*$").fill_null("")
    measured = files.filter(pl.col("n_cells") > 0).select(folder.unique()).to_series()
    own = files.filter(
        (pl.col("kind") == "markdown") & ~pl.col("role").is_in(["report", "run"]) & pl.col("dup_of").is_null()
        & folder.is_in(measured.implode())
    )  # fmt: skip
    return own.sort("path").select("path", "path_raw").rows()


def _limits(n: int, *, cut: bool) -> tuple[str, ...]:
    files = f"only the first {MOST_FILES} of {n:,} Markdown files were looked at"
    return (*(["only its beginning was looked at"] if cut else []), *([files] if n > MOST_FILES else []))
