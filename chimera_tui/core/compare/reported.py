"""Reports as a side of a comparison: their calls within a stage, and their own totals, as observations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from chimera_tui.core.compare.result import Option
from chimera_tui.core.findings.wording import amount, factor, listing
from chimera_tui.core.report.call_rows import ReportCall, calls_of_metrics, read_calls
from chimera_tui.core.report.saved import REPORT, read_json

if TYPE_CHECKING:
    import polars as pl

LARGEST = 16_000_000
"""Bytes of a report that are looked at for its calls."""
WHOLE = "whole report"
_FIGURES = {
    "decode_tps": ("decode_tps", "tokens/s", "higher"), "ttft_s": ("ttft", "s", "lower"),
    "prefill_tps": ("prefill_tps", "tokens/s", "higher"), "generated_tokens": ("generated_tokens", "tokens", ""),
    "prompt_tokens": ("prompt_tokens", "tokens", ""), "total_s": ("duration", "s", "lower"),
    "prefill_s": ("prefill_time", "s", "lower"), "decode_s": ("decode_time", "s", "lower"),
    "load_s": ("load_time", "s", "lower"), "ingest_s": ("ingest_time", "s", "lower"),
    "analysis_s": ("analysis_time", "s", "lower"), "report_s": ("report_time", "s", "lower"),
}  # fmt: skip
"""Column of ``runs`` or figure of a call: metric, unit, which is better."""
_CALL = ("decode_tps", "ttft_s", "prefill_tps", "generated_tokens", "total_s")
_WITH_LOAD = ("ttft_s", "total_s")
_PROPERTIES = ("agent", "model", "engine", "ending", "n_files", "n_calls")
FACTORS = ("agent", "model", "n_files")


class LoadedReport(msgspec.Struct, frozen=True, kw_only=True):
    """One report with what a comparison needs. ``row`` is its row of ``runs``; ``path`` its file or its folder."""

    path: Path
    name: str
    row: dict[str, Any]
    calls: tuple[ReportCall, ...] = ()

    @property
    def options(self) -> dict[str, object]:
        """The options in effect where they are known, else those that were asked for."""
        asked = _options(self.row.get("options_requested"))
        return asked | _options(self.row.get("options_effective"))

    @property
    def folder(self) -> Path | None:
        """The folder of a saved run, None for any other report."""
        if self.row.get("source") != "saved run":
            return None
        return self.path.parent if self.path.name == REPORT else self.path


def load_report(path: Path, row: dict[str, Any]) -> LoadedReport:
    """Read the calls of a report. A file that cannot be read has none."""
    loaded = LoadedReport(path=path, name=str(row.get("path") or path.name), row=row)
    if loaded.folder is not None:
        calls = calls_of_metrics(read_json(loaded.folder / "metrics.json"))
    else:
        try:
            with path.open("rb") as file:
                calls = read_calls(file.read(LARGEST).decode("utf-8", "replace"))
        except OSError:
            calls = ()
    return msgspec.structs.replace(loaded, calls=calls)


def observations(reports: Sequence[LoadedReport], cold_load_s: float, *, by_call: bool) -> pl.DataFrame:
    """One row a figure of a call (``part`` is its stage and state) and one a total of a report.

    ``by_call``: every report lists its calls, so that totals which only repeat them are left out.
    """
    import polars as pl

    whole = [name for name in _FIGURES if not (by_call and name in _CALL)]
    rows = [row for number, one in enumerate(reports) for row in _observed(one, number, cold_load_s, whole)]
    needed = {
        "metric": pl.String, "part": pl.String, "unit": pl.String, "better": pl.String, "definition": pl.String,
        "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "n": pl.UInt32, "sd": pl.Float64,
        "mid": pl.Float64, "stat": pl.String, "cold": pl.Boolean, "file_id": pl.UInt32, "record": pl.UInt32,
        "config_id": pl.UInt32,
    }  # fmt: skip
    names = list(dict.fromkeys(name for row in rows for name in row))
    schema = {name: needed.get(name, pl.String) for name in [*needed, *(n for n in names if n not in needed)]}
    return pl.DataFrame(rows, schema=schema)


def factors(*sides: pl.DataFrame) -> tuple[str, ...]:
    """The factors that must agree: agent, model, how many files were analysed, and every option."""
    return tuple(
        dict.fromkeys(name for side in sides for name in side.columns if name in FACTORS or name.startswith("option "))
    )


def _observed(report: LoadedReport, number: int, cold_load_s: float, whole: Sequence[str]) -> Iterator[dict[str, Any]]:
    about: dict[str, Any] = {name: _said(report.row.get(name)) for name in FACTORS}
    about |= {f"option {name}": factor(value) for name, value in report.options.items()}
    for call in report.calls:
        for figure in _CALL:
            if figure in call.figures:
                part = _part(call, figure, report.calls[0].stage, cold_load_s)
                yield _row(figure, part, call.figures[figure], (number, call.place), about)
    for figure in whole:
        value = report.row.get(figure)
        if isinstance(value, int | float):
            told = _definition(figure, report)
            yield _row(figure, WHOLE, float(value), (number, len(report.calls)), about, definition=told)


def _part(call: ReportCall, figure: str, first_stage: str, cold_load_s: float) -> str:
    """The stage; where the figure contains loading the model, cold and warm calls apart."""
    if figure not in _WITH_LOAD:
        return call.stage
    cold = call.is_cold(cold_load_s)
    if cold is None:
        told = ", first call" if call.place == 0 else ", later calls" if call.stage == first_stage else ""
        return call.stage + told
    return f"{call.stage}, {'cold' if cold else 'warm'}"


def _definition(figure: str, report: LoadedReport) -> str:
    """How a report's own total was made, where programs differ in it."""
    several = report.row.get("source") != "saved run" and len(report.calls) > 0
    if figure in ("decode_tps", "ttft_s"):
        saved = {"decode_tps": "Σ tokens ÷ Σ decode seconds", "ttft_s": "TTFT of the report call"}
        return f"mean over {len(report.calls)} calls" if several else saved[figure] if report.folder else ""
    if figure in ("ingest_s", "analysis_s", "report_s"):
        return "of the last run in the report" if several and len(report.calls) > 2 else ""
    return f"sum over {len(report.calls)} calls" if report.calls else ""


def _row(
    figure: str, part: str, value: float, place: tuple[int, int], about: dict[str, Any], *, definition: str = ""
) -> dict[str, Any]:
    """One observation; ``place`` is the number of its report and of its call there."""
    number, record = place
    metric, unit, better = _FIGURES[figure]
    return {
        "metric": metric, "part": part, "unit": unit, "better": better, "definition": definition, "value": value,
        "n": 1, "stat": "value", "file_id": number, "record": record, "config_id": number, **about,
    }  # fmt: skip


def _said(value: object) -> str | None:
    return None if value in (None, "") else str(value)


def _options(text: object) -> dict[str, object]:
    try:
        found = msgspec.json.decode(text) if isinstance(text, str) and text else {}
    except msgspec.MsgspecError:
        return {}
    return found if isinstance(found, dict) else {}


def options(a: Sequence[LoadedReport], b: Sequence[LoadedReport]) -> tuple[Option, ...]:
    """Properties and options of both sides, all of them; several values of one side are listed."""
    found = [
        Option(name, *(_values((one.row.get(name) for one in side), "not stated") for side in (a, b)))
        for name in _PROPERTIES
    ]
    names = dict.fromkeys(name for one in [*a, *b] for name in one.options)
    found += [
        Option(name, *(_values((one.options.get(name) for one in side), "not set") for side in (a, b)))
        for name in names
    ]
    return tuple(found)


def _values(values: Iterable[object], unknown: str) -> str:
    """The different values in their order, what is not known first."""
    found = list(values)
    known = {factor(value): value for value in found if value not in (None, "")}
    numbers = all(isinstance(value, int | float) for value in known.values())
    words = sorted(known, key=float) if numbers else sorted(known)
    return listing([*([unknown] if any(value in (None, "") for value in found) else []), *words])


def verdict_counts(a: Sequence[LoadedReport], b: Sequence[LoadedReport]) -> tuple[Option, ...]:
    """Claims and labels of both sides, summed over the reports that were judged; nothing where none was."""
    names = ("claims", "supported", "contradicted", "unverifiable")
    judged = [[one for one in side if one.row.get("claims") is not None] for side in (a, b)]
    if not any(judged):
        return ()
    rows = [
        Option("reports judged", *(f"{len(side)} of {n}" for side, n in zip(judged, map(len, (a, b)), strict=True)))
    ]
    for name in names:
        rows.append(Option(name, *(_sum(side, name) for side in judged)))  # noqa: PERF401 - readable
    rows.append(Option("supported share", *(_share(side) for side in judged)))
    return tuple(rows)


def _sum(side: Sequence[LoadedReport], name: str) -> str:
    return amount(sum(int(one.row.get(name) or 0) for one in side), "count") if side else "not judged"


def _share(side: Sequence[LoadedReport]) -> str:
    claims = sum(int(one.row.get("claims") or 0) for one in side)
    supported = sum(int(one.row.get("supported") or 0) for one in side)
    return f"{100 * supported / claims:.1f} % (n = {claims})" if claims else "not judged"
