"""Counts of rows and of different values, and shares of rows that failed, in the file that a text is about.

Asked where no other rule decides, and only ever supports: which rows are counted is seldom said outright.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify import claim as kinds
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.text.masks import FILE
from chimera_tui.core.verify.text.names import ENTITY_COLUMNS
from chimera_tui.core.verify.tolerance import agreement
from chimera_tui.core.verify.verdict import SUPPORTED, Source, Verdict
from chimera_tui.core.verify.words.context import Context
from chimera_tui.core.verify.words.factor_values import values_of
from chimera_tui.core.verify.words.mentions import Vocabulary, vocabulary
from chimera_tui.core.verify.words.nearness import nearness
from chimera_tui.core.verify.words.rows import SETTINGS

RULE = "rows"
MOST_FILES = 2
"""Files named near a count that are looked at."""
MOST_COUNTS = 2
"""Of more different counts in the files that have the rows named, one agrees with a number by chance."""
_ROWS = re.compile(
    r"(?:rows?|runs?|records?|entries|measurements?|observations?|trials?|executions?|requests?|samples?)$"
)
_UNITS = ("", "samples", "rows")
_CONFIGS = re.compile(r"(?:config(?:uration)?s?|combinations?|settings)$")
_BAD = re.compile(
    r"\s*(?:of (?:them|these|those|the)\b ?)?(?:(?:rows?|runs?|records?|entries|measurements?|observations?|trials?) )?"
    r"(?:(?:have|had|has|are|were|is|was|that|which|recorded as|stored as) )*"
    r"(?:failed|failures?|timed out|timeouts?|time-?outs|errors?|errored|aborted|crashed|unsuccessful|"
    r"ooms?|out[- ]of[- ]memory)\b",
    re.IGNORECASE,
)
_FAILED_SHARE = re.compile(r"\b(?:failure|error) rate\W*(?:is|was|of|:|at|=)?\W*$", re.IGNORECASE)
_FACTORS = {
    "model": "model", "network": "model", "gpu": "device", "device": "device", "card": "device",
    "quantization": "quant", "quantisation": "quant", "quant": "quant", "backend": "backend", "engine": "backend",
    "runtime": "backend", "precision": "quant", "weight format": "quant", "variant": "model",
    "context length": "num_ctx", "context size": "num_ctx", "batch size": "batch", "thread count": "threads",
}  # fmt: skip
"""How texts call what configurations are told apart by."""
_VALUES_OF = re.compile(
    r"(?:\s*(?:different |distinct )?(?:values|settings|levels))?\s+(?:of|for)\s+[`*]*([A-Za-z]\w+)"
)
_OF_FILES = re.compile(r"[^.;,]{0,60}?\b(?:are|is|were|was|come|have) (?:for|from|of|about|with|runs)\b")
"""Which files: those with such rows."""
Groups = frozenset[int]


def judge_rows(at: Context, facts: Facts) -> Verdict | None:
    """Supported where so many rows, failures or different values are in the file that the text is about."""
    if facts.cells is None or at.claim.decimals > 1 or at.in_row:
        return None
    known = vocabulary(facts.cells)
    share = at.claim.kind == kinds.SHARE and _FAILED_SHARE.search(at.before) is not None
    counted = at.claim.kind in (kinds.COUNT, kinds.VALUE) and at.claim.unit in _UNITS and at.claim.value >= 2
    if not known.known or not (share or counted):
        return None
    if verdict := _listed(at, facts.cells, known):
        return verdict
    for where, groups in _scopes(at, facts, known):
        for value, what in _counts(at, facts.cells, known, groups, share=share):
            if agreement(at.claim, value):
                return Verdict(
                    claim=at.claim, label=SUPPORTED, rule=RULE, reason=f"{value:g} {what} in {where}", reading=what,
                    sources=(Source(where, field=what, value=value),),
                )  # fmt: skip
    return None


_LIST = re.compile(r"[^.;:(]{0,60}[:(]\s*([^.;()]{3,200})")


def _listed(at: Context, cells: Cells, known: Vocabulary) -> Verdict | None:
    """Supported where so many names of the files follow in a list: ``three models were tested: A, B and C``."""
    found = _LIST.match(at.after)
    names = _factors(at, cells) if found else []
    parts = [one for one in re.split(r", (?:and )?| and ", found[1].strip()) if one.strip()] if found else []
    if not names or len(parts) != at.claim.value:
        return None
    groups = [[one.groups for one in known.mentions(part) if not one.setting] for part in parts]
    values = [{value for name in names for group in its[0] for value in values_of(cells, name).get(group, ())}
              if len(its) == 1 else set() for its in groups]  # fmt: skip
    if not all(values) or len({frozenset(its) for its in values}) != len(parts):
        return None
    reason = f"the files have each of the {len(parts)} that are listed"
    source = Source("the configurations in the data", field=names[0], value=float(len(parts)))
    return Verdict(claim=at.claim, label=SUPPORTED, rule=RULE, reason=reason, reading=names[0], sources=(source,))


def _scopes(at: Context, facts: Facts, known: Vocabulary) -> Iterator[tuple[str, Groups]]:
    """The rows of each file that the text is about, the nearest first, without those that it does not name.

    Where it is about no file, those of every file that has the rows named, if they are nearly alike in number.
    """
    own = _named(at, known)
    mentions = list(dict.fromkeys((*at.file_mentions, *_above(at), *at.line.about)))[:MOST_FILES]
    if not at.file_mentions:
        yield from _folder(at, facts, known, own)
    for mention in mentions:
        for file in facts.inventory.named(mention)[:1]:
            groups = frozenset(known.by_file.get(file.file_id, ()))
            groups = groups & own if own is not None else groups
            if groups:
                yield file.path, groups
    if own and not mentions:
        apart = {one: own & its for one, its in known.by_file.items() if not own.isdisjoint(its)}
        if len({len(its) for its in apart.values()}) <= MOST_COUNTS:
            yield from ((known.cells.path(one), its) for one, its in sorted(apart.items()))
        if len(apart) > 1:
            yield "the rows named", own


def _folder(at: Context, facts: Facts, known: Vocabulary, own: Groups | None) -> Iterator[tuple[str, Groups]]:
    """The rows of the last folder that the line names: of all its files, and of those of one kind."""
    named = [one.strip("`/").lower() for one in _FOLDER.findall(at.text, 0, at.reach[1])]
    folder = next((one for one in reversed(named) if one in facts.inventory.folders), "")
    files = [one for one in facts.inventory.files if folder and f"/{folder}/" in f"/{one.path.lower()}"]
    for kind in ("", *dict.fromkeys(one.kind for one in files)):
        ids = [one.file_id for one in files if one.kind == (kind or one.kind)]
        groups = frozenset(group for one in ids for group in known.by_file.get(one, ()))
        groups = groups & own if own is not None else groups
        if groups:
            yield f"{folder}/ {kind}".strip(), groups


_FOLDER = re.compile(r"`[\w./-]{2,80}`|(?<![\w./-])[\w.-]+(?:/[\w.-]+)+/?")


def _above(at: Context) -> list[str]:
    """The files that the line names before the claim's sentence, the last first."""
    return [one[0] for one in FILE.finditer(at.text, 0, at.reach[0])][::-1]


def _named(at: Context, known: Vocabulary) -> Groups | None:
    """The groups that the claim's own words name; None where they name none."""
    own = f"{nearness(at, known).lead} ; {_END.split(at.after)[0]}"
    found: Groups | None = None
    for one in known.mentions(FILE.sub(" ", own)):
        found = one.groups if found is None else (found & one.groups) or found
    return found


_END = re.compile(r"[,;:(](?=\s|\w)|\.(?=\s|$)")


def _counts(
    at: Context, cells: Cells, known: Vocabulary, groups: Groups, *, share: bool
) -> Iterator[tuple[float, str]]:
    rows, failed = _observations(cells, known, groups)
    if share:
        yield 100.0 * failed / max(rows, 1), "% of the rows failed"
    elif _BAD.match(at.text, _behind(at)):
        yield float(failed), "rows failed"
    elif at.claim.unit:
        yield float(rows), at.claim.unit
    elif names := _factors(at, cells):
        for name in names:
            different = {value for one in groups for value in values_of(cells, name).get(one, ())}
            yield float(len(different)), f"different values of {name}"
    elif _ROWS.search(at.claim.noun):
        yield float(rows), "rows"
    elif at.claim.noun.endswith("files") and _OF_FILES.match(at.after) and at.claim.value > 1:
        yield float(len({known.file_of(one) for one in groups})), "files"
    elif _CONFIGS.search(at.claim.noun):
        yield float(len(groups)), "configurations"


def _behind(at: Context) -> int:
    """Where the number itself ends: a noun may be part of the claim."""
    return at.claim.start + len(at.claim.span.split()[0])


def _observations(cells: Cells, known: Vocabulary, groups: Groups) -> tuple[int, int]:
    """How many rows some groups have, and how many of them failed."""
    import polars as pl

    if "observations" not in cells.memo:
        frame = cells.frames.cells.group_by("file_id", "config_id").agg(
            pl.col("record").n_unique().alias("n"),
            pl.col("record").filter(pl.col("status") != 0).n_unique().alias("bad"),
        )
        cells.memo["observations"] = {
            known.number[file_id, config_id]: (n, bad) for file_id, config_id, n, bad in frame.rows()
        }
    table: dict[int, tuple[int, int]] = cells.memo["observations"]  # type: ignore[assignment]
    return sum(table[one][0] for one in groups), sum(table[one][1] for one in groups)


def _factors(at: Context, cells: Cells) -> list[str]:
    """The factors whose values may be counted; none where the text counts something else."""
    names = _names(cells)
    if found := _VALUES_OF.match(at.text, _behind(at)):
        return names.get(_one(normalised(found[1])), [])
    words = at.claim.noun.split()
    last = [_one(sep.join(words[-n:])) for n in (2, 1) for sep in " _"[:n] if len(words) >= n]
    return [name for one in last for name in (*names.get(one, ()), *([_FACTORS[one]] if one in _FACTORS else ()))]


def _one(word: str) -> str:
    return re.sub(r"(?<=[a-z]{2})s$", "", word)


def _names(cells: Cells) -> dict[str, list[str]]:
    """The factors of the configurations, by their names in the singular and in normal form."""
    if "factor names" not in cells.memo:
        extra = [
            name
            for row in cells.frames.configs["extra"].drop_nulls().unique(maintain_order=True)
            for name in msgspec.json.decode(row)
        ]
        found: dict[str, list[str]] = {}
        for name in dict.fromkeys((*ENTITY_COLUMNS, *SETTINGS, *extra)):
            found.setdefault(_one(normalised(name)), []).append(name)
        cells.memo["factor names"] = found
    return cells.memo["factor names"]  # type: ignore[return-value]
