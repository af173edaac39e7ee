"""Names beside a number that the files do not know: what is said of them is not said of any row."""

from __future__ import annotations

import re

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.text.masks import FILE
from chimera_tui.core.verify.text.names import EMPTY
from chimera_tui.core.verify.words.context import Context, statistic_in, words_of
from chimera_tui.core.verify.words.mentions import stop_words, tokens_of, vocabulary
from chimera_tui.core.verify.words.nearness import Nearness, nearness

_NOTHING = EMPTY | {
    "standard",
    "deviation",
    "figure",
    "figures",
    "number",
    "seen",
    "whole",
    "entire",
    "sweep",
    "comes",
    "card",
    "needs",
    "need",
    "takes",
    "took",
    "uses",
    "used",
    "manages",
    "managed",
    "reaches",
    "delivers",
    "delivered",
    "yields",
    "gets",
    "hits",
    "has",
    "shows",
    "scores",
    "only",
    "just",
    "still",
    "even",
    "about",
    "some",
    "roughly",
    "lasts",
    "lasted",
    "averages",
    "averaging",
    "second",
    "third",
    "respectively",
    "therefore",
    "thus",
    "hence",
}


def content(near: Nearness) -> list[str]:
    """What the claim's own words say beside the names of rows."""
    text = FILE.sub(lambda one: " " * len(one[0]), near.lead)
    for one in reversed(near.known.mentions(text)):
        text = f"{text[: one.start]} {text[one.end :]}"
    known = near.known.words
    return [
        word for word in words_of(text)
        if len(word) > 2 and word not in _NOTHING and word not in known and not statistic_in(word)
    ]  # fmt: skip


_FOR = re.compile(r"\s*\W?(?:for|of) (?:the |an? )?([A-Za-z][A-Za-z-]{3,})\b")


def of_another(near: Nearness) -> bool:
    """Whether the words right behind the number say what it is of, and no row has that name: ``2 s for the parser``."""
    found = _FOR.match(near.tail)
    if not found or near.known.mentions(found[1]):
        return False
    words = words_of(found[1])
    return not any(word in near.known.words or word in EMPTY | stop_words() | _NOTHING for word in words)


_OWN = re.compile(r"\s*(?:for|with|under|on|in) (?:the |an? )?[A-Za-z]{3,}")


def of_the_next(near: Nearness) -> bool:
    """``0.75 for the baseline and 0.375 for alpha``: its own words name no row, the name behind is of the next."""
    return bool(_OWN.match(near.tail)) and not near.known.mentions(near.tail) and bool(near.mentions(2))


_NAME = re.compile(
    r"(?<![\w.`])[A-Za-z]+[-_]?\d[\w.-]*|(?<![\w.])\d+[A-Za-z]\w*\b|(?<=[a-z0-9,)] )[A-Z][A-Za-z]{3,}\w*"
)


def unknown_names(at: Context, near: Nearness) -> bool:
    """Whether the claim's own words hold a name that no row has: then it is about something else."""
    return unknown_in(near, f"{near.lead} ; {near.tail}" if not at.in_row else f"{at.before} ; {near.row}")


def unknown_in(near: Nearness, own: str) -> bool:
    """Whether some words hold a name that no row has."""
    known = near.known.mentions(own)
    fields = near.known.words
    return any(
        not any(one.start <= its.start() < one.end or its.start() <= one.start < its.end() for one in known)
        and not statistic_in(its[0])
        and normalised(its[0]) not in fields
        for its in _NAME.finditer(own)
    )


def names_no_row(at: Context, cells: Cells) -> bool:
    """Whether the words beside a number name something like a model, and no row has a part of that name."""
    known = vocabulary(cells)
    if not known.known:
        return False
    near = nearness(at, known)
    own = f"{near.lead} ; {near.tail}" if not at.in_row else f"{at.before} ; {near.row}"
    return any(not any(word in known.values for word, _, _ in tokens_of(its[0])) for its in _MODEL.finditer(own))


def other_subject(at: Context, cells: Cells) -> bool:
    """Whether the words beside a number hold a name that the files do not know: nothing then refutes it."""
    known = vocabulary(cells)
    near = nearness(at, known)
    if not known.known or at.in_row:
        return False
    shouted = [
        one for one in re.findall(r"\b[A-Z]{4,}\b", near.lead) if normalised(one) not in known.words | stop_words()
    ]
    strange = [word for one in shouted for word, _, _ in tokens_of(one) if word not in known.values]
    return bool(strange) or unknown_names(at, near)


_MODEL = re.compile(r"\b[A-Z][A-Za-z]{2,}(?:-\d+(?:\.\d+)?)?-\d+(?:\.\d+)?[BM]\b")
