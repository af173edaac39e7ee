"""Text, logs and Markdown: only what a tool wrote in them is measured."""

from chimera_tui.core.measure.result import FileResult, Limits


def measure_prose(text: str, encoding: str, rel: str, kind: str, limits: Limits) -> FileResult:
    """Placeholder."""
    return FileResult(status="no measurements", reason="prose: numbers in a text are claims, not measurements", encoding="markdown" if kind == "markdown" else "text", role="prose")
