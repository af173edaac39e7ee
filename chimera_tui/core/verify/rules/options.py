"""Values of settings (``num_ctx`` 2048, a temperature of 0.8): whether any row, or the report's own run, has them."""

from __future__ import annotations

import re

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import SUPPORTED, UNVERIFIABLE, Source, Verdict
from chimera_tui.core.verify.words.context import Context
from chimera_tui.core.verify.words.rows import factor_values

RULE = "setting"
NAMES = {
    "num_gpu": "num_gpu", "gpu_layers": "num_gpu", "n_gpu_layers": "num_gpu", "num_ctx": "num_ctx", "ctx": "num_ctx",
    "context": "num_ctx", "context_size": "num_ctx", "context_length": "num_ctx", "context_window": "num_ctx",
    "temperature": "temperature", "temp": "temperature", "top_p": "top_p", "top_k": "top_k", "batch": "batch",
    "batch_size": "batch", "concurrency": "concurrency", "repeat_penalty": "repeat_penalty",
}  # fmt: skip
_BEFORE = re.compile(
    r"\b("
    + "|".join(sorted((name.replace("_", "[_ ]") for name in NAMES), key=len, reverse=True))
    + (
        r")[`*\"]*\s*(?:(?:[=:(]|of|at|is|was|were|to|value|set|values?|settings?|levels?|from|between|"
        r"ranging|range|sizes?|=)[\s(`*]*){0,4}[\s(`*]*(?:[\d.]+,? (?:and |or )?)*$"
    ),
    re.IGNORECASE,
)
_INDEX = re.compile(r"^\W*(?:#|no\.?|rank|id|index|nr|run|step|phase|iteration|priority)?\W*$", re.IGNORECASE)


def judge_option(at: Context, facts: Facts) -> Verdict | None:
    """A number that the words or the column's head make a setting. Never contradicted: more may have been tried."""
    if (
        at.claim.kind not in (kinds.VALUE, kinds.COUNT)
        or at.claim.unit not in ("", "tokens", "layers")
        or at.canonical_unit[0] == "C"
    ):
        return None
    name = _name(at)
    if name is None:
        return _of_factor(at, facts)
    if facts.blocks and (own := facts.blocks.options.get(name)) is not None and agreement(at.claim, own):
        return Verdict(
            claim=at.claim,
            label=SUPPORTED,
            rule=RULE,
            reason=f"this report's own run: {name}={own:g}",
            sources=(Source("this report", field=name, value=own),),
        )
    values = _values(facts, name)
    if any(agreement(at.claim, value) for value in values):
        return Verdict(
            claim=at.claim,
            label=SUPPORTED,
            rule=RULE,
            reason=f"rows with {name}={at.claim.value:g} exist",
            unscoped=True,
            sources=(Source("the configurations in the data", field=name, value=at.claim.value),),
        )
    shown = ", ".join(f"{value:g}" for value in values[:8])
    return Verdict(
        claim=at.claim,
        label=UNVERIFIABLE,
        rule=RULE,
        reason=f"no row has this {name}" + (f"; there are {shown}" if shown else ""),
    )


def _of_factor(at: Context, facts: Facts) -> Verdict | None:
    """A value of any other factor that the files record; one that they do not have may be something else."""
    if facts.cells is None or at.claim.unit or not (found := factor_values(at, facts.cells)):
        return None
    name, values = found
    fit = next((value for value in values if agreement(at.claim, value)), None)
    if fit is None:
        return None
    source = Source("the configurations in the data", field=name, value=fit)
    reason = f"rows with {name}={fit:g} exist"
    return Verdict(claim=at.claim, label=SUPPORTED, rule=RULE, reason=reason, unscoped=True, sources=(source,))


def is_index(at: Context) -> bool:
    """Whether a number in a table only counts its rows."""
    return (
        at.in_row
        and at.column == 0
        and not at.claim.unit
        and at.claim.decimals == 0
        and bool(_INDEX.match(at.header))
        and bool(at.line.header)
    )


def _name(at: Context) -> str | None:
    if at.in_row and (name := NAMES.get(normalised(re.sub(r"\(.*?\)|[`*]", "", at.header)))):
        return name
    found = _BEFORE.search(at.before)
    return NAMES.get(normalised(found[1])) if found else None


def _values(facts: Facts, name: str) -> list[float]:
    if facts.cells is None:
        return []
    key = ("values of", name)
    if key not in facts.cells.memo:
        configs = facts.cells.frames.wide_configs
        numeric = name in configs.columns and configs[name].dtype.is_numeric()
        values = configs[name].drop_nulls().unique().to_list() if numeric else []
        facts.cells.memo[key] = sorted(float(value) for value in values)
    return facts.cells.memo[key]  # type: ignore[return-value]
