"""The columns of the library of reports and of its groups."""

from __future__ import annotations

from chimera_tui.core.report.library import GROUPED
from chimera_tui.ui.tables.column import Column

MARK = Column("mark", label=" ", max_width=1)
_FIGURES = (
    Column("decode_tps", label="tok/s", kind="number", digits=1),
    Column("ttft_s", label="TTFT", unit="s", kind="number", digits=3),
    Column("verified", label="ver%", kind="number", digits=0),
)
"""What reports are compared by at a glance."""
_FURTHER = (
    Column("generated_tokens", label="tokens", kind="count"),
    Column("configuration", max_width=34),
    Column("agent", max_width=18),
    Column("n_files", label="files", kind="count"),
    Column("n_calls", label="calls", kind="count"),
    Column("total_s", label="total", unit="s", kind="number", digits=1),
    Column("ingest_s", label="ingest", unit="s", kind="number", digits=2),
    Column("analysis_s", label="analysis", unit="s", kind="number", digits=2),
    Column("report_s", label="report", unit="s", kind="number", digits=2),
    Column("engine"),
    Column("path", max_width=70, cut="start"),
)
FOUND = (Column("hits", kind="count"), Column("found", label="text", max_width=60))
"""Beside the others while texts are searched."""
_OF_GROUPS = {
    "decode_tps": ("tok/s", 1),
    "ttft_s": ("TTFT s", 3),
    "total_s": ("total s", 1),
    "verified": ("verified %", 0),
}


def columns(width: int, *, searching: bool = False) -> tuple[Column, ...]:
    """The columns in the order that shows ending and figures in this width; the model comes first where it fits."""
    short = width < 76
    date = Column("date", unit="UTC", skip=5 if short else 0)
    ending = Column("ending", kind="ending", max_width=8 if width < 66 else 16)
    model = Column("model", max_width=16 if short else 20)
    told = (*_FIGURES, model) if width < 66 else (model, *_FIGURES)
    return (MARK, date, ending, *(FOUND if searching else ()), *told, *_FURTHER)


def group_columns(by: str) -> tuple[Column, ...]:
    """A group, how many reports it has, and of each figure mean, standard deviation and n over reports."""
    figures = []
    for name in GROUPED:
        label, digits = _OF_GROUPS[name]
        figures += [
            Column(f"{name} mean", label=label, kind="number", digits=digits),
            Column(f"{name} std", label="SD", kind="number", digits=digits),
            Column(f"{name} n", label="n", kind="count"),
        ]
    return (
        MARK, Column(by, max_width=30), Column("reports", kind="count"), *figures,
        Column("latest", unit="UTC", kind="time"),
    )  # fmt: skip
