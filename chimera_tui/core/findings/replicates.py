"""The same configuration measured in several files: how much sessions differ although nothing was changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chimera_tui.core.findings.baseline import pairs
from chimera_tui.core.findings.effects import range_pct
from chimera_tui.core.findings.evidence import WITH_LOAD, Evidence
from chimera_tui.core.findings.factors import ENTITIES
from chimera_tui.core.findings.finding import Finding, Source
from chimera_tui.core.findings.groups import Group, groups
from chimera_tui.core.findings.wording import amount, count, measured, metric_words, name, percent

if TYPE_CHECKING:
    import polars as pl

MOST = 6
MIN_ROWS = 3


def replicates(evidence: Evidence) -> Iterator[Finding]:
    """One finding a quantity and configuration that several files of equal columns hold, three rows each or more."""
    import polars as pl

    for quantity, where in _candidates(evidence):
        rows = evidence.comparable_of[quantity]
        if rows["metric"][0].startswith(WITH_LOAD):
            rows = rows.filter(~pl.col("cold").fill_null(value=False))
        mine = (
            rows.join(where, on=["file_id", "config_id"], how="semi")
            .join(evidence.files.select("file_id", "path"), on="file_id").sort("path", "record")
            .join(evidence.factors.select("config_id", "model", "backend"), on="config_id", maintain_order="left")
        )  # fmt: skip
        sessions = _different([group for group in groups(mine, ["path"]) if group.n >= MIN_ROWS], mine["unit"][0])
        named = mine["model"][0] or mine["backend"][0]
        if len(sessions) > 1 and named and _equal_work(evidence, mine) and not _named_apart(mine["path"].unique()):
            yield _finding(evidence, mine, sessions)


def _different(sessions: list[Group], unit: str) -> list[Group]:
    """Sessions without those that repeat another's n, mean and spread to the digits shown: a copy, rounded perhaps."""
    return list({(one.n, measured(one.mean, one.sd, unit)): one for one in reversed(sessions)}.values())[::-1]


def _candidates(evidence: Evidence) -> Iterator[tuple[int, pl.DataFrame]]:
    """A quantity, and the ``file_id, config_id`` of the files that hold enough of it in one configuration."""
    import polars as pl

    told = sorted({file_id for pair in pairs(evidence) for file_id in pair})
    sizes = [name for name in evidence.names("workload") if evidence.factors[name].dtype.is_numeric()]
    key = pl.struct([*ENTITIES, *evidence.names("option", "held", "load"), *sizes]).rank("dense")
    load = pl.any_horizontal([pl.col("metric").str.starts_with(prefix) for prefix in WITH_LOAD])
    keyed = (
        evidence.tally.with_columns(n=pl.when(load).then(pl.col("n_warm")).otherwise(pl.col("n")))
        .filter(~pl.col("file_id").is_in(told) & (pl.col("n") > 0))
        .join(evidence.factors.select("config_id", key=key), on="config_id")
        .join(evidence.places.select("file_id", "family"), on="file_id")
    )  # fmt: skip
    keys = ["family", "key", "quantity"]
    chosen = (
        keyed.group_by(*keys, "weight", "better", "file_id").agg(n=pl.col("n").sum()).filter(pl.col("n") >= MIN_ROWS)
        .group_by(*keys, "weight", "better").agg(files=pl.len(), n=pl.col("n").sum()).filter(pl.col("files") > 1)
        .sort("weight", "n", *keys, descending=[True, True, False, False, False])
        .unique(["family", "key", "better"], keep="first", maintain_order=True).head(MOST).select(keys)
    )  # fmt: skip
    for values in chosen.iter_rows(named=True):
        hit = pl.all_horizontal([pl.col(column) == value for column, value in values.items()])
        yield values["quantity"], keyed.filter(hit).select("file_id", "config_id").unique()


_NUMBERED = re.compile(r"([A-Za-z]+)[_-]?(\d{1,5}(?:[.p]\d+)?)(?![\d])")
_COUNTED = {
    "run", "rep", "repeat", "trial", "iter", "iteration", "session", "attempt", "part", "try", "round", "seed", "v",
}  # fmt: skip


def _named_apart(paths: Iterable[str]) -> bool:
    """Whether the paths give a word different numbers (``concurrency2``, ``concurrency4``): these are no repeats."""
    said = []
    for path in paths:
        numbers: dict[str, set[str]] = {}
        for word, number in _NUMBERED.findall(path):
            if word.lower() not in _COUNTED:
                numbers.setdefault(word.lower(), set()).add(number)
        said.append(numbers)
    shared = set.intersection(*(set(one) for one in said)) if said else set()
    return any(len({frozenset(one[word]) for one in said}) > 1 for word in shared)


def _equal_work(evidence: Evidence, rows: pl.DataFrame) -> bool:
    """Whether every file holds the same prompts, tasks or whatever text says what was worked on."""
    import polars as pl

    texts = [text for text in evidence.names("workload") if not evidence.factors[text].dtype.is_numeric()]
    if not texts:
        return True
    worked = rows.select("file_id", "config_id").join(
        evidence.factors.select("config_id", work=pl.struct(texts).rank("dense")), on="config_id"
    )
    return worked.group_by("file_id").agg(pl.col("work").unique().sort()).n_unique("work") == 1


def _finding(evidence: Evidence, rows: pl.DataFrame, sessions: list[Group]) -> Finding:
    import polars as pl

    config = evidence.factors.filter(pl.col("config_id") == rows["config_id"][0]).row(0, named=True)
    subject = _subject(config)
    metric, unit = rows["metric"][0], rows["unit"][0]
    size = range_pct(sessions)
    shown = "; ".join(f"{name(g.factors['path'])} {measured(g.mean, g.sd, unit)} (n = {g.n})" for g in sessions[:4])
    return Finding(
        kind="replicates",
        statement=(
            f"{subject}: the same recorded configuration in {count(len(sessions), 'file')} differs by {percent(size)} "
            f"in mean {metric_words(metric)}: {shown}."
        ),
        value=size, unit="percent", label="derived", n=sum(g.n for g in sessions),
        sources=tuple(Source(path=str(g.factors["path"])) for g in sessions[:12]),
        definition=(
            "largest ÷ smallest mean − 1 over files of equal columns and configuration; cold and failed rows left out"
        ),
        caveats=(
            (
                f"a difference between files smaller than {percent(size)} (here from "
                f"{amount(min(g.mean for g in sessions), unit)} to {amount(max(g.mean for g in sessions), unit)}) is "
                "no evidence of anything else"
            ),
        ),
        rank=3.5 * float(rows["weight"][0]) + min(size, 20) / 2,
        details={
            "metric": metric, "unit": unit, "config": _stated(config), "files": [g.worked() for g in sessions[:50]],
        },
    )  # fmt: skip


def _subject(config: dict[str, Any]) -> str:
    """The model with everything else that tells whose numbers these are."""
    entities = [config[key] for key in ENTITIES if config.get(key) is not None]
    first, *rest = [name(value, 60) for value in entities] or ["one configuration"]
    rest = [value for value in rest if value.lower() not in first.lower()]
    return f"{first} ({', '.join(rest)})" if rest else first


def _stated(config: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if value is not None and key not in {"config_id", "present"}}
