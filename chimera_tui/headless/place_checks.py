"""Where the program reads and writes: the repository, its reports, the cache. Looking changes nothing."""

import os
import shutil
from pathlib import Path

from chimera_tui.core.check import Check
from chimera_tui.core.inert import inert_line
from chimera_tui.engine.repository.cache import cache_folder
from chimera_tui.engine.saved.places import report_parents

LITTLE_ROOM_MB = 200
"""Free space below which a warning is due: a run's folder with its frozen measurements can take this much."""


def place_checks(root: Path, report_dir: str) -> list[Check]:
    """The repository, the folder for its reports and the cache."""
    return [_repository(root), _reports(root.absolute(), report_dir), _cache()]


def _repository(root: Path) -> Check:
    shown = inert_line(str(root.resolve()), 200)
    if not root.is_dir():
        return Check(
            area="files", name="repository", found=f"{shown} is not a folder", state="problem",
            what_to_do="Give the folder that holds the results.",
        )  # fmt: skip
    if not os.access(root, os.R_OK | os.X_OK):
        return Check(
            area="files", name="repository", found=f"{shown} cannot be read", state="problem",
            what_to_do="Ask its owner for permission to read it.",
        )  # fmt: skip
    return Check(area="files", name="repository", found=shown)


def _reports(root: Path, report_dir: str) -> Check:
    """Reports go to the first folder that can be written."""
    refused: list[str] = []
    for folder in report_parents(root, report_dir):
        reason = cannot_write(folder)
        if not reason:
            return _with_room("reports", folder, "; ".join(refused))
        refused.append(f"{inert_line(str(folder), 200)} cannot be written ({reason})")
    return Check(
        area="files", name="reports", found="; ".join(refused), state="problem",
        what_to_do="Set run.report_dir to a folder of your own; until then a report is only shown.",
    )  # fmt: skip


def _cache() -> Check:
    folder = cache_folder()
    if reason := cannot_write(folder):
        return Check(
            area="files", name="cache", found=f"{folder} cannot be written ({reason})", state="warning",
            what_to_do="Every start reads all files again; set XDG_CACHE_HOME to a folder of your own.",
        )  # fmt: skip
    return _with_room("cache", folder, "", f", {_size(folder) / 1e6:,.1f} MB")


def _with_room(name: str, folder: Path, refused: str, more: str = "") -> Check:
    found = inert_line(str(folder), 200) + more
    free_mb = shutil.disk_usage(_nearest(folder)).free / 1e6
    if refused:
        return Check(
            area="files", name=name, found=f"{found}, because {refused}", state="warning",
            what_to_do="Set run.report_dir to choose another place.",
        )  # fmt: skip
    if free_mb < LITTLE_ROOM_MB:
        return Check(
            area="files", name=name, found=f"{found}; {free_mb:,.0f} MB free", state="warning",
            what_to_do="Make room on that disk.",
        )  # fmt: skip
    return Check(area="files", name=name, found=f"{found}; can be written")


def cannot_write(folder: Path) -> str:
    """Why files cannot be made in a folder, which may not exist yet; empty when they can."""
    place = _nearest(folder)
    if not place.is_dir():
        return f"{inert_line(str(place), 200)} is not a folder"
    if not os.access(place, os.W_OK | os.X_OK):
        return "no permission" if place == folder else f"no permission in {inert_line(str(place), 200)}"
    return ""


def _nearest(folder: Path) -> Path:
    """The folder itself, or the lowest above it that exists."""
    place = folder.absolute()
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    return place


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_size
            except OSError:
                continue
    return total
