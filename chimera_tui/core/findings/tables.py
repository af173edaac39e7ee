"""Tables ready for the report: what was measured, what is best, what cold starts cost, what ranks how."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.findings.wording import (
    amount,
    factor,
    factors,
    measured,
    metric_words,
    name,
    p_value,
    percent,
    ratio,
)
from chimera_tui.core.markdown_text import escaped

if TYPE_CHECKING:
    from chimera_tui.core.frames import Frames

ROWS = 16
_AMOUNT = re.compile(r"[-−+<>≤≥]?\s*\d|p [<=]|no test$|not stated$")


class Table(msgspec.Struct, frozen=True):
    """A table of the program's own: ``[[table:id]]`` in a report stands for it."""

    id: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str

    def markdown(self) -> str:
        """A GitHub table under its title, the caption below it."""
        amounts = [all(map(_AMOUNT.match, column)) for column in list(zip(*self.rows, strict=True))[1:]]
        rule = "| " + " | ".join([":--", *("--:" if one else ":--" for one in amounts)]) + " |"
        lines = [_line(self.header), rule, *(_line(row) for row in self.rows)]
        return f"**{escaped(self.title, 200)}**\n\n" + "\n".join(lines) + f"\n\n*{escaped(self.caption, 400)}*"


def tables(frames: Frames, findings: Sequence[Finding], cold_load_s: float | None = None) -> tuple[Table, ...]:
    """The tables that the data supports; none is empty."""
    found = [
        *_overview(frames, cold_load_s),
        *_best(findings),
        *_cold(findings),
        *_rankings(findings),
        *_effects(findings),
    ]
    return tuple(table for table in found if table.rows)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(escaped(cell, 200) for cell in cells) + " |"


def _overview(frames: Frames, cold_load_s: float | None) -> Iterator[Table]:
    """One row a metric, cold and warm apart where the metric contains the load."""
    import polars as pl

    from chimera_tui.core.config.schema import Run
    from chimera_tui.core.findings.evidence import WITH_LOAD, Evidence

    settings = Run() if cold_load_s is None else Run(cold_load_s=cold_load_s)
    rows = Evidence(frames, settings).comparable
    load = (
        pl.any_horizontal([pl.col("metric").str.starts_with(prefix) for prefix in WITH_LOAD])
        & pl.col("cold").is_not_null()
    )
    state = (
        pl.when(load)
        .then(pl.when(pl.col("cold")).then(pl.lit(", cold")).otherwise(pl.lit(", warm")))
        .otherwise(pl.lit(""))
    )
    summed = (
        rows.lazy().with_columns(state=state).group_by("metric", "state", "unit")
        .agg(
            pl.len(), pl.col("weight").max(), median=pl.col("value").median(), low=pl.col("value").min(),
            high=pl.col("value").max(), files=pl.col("file_id").n_unique(),
        )
        .sort("weight", "len", "metric", "state", "unit", descending=[True, True, False, False, False])
        .head(ROWS).collect()
    )  # fmt: skip
    yield Table(
        "measurements", "Measurements by metric", ("Metric", "n", "Files", "Median", "Min", "Max"),
        tuple(
            (
                metric_words(row["metric"]) + row["state"], f"{row['len']:,}", f"{row['files']:,}",
                *(amount(row[key], row["unit"]) for key in ("median", "low", "high")),
            )
            for row in summed.iter_rows(named=True)
        ),
        "Successful observations over all models and configurations; a tool's own mean counts as one. Copies, "
        "derived tables and failed rows are left out.",
    )  # fmt: skip


def _best(findings: Sequence[Finding]) -> Iterator[Table]:
    mine = [finding for finding in findings if finding.kind == "best configuration"][:ROWS]
    yield Table(
        "best-configurations", "Best configurations",
        ("Subject", "Metric", "Configuration", "Best", "n", "Configurations", "Range", "Separable"),
        tuple(
            (
                str(f.details["subject"]), metric_words(str(f.details["metric"])), factors(_of(f, "best")["factors"]),
                measured(f.value or 0.0, f.spread, f.unit), _n(_of(f, "configurations")[0]),
                str(f.details["n_configurations"]),
                percent(_number(f, "range_pct")), "yes" if f.details["separable"] else "no",
            )
            for f in mine
        ),
        "Range: largest ÷ smallest configuration mean − 1. Separable: n ≥ 3 on each side, the Holm-corrected Welch "
        "95 % interval against the runner-up excludes 0, and the difference is large enough to matter.",
    )  # fmt: skip


def _cold(findings: Sequence[Finding]) -> Iterator[Table]:
    mine = [finding for finding in findings if finding.kind == "cold and warm"][:ROWS]
    yield Table(
        "cold-warm", "Time to first token, cold and warm",
        ("Subject", "Warm median", "n warm", "Cold median", "n cold", "Cold ÷ warm"),
        tuple(
            (
                str(f.details["subject"]), amount(_number(f, "warm_median"), "s"), str(f.details["n_warm"]),
                amount(_number(f, "cold_median"), "s"), str(f.details["n_cold"]), ratio(_number(f, "ratio")),
            )
            for f in mine
        ),
        "Cold: the load took at least cold_load_s. The two are never pooled.",
    )  # fmt: skip


def _rankings(findings: Sequence[Finding]) -> Iterator[Table]:
    for kind in dict.fromkeys(f.kind for f in findings if f.kind.endswith(" ranking")):
        mine = [finding for finding in findings if finding.kind == kind]
        word = kind.removesuffix(" ranking")
        rows = [row for finding in mine for row in _ranked(finding)]
        yield Table(
            f"{word.replace(' ', '-')}-ranking", f"By {word}",
            ("Subject", "Metric", word.capitalize(), "Mean ± SD", "n", "Best ÷ this"), tuple(rows[: 2 * ROWS]),
            f"Successful rows whose other factors occur at every {word}; warm rows only where a metric contains the "
            "load. Ratios above 1 say how much better the best is.",
        )  # fmt: skip


def _ranked(finding: Finding) -> Iterator[tuple[str, ...]]:
    over: dict[str, float] = _of(finding, "best_over")
    for group in _of(finding, "groups"):
        value = group[str(finding.details["factor"])]
        yield (
            str(finding.details["subject"]), metric_words(str(finding.details["metric"])), name(value),
            measured(group["mean"], group["sd"], str(finding.details["unit"])), _n(group),
            ratio(over.get(str(value), 1.0)),
        )  # fmt: skip


def _n(group: dict[str, Any]) -> str:
    return str(group["n"]) if group.get("n_stated", True) else "not stated"


def _effects(findings: Sequence[Finding]) -> Iterator[Table]:
    mine = [finding for finding in findings if finding.kind == "factor effect"][:ROWS]
    yield Table(
        "factor-effects", "Effect of single options",
        ("Subject", "Metric", "Option", "Best at", "Range of group means", "Kruskal–Wallis", "Shown"),
        tuple(
            (
                str(f.details["subject"]), metric_words(str(f.details["metric"])), name(f.details["factor"]),
                factor(f.details["best"]), percent(f.value or 0.0), _p(f.details["kruskal_p"]),
                "yes" if f.details["effect_shown"] else "no",
            )
            for f in mine
        ),
        "Range: largest ÷ smallest group mean − 1 over successful rows. Shown: p below 0.05 after Holm over the "
        "options of the experiment, and the range is large enough to matter.",
    )  # fmt: skip


def _p(p: object) -> str:
    return p_value(p) if isinstance(p, float) else "no test"


def _of(finding: Finding, key: str) -> Any:  # noqa: ANN401 - details hold any JSON
    return finding.details[key]


def _number(finding: Finding, key: str) -> float:
    return float(_of(finding, key))
