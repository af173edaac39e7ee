"""What is wrong with a question, as a sentence that helps to ask it right."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from chimera_tui.core.inert import inert_line

if TYPE_CHECKING:
    from collections.abc import Iterable


class QueryError(ValueError):
    """A filter, grouping or SQL text that cannot be understood or must not be run."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like another, case aside."""
    by_folded = {other.casefold(): other for other in known}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    if found:
        return by_folded[found[0]]
    return next((other for folded, other in by_folded.items() if name.casefold() in folded), None)


def no_column(name: str, known: Iterable[str]) -> QueryError:
    """There is no such column; the nearest is named."""
    known = list(known)
    guess = nearest(name, known)
    hint = (
        f"; did you mean {guess}?" if guess else f"; there are {', '.join(known[:8])}{' …' if len(known) > 8 else ''}."
    )
    return QueryError(f"There is no column {quoted(name)}{hint}")


def column_named(name: str, known: Iterable[str]) -> str:
    """The column of that name, letter case aside where that is unambiguous."""
    known = list(known)
    if name in known:
        return name
    folded = [other for other in known if other.casefold() == name.casefold()]
    if len(folded) == 1:
        return folded[0]
    raise no_column(name, known)


def quoted(text: str) -> str:
    """Text inside a sentence: short, inert, in quotation marks."""
    return f"“{inert_line(text, 40)}”"
