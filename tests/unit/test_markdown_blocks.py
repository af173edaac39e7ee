"""Markdown that streams ends as the same rows as Markdown rendered at once."""

import time
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chimera_tui.ui.markdown.blocks import BlockMaker
from chimera_tui.ui.markdown.changes import changed_cells
from chimera_tui.ui.markdown.document import Document
from chimera_tui.ui.markdown.lines import Line, spans_cells
from chimera_tui.ui.markdown.options import DrawOptions

OPTIONS = DrawOptions()

WORDS = st.sampled_from(
    """
    tok/s gemma3:1b **bold** *em* `code_x` 12.5 日本語 👩‍🔬 ⚠️ é [a] [b](http://x.y) [t][a] <b> <br> a|b \\|
    &amp; ~~x~~ ![i](u.png) \x1b[31m \u202e - 1. # averyveryverylongwordwithoutanyspaceinitwhatsoever [[table:T1]] <div>
    <http://auto.link> *** _x_ ] [ ``` --- === >
    """.split()  # noqa: SIM905  # a text, cut here
)
TEXT = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)


@st.composite
def tables(draw: st.DrawFn) -> str:
    columns = draw(st.integers(1, 4))
    marks = st.sampled_from(["---", ":--", "--:", ":-:"])
    row = st.lists(TEXT, min_size=1, max_size=columns + 1).map(lambda cells: "| " + " | ".join(cells) + " |")
    head = (
        "| "
        + " | ".join(draw(st.lists(TEXT.map(lambda t: t.replace("|", "")), min_size=columns, max_size=columns)))
        + " |"
    )
    rule = "|" + "|".join(draw(st.lists(marks, min_size=columns, max_size=columns))) + "|"
    return "\n".join([head, rule, *draw(st.lists(row, max_size=6))])


@st.composite
def nested_lists(draw: st.DrawFn) -> str:
    lines = []
    for _ in range(draw(st.integers(1, 8))):
        indent = draw(st.sampled_from(["", "", "  ", "   ", "    ", "      "]))
        mark = draw(
            st.sampled_from(["- ", "* ", "+ ", "1. ", "1. ", "7) ", "  ", "> ", "- > ", "- # ", "- ```\n", "-"])
        )
        lines.append(indent + mark + draw(TEXT) + draw(st.sampled_from(["", "", "\n"])))
    return "\n".join(lines)


@st.composite
def fences(draw: st.DrawFn) -> str:
    mark = draw(st.sampled_from(["```", "~~~", "````", "  ```"]))
    language = draw(st.sampled_from(["", "python", "json", "nosuchlanguage", "markdown x", "`"]))
    lines = draw(st.lists(st.one_of(TEXT, st.just("\tx = '''"), st.just("    indented"), st.just("")), max_size=12))
    closing = draw(st.sampled_from([mark, mark, mark + "`", "", "    ```"]))
    return "\n".join([mark + language, *lines, closing])


BLOCKS = st.one_of(
    TEXT,
    tables(),
    nested_lists(),
    fences(),
    st.lists(TEXT, min_size=1, max_size=4).map(lambda lines: "\n".join(f"> {line}" for line in lines)),
    TEXT.map(lambda text: f"{text}\n==="),
    TEXT.map(lambda text: f"{text}\n---"),
    st.builds(lambda level, text: "#" * level + " " + text, st.integers(1, 7), TEXT),
    st.sampled_from(
        [
            "***",
            "---",
            "<!-- note\n\nmore -->",
            "<div>\nx\n\n</div>",
            "    indented code",
            "\t\tcode",
            "|",
            "| a |",
        ]
    ),
    st.sampled_from(
        ["[a]: http://example.org", "[a]:\nhttp://e.org\n'title", "[b c]: <u> 'multi\nline'", "'x'", "[A]: other"]
    ),
)
DOCUMENTS = st.lists(
    st.tuples(BLOCKS, st.sampled_from(["\n", "\n\n", "\n\n", "\n\n\n", ""])),
    min_size=1,
    max_size=12,
).map(lambda parts: "".join(block + gap for block, gap in parts))


def at_once(text: str, width: int) -> list[Line]:
    """The rows of one parse of the whole text, without any splitting."""
    blocks = BlockMaker("model", {}, OPTIONS).make(text, 0, None) if text else []
    for block in blocks:
        block.layout(width, OPTIONS)
    return [line for block in blocks for line in block.lines]


def streamed(parts: list[str], width: int, tails: bool) -> Document:
    document = Document(width, OPTIONS)
    for part in parts:
        document.append(part, "model")
        if tails:
            document.draw_tail()
    document.finish()
    return document


def cut(text: str, places: list[int]) -> list[str]:
    borders = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[low:high] for low, high in pairwise(borders)]


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS, st.lists(st.integers(0, 5000), max_size=40), st.sampled_from([20, 47, 80, 120]), st.booleans())
def test_streamed_in_pieces_ends_as_the_same_rows(text: str, places: list[int], width: int, tails: bool) -> None:
    document = streamed(cut(text, places), width, tails)
    expected = at_once(text, width)
    assert [line.plain for line in document.lines] == [line.plain for line in expected]
    assert document.lines == expected
    assert document.source == text


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.sampled_from([20, 80]))
def test_character_by_character_ends_as_the_same_rows(text: str, width: int) -> None:
    assert streamed(list(text), width, tails=False).lines == at_once(text, width)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.sampled_from([20, 33, 80]))
@example("``` <http://auto.link>\n", 20)
def test_no_row_is_wider_than_the_view_and_no_control_character_remains(text: str, width: int) -> None:
    for line in at_once(text, width):
        assert spans_cells(line.spans) <= width, line
        assert not any(ord(char) < 32 or char in "\x7f\x9b\u202e\u200d\ufeff" for char in line.plain)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.sampled_from([20, 80]), st.sampled_from([30, 100]))
def test_another_width_gives_the_rows_of_that_width(text: str, first: int, second: int) -> None:
    document = streamed([text], first, tails=True)
    document.redraw(second, OPTIONS)
    assert document.lines == at_once(text, second)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_every_mapped_span_shows_the_source_it_names(text: str) -> None:
    document = streamed([text], 80, tails=False)
    source = document.source
    for line in document.lines:
        for shown, _, offset in line.spans:
            if offset >= 0 and shown.isalnum():
                assert source[offset : offset + len(shown)] == shown


def test_a_definition_waits_for_its_title_on_the_lines_below() -> None:
    text = "[a]: /u\n'tit\nle'\n\n[a] and 'x\n\nend\n"
    assert streamed(list(text), 80, tails=True).lines == at_once(text, 80)


def test_a_reference_defined_at_the_end_reaches_the_blocks_above() -> None:
    document = streamed(
        ["see [the note][N 1]\n\nmore\n\n- item [n 1]\n\n", "[n 1]: http://example.org\n"], 80, tails=True
    )
    assert "see the note (http://example.org)" in document.lines[0].plain
    assert any("item n 1 (http://example.org)" in line.plain for line in document.lines)


def test_numbers_of_a_list_go_on_across_frozen_items() -> None:
    document = streamed(["3. a\n", "3. b\n", "9. c\n", "\ntext\n", "1. d\n"], 80, tails=True)
    assert [line.content for line in document.lines if ". " in line.plain] == ["a", "b", "c", "d"]
    assert [line.plain.strip() for line in document.lines if ". " in line.plain] == ["3. a", "4. b", "5. c", "1. d"]


def test_finished_lines_of_a_long_fence_keep_their_rows() -> None:
    document = Document(80, OPTIONS)
    document.append("```python\n" + "".join(f"x_{i} = {i}\n" for i in range(2000)), "model")
    document.draw_tail()
    before = list(document.tail_lines)
    document.append("y = 1\n", "model")
    document.draw_tail()
    assert all(old is new for old, new in zip(before[:1900], document.tail_lines, strict=False))
    document.append("```\n\nend", "model")
    document.finish()
    assert all(old is new for old, new in zip(before[:1900], document.lines, strict=False))


def test_finished_rows_of_a_long_table_keep_their_rows() -> None:
    document = Document(80, OPTIONS)
    document.append("| a | b |\n|---|--:|\n" + "".join(f"| name | {i:06} |\n" for i in range(500)), "model")
    document.draw_tail()
    before = list(document.tail_lines)
    document.append("| x | 1 |\n| part", "model")
    document.draw_tail()
    assert all(old is new for old, new in zip(before[2:], document.tail_lines[2:], strict=False))
    assert document.tail_lines[-1].plain.strip() == "| part"


def test_cells_beyond_the_header_are_shown() -> None:
    assert (
        "3 | four | five"
        in streamed(["| a | b |\n|---|---|\n| 1 | 3 | four | five |\n"], 80, tails=False).lines[2].plain
    )


def test_a_table_too_wide_is_wrapped_then_told_as_records() -> None:
    text = "| config | value |\n|---|--:|\n| num_gpu=80 and num_ctx=512 with more | 117.42 |\n"
    for width in (60, 40, 24, 16):
        shown = " ".join(line.plain for line in streamed([text], width, tails=False).lines)
        assert all(word in shown for word in ("num_gpu=80", "num_ctx=512", "117.42", "config", "value"))
    assert any("value: 117.42" in line.plain for line in streamed([text], 16, tails=False).lines)


def test_a_place_in_the_source_is_found_on_the_screen() -> None:
    text = "# Title\n\nThe mean is **182.67** tok/s.\n\n| a | b |\n|---|--:|\n| x | 117.4 |\n\n```\nkey: 9.25\n```\n"
    document = streamed(list(text), 60, tails=False)
    for number in ("182.67", "117.4", "9.25"):
        at = text.index(number)
        [(row, start, end)] = document.places(at, at + len(number))
        assert document.lines[row].plain[start:end] == number
        assert document.line_of(at) == row


def test_thinking_and_program_text_stand_apart_and_only_the_program_counts_as_source() -> None:
    document = Document(60, OPTIONS)
    document.append("I *should* check.", "thinking")
    document.append("Answer 1.", "model")
    document.append("## Table\n", "program")
    document.finish()
    assert document.source == "Answer 1.## Table\n"
    assert [line.plain[0] for line in document.lines if line.content] == ["┊", " ", "▎", "▎"]


def test_hostile_nesting_is_shown_as_its_source() -> None:
    text = "> " * 200 + "deep 42\n\nafter\n"
    shown = [line.plain for line in streamed([text], 80, tails=False).lines]
    assert any("deep 42" in line for line in shown)
    assert any("after" in line for line in shown)


def test_only_the_cells_that_differ_are_drawn_again() -> None:
    old = Line((("  ab 日本 cd", "", -1),))
    assert changed_cells((old, ()), (Line((("  ab 日本 cdef", "", -1),)), ()), 40) == (12, 14)
    assert changed_cells((old, ()), (Line((("  ab 日x", "", -1),)), ()), 40) == (7, 12)
    assert changed_cells((old, ()), (None, ()), 40) == (0, 12)
    assert changed_cells((old, ()), (old, ((3, 5, "match", ""),)), 40) == (3, 5)
    assert changed_cells((old, ()), (old, ((3, 6, "match", ""), (2, 3, "match", "?"))), 40) == (2, 7)
    combined = Line((("  ab 日本 cd\u0301", "", -1),))
    assert changed_cells((old, ()), (combined, ()), 40)[0] == 11


def test_a_hostile_paragraph_is_laid_out_in_bounded_time() -> None:
    text = "[x " * 20_000
    started = time.process_time()
    rows = streamed([text], 80, tails=True).lines
    assert time.process_time() - started < 2
    assert sum(line.plain.count("[x") for line in rows) == 20_000
