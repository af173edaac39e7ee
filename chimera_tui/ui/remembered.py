"""How a repository's screen was left: kept in a small file from one start to the next. A broken file is no file."""

import os
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from chimera_tui.core.files import write_atomically
from chimera_tui.ui.commands import Pane

VERSION = 1
LARGEST_BYTES = 1_000_000
"""More than any layout takes; a larger file is not ours."""


class Layout(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which pane had the keys, which one was in the middle, zoomed or not, and what each pane wants to keep."""

    version: int = VERSION
    root: str
    pane: Pane = Pane.TREE
    centre: Pane = Pane.INVENTORY
    zoomed: bool = False
    panes: dict[Pane, dict[str, Any]] = {}


def folder() -> Path:
    """Where the layouts of all repositories are."""
    return platformdirs.user_state_path("chimera-tui") / "layouts"


def name_of(root: Path) -> str:
    """The real path of a repository as text that any file can hold."""
    return os.fsencode(root.resolve()).decode("utf-8", "backslashreplace")


def read_layout(root: Path) -> Layout | None:
    """How the screen of a repository was left; None where that is not known."""
    try:
        with _place(root).open("rb") as file:
            content = file.read(LARGEST_BYTES)
        layout = msgspec.json.decode(content, type=Layout)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return layout if layout.version == VERSION and layout.root == name_of(root) else None


def write_layout(root: Path, layout: Layout) -> None:
    """Keep a layout. Raises OSError."""
    place = _place(root)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(place, msgspec.json.encode(layout))


def first_time() -> bool:
    """Whether no screen was ever left here: the person may not know the keys."""
    return not folder().is_dir()


def _place(root: Path) -> Path:
    return folder() / f"{blake2b(os.fsencode(root.resolve()), digest_size=12).hexdigest()}.json"
