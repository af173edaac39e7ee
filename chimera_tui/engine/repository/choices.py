"""Pinned and dropped findings, remembered in the person's data folder: a repository may be read-only."""

from __future__ import annotations

from pathlib import Path

import msgspec

from chimera_tui.core.files import BrokenFileError, decoded_json, read_bounded, write_atomically
from chimera_tui.core.findings.choice import Choices
from chimera_tui.engine.repository.place_name import place_name

FORMAT_VERSION = 1
MOST_KEYS = 1000
"""Keys kept of each kind, the latest: those of findings that are no longer computed do no harm."""


LARGEST = 1_000_000
"""Bytes of the file; so many keys take a tenth of it."""


class _Saved(msgspec.Struct, frozen=True):
    version: int
    repository: str
    pinned: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def choices_path(root: Path) -> Path:
    """The file that holds the choices for a repository."""
    from platformdirs import user_data_path

    return user_data_path("chimera-tui") / "choices" / f"{place_name(root)}.json"


def load_choices(root: Path) -> Choices:
    """What was chosen before; nothing where the file is not there, cannot be read or is of a later version."""
    try:
        saved = decoded_json(read_bounded(choices_path(root), LARGEST), _Saved)
    except (OSError, BrokenFileError):
        return Choices()
    return Choices(saved.pinned, saved.dropped) if saved.version == FORMAT_VERSION else Choices()


def save_choices(root: Path, choices: Choices) -> None:
    """Remember the choices. Raises OSError."""
    path = choices_path(root)
    saved = _Saved(
        FORMAT_VERSION, str(root.resolve()), choices.pinned[-MOST_KEYS:], choices.dropped[-MOST_KEYS:]
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, msgspec.json.format(msgspec.json.encode(saved), indent=1))
