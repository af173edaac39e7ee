"""Talk on stderr: stdout is for data."""

import sys

from chimera_tui.core.inert import inert


def say(text: str) -> None:
    """A line of talk."""
    sys.stderr.write(f"{inert(text)}\n")
