"""Names as texts write them: in plain form, of metrics, of models and other factors."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.measure.lexicon import entries
from chimera_tui.core.measure.naming import normalised

if TYPE_CHECKING:
    import polars as pl

_PLAIN = re.compile(r"[^a-z0-9]+")
ENTITY_COLUMNS = ("model", "quant", "backend", "device", "dtype")
LONGEST_NAME = 48
EMPTY = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "for",
        "is",
        "was",
        "were",
        "are",
        "be",
        "to",
        "in",
        "at",
        "on",
        "and",
        "or",
        "by",
        "with",
        "value",
        "values",
        "result",
        "results",
        "performance",
        "observed",
        "measured",
        "recorded",
        "reported",
        "overall",
        "key",
        "model",
        "models",
        "file",
        "files",
        "data",
        "metric",
        "metrics",
        "per",
        "shows",
        "show",
        "has",
        "have",
        "had",
        "indicates",
        "about",
        "around",
        "approximately",
        "from",
        "as",
        "this",
        "that",
        "it",
        "its",
        "baseline",
        "run",
        "runs",
        "configuration",
        "config",
        "example",
        "e",
        "g",
        "score",
        "rate",
        "time",
        "test",
        "tests",
        "across",
        "all",
        "both",
        "respectively",
        "achieved",
        "achieves",
        "reached",
        "percentile",
        "percentiles",
        "statistics",
        "summary",
        "n",
        "which",
        "percent",
        "between",
        "ranging",
        "ranged",
        "ranges",
    ]
)
"""Words around a number that say nothing about what is measured."""


@lru_cache(maxsize=8192)
def plain(name: str) -> str:
    """A name's letters and digits alone."""
    return _PLAIN.sub("", name.lower())


def entities_of(configs: pl.DataFrame) -> dict[str, frozenset[int]]:
    """Configurations by the plain form of each name in them: models, quantisations, backends, other text factors."""
    found: dict[str, set[int]] = {}
    for row in configs.iter_rows(named=True):
        names = [row[column] for column in ENTITY_COLUMNS if row.get(column)]
        extra = msgspec.json.decode(row["extra"]) if row.get("extra") else {}
        names += [value for value in extra.values() if isinstance(value, str)]
        names += [name.rpartition("/")[2] for name in names if "/" in name]
        names += [f"{name}:latest" for name in names if name == row["model"] and ":" not in name]
        for name in names:
            if len(name) <= LONGEST_NAME and len(plain(name)) >= 2:
                found.setdefault(plain(name), set()).add(row["config_id"])
    return {name: frozenset(ids) for name, ids in found.items()}


@lru_cache(maxsize=1)
def phrases() -> dict[str, str]:
    """Canonical metrics by the words for them, in normal form: the lexicon's synonyms."""
    found: dict[str, str] = {}
    for table in entries().values():
        for field, entry in table.items():
            if entry.role.startswith("measure") and "." not in field:
                found.setdefault(normalised(field), entry.name)
    for field, entry in entries()["*"].items():
        if entry.role.startswith("measure"):
            found[normalised(field)] = entry.name
            found.setdefault(normalised(entry.name), entry.name)
    found.setdefault("first_token", "ttft")
    return found
