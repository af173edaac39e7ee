"""Deleting a report so that it can be had back: it moves into a trash folder beside the reports.

A saved run ``chimera-reports/NAME`` becomes ``chimera-reports/.trash/NAME``. Any other report keeps its path in the
repository below that folder: ``results/old.md`` becomes ``chimera-reports/.trash/results/old.md``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from chimera_tui.core.report.saved import REPORT
from chimera_tui.core.scan.saved_runs import FOLDER, TRASH, is_saved_run
from chimera_tui.engine.journal import is_live
from chimera_tui.engine.saved.places import report_parents

MOST_CLASHES = 1000
MOST_KEPT = 10_000
"""Deleted reports of one trash folder that are listed."""
MARKDOWN = (".md", ".markdown")


class Discarded(NamedTuple):
    """What was deleted: where it was and where it waits."""

    original: Path
    kept: Path


def discard(path: Path, root: Path) -> Discarded:
    """Move a saved run (its folder or its ``report.md``) or another report of ``root`` to the trash. Raises OSError."""
    run = run_folder(path)
    if run is not None and is_live(run):
        raise OSError("a program is still writing it")
    if run is not None:
        trash, below = run.parent / TRASH, Path(run.name)
    else:
        trash = root / FOLDER / TRASH
        below = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    original = run or path
    kept = _free(trash / below)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(original, kept)
    return Discarded(original, kept)


def restore(gone: Discarded) -> Path:
    """Put back what was deleted; where something else is there now, beside it as ``…-2``. Raises OSError."""
    place = _free(gone.original)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(gone.kept, place)
    with contextlib.suppress(OSError, ValueError):  # a folder that still holds something stays
        folder = gone.kept.parent
        while TRASH in folder.parts:
            folder.rmdir()
            folder = folder.parent
    return place


def find_discarded(root: Path, report_dir: str = "") -> list[Discarded]:
    """The reports in the trash folders of a repository, whenever they were deleted; the last one comes last."""
    found: dict[Path, Path] = {}
    for parent in (root / FOLDER, *report_parents(root, report_dir)):
        trash = parent / TRASH
        if not trash.is_symlink():  # one that leads elsewhere is none of ours
            above = root if parent == root / FOLDER else parent
            found |= {kept: _original(kept, trash, parent, above) for kept in islice(_kept(trash), MOST_KEPT)}
    return sorted((Discarded(original, kept) for kept, original in found.items()), key=_moved_ns)


def _kept(trash: Path) -> Iterator[Path]:
    """Finished runs as folders, other reports as files."""
    for place, folders, names in os.walk(trash):
        folder = Path(place)
        if folder != trash and is_saved_run(folder, names, FOLDER):
            folders.clear()
            if REPORT in names:  # an unfinished run that was gone on with waits here too, and is in another's report
                yield folder
        else:
            yield from (folder / name for name in names if name.lower().endswith(MARKDOWN))


def _original(kept: Path, trash: Path, parent: Path, above: Path) -> Path:
    """Where it was: a run in the folder of reports, any other report below the repository."""
    return (parent if kept.is_dir() else above) / kept.relative_to(trash)


def _moved_ns(gone: Discarded) -> int:
    """When it came into the trash: moving a file changes nothing but this time of it."""
    try:
        return gone.kept.lstat().st_ctime_ns
    except OSError:
        return 0


def run_folder(path: Path) -> Path | None:
    """The folder of the saved run that ``path`` is or whose report it is; None for any other report."""
    folder = path.parent if path.name == REPORT else path
    try:
        names = {entry.name for entry in folder.iterdir()}
    except OSError:
        return None
    return folder if is_saved_run(folder, names, folder.parent.name) else None


def _free(place: Path) -> Path:
    stem, ending = (place.stem, place.suffix) if place.suffix.lower() in MARKDOWN else (place.name, "")
    for number in range(1, MOST_CLASHES):
        name = place if number == 1 else place.with_name(f"{stem}-{number}{ending}")
        if not name.exists():
            return name
    raise FileExistsError(17, "a thousand of this name are there already", str(place))
