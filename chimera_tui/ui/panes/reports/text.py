"""The text of a saved report, or what the journal of an unfinished run holds."""

from pathlib import Path

READ_LIMIT = 4_000_000
"""Most bytes of a report that are shown."""


def read_report(path: Path) -> str:
    """The text of a report, or of the journal of one that was not finished. Raises OSError."""
    if path.is_dir():
        return _unfinished(path)
    with path.open("rb") as file:
        content = file.read(READ_LIMIT + 1)
    text = content[:READ_LIMIT].decode("utf-8", "replace")
    return text if len(content) <= READ_LIMIT else text + f"\n\n*Only the first {READ_LIMIT:,} bytes are shown.*\n"


def _unfinished(folder: Path) -> str:
    from chimera_tui.core.report.analysis import ReadableJson
    from chimera_tui.engine.events import CallStarted, Chunk, ProgramText, Stage
    from chimera_tui.engine.journal import is_live, read_journal

    now = "goes on: a program is writing it" if is_live(folder) else "did not finish: its program was ended"
    texts = [f"*This run {now}. What its journal holds ({folder}):*"]
    analysis: ReadableJson | None = None
    for event in read_journal(folder / "calls.ndjson"):
        if isinstance(event, CallStarted):
            analysis = ReadableJson() if event.stage is Stage.ANALYSIS else None
            texts.append(f"\n\n# {event.stage.value.capitalize()}\n\n")
        elif isinstance(event, Chunk):
            texts.append(analysis.feed(event.text) if analysis else event.text)
        elif isinstance(event, ProgramText):
            texts.append(event.text)
    return "".join(texts)
