"""What can be counted: all files, those of a kind, those of a name or in a folder, values of a factor."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.inventory import KIND_WORDS, File
from chimera_tui.core.verify.text.masks import FILE
from chimera_tui.core.verify.text.names import ENTITY_COLUMNS, plain
from chimera_tui.core.verify.words.context import Context

ALL, KIND, PATTERN, KINDS, HEADINGS, FACTOR, OTHER = "all", "kind", "pattern", "kinds", "headings", "factor", "other"


class Subject(msgspec.Struct, frozen=True):
    """What is counted, and the ways to count it. ``sure`` is False where another reading may be meant."""

    what: str
    shown: str
    counts: tuple[int, ...] = ()
    kind: str | None = None
    sure: bool = True
    paths: tuple[str, ...] = ()


def all_files(facts: Facts) -> Subject:
    """All files that were analysed."""
    total = facts.inventory.total
    return Subject(ALL, "all files", () if total is None else (total,))


def kind_subject(facts: Facts, kind: str) -> Subject:
    """All files of a kind."""
    count = facts.inventory.count(kind)
    return Subject(KIND, f"{kind} files", () if count is None else (count,), kind)


_BEHIND = re.compile(
    r"[\s)*]*(?:of (?:them|the (?:files|data|dataset|total))\s*)?(?:files? )?(?:are|is|being|were|was)\s+"
    r"(?:in )?(?:an? )?"
    r"([A-Za-z]+)\b",
    re.IGNORECASE,
)


def kind_behind(at: Context, facts: Facts) -> Subject | None:
    """``44 are JSON``, ``29% is Markdown``: the kind that follows the number."""
    found = _BEHIND.match(at.after)
    return kind_subject(facts, KIND_WORDS[found[1].lower()]) if found and found[1].lower() in KIND_WORDS else None


def quoted(facts: Facts, name: str, kind: str | None) -> Subject | None:
    """A quoted name: a kind, or a pattern of names; None where it is one file or no name."""
    bare = name.lower().strip("*. ")
    if bare in KIND_WORDS:
        return kind_subject(facts, KIND_WORDS[bare])
    if FILE.fullmatch(name) and not name.startswith("*"):
        return None
    if "[" in name or not re.search(r"[a-z]", bare):
        return None
    return pattern(facts, bare, kind)


def pattern(facts: Facts, word: str, kind: str | None) -> Subject:
    """Files with a word in their names, paths or folders: each a way to count."""
    inventory = facts.inventory
    if not inventory.known:
        return Subject(PATTERN, f"files named {word}", (), kind)
    wanted = word.strip("/*").lower()
    tight = plain(wanted)

    def in_name(one: File) -> bool:
        return (kind is None or one.kind == kind) and (wanted in one.name.lower() or tight in plain(one.name))

    def in_path(one: File) -> bool:
        return (kind is None or one.kind == kind) and (wanted in one.path.lower() or tight in plain(one.path))

    def in_folder(one: File) -> bool:
        return (kind is None or one.kind == kind) and f"/{wanted}/" in f"/{one.path.lower()}"

    def as_word(one: File) -> bool:
        parts = re.split(r"[/_.-]", one.path.lower())
        return (kind is None or one.kind == kind) and (wanted in parts or wanted in one.path.lower().split("/"))

    folder_only = word.endswith("/") or (wanted in inventory.folders and "/" in wanted)
    tests = (
        (("folder", in_folder),)
        if folder_only
        else (("name", in_name), ("path", in_path), ("word", as_word), ("folder", in_folder))
    )
    counts = tuple(dict.fromkeys(
        inventory.where((name, wanted, kind), test)
        for name, test in tests
    ))  # fmt: skip
    paths = tuple(one.path for one in inventory.files if in_path(one))[:3]
    return Subject(PATTERN, f"files with {word} in their name or path", counts, kind, paths=paths)


def pattern_in(facts: Facts, text: str) -> Subject | None:
    """The first word of a text that names a folder or many files (``files associated with compilation``)."""
    for word in re.findall(r"[\w./:-]{3,60}", text):
        bare = word.strip(".,:/").lower()
        if bare in facts.inventory.folders or (re.search(r"[\d_]", bare) and bare in facts.inventory.words):
            return pattern(facts, bare, None)
    return None


def factor(facts: Facts, column: str) -> Subject:
    """How many models, backends or quantisations the configurations name."""
    if facts.cells is None or column not in ENTITY_COLUMNS:
        return Subject(OTHER, f"{column}s")
    n = facts.cells.frames.configs[column].drop_nulls().n_unique()
    return Subject(FACTOR, f"different values of {column}", (n,), sure=False)
