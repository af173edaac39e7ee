"""From one file to measurements: canonical metrics, units, statistics, configuration and status."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from chimera_tui.core.measure.result import ConfigKey, FileResult, Limits, SeriesKey

__all__ = ["ConfigKey", "FileResult", "Limits", "SeriesKey", "measure_file"]


def measure_file(path: str | Path, rel: str, kind: str, limits: Limits) -> FileResult:
    """Everything measured in one file. Never raises for what a file holds; what cannot be read is ``failed``.

    ``rel`` is the POSIX path inside the repository: names of directories and files hide configuration.
    ``kind`` is what the name says the file is: ``csv``, ``json``, ``jsonl``, ``markdown``, ``text``, ``parquet``.
    """
    return _reader()(path, rel, kind, limits)


@cache
def _reader() -> Callable[[str | Path, str, str, Limits], FileResult]:
    from chimera_tui.core.measure import files  # the readers and the lexicon cost start-up time

    return files.measure_file
