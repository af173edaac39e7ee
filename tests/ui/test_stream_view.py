"""StreamView in an application: following, scrolling back, search, resize, and silence when idle."""

import asyncio
from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from chimera_tui.ui.reader.stream_view import StreamView

PARAGRAPHS = [f"Paragraph {i} says that run {i} had {i}.25 tok/s with `num_ctx` and **more**.\n\n" for i in range(200)]


class ViewApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.changes: list[bool] = []

    def compose(self) -> ComposeResult:
        yield StreamView()

    @property
    def view(self) -> StreamView:
        return self.query_one(StreamView)

    def on_stream_view_follow_changed(self, message: StreamView.FollowChanged) -> None:
        self.changes.append(message.follow)


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await pilot.pause(0.01)


async def drawn(pilot: Pilot[None], view: StreamView) -> None:
    await until(pilot, lambda: view.drawn)
    await pilot.pause()


def screen(view: StreamView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def test_follows_new_text_by_half_pages() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 24)) as pilot:
        tops = set()
        for paragraph in PARAGRAPHS[:60]:
            app.view.append(paragraph)
            await drawn(pilot, app.view)
            assert any(paragraph.split(" says")[0] in row for row in screen(app.view))
            tops.add(app.view.scroll_offset.y)
        assert len(tops) <= 1 + 60 * 2 // 12 + 2
        app.view.finish()
        await drawn(pilot, app.view)
        assert "Paragraph 59" in screen(app.view)[-1]


async def test_scrolling_up_stays_while_text_comes_and_end_follows_again() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.focus()
        app.view.append("".join(PARAGRAPHS[:50]))
        await drawn(pilot, app.view)
        await pilot.press("pageup", "k")
        assert app.view.follow is False
        before = screen(app.view)
        for paragraph in PARAGRAPHS[50:80]:
            app.view.append(paragraph)
            await drawn(pilot, app.view)
        assert screen(app.view) == before
        await pilot.press("G")
        assert app.view.follow is True
        assert any("Paragraph 79" in row for row in screen(app.view))
        await pilot.press("f", "g")
        assert screen(app.view)[0].strip().startswith("Paragraph 0")
        assert app.changes == [False, True, False]


async def test_draws_at_most_a_few_times_a_second_and_only_what_changed() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.append("start\n\n")
        await drawn(pilot, app.view)
        rows: list[int] = []
        frames: list[int] = []
        render_line, frame = app.view.render_line, app.view._frame

        def counted(y: int):
            rows.append(y)
            return render_line(y)

        app.view.render_line = counted  # type: ignore[method-assign]
        app.view._frame = lambda: (frames.append(1), frame())[1]  # type: ignore[method-assign]
        for number in range(100):
            app.view.append(f"word{number} ")
        await drawn(pilot, app.view)
        assert len(frames) == 1
        assert 0 not in rows
        assert len(set(rows)) < 14


async def test_costs_nothing_when_idle() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.append("some text that stays open")
        await drawn(pilot, app.view)
        calls: list[int] = []
        render_line = app.view.render_line
        app.view.render_line = lambda y: (calls.append(y), render_line(y))[1]  # type: ignore[method-assign]
        frames = app.view._next_frame
        await pilot.pause(0.5)
        assert app.view._timer is None
        assert calls == []
        assert app.view._next_frame == frames


async def test_search_counts_marks_and_moves() -> None:
    app = ViewApp()
    async with app.run_test(size=(50, 20)) as pilot:
        app.view.load("".join(PARAGRAPHS))
        await drawn(pilot, app.view)
        app.view.focus()
        assert app.view.search("paragraph 15 says that run 15 had 15.25 tok/s with num_ctx") == 1  # over two rows
        assert any("Paragraph 15 " in row for row in screen(app.view))
        assert app.view.search("nowhere") == 0
        assert app.view.search("Paragraph 19") == 11
        assert any("Paragraph 19 " in row for row in screen(app.view))
        await pilot.press("N")
        assert any("Paragraph 199 " in row for row in screen(app.view))
        await pilot.press("n")
        row = next(y for y, text in enumerate(screen(app.view)) if "Paragraph 19 " in text)
        styles = {segment.text: segment.style for segment in app.view.render_line(row)}
        assert styles["Paragraph 19"].bgcolor != app.view.rich_style.bgcolor


async def test_resize_lays_out_again_and_keeps_the_block_at_the_top() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.load("".join(PARAGRAPHS))
        await drawn(pilot, app.view)
        app.view.scroll_to(y=app.view.line_at(app.view.source.index("Paragraph 100")), animate=False)
        await pilot.pause()
        await pilot.resize_terminal(40, 24)
        await drawn(pilot, app.view)
        assert app.view.block_at_cursor().startswith("Paragraph 100 ")
        assert all(len(row) <= 40 for row in screen(app.view))
        await pilot.resize_terminal(100, 30)
        await drawn(pilot, app.view)
        assert app.view.block_at_cursor().startswith("Paragraph 100 ")


async def test_headings_lead_to_their_places() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.load("# One\n\n" + "".join(PARAGRAPHS[:40]) + "## Two `x`\n\n" + "".join(PARAGRAPHS[:40]))
        found = app.view.headings()
        assert [(level, text) for level, text, _ in found] == [(1, "One"), (2, "Two x")]
        await drawn(pilot, app.view)
        app.view.scroll_to_heading(1)
        assert screen(app.view)[0].strip() == "Two x"
        assert app.view.block_at_cursor() == "## Two `x`"


async def test_answers_before_it_is_shown() -> None:
    view = StreamView("# A\n\nb 12\r\n")
    assert view.source == "# A\n\nb 12\n"
    assert view.headings() == [(1, "A", 0)]
    assert view.line_at(6) == 3


async def test_load_replaces_and_clear_empties() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.append("".join(PARAGRAPHS[:50]))
        await drawn(pilot, app.view)
        app.view.load("only this")
        await drawn(pilot, app.view)
        assert [row for row in screen(app.view) if row] == ["  only this"]
        app.view.clear()
        await drawn(pilot, app.view)
        assert not any(screen(app.view))
        assert app.view.follow is True
        assert app.view.source == ""


async def test_markup_links_and_escapes_are_inert() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.load("[bold]x[/bold] \x1b]8;;http://e.org\x07 [text](http://evil.example)")
        await drawn(pilot, app.view)
        shown = "".join(screen(app.view))
        assert "[bold]x[/bold]" in shown
        assert "\\x1b]8;;http://e.org\\x07" in shown
        assert "text (http://evil.example)" in shown
        assert all(not (s.style and (s.style.link or s.style.meta)) for s in app.view.render_line(0))


async def test_ascii_glyphs_and_theme_can_change_while_shown() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.append("# T\n\n- a\n\n> q\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n")
        await drawn(pilot, app.view)
        dark = app.view.render_line(0)
        app.theme = "textual-light"
        await pilot.pause()
        assert list(app.view.render_line(0)) != list(dark)
        app.view.configure(ascii=True)
        await drawn(pilot, app.view)
        assert "".join(screen(app.view)).isascii()
        app.view.append("more\n```\n\n- b")
        await drawn(pilot, app.view)
        assert "".join(screen(app.view)).isascii()
