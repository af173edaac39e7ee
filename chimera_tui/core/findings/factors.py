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

Kind = Literal["entity", "option", "load", "workload", "held", "repeat", "environment"]
"""``held`` is no choice of options, so it stays equal in every comparison: the machine, before or after something."""

_WORD = r"(?:^|[_\W])(?:{})(?:$|[_\W\d])"
_REPEAT = re.compile(
    _WORD.format(
        "runs?|reps?|repeats?|repetitions?|iters?|iterations?|trials?|seed|idx|index|id|uuid|no|number|row|line|rounds?"
        "|attempt|requests?|samples?|warmup|timestamp|time|date|datetime|created|generated|exported|started|ended|at"
        "|experiment_?(?:name|id|label)"
    )
)
_ENVIRONMENT = re.compile(
    _WORD.format(
        "commit|hash|sha|host|hostname|machine|os|platform|python|version|build|driver|branch|user|path|file|filename"
        "|url|env|environment|cuda|torch|git|compiler|kernel|endpoint|address|port|uuid|serial|pci|bus"
        "|tokenizer|served_model|model_path"
    )
)
_WORKLOAD = re.compile(
    _WORD.format(
        "prompt|question|query|input|output|task|dataset|scenario|test|context|case|benchmark|message|text|depth"
        "|seq|length|len|height|width|channels|shape|dim|size|rows|name|label|description|title"
    )
)


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MACHINE = re.compile(
    r"^(?:cpu|gpu|processor|accelerator|hardware|machine|instance|node)s?(?:_?(?:info|name|model|type|kind))?$"
)
_AMOUNT = re.compile(r"^(?:num|n|total|completed|successful)_(?:prompts|requests|samples|queries|iterations|runs)$")
"""How much was measured, not on what."""
_RULES_OF_RUN = re.compile(
    r"^target_(?:qps|latency|duration)|^(?:min|max)_(?:duration|query_count|async_queries)|_satisfied$|^accuracy_log_"
    r"|^performance_(?:issue|sample)|^samples_per_query$|^(?:ttft|tpot)_latency"
)
"""How MLPerf's load generator decides whether a run counts: targets, limits and seeds, no options of the system."""
_STAGE = re.compile(r"(?:^|[_\W])(?:before|after|pre|post)(?:$|[_\W])", re.IGNORECASE)


_SIZE_OF_QUANT = re.compile(r"\s+-\s+(?:Small|Medium|Large|Extra large)\s*$|\s+mostly(?=\s|$)", re.IGNORECASE)
"""What llama.cpp adds to the name of a K quantisation."""
DERIVED = ("config_id", "base_model", "present")
"""Columns of :func:`factor_frame` that are no factor."""


_KNOWN: dict[str, Kind] = {
    **dict.fromkeys(ENTITIES, "entity"),
    **dict.fromkeys(OPTIONS, "option"),
    **dict.fromkeys(LOADS, "load"),
    **dict.fromkeys(WORKLOADS, "workload"),
    "scenario": "held",
}


def kind_of(factor: str) -> Kind:
    """What a factor is, by its name alone."""
    if factor in _KNOWN:
        return _KNOWN[factor]
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", factor).lower()
    if _MACHINE.search(word):
        return "held"
    if _REPEAT.search(word) or _AMOUNT.search(word):
        return "repeat"
    if _RULES_OF_RUN.search(word):
        return "environment"
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
    found = {name: kind_of(name) for name in frame.columns if name not in DERIVED}
    texts = [name for name, kind in found.items() if kind == "option" and frame[name].dtype == frame["present"].dtype]
    labels = [name for name in texts if _is_label(frame, name, found)]
    return (
        found | {name: "held" for name in texts if _all_stages(frame[name])}
        | dict.fromkeys(labels, "environment")
    )  # fmt: skip


def _is_label(frame: pl.DataFrame, text: str, found: dict[str, Kind]) -> bool:
    """Whether a text only says the number of another factor in words: ``4 threads`` beside ``threads`` = 4."""
    said = frame.select(text).drop_nulls().unique().height
    for other, kind in found.items():
        if other == text or kind not in ("option", "load", "workload") or not frame[other].dtype.is_numeric():
            continue
        pairs = frame.select(text, other).drop_nulls().unique()
        if not pairs.height == pairs[other].n_unique() == said or said < 2:
            continue
        if all(_NUMBER.findall(words) == [f"{number:g}"] for words, number in pairs.iter_rows()):
            return True
    return False


def _all_stages(values: pl.Series) -> bool:
    """Whether a factor only says what was before and what after something."""
    said = values.drop_nulls().unique().to_list()
    return len(said) > 1 and all(_STAGE.search(value) for value in said)


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
    bare = _SIZE_OF_QUANT.sub("", re.sub(r"\.gguf$", "", bare, flags=re.IGNORECASE))
    return bare.strip(" -_.:") or model
