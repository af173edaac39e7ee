"""From one file to measurements: canonical metrics, units, statistics, configuration and status."""

from chimera_tui.core.measure.files import measure_file
from chimera_tui.core.measure.result import ConfigKey, FileResult, Limits, SeriesKey

__all__ = ["ConfigKey", "FileResult", "Limits", "SeriesKey", "measure_file"]
