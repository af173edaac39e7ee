"""What a count or a share is of: all files, a kind, a name pattern, a folder, kinds themselves, or something unknown."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.verify.cells import ENTITY_COLUMNS, plain
from chimera_tui.core.verify.context import Context, kinds_in
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.inventory import KIND_WORDS, File
from chimera_tui.core.verify.masks import FILE

ALL, KIND, PATTERN, KINDS, HEADINGS, FACTOR, OTHER = "all", "kind", "pattern", "kinds", "headings", "factor", "other"
_GLUE = (
    r"[\s*_`\"“”’':)(=,–—~≈-]*(?:(?:files?|documents?|formats?|types?|counts?|totals?|numbers?|of|are|is|was|were|n|with|"
    r"a|an|the|about|approximately|around|roughly|only|analy[sz]ed|found|processed|present|included|collected|in|all|data|"
    r"comprises?|represents?|representing|comprising|accounts?|accounting|make|makes|up|for|over|nearly|almost|at|has|have|contains?)"
    r"\b[\s*_`\"“”’':)(=,–—~≈-]*)*"
)
_KIND = r"(?P<kind>\b(?:" + "|".join(KIND_WORDS) + r")\b)"
_QUOTE = r"(?P<quote>[`\"“‘'][\w./:*-]{2,60}[`\"”’'])"
_FILES = r"(?P<files>\b(?:files?|documents?|dataset size)\b)"
_BEFORE = re.compile(rf"(?:{_KIND}|{_QUOTE}|{_FILES})(?={_GLUE}$)", re.IGNORECASE)
_ABOUT = re.compile(
    r"^\s*(?:files? |documents? )?\s*(?:\w+ )?(?:about|for|on|of|related to|associated with|from|named|called|containing|referencing|matching|in|"
    r"under|mentioning|with|whose names? contains?)\s+(?:the\s+|a\s+)?(?P<q>[\"“`‘'])?(?P<word>[\w./:*-]{2,60})",
    re.IGNORECASE,
)
_FACTORS = {"models": "model", "model": "model", "backends": "backend", "quantizations": "quant", "quantisations": "quant"}


class Subject(msgspec.Struct, frozen=True):
    """What is counted, and the ways to count it. ``sure`` is False where another reading may be meant."""

    what: str
    shown: str
    counts: tuple[int, ...] = ()
    kind: str | None = None
    sure: bool = True
    paths: tuple[str, ...] = ()


def subject_of(at: Context, facts: Facts) -> Subject | None:
    """What the claim counts; None where nothing that can be counted is named near it."""
    noun = at.claim.noun
    if noun:
        return _from_noun(at, facts, noun)
    return _from_row(at, facts) if at.in_row else _from_before(at, facts, at.before)


def _from_noun(at: Context, facts: Facts, noun: str) -> Subject | None:
    inventory = facts.inventory
    kinds = kinds_in(noun.replace(".", " "))
    last = noun.split()[-1]
    if last.startswith("heading"):
        return Subject(HEADINGS, "headings in Markdown files", () if facts.extra.headings is None else (facts.extra.headings,))
    if re.search(r"\b(?:formats?|types?)$", noun) and re.search(r"(?:^|\b)(?:file |data |different |main |distinct |primary |\w+ file )?(?:formats?|types?)$", noun):
        return Subject(KINDS, "kinds of file", (len([one for one in inventory.kinds.values() if one]),), sure=_of_files(at))
    if last in _FACTORS:
        return _factor(facts, _FACTORS[last])
    if not re.search(r"\b(?:files?|documents?|datasets?)$", noun):
        if kinds and last.startswith("report"):
            return _qualified(at, facts, _kind(facts, kinds[-1]))
        return Subject(OTHER, noun)
    if kinds:
        return _qualified(at, facts, _kind(facts, kinds[-1]))
    if last.startswith("dataset"):
        return Subject(OTHER, noun)
    if (named := _named_before(at, facts)) is not None:
        return named
    return _qualified(at, facts, _adjective(facts, noun) or _all(facts))


def _of_files(at: Context) -> bool:
    return bool(re.search(r"\b(?:files?|data|csv|json|markdown)", at.sentence, re.IGNORECASE))


def _named_before(at: Context, facts: Facts) -> Subject | None:
    """``CSV (28 files)``, ``JSON: 44 files``, ``reports/x/: 21 files``: what stands before, with nothing but glue between."""
    found = _from_row(at, facts, need=False) if at.in_row else _from_before(at, facts, at.before)
    return None if found is None or found.what == ALL else found


def _adjective(facts: Facts, noun: str) -> Subject | None:
    """``21 compilation files``: the words between number and noun, where they are in the names of files."""
    words = [word for word in re.findall(r"[a-z0-9_./-]+", noun)[:-1] if re.search(r"[\d_/]", word)]
    return _pattern(facts, words[-1], None) if words and words[-1] in facts.inventory.words else None


def _from_before(at: Context, facts: Facts, before: str) -> Subject | None:
    found = None
    for found in _BEFORE.finditer(before):
        pass
    if found is None:
        if re.match(r"\s*(?:in )?total\b", at.after) and re.search(r"\bfiles?\b", at.sentence, re.IGNORECASE):
            return _all(facts)
        return None
    if found["quote"]:
        return _quoted(facts, found["quote"].strip("`\"“”‘’'"), None)
    if found["kind"]:
        return _kind(facts, KIND_WORDS[found["kind"].lower()])
    start = max(before.rfind(",", 0, found.start()), before.rfind(";", 0, found.start())) + 1
    phrase = before[start : found.end()]
    if kinds := kinds_in(phrase[-40:]):
        return _kind(facts, kinds[-1])
    if quoted := re.findall(r"[\"“`]([\w./:-]{2,60})[\"”`]", phrase):
        return _quoted(facts, quoted[-1], None)
    if found["files"].lower().startswith("dataset"):
        return _all(facts) if re.match(r"\s*files", at.after, re.IGNORECASE) or at.claim.noun else None
    if re.search(r"\b(?:average|mean|per|size|other|new|large|small|failed|empty|duplicate\w*)\b", phrase, re.IGNORECASE) and not re.search(r"number", phrase):
        return None
    return _all(facts)


def _from_row(at: Context, facts: Facts, *, need: bool = True) -> Subject | None:
    own = _from_before(at, facts, at.before) if at.before.strip() else None
    if own is not None:
        return own
    first, head = at.cells[0] if at.cells else "", at.header
    counting = re.search(r"\b(?:files?|count|number|total|documents?|quantity|amount|#|share|percentage|%|proportion)\b|^n$", f"{head} {first}", re.IGNORECASE)
    if at.column <= 0 or (need and not counting):
        return None
    if re.search(r"size|bytes|latency|time|tokens|ttft|throughput|freq|headings?|lines?|rows?", f"{head} {first}", re.IGNORECASE):
        return None
    if (kinds := kinds_in(first)) and len(set(kinds)) == 1:
        return _kind(facts, kinds[0])
    if quoted := re.search(r"[`\"“]([\w./:*-]{2,60})[`\"”]", first):
        return _quoted(facts, quoted[1], None)
    if re.search(r"\btotal\b.*\bfiles?\b|\bfiles?\b.*\b(?:total|count|analy[sz]ed)\b|^\W*(?:all )?files\W*$", first, re.IGNORECASE):
        return _all(facts)
    if re.fullmatch(r"\W*(?:grand )?(?:total|all|sum)\W*", first, re.IGNORECASE) and re.search(r"files?|count|number|documents", head, re.IGNORECASE):
        return _all(facts)
    folder = first.strip("`*\" /").lower()
    if folder in facts.inventory.folders:
        return _quoted(facts, folder, None)
    return None


def _qualified(at: Context, facts: Facts, subject: Subject) -> Subject:
    """``28 CSV files about gemma3``: another target than 28 CSV files."""
    found = _ABOUT.match(at.after)
    if not found:
        return subject
    word = found["word"].strip(".,:*").lower()
    telling = re.search(r"[\d_/]", word) or word in facts.inventory.folders or _is_model(facts, word)
    if FILE.fullmatch(word) or not (found["q"] or telling) or word in KIND_WORDS:
        return subject
    narrowed = _pattern(facts, word, subject.kind)
    if found["q"] or re.search(r"[\d_/]", word):
        return narrowed if any(narrowed.counts) or found["q"] else subject
    return Subject(PATTERN, narrowed.shown, narrowed.counts + subject.counts, subject.kind, sure=False)


def _is_model(facts: Facts, word: str) -> bool:
    return facts.cells is not None and plain(word) in facts.cells.entities and len(plain(word)) > 3


def _all(facts: Facts) -> Subject:
    total = facts.inventory.total
    return Subject(ALL, "all files", () if total is None else (total,))


def _kind(facts: Facts, kind: str) -> Subject:
    count = facts.inventory.count(kind)
    return Subject(KIND, f"{kind} files", () if count is None else (count,), kind)


def _quoted(facts: Facts, name: str, kind: str | None) -> Subject | None:
    bare = name.lower().strip("*. ")
    if bare in KIND_WORDS:
        return _kind(facts, KIND_WORDS[bare])
    if FILE.fullmatch(name) and not name.startswith("*"):
        return None
    if "[" in name or not re.search(r"[a-z]", bare):
        return None
    return _pattern(facts, bare, kind)


def _pattern(facts: Facts, word: str, kind: str | None) -> Subject:
    inventory = facts.inventory
    if not inventory.known:
        return Subject(PATTERN, f"files named {word}", (), kind)
    wanted = word.strip("/*").lower()
    tight = plain(wanted)

    def in_name(one: File) -> bool:
        return (kind is None or one.kind == kind) and (wanted in one.name.lower() or tight in plain(one.name))

    def in_path(one: File) -> bool:
        return (kind is None or one.kind == kind) and (wanted in one.path.lower() or tight in plain(one.path))

    def as_word(one: File) -> bool:
        parts = re.split(r"[/_.-]", one.path.lower())
        return (kind is None or one.kind == kind) and (wanted in parts or wanted in one.path.lower().split("/"))

    counts = tuple(dict.fromkeys(
        inventory.where((name, wanted, kind), test)
        for name, test in (("name", in_name), ("path", in_path), ("word", as_word))
    ))  # fmt: skip
    paths = tuple(one.path for one in inventory.files if in_path(one))[:3]
    return Subject(PATTERN, f"files with {word} in their name or path", counts, kind, paths=paths)


def pattern_in(facts: Facts, text: str) -> Subject | None:
    """The first word of a text that names a folder or many files (``files associated with compilation``)."""
    for word in re.findall(r"[\w./:-]{3,60}", text):
        bare = word.strip(".,:/").lower()
        if bare in facts.inventory.folders or (re.search(r"[\d_]", bare) and bare in facts.inventory.words):
            return _pattern(facts, bare, None)
    return None


def _factor(facts: Facts, column: str) -> Subject:
    if facts.cells is None or column not in ENTITY_COLUMNS:
        return Subject(OTHER, f"{column}s")
    n = facts.cells.frames.configs[column].drop_nulls().n_unique()
    return Subject(FACTOR, f"different values of {column}", (n,), sure=False)
