"""Judged numbers as marks over the text they stand in."""

from collections.abc import Iterable, Iterator

from chimera_tui.core.verify.results.numbers import JudgedNumber, line_starts
from chimera_tui.ui.markdown.marks import Mark


def marks_of(numbers: Iterable[JudgedNumber], text: str) -> Iterator[Mark]:
    """A mark for each number whose line the text has."""
    starts = line_starts(text)
    for one in numbers:
        if one.line < len(starts):
            start = starts[one.line - 1]
            yield Mark(
                start + one.start, start + one.end, one.label, one.reason, one.right or "", one.rule, bool(one.scope),
                one.sources,
            )  # fmt: skip
