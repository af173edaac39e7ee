"""From one file to measurements: canonical metrics, units, statistics, configuration and status."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from chimera_tui.core.measure.result import ELSEWHERE, WAITING, ConfigKey, FileResult, Limits, SeriesKey
from chimera_tui.core.read.content import Content

__all__ = ["ELSEWHERE", "WAITING", "ConfigKey", "FileResult", "Limits", "SeriesKey", "measure_file"]


def measure_file(
    path: str | Path, rel: str, kind: str, limits: Limits, waits: Callable[[Content, str], bool] | None = None
) -> FileResult:
    """Everything measured in one file. Never raises for what a file holds; what cannot be read is ``failed``.

    ``rel`` is the POSIX path inside the repository: names of directories and files hide configuration.
    ``kind`` is what the name says the file is: ``csv``, ``json``, ``jsonl``, ``markdown``, ``text``, ``parquet``.
    ``waits`` may take the text of a table and answer True, so that it is measured later, together with others: the
    result is then ``WAITING``. Where it is given, the result of a Parquet file is ``ELSEWHERE``.
    """
    return _reader()(path, rel, kind, limits, waits)


@cache
def _reader() -> Callable[..., FileResult]:
    from chimera_tui.core.measure import files  # the readers and the lexicon cost start-up time

    return files.measure_file
