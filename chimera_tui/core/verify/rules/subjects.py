"""What a count or a share is of, by the words around it."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.verify.claim import SHARE
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.inventory import KIND_WORDS
from chimera_tui.core.verify.rules.countable import (
    ALL,
    FACTOR,
    HEADINGS,
    KINDS,
    OTHER,
    PATTERN,
    Subject,
    all_files,
    factor,
    kind_behind,
    kind_subject,
    pattern,
    quoted,
)
from chimera_tui.core.verify.rules.qualified import (
    NEUTRAL,
    named_behind,
    named_pattern,
    occurring,
    part_of,
    qualified,
    unsure,
)
from chimera_tui.core.verify.words.context import Context, kinds_in

_GLUE = (
    r"[\s*_`\"“”’':)(=,–—~≈-]*(?:(?:files?|documents?|formats?|types?|counts?|totals?|"
    r"another|dominant|most|common|largest|biggest|share|numbers?|of|are|is|was|were|n|with|"
    r"a|an|the|folders?|director(?:y|ies)|holds?|includes?|therefore|thus|also|now|\w+ly|about|approximately|around|roughly|only|analy[sz]ed|found|processed|"
    r"present|included|collected|in|all|data|"
    r"comprises?|represents?|representing|comprising|accounts?|accounting|make|makes|up|"
    r"for|over|nearly|almost|at|has|have|contains?|which)"
    r"\b[\s*_`\"“”’':)(=,–—~≈-]*)*"
)
_KIND = r"(?P<kind>\b(?:" + "|".join(KIND_WORDS) + r")\b)"
_QUOTE = r"(?P<quote>[`\"“‘'][\w./:*-]{2,60}[`\"”’'])"
_FOLDER = r"(?P<folder>(?<![\w/`])[\w.-]+(?:/[\w.-]+)*/(?![\w.]))"
_FILES = r"(?P<files>\b(?:files?|documents?|dataset size)\b)"
_BEFORE = re.compile(rf"(?:{_KIND}|{_QUOTE}|{_FOLDER}|{_FILES})(?={_GLUE}$)", re.IGNORECASE)
_WHOLE = re.compile(
    r"\b(?:total|all|overall|dataset|collection|repository|compris\w+|consist\w+|entire|"
    r"altogether|contains?|corpus|analy[sz]e[sd]?|analy[sz]ing|analysis|examin\w+|across|"
    r"data (?:has|holds|includes|contains)|holds|there (?:are|were))\b",
    re.IGNORECASE,
)
_COUNTING = re.compile(
    r"(?:(?:file|total|number|no\.?|#|of|the|document|overall|n|files|documents|count|counts|quantity|amount|share|"
    r"percentage|proportion|percent|value|in|dataset|repository|analy[sz]ed|%|\(%\)|\(|\)|/|&|and|type)\s*)+",
    re.IGNORECASE,
)
_KIND_OF_FILE = re.compile(r"\b(" + "|".join(KIND_WORDS) + r")\s+(?:files?|documents?|format)\b")
_GOES_ON = frozenset(
    [
        "and",
        "or",
        "in",
        "total",
        "while",
        "with",
        "which",
        "are",
        "were",
        "is",
        "but",
        "respectively",
        "making",
        "of",
        "out",
        "followed",
        "as",
        "for",
        "files",
        "file",
    ]
)
_OF_RESULTS = re.compile(r"(?:results?|data|measurements?|benchmark)\b")
"""Files that are called so may be all or those that are no documents."""
_LABELS = frozenset(("value", "values", "metric", "unit", "result", "score", "mean", "median", "average", "amount"))
"""What a number is given under: ``"value": 17`` counts no files with that word in their names."""
_FACTORS = {
    "models": "model",
    "model": "model",
    "backends": "backend",
    "quantizations": "quant",
    "quantisations": "quant",
}


def subject_of(at: Context, facts: Facts) -> Subject | None:
    """What the claim counts; None where nothing that can be counted is named near it."""
    if named := occurring(at, facts):
        return named
    if at.claim.noun:
        found = _from_noun(at, facts, at.claim.noun)
        return found and part_of(at, facts, found)
    if behind := kind_behind(at, facts) or named_behind(at, facts):
        return part_of(at, facts, behind)
    if at.before.rstrip().endswith("of which"):
        return None
    if at.in_row:
        return _from_row(at, facts)
    return _from_before(at, facts, at.before) or _from_before(at, facts, at.words_before)


def _from_noun(at: Context, facts: Facts, noun: str) -> Subject | None:  # noqa: PLR0911 - one way to read it a line
    inventory = facts.inventory
    kinds = kinds_in(noun.replace(".", " "))
    last = noun.rsplit(maxsplit=1)[-1]
    if last.startswith("heading"):
        return Subject(
            HEADINGS, "headings in Markdown files", () if facts.extra.headings is None else (facts.extra.headings,)
        )
    if re.fullmatch(
        r"(?:(?:different|main|distinct|primary|various|unique|of|the|these|data|\w+ file|file) )*(?:formats?|types?)",
        noun,
    ):
        return Subject(
            KINDS,
            "kinds of file",
            (len([one for one in inventory.kinds.values() if one]),),
            sure=_of_files(at) and not facts.inventory.empty,
        )
    if last.startswith("measurement") and facts.cells is not None:
        return Subject(FACTOR, "measurements", (facts.cells.frames.n_measurements,), sure=False)
    if last in _FACTORS:
        return factor(facts, _FACTORS[last])
    if re.search(r"\b(?:rows?|records?|entries)$", noun) and at.file_mentions:
        files = [one for one in inventory.named(at.file_mentions[0]) if one.rows is not None]
        return (
            Subject(PATTERN, f"rows of {files[0].path}", tuple(one.rows or 0 for one in files))
            if files
            else Subject(OTHER, noun)
        )
    if not re.search(r"\b(?:files?|documents?|datasets?)$", noun):
        if kinds and (last.startswith("report") or last in KIND_WORDS):
            return qualified(at, facts, kind_subject(facts, kinds[-1]))
        return Subject(OTHER, noun)
    if last.startswith("dataset"):
        return Subject(OTHER, noun)
    if kinds:
        one_kind = len(set(kinds)) == 1
        return qualified(at, facts, kind_subject(facts, kinds[-1]) if one_kind else unsure(all_files(facts)))
    if (named := _named_before(at, facts)) is not None:
        return named
    return _bare_files(at, facts, noun)


def _bare_files(at: Context, facts: Facts, noun: str) -> Subject:  # noqa: PLR0911 - one way to read it a line
    """``101 files``: all of them, unless the words around may mean others."""
    adjectives = [word for word in re.findall(r"[a-z0-9_.-]+", noun)[:-1] if word not in NEUTRAL]
    if adjectives:
        telling = [word for word in adjectives if word in facts.inventory.words]
        narrowed = pattern(facts, telling[-1], None) if telling else all_files(facts)
        return unsure(narrowed)
    subject = qualified(at, facts, all_files(facts))
    if subject.what != ALL:
        return subject
    if _OF_RESULTS.match(noun) and (documents := facts.inventory.count("markdown")) and subject.counts:
        return msgspec.structs.replace(subject, counts=(*subject.counts, subject.counts[0] - documents))
    said = set(_KIND_OF_FILE.findall(at.before.lower()))
    if len(said) == 1 and at.before.endswith("(") and len(set(kinds_in(at.before))) == 1:
        return kind_subject(facts, KIND_WORDS[said.pop()])
    near = at.before[-60:]
    if re.match(r"\W*(?:in |files )?(?:total|altogether|overall)\b", at.after) or _WHOLE.search(near):
        return subject
    named = [*kinds_in(at.sentence), *[kind for above in at.line.parents for kind in kinds_in(above)]]
    others = tuple(count for kind in dict.fromkeys(named) if (count := facts.inventory.count(kind)) is not None)
    patterned = re.search(r"[`\"“][\w./:*-]{2,60}[`\"”]|\w+/", at.before)
    if others or patterned or at.line.parents:
        before = kinds_in(at.before) or (named if len(set(named)) == 1 else [])
        nearest = facts.inventory.count(before[-1]) if before else None
        return Subject(
            ALL,
            f"{before[-1] if before else 'all'} files",
            (() if nearest is None else (nearest,)) + subject.counts,
            sure=False,
        )
    return subject


def _of_files(at: Context) -> bool:
    return bool(re.search(r"\b(?:files?|data|csv|json|markdown)", at.sentence, re.IGNORECASE))


def _named_before(at: Context, facts: Facts) -> Subject | None:
    """``CSV (28 files)``, ``JSON: 44 files``, ``x/: 21 files``: what stands before, with only glue between."""
    found = _from_row(at, facts, need=False) if at.in_row else _from_before(at, facts, at.before)
    return None if found is None or found.what == ALL else found


def _from_before(at: Context, facts: Facts, before: str) -> Subject | None:  # noqa: PLR0911 - one way to read it a line
    word = re.match(r"\s*([A-Za-z]+)", at.after)
    if word and not at.claim.noun and at.claim.kind != SHARE and word[1].lower() not in _GOES_ON:
        return None
    found = max(_BEFORE.finditer(before), key=lambda one: one.start(), default=None)
    if found is None:
        if re.match(r"\s*(?:in )?total\b", at.after) and re.search(r"\bfiles?\b", at.sentence, re.IGNORECASE):
            return all_files(facts)
        return None
    if found["quote"] or found["folder"]:
        name = (found["quote"] or found["folder"]).strip("`\"“”‘’'")
        return None if name.lower() in _LABELS else named_pattern(at, facts, name)
    if found["kind"]:
        return kind_subject(facts, KIND_WORDS[found["kind"].lower()])
    start = max(before.rfind(",", 0, found.start()), before.rfind(";", 0, found.start())) + 1
    phrase = before[start : found.end()]
    if kinds := kinds_in(phrase[-40:]):
        return kind_subject(facts, kinds[-1])
    if names := re.findall(r"[\"“`]([\w./:-]{2,60})[\"”`]", phrase):
        return named_pattern(at, facts, names[-1])
    if found["files"].lower().startswith("dataset"):
        return all_files(facts) if re.match(r"\s*files", at.after, re.IGNORECASE) or at.claim.noun else None
    if re.search(
        r"\b(?:average|mean|per|size|other|new|large|small|failed|empty|duplicate\w*)\b", phrase, re.IGNORECASE
    ) and not re.search(r"number", phrase):
        return None
    return all_files(facts)


def _from_row(at: Context, facts: Facts, *, need: bool = True) -> Subject | None:  # noqa: PLR0911 - one way to read it a line
    own = _from_before(at, facts, at.before) if at.before.strip() else None
    if own is not None:
        return own
    first, head = at.cells[0] if at.cells else "", at.header
    counting = _COUNTING.fullmatch(head.strip("*` "))
    if at.column <= 0 or (need and not counting):
        return None
    if re.search(
        r"size|bytes|latency|time|tokens|ttft|throughput|freq|headings?|lines?|rows?", f"{head} {first}", re.IGNORECASE
    ):
        return None
    if (kinds := kinds_in(first)) and len(set(kinds)) == 1:
        return kind_subject(facts, kinds[0])
    if name := re.search(r"[`\"“]([\w./:*-]{2,60})[`\"”]", first):
        return quoted(facts, name[1], None)
    if re.search(
        r"\btotal\b.*\bfiles?\b|\bfiles?\b.*\b(?:total|count|analy[sz]ed)\b|^\W*(?:all )?files\W*$",
        first,
        re.IGNORECASE,
    ):
        return all_files(facts)
    if re.fullmatch(r"\W*(?:grand )?(?:total|all|sum)\W*", first, re.IGNORECASE) and re.search(
        r"files?|count|number|documents", head, re.IGNORECASE
    ):
        return all_files(facts)
    folder = first.strip('`*" /').lower()
    if folder in facts.inventory.folders:
        return quoted(facts, folder, None)
    return None
