"""Verdict marks in a StreamView: drawn at the number, kept through growth and resizes, reached by keys."""

import re

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, UNVERIFIABLE, Label, Source
from chimera_tui.ui.markdown.marks import Mark
from chimera_tui.ui.reader.found_text import FoundText
from chimera_tui.ui.reader.stream_view import StreamView
from chimera_tui.ui.tables.copying import CopyRequested
from tests.ui.test_stream_view import drawn, screen

TEXT = "# Report\n\nOf 101 files 44 (63.4 %) are JSON.\n\n| gpu | tok/s |\n|---|---|\n| 60 | 117.4 |\n\n" + (
    "More words about nothing.\n\n" * 60 + "At the end 35 of them.\n"
)


class MarksApp(App[None]):
    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = text
        self.opened: list[Mark] = []

    def compose(self) -> ComposeResult:
        yield FoundText()

    def on_mount(self) -> None:
        self.view.focus()
        if self.text:
            self.view.load(self.text)

    @property
    def view(self) -> StreamView:
        return self.query_one(StreamView)

    @property
    def told(self) -> str:
        return re.sub(r"\s+", " ", str(self.query_one("PointLine").content))  # type: ignore[attr-defined]

    def on_stream_view_mark_opened(self, message: StreamView.MarkOpened) -> None:
        self.opened.append(message.mark)


def mark(text: str, span: str, label: Label, **more: object) -> Mark:
    start = text.index(span)
    return Mark(start, start + len(span), label, **more)  # type: ignore[arg-type]


def some_marks(text: str = TEXT) -> list[Mark]:
    return [
        mark(text, "101", SUPPORTED), mark(text, "44", SUPPORTED),
        mark(text, "63.4 %", CONTRADICTED, note="44 of 101 files", right="43.6 %", sources=(Source("a.csv", 3, "x"),)),
        mark(text, "117.4", UNVERIFIABLE, note="no such metric"), mark(text, "35 of", CONTRADICTED),
    ]  # fmt: skip


def styled(view: StreamView, row: int) -> list[tuple[str, bool, bool, bool]]:
    """Text, underline, bold, reverse of each run on a row of the screen."""
    found = []
    for segment in view.render_line(row):
        style = segment.style
        found.append((segment.text, bool(style.underline), bool(style.bold), bool(style.reverse)))
    return found


async def pressed(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_each_verdict_looks_different_without_colour() -> None:
    app = MarksApp(TEXT)
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_marks(some_marks())
        await drawn(pilot, app.view)
        row = next(y for y, text in enumerate(screen(app.view)) if "JSON" in text)
        assert screen(app.view)[row].strip() == "Of 101 files 44✗(63.4 %) are JSON."
        runs = styled(app.view, row)
        assert ("101", True, False, False) in runs
        assert ("63.4 %", False, True, True) in runs
        table = next(y for y, text in enumerate(screen(app.view)) if "117.4" in text)
        assert "?117.4" in screen(app.view)[table]
        app.view.configure(ascii=True)
        await drawn(pilot, app.view)
        assert "44!(63.4 %)" in screen(app.view)[row]


async def test_a_mark_repaints_its_own_cells_and_moves_nothing() -> None:
    app = MarksApp(TEXT)
    async with app.run_test(size=(80, 24)) as pilot:
        await drawn(pilot, app.view)
        before = screen(app.view)
        regions: list[object] = []
        refresh = app.view.refresh
        app.view.refresh = lambda *given, **more: (regions.extend(given), refresh(*given, **more))[1]  # type: ignore[assignment, method-assign]
        app.view.add_mark(some_marks()[2])
        await drawn(pilot, app.view)
        row = next(y for y, text in enumerate(before) if "JSON" in text)
        at = before[row].index("(63.4")
        # a glyph beyond ASCII could combine with the character before it
        assert [tuple(region) for region in regions] == [(at - 2, row, len("4 (63.4 %"), 1)]  # type: ignore[call-overload]
        after = screen(app.view)
        assert [text.replace("✗", " ") for text in after] == before


async def test_marks_stay_on_their_numbers_while_text_streams_and_the_terminal_changes() -> None:
    app = MarksApp()
    async with app.run_test(size=(80, 24)) as pilot:
        for number in range(30):
            text = f"Paragraph {number} says 5{number:03} tok/s, not more, in\r\n" + "many words " * 5 + "\r\n\r\n"
            for piece in (text[:20], text[20:61], text[61:]):
                app.view.append(piece)
            start = app.view.source.index(f"5{number:03}")
            app.view.add_mark(Mark(start, start + 4, CONTRADICTED))
            await drawn(pilot, app.view)
        assert app.view.length == len(app.view.source)
        app.view.finish()
        for size in ((40, 20), (120, 30), (61, 24)):
            await pilot.resize_terminal(*size)
            await drawn(pilot, app.view)
            for row in range(app.view.size.height):
                reversed_ = [text for text, _, _, reverse in styled(app.view, row) if reverse]
                assert all(re.fullmatch(r"✗?5\d{3}", text) for text in reversed_)
                assert len(re.findall(r"\b5\d{3}\b", screen(app.view)[row])) == sum("5" in text for text in reversed_)
        once = MarksApp(app.view.source)
        marks = app.view._marks.between(0, 10**9)
        shown = screen(app.view)
    async with once.run_test(size=(61, 24)) as pilot:
        once.view.set_marks(marks)
        await drawn(pilot, once.view)
        await pressed(pilot, "G")
        assert screen(once.view) == shown


async def test_keys_go_from_problem_to_problem_and_say_why() -> None:
    app = MarksApp(TEXT)
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_marks(some_marks())
        await pressed(pilot, "m")
        assert "63.4 % contradicted" in app.told
        assert "right: 43.6 %" in app.told
        assert "44 of 101 files" in app.told
        assert "1 of 3" in app.told
        assert "enter: a.csv row 4 x" in app.told
        assert any(text.startswith("▸") and "63.4" in text for text in screen(app.view))
        await pressed(pilot, "m")
        assert "117.4 cannot be verified · no such metric" in app.told
        await pressed(pilot, "m")
        assert any("35 of them" in text for text in screen(app.view))
        await pressed(pilot, "m")
        assert "1 of 3" in app.told
        await pressed(pilot, "M")
        assert "3 of 3" in app.told
        await pressed(pilot, "b", "b")
        assert "35 of contradicted · 2 of 2" in app.told
        await pressed(pilot, "B")
        assert "63.4 % contradicted" in app.told
        await pressed(pilot, "g", "escape", "full_stop")
        assert "101 supported" in app.told
        await pressed(pilot, "full_stop", "full_stop", "comma")
        assert "44 supported" in app.told
        await pressed(pilot, "escape")
        assert app.told == ""
        assert not any("▸" in text for text in screen(app.view))


async def test_keys_without_a_mark_say_so() -> None:
    app = MarksApp(TEXT)
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "m")
        assert app.told == "No number of this text has been judged."
        app.view.set_marks(some_marks()[:2])
        await pressed(pilot, "m", "enter")
        assert app.told == "None of the 2 numbers judged so far is contradicted or unverifiable."
        await pressed(pilot, "escape")
        assert app.told == ""
        assert app.opened == []


async def test_enter_asks_for_the_source() -> None:
    app = MarksApp(TEXT)
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_marks(some_marks())
        await pressed(pilot, "m", "enter")
        assert [one.right for one in app.opened] == ["43.6 %"]


async def test_pointing_while_text_streams_stops_following() -> None:
    app = MarksApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.append(TEXT)
        for one in some_marks():
            app.view.add_mark(one)
        await drawn(pilot, app.view)
        await pressed(pilot, "M", "M", "M")
        assert app.view.follow is False
        assert "63.4 %" in app.told
        before = screen(app.view)
        app.view.append("And more.\n\n" * 40)
        await drawn(pilot, app.view)
        assert screen(app.view) == before


READ = (
    "# One\n\nText with [a link](http://example.org/x) and <http://auto.link>.\n\n## Two\n\n- item a\n- item b\n\n"
    "```python\nx = 1\n\ny = 2\n```\n\n| a | b |\n|---|---|\n| [t](http://t.est) | 2 |\n\n"
    + "Filler.\n\n" * 40 + "# Three\n\nEnd.\n"
)  # fmt: skip


class ReadApp(MarksApp):
    def __init__(self) -> None:
        super().__init__(READ)
        self.copies: list[str] = []
        self.wanted: list[StreamView] = []

    def on_copy_requested(self, message: CopyRequested) -> None:
        self.copies.append(message.text)

    def on_stream_view_contents_wanted(self, message: StreamView.ContentsWanted) -> None:
        self.wanted.append(message.view)


async def test_blocks_are_pointed_at_and_copied() -> None:
    app = ReadApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "y")
        assert app.copies == [READ]
        await pressed(pilot, "J", "J", "y")
        assert app.copies[-1].startswith("Text with [a link]")
        assert "paragraph, 1 line · 2 of" in app.told
        assert [text[0] for text in screen(app.view) if text[:1] in ("▌", "▸")] == ["▌"]
        await pressed(pilot, "J", "J", "y")
        assert app.copies[-1] == "- item a"
        await pressed(pilot, "J", "J", "y")
        assert app.copies[-1] == "x = 1\n\ny = 2"
        assert "code, 3 lines" in app.told
        assert sum(text.startswith("▌") for text in screen(app.view)) == 4  # with the language's name
        await pressed(pilot, "K", "y")
        assert app.copies[-1] == "- item b"
        await pressed(pilot, "escape", "G", "K", "y")
        assert app.copies[-1] == "End."


async def test_links_show_their_target_and_are_copied_never_opened() -> None:
    app = ReadApp()
    opened: list[str] = []
    app.open_url = lambda url, **_: opened.append(url)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        for target in ("http://example.org/x", "http://auto.link", "http://t.est", "http://example.org/x"):
            await pressed(pilot, "l", "enter", "y")
            assert f"link to {target} " in app.told
            assert app.copies[-1] == target
        assert opened == []
        app.view.load("No link here.")
        await drawn(pilot, app.view)
        await pressed(pilot, "l")
        assert app.told == "There is no link in this text."


async def test_links_of_a_growing_table_are_found() -> None:
    app = ReadApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.clear()
        for piece in ("| [h](http://h.ead) |\n|---|\n", "| [1](http://o.ne) |\n", "| [2](http://t.wo) |\n", "| [3](ht"):
            app.view.append(piece)
            await drawn(pilot, app.view)
        targets = [link.target for link in app.view._document.links()]
        assert targets == ["http://h.ead", "http://o.ne", "http://t.wo"]
        assert [app.view.text_of(link) for link in app.view._document.links()] == ["h", "1", "2"]


async def test_headings_are_asked_for() -> None:
    app = ReadApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pressed(pilot, "h")
        assert app.wanted == [app.view]
        app.view.load("Nothing.")
        await pressed(pilot, "h")
        assert app.told == "This text has no headings."


async def test_a_number_leads_to_its_block() -> None:
    app = ReadApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.set_marks([mark(READ, "1\n\ny", CONTRADICTED)])
        await pressed(pilot, "m", "J", "y")
        assert app.copies[-1] == "x = 1\n\ny = 2"
