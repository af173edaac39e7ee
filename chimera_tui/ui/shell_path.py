"""A path in the words of the person's shell."""

from pathlib import Path


def with_tilde(path: Path) -> str:
    """A path the way a shell shows it."""
    home = Path.home()
    return f"~/{path.relative_to(home)}".removesuffix("/.") if path.is_relative_to(home) else str(path)
