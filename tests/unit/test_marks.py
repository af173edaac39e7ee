"""Marks lie on the characters they name, whatever the text is cut into and however it is wrapped."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Label
from chimera_tui.ui.markdown.document import Document
from chimera_tui.ui.markdown.lines import Line, overlaid
from chimera_tui.ui.markdown.marks import Mark, Marks
from chimera_tui.ui.markdown.options import ASCII, UNICODE, DrawOptions
from tests.unit.test_markdown_blocks import DOCUMENTS, cut, streamed

LABELS: tuple[Label, ...] = (SUPPORTED, CONTRADICTED, UNVERIFIABLE)


def numbered(text: str) -> str:
    """The text with a number of its own behind every word of letters."""
    numbers = iter(range(1_000_01, 10_000_000))
    return re.sub(r"\b(averyvery\w+|gemma3:1b|日本語|em)\b", lambda m: f"{m[0]} {next(numbers)}", text)


def marks_of(text: str) -> list[Mark]:
    found = re.finditer(r"\b1\d{5}\b", text)
    return [Mark(one.start(), one.end(), LABELS[number % 3]) for number, one in enumerate(found)]


def marked(lines: list[Line], marks: Marks) -> dict[Label, list[str]]:
    """The characters under each label's style, in the order of the rows."""
    found: dict[Label, list[str]] = {label: [] for label in LABELS}
    for line in lines:
        for low, high, label, glyph in marks.overlays(line, UNICODE):
            if not glyph:
                found[label].append(line.plain[low:high])  # type: ignore[index]
    return found


@settings(max_examples=150, deadline=None)
@given(
    DOCUMENTS, st.lists(st.integers(0, 5000), max_size=40), st.sampled_from([20, 47, 80]), st.sampled_from([33, 100])
)
def test_marks_are_on_their_characters_in_pieces_and_after_another_width(
    text: str, places: list[int], width: int, other: int
) -> None:
    text = numbered(text)
    wanted = marks_of(text)
    marks = Marks(reversed(wanted))
    document = streamed(cut(text, places), width, tails=True)
    for lines in (document.lines, _redrawn(document, other)):
        found = marked(lines, marks)
        for label in LABELS:
            digits = {text[mark.start : mark.end] for mark in wanted if mark.label == label}
            joined = "".join(found[label])
            shown = "".join(line.content for line in lines)
            assert re.fullmatch("(?:" + "|".join(digits) + ")*" if digits else "", joined), joined
            assert all(joined.count(number) == 1 for number in digits if shown.count(number) == 1)


def _redrawn(document: Document, width: int) -> list[Line]:
    document.redraw(width, DrawOptions())
    return document.lines


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, st.sampled_from([20, 80]))
def test_marks_never_change_where_text_stands(text: str, width: int) -> None:
    text = numbered(text)
    marks = Marks(marks_of(text))
    for line in streamed([text], width, tails=False).lines:
        drawn = "".join(span[0] for span in overlaid(line.spans, marks.overlays(line, ASCII)))
        assert len(drawn) == len(line.plain)
        assert all(new == old or (old == " " and new in "!?") for old, new in zip(line.plain, drawn, strict=True))


def test_glyphs_stand_before_the_word_and_the_worst_wins() -> None:
    (line,) = streamed(["of 44 (63.4 %) and 60-80 at num_ctx=512"], 80, tails=False).lines
    text = line.content
    marks = Marks(
        Mark(at := text.index(span), at + len(span), label)
        for span, label in (
            ("44", SUPPORTED), ("63.4 %", CONTRADICTED), ("60", CONTRADICTED), ("80", UNVERIFIABLE),
            ("512", UNVERIFIABLE),
        )
    )  # fmt: skip
    drawn = "".join(span[0] for span in overlaid(line.spans, marks.overlays(line, UNICODE)))
    assert drawn.strip() == "of 44✗(63.4 %) and✗60-80 at?num_ctx=512"


def test_a_place_has_one_mark_the_latest() -> None:
    marks = Marks([Mark(3, 5, UNVERIFIABLE), Mark(0, 1, SUPPORTED), Mark(3, 5, CONTRADICTED)])
    assert [mark.label for mark in marks.between(0, 9)] == [SUPPORTED, CONTRADICTED]
    assert (len(marks), len(marks.chosen([CONTRADICTED])), marks.between(1, 3)) == (2, 1, [])


def test_numbers_of_a_paragraph_too_long_for_inline_parsing_are_marked() -> None:
    text = "- " + "word " * 1500 + "and\n  then 44 of\n  them\n"
    start = text.index("44")
    (document, marks) = (streamed([text], 80, tails=True), Marks([Mark(start, start + 2, CONTRADICTED)]))
    assert marked(document.lines, marks)[CONTRADICTED] == ["44"]
    assert "then 44 of" in document.lines[document.line_of(start)].plain


@pytest.mark.parametrize(
    ("text", "nth"),
    [
        ("1. 1 of them\n", 1), ("1. **1** of them\n", 1), ("> 1) 1  \n>    and more\n", 1), ("## 1 ##\n", 0),
        ("| 1 | 1 |\n|---|---|\n| 1 | **1** |\n", 3), ("1 | 2\n--|--\n3 | 1\n", 1), ("a \\| 1 | 1\n--|--\nx | y\n", 1),
        ("[1](http://1.e) and 1\n", 2), ("    1\n", 0), ("- 1\n\n  1\n", 1),
    ],
)  # fmt: skip
def test_of_equal_numbers_the_right_one_is_marked(text: str, nth: int) -> None:
    places = [found.start() for found in re.finditer("1", text)]
    marks = Marks([Mark(places[nth], places[nth] + 1, CONTRADICTED)])
    before, found = 0, []
    for line in streamed([text], 80, tails=True).lines:
        for low, high, _, glyph in marks.overlays(line, UNICODE):
            if not glyph:
                assert line.plain[low:high] == "1"
                found.append(before + line.plain[:low].count("1"))
        before += line.plain.count("1")
    assert found == [nth]
