"""The library: the ``runs`` frame with what a reader looks for, and its groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import polars as pl

GROUPS = ("model", "configuration", "agent", "ending")
"""What reports are grouped by, in the order of the key."""
GROUPED = ("decode_tps", "ttft_s", "total_s", "verified")
"""What is averaged over the reports of a group."""
_SHORT = {"temperature": "temp"}
_FIRST = ("num_gpu", "num_ctx", "temperature", "top_p", "top_k")
"""Options that configurations differ in most; ``stop`` tells least and comes last."""


def shown(runs: pl.DataFrame) -> pl.DataFrame:
    """``runs`` with ``date`` (a day alone where no time is known), ``configuration`` and ``verified`` in percent."""
    import polars as pl

    day_alone = pl.col("started").dt.time() == pl.time(0, 0)
    words = [_configuration(*row) for row in runs.select("options_effective", "options_requested", "engine").rows()]
    text = [name for name, dtype in runs.schema.items() if dtype == pl.String]
    return runs.with_columns(pl.col(text).replace("", None)).with_columns(
        pl.when(day_alone).then(pl.col("started").dt.strftime("%Y-%m-%d"))
        .otherwise(pl.col("started").dt.strftime("%Y-%m-%d %H:%M")).alias("date"),
        pl.Series("configuration", words, dtype=pl.String),
        pl.when(pl.col("claims") > 0).then(100 * pl.col("supported") / pl.col("claims")).alias("verified"),
    )  # fmt: skip


def _configuration(effective: str | None, requested: str | None, engine: str | None) -> str:
    if engine == "offline":
        return "no model"
    options = _decoded(requested) | _decoded(effective)
    if not options:
        return "server defaults"
    first = [name for name in _FIRST if name in options]
    names = [*first, *(name for name in options if name not in _FIRST and name != "stop"), *({"stop"} & set(options))]
    return " ".join(f"{_SHORT.get(name, name)}={_plain(options[name])}" for name in names)


def _decoded(text: str | None) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text or "{}")
    except msgspec.MsgspecError:
        return {}
    return found if isinstance(found, dict) else {}


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def grouped(library: pl.DataFrame, by: str) -> pl.DataFrame:
    """One row a group: how many reports, and of each figure n, mean and standard deviation over reports."""
    import polars as pl

    figures = [
        one
        for name in GROUPED
        for one in (
            pl.col(name).count().alias(f"{name} n"), pl.col(name).mean().alias(f"{name} mean"),
            pl.col(name).std().alias(f"{name} std"),
        )
    ]  # fmt: skip
    return (
        library.group_by(by)
        .agg(pl.len().alias("reports"), pl.col("started").max().alias("latest"), *figures)
        .sort("reports", by, descending=[True, False], nulls_last=True)
    )
