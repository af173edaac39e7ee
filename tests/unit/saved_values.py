"""Single settings saved into a file, for tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chimera_tui.core.config.save import Name, read_text, save_text, with_values


def save_values(path: Path, values: Mapping[Name, Any], *, expected: str | None = None) -> str:
    """Set names in a TOML file and return its new text; UNSET removes a key."""
    return save_text(path, with_values(read_text(path), values), expected=expected)
