"""Words that make a count one of fewer files: ``28 CSV files about alpha``, ``12 in `runs/old```."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.inventory import KIND_WORDS
from chimera_tui.core.verify.rules.countable import KIND, PATTERN, Subject, pattern, quoted
from chimera_tui.core.verify.text.masks import FILE
from chimera_tui.core.verify.text.names import plain
from chimera_tui.core.verify.words.context import Context

_ABOUT = re.compile(
    r"^[\s)*]*(?:(?:files?|documents?)\s+)?,?\s*(?:(?:that|which) )?(?:(?:are|were|"
    r"is) )?(?:\w+ )??(?:about|for|on|of|related to|relating to|associated with|from|"
    r"named|called|(?:belong|relate|refer|pertain)\w* to|fall\w* (?:under|into)|deal\w* with|com(?:e|ing) from|"
    r"resid(?:e|ing) in|concern\w*|cover|describ(?:e|ing)|"
    r"containing|contain|mention|carry|include|have|referencing|reference|matching|in|under|below|beneath|inside|"
    r"mentioning|with|"
    r"whose names? contains?|dedicated to|covering|focus\w* on|pertaining to)\s+(?:the\s+|"
    r"a\s+)?"
    r"(?P<q>[\"“`‘'])?(?P<word>[\w./:*-]{2,60})",
    re.IGNORECASE,
)
NEUTRAL = frozenset(
    [
        "total",
        "unique",
        "different",
        "distinct",
        "individual",
        "separate",
        "benchmark",
        "data",
        "analyzed",
        "analysed",
        "input",
        "source",
        "various",
        "of",
        "the",
        "all",
        "diverse",
        "overall",
        "main",
        "related",
        "benchmarking",
        "result",
        "results",
        "such",
        "these",
        "those",
        "file",
        "document",
        "existing",
        "available",
        "collected",
        "processed",
        "primary",
        "major",
        "key",
        "in",
        "and",
        "which",
        "them",
        "these",
        "those",
    ]
)
_ABOUT_FILES = re.compile(
    r"\b(?:file\s?names?|names (?:that|with|contain\w*)|files?|documents?|director(?:y|ies)|folders?|named|naming)\b",
    re.IGNORECASE,
)
_NAMED_BEHIND = re.compile(
    r"\s*(?:of (?:them|these|those)\s*)?(?:(?:are|is|were|live|lives|sit|lie|located|found)\s+)?"
    r"(?:named|called|carry|carries|contain|contains|include|includes|mention|mentions|have|hold|with|in|under)\s+"
    r"(?:the )?(?:word |name |string |prefix |folder |directory )?[\"“`']([\w./:*-]{2,60})[\"”`']",
    re.IGNORECASE,
)


_OF_FILES = re.compile(r"\b(?:files?|these|folders?|names (?:that|with|contain\w*))\b", re.IGNORECASE)
_QUOTE = r"[\"“`']([\w./:*-]{2,60})[\"”`']"
_OCCURS = re.compile(
    rf"{_QUOTE}\W+(?:\w+ )?(?:(?:occurs?|appears?|shows? up|turns? up|(?:is|are) (?:found|contained)|is part)"
    r"\s+(?:in|of)|occurs?|appears?|is|are found|numbers?|shows? up)\s+(?:only |about |exactly )?$",
    re.IGNORECASE,
)
_IN_NAMES = re.compile(
    r"(?:times\b|\W*(?:(?:of (?:them|these|those)|(?:file\s?)?names?|files?|paths?)\b))", re.IGNORECASE
)
_PART = re.compile(
    r"\b(?:among (?:them|these|those|which)|of (?:which|these|those|them)|including|thereof|incl\.)\W*(?:\w+ )?$",
    re.IGNORECASE,
)
_FILES = ("files", "file", "documents")
_FOLDER = re.compile(rf"{_QUOTE}|(?<![\w/])([\w.-]+(?:/[\w.-]+)*/)(?![\w.])")


def occurring(at: Context, facts: Facts) -> Subject | None:
    """``"alpha" occurs in 17 file names``: the pattern stands before what counts it."""
    found = _OCCURS.search(at.before)
    if not found or not (_IN_NAMES.match(at.claim.noun) or _IN_NAMES.match(at.after.lstrip())):
        return None
    subject = named_pattern(at, facts, found[1])
    return subject if subject and subject.what == PATTERN and any(subject.counts) else None


def part_of(at: Context, facts: Facts, subject: Subject) -> Subject:
    """``runs/: 21 files, of which 9 are CSV``: those of the folder that was named, not all of the kind."""
    if subject.what != KIND or not _PART.search(at.before):
        return subject
    names = [one[1] or one[2] for one in _FOLDER.finditer(at.before)]
    if not names and any(one.noun in _FILES and at.reach[0] <= one.start < at.claim.start for one in at.claims):
        return subject
    whole = named_pattern(at, facts, names[-1]) if names else None
    if whole is None or whole.what != PATTERN:
        return unsure(subject)
    return pattern(facts, names[-1].strip("/").lower(), subject.kind)


def named_behind(at: Context, facts: Facts) -> Subject | None:
    """``21 carry "alpha" in their names``, ``another 12 in `runs/old```: files, where the sentence is about files."""
    found = _NAMED_BEHIND.match(at.after)
    if not found or at.claim.unit or not _OF_FILES.search(at.sentence):
        return None
    subject = named_pattern(at, facts, found[1])
    return subject if subject and any(subject.counts) else None


def unsure(subject: Subject) -> Subject:
    """The same where another reading may be meant."""
    return msgspec.structs.replace(subject, sure=False)


def named_pattern(at: Context, facts: Facts, name: str) -> Subject | None:
    """A quoted name as a pattern of file names, where the text speaks of files or the name is a folder."""
    subject = quoted(facts, name, None)
    if subject is None or subject.what != PATTERN:
        return subject
    said = " ".join((at.sentence, *at.line.parents, at.header, at.line.heading))
    if name.strip("/").lower() in facts.inventory.folders or name.endswith("/"):
        return subject
    return subject if _ABOUT_FILES.search(said) else (unsure(subject) if any(subject.counts) else None)


def qualified(at: Context, facts: Facts, subject: Subject) -> Subject:
    """``28 CSV files about gemma3``: another target than 28 CSV files; words that name no file leave it open."""
    after = at.after.lstrip()
    after = after[len(at.claim.noun) :] if after.lower().startswith(at.claim.noun) else at.after
    found = _ABOUT.match(after)
    if not found:
        return subject
    word = found["word"].strip(".,:*").lower()
    if FILE.fullmatch(word) or word in KIND_WORDS or word in NEUTRAL or re.match(r"\W*in total\b", at.after):
        return subject
    if found["q"] or re.search(r"[\d_/]", word):
        narrowed = pattern(facts, word, subject.kind)
        return narrowed if any(narrowed.counts) or found["q"] else unsure(subject)
    if word in facts.inventory.folders or _is_model(facts, word):
        narrowed = pattern(facts, word, subject.kind)
        return Subject(PATTERN, narrowed.shown, narrowed.counts + subject.counts, subject.kind, sure=False)
    return (
        subject
        if subject.what == KIND and not re.match(r"\W*(?:files? )?(?:named|called|under|about|related)", at.after)
        else unsure(subject)
    )


def _is_model(facts: Facts, word: str) -> bool:
    return facts.cells is not None and plain(word) in facts.cells.entities and len(plain(word)) > 3
