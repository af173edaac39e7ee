"""Markdown that streams ends as the same rows as Markdown rendered at once."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from chimera_tui.ui.markdown.blocks import BlockMaker
from chimera_tui.ui.markdown.document import Document
from chimera_tui.ui.markdown.lines import Line, spans_cells
from chimera_tui.ui.markdown.options import DrawOptions

OPTIONS = DrawOptions()

WORDS = st.sampled_from(
    "tok/s gemma3:1b **bold** *em* `code_x` 12.5 日本語 👩‍🔬 ⚠️ e\u0301 [a] [b](http://x.y) [t][a] <b> <br> a|b \\| &amp; ~~x~~ "
    "![i](u.png) \x1b[31m \u202e - 1. # averyveryverylongwordwithoutanyspaceinitwhatsoever [[table:T1]] <http://auto.link> "
    "*** _x_ ] [".split(" ")
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
            "\r",
        ]
    ),
    st.sampled_from(
        ["[a]: http://example.org", "[a]:\nhttp://e.org\n'title", "[b c]: <u> 'multi\nline'", "'x'", "[A]: other"]
    ),
)
DOCUMENTS = st.lists(
    st.tuples(BLOCKS, st.sampled_from(["\n", "\n\n", "\n\n", "\n\n\n", "\r\n", "\r\n\r\n", ""])),
    min_size=1,
    max_size=12,
).map(lambda parts: "".join(block + gap for block, gap in parts))


def at_once(text: str, width: int) -> list[Line]:
    """The rows of one parse of the whole text, without any splitting."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    blocks = BlockMaker("model", {}, OPTIONS).make(clean, 0, None) if clean else []
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
    assert document.source == text.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.sampled_from([20, 80]))
def test_character_by_character_ends_as_the_same_rows(text: str, width: int) -> None:
    assert streamed(list(text), width, tails=False).lines == at_once(text, width)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.sampled_from([20, 33, 80]))
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
