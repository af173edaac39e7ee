"""Which factors there are, and what kind: what is measured, how it was configured, what it worked on, repetition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

ENTITIES = ("model", "quant", "backend", "device", "dtype")
"""What is measured; each is ranked by its values."""
OPTIONS = ("num_gpu", "num_ctx", "batch", "top_k", "temperature", "top_p")
"""How it is run; together they are a configuration."""
LOADS = ("concurrency", "request_rate", "max_concurrency")
"""How much is asked of it at once: a serving benchmark varies it, a comparison holds it equal."""
WORKLOADS = ("input_tokens", "output_tokens")
"""What it works on."""

Kind = Literal["entity", "option", "load", "workload", "repeat", "environment"]

_WORD = r"(?:^|[_\W])(?:{})(?:$|[_\W\d])"
_REPEAT = re.compile(
    _WORD.format(
        "runs?|reps?|repeats?|repetitions?|iters?|iterations?|trials?|seed|idx|index|id|uuid|no|number|row|line|rounds?"
        "|attempt|requests?|samples?|warmup|timestamp|time|date|datetime|created|generated|exported|started|ended|at"
    )
)
_ENVIRONMENT = re.compile(
    _WORD.format(
        "commit|hash|sha|host|hostname|machine|os|platform|python|version|build|driver|branch|user|path|file|filename"
        "|url|env|environment|cuda|torch|git|compiler|kernel"
    )
)
_WORKLOAD = re.compile(
    _WORD.format(
        "prompt|question|query|input|output|task|dataset|scenario|test|context|case|benchmark|message|text|depth"
        "|seq|length|len|height|width|channels|shape|dim|size|rows|name|label|description|title"
    )
)


DERIVED = ("config_id", "base_model", "present")
"""Columns of :func:`factor_frame` that are no factor."""


_KNOWN: dict[str, Kind] = {
    **dict.fromkeys(ENTITIES, "entity"),
    **dict.fromkeys(OPTIONS, "option"),
    **dict.fromkeys(LOADS, "load"),
    **dict.fromkeys(WORKLOADS, "workload"),
}


def kind_of(factor: str) -> Kind:
    """What a factor is, by its name alone."""
    if factor in _KNOWN:
        return _KNOWN[factor]
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", factor).lower()
    if _REPEAT.search(word):
        return "repeat"
    if _ENVIRONMENT.search(word):
        return "environment"
    return "workload" if _WORKLOAD.search(word) else "option"


def factor_frame(configs: pl.DataFrame) -> pl.DataFrame:
    """The wide configurations with factors alone, those without any value dropped, ``base_model`` and ``present``.

    ``present`` says which options a configuration states at all: rows that state different ones are different things.
    """
    import polars as pl

    frame = configs.drop("path_conflict", "from_path", strict=False).with_columns(base_model=_base_model(configs))
    options = [name for name in frame.columns if name not in DERIVED and kind_of(name) == "option"]
    stated = [pl.when(pl.col(name).is_not_null()).then(pl.lit(name + " ")).otherwise(pl.lit("")) for name in options]
    frame = frame.with_columns(present=pl.concat_str([pl.lit(""), *stated]))
    always = {*DERIVED, *ENTITIES}
    keep = [name for name in frame.columns if name in always or frame[name].null_count() < frame.height]
    return frame.select(pl.col(keep))


def kinds(frame: pl.DataFrame) -> dict[str, Kind]:
    """Kind of every factor column of :func:`factor_frame`, the derived columns left out."""
    return {name: kind_of(name) for name in frame.columns if name not in DERIVED}


def _base_model(frame: pl.DataFrame) -> pl.Series:
    """The model's name without its quantisation, so that quantisations of one model can be set side by side."""
    import polars as pl

    pairs = frame.select("model", "quant").unique()
    base = [_without(model, quant) for model, quant in pairs.iter_rows()]
    return frame.select("model", "quant").join(
        pairs.with_columns(pl.Series("base", base, dtype=pl.String)),
        on=["model", "quant"], how="left", nulls_equal=True, maintain_order="left",
    )["base"]  # fmt: skip


def _without(model: str | None, quant: str | None) -> str | None:
    if model is None or not quant:
        return model
    bare = re.sub(re.escape(quant).replace("_", "[-_.]?"), "", model, flags=re.IGNORECASE)
    return bare.strip(" -_.:") or model
