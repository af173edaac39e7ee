"""A report and everything kept beside it as one HTML file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from chimera_tui import __version__
from chimera_tui.core.files import BrokenFileError, decoded_json, read_bounded, write_atomically
from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.html.page import ReportPage, render
from chimera_tui.core.report.saved import REPORT
from chimera_tui.core.verify.results.numbers import JudgedNumber, saved_numbers
from chimera_tui.engine.saved.frozen import FACTS

LARGEST = 16_000_000
"""Bytes of a report that is exported."""
LARGEST_FACTS = 256_000_000


class _Frozen(msgspec.Struct):
    inventory: tuple[dict[str, object], ...] = ()
    findings: tuple[Finding, ...] = ()


def report_html(report: Path, numbers: tuple[JudgedNumber, ...] | None = None) -> str:
    """The page of a report; ``numbers`` replace those that its run saved. Blocks; raises OSError."""
    if report.is_dir():
        report /= REPORT
    text = read_bounded(report, LARGEST).decode("utf-8", "replace")
    frozen = _frozen(report.with_name(FACTS))
    name = report.parent.name if report.name == REPORT else report.stem
    return render(
        ReportPage(
            title=name, markdown=text, numbers=saved_numbers(report) if numbers is None else numbers,
            facts=frozen.findings, files=frozen.inventory, written_by=f"Exported by chimera-tui {__version__}.",
        )
    )  # fmt: skip


def write_html(report: Path, out: Path, numbers: tuple[JudgedNumber, ...] | None = None) -> int:
    """Write the page; how many bytes it has. Blocks; raises OSError."""
    page = report_html(report, numbers).encode("utf-8", "replace")
    write_atomically(out, page)
    return len(page)


def _frozen(path: Path) -> _Frozen:
    """The facts beside a report; nothing where there are none that can be read."""
    try:
        return decoded_json(read_bounded(path, LARGEST_FACTS), _Frozen)
    except (OSError, BrokenFileError):
        return _Frozen()
