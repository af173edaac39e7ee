"""Which factors there are, and what kind: what is measured, how it was configured, what it worked on, repetition."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

ENTITIES = ("model", "quant", "backend", "device", "dtype")
"""What is measured; each is ranked by its values."""
OPTIONS = ("num_gpu", "num_ctx", "batch", "concurrency", "top_k", "temperature", "top_p")
"""How it is run; together they are a configuration."""
WORKLOADS = ("input_tokens", "output_tokens")
"""What it works on."""

Kind = Literal["entity", "option", "workload", "repeat", "environment"]

MAX_EXTRA = 64
"""Extra factors that get a column of their own, the most common first; the others count as one text."""

_WORD = r"(?:^|[_\W])(?:{})(?:$|[_\W\d])"
_REPEAT = re.compile(
    _WORD.format(
        "run|rep|repeat|repetition|iter|iteration|trial|seed|idx|index|id|uuid|no|number|row|line|round|attempt"
        "|request|sample|timestamp|time|date|datetime|created|generated|exported|started|ended|at"
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


def kind_of(factor: str) -> Kind:
    """What a factor is, by its name alone."""
    if factor in ENTITIES:
        return "entity"
    if factor in OPTIONS:
        return "option"
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", factor).lower()
    if factor in WORKLOADS:
        return "workload"
    if _REPEAT.search(word):
        return "repeat"
    if _ENVIRONMENT.search(word):
        return "environment"
    return "workload" if _WORKLOAD.search(word) else "option"


def factor_frame(configs: pl.DataFrame) -> pl.DataFrame:
    """``config_id`` with one column a factor: numbers where all its values are numbers, else text."""
    import polars as pl

    known = configs.select("config_id", *ENTITIES, *OPTIONS, *WORKLOADS)
    columns = _extra_columns(configs["extra"].to_list(), taken=set(known.columns))
    frame = known.with_columns(columns) if columns else known
    frame = frame.with_columns(_base_model(frame).alias("base_model"))
    empty = [name for name in frame.columns if name != "config_id" and frame[name].null_count() == frame.height]
    keep = [name for name in frame.columns if name not in empty or name in ENTITIES or name == "base_model"]
    return frame.select(pl.col(keep))


def kinds(frame: pl.DataFrame) -> dict[str, Kind]:
    """Kind of every factor column of :func:`factor_frame`, ``base_model`` left out."""
    return {name: kind_of(name) for name in frame.columns if name not in {"config_id", "base_model"}}


def _extra_columns(texts: list[str | None], taken: set[str]) -> list[pl.Series]:
    """The ``extra`` JSON objects as columns."""
    import polars as pl

    decoded = [_decoded(text) for text in texts]
    common = Counter(key for extra in decoded for key in extra)
    own = [key for key, _ in sorted(common.items(), key=lambda item: (-item[1], item[0]))[:MAX_EXTRA]]
    columns = []
    for key in sorted(own):
        values = [extra.get(key) for extra in decoded]
        numeric = all(
            value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values
        )
        name = key if key not in taken else f"extra.{key}"
        columns.append(
            pl.Series(name, [None if v is None else float(v) for v in values], dtype=pl.Float64)
            if numeric
            else pl.Series(name, [None if v is None else _text(v) for v in values], dtype=pl.String)
        )
    if len(common) > len(own):
        rest = [{k: v for k, v in extra.items() if k not in own} for extra in decoded]
        columns.append(pl.Series("other factors", [_text(r) if r else None for r in rest], dtype=pl.String))
    return columns


def _decoded(text: str | None) -> dict[str, Any]:
    import msgspec

    if not text:
        return {}
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    import msgspec

    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()


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
