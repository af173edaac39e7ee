"""The preview: every kind in its form, huge and hostile files bounded, search, and the way to a cell."""

import json
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.widgets import Static

from chimera_tui.ui.panes.preview.content import (
    MarkdownContent,
    NoContent,
    TableContent,
    TextContent,
    TreeContent,
    read_content,
)
from chimera_tui.ui.panes.preview.pane import Preview
from chimera_tui.ui.panes.preview.text_source import TextSource
from chimera_tui.ui.tables.copying import CopyRequested
from chimera_tui.ui.tables.summary_line import SummaryLine


class PreviewApp(App[None]):
    """The pane alone; keeps what it was told."""

    def __init__(self, ascii_only: bool = False) -> None:
        super().__init__()
        self.pane = Preview(ascii=ascii_only)
        self.copied: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_copy_requested(self, event: CopyRequested) -> None:
        self.copied.append(event.text)


async def settled(pilot) -> None:
    await pilot.pause()
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.pause(0.01)
    await pilot.pause()


async def shown(pilot, path, **where) -> None:
    pilot.app.pane.open(path, **where)
    await settled(pilot)
    pilot.app.pane.focus_inside()
    await settled(pilot)


def lines(app) -> list[str]:
    view = app.pane._view
    return [text for y in range(view.size.height) if (text := view.render_line(y).text.rstrip())]


def title(app) -> str:
    return app.pane.query_one(SummaryLine).text


def error(app) -> str:
    return str(app.pane.find_line.query_one(".filter-line--error", Static).content)


def put(path: Path, data) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_csv_is_a_table_with_the_numbers_of_the_file(tmp_path, size):
    app = PreviewApp()
    async with app.run_test(size=size) as pilot:
        text = "model,tokens_s,n\ngemma3,182.66757,3\nllama,5.1,\n[b]x[/b]\x1b[31m,7,4\n"
        await shown(pilot, put(tmp_path / "a.csv", text), record=1, place="tokens_s")
        assert title(app) == "a.csv · 3 rows"
        assert lines(app)[0].split() == ["model", "tokens_s", "n"]
        assert "182.66757" in lines(app)[1]
        assert "[5.10000]" in lines(app)[2]
        assert "[b]x[/b]\\x1b[31m" in lines(app)[3]
        await pilot.press("slash", *"tokens_s > 6")
        await settled(pilot)
        assert app.pane.table.row_count == 2
        await pilot.press("escape")
        assert app.pane.table.row_count == 3


async def test_json_is_a_tree_that_opens_on_the_way_to_a_place(tmp_path):
    app = PreviewApp()
    async with app.run_test(size=(100, 30)) as pilot:
        document = {"tool": "x\x1b[31m", "results": [{"a": {"b.c": n}} for n in range(3000)], "none": None, "f": 1.5}
        path = put(tmp_path / "a.json", json.dumps(document))
        await shown(pilot, path, place="results[2500].a.b.c")
        assert app.pane.json.line.value == 2500
        await pilot.press("g")
        assert lines(app)[0] == '   tool: "x\\u001b[31m"'
        assert lines(app)[1] == " ▾ results: [3,000]"
        await pilot.press("j", "enter", "enter")
        assert any("2,000 more" in line.path or line.more == 2000 for line in app.pane.json._lines)
        await pilot.press("h", "j", "j", "y", "Y")
        assert app.copied == ["1.5", "f"]


async def test_json_search_wraps_and_says_when_there_is_nothing(tmp_path):
    app = PreviewApp()
    async with app.run_test(size=(100, 30)) as pilot:
        document = {"rows": [{"name": f"item {n}"} for n in range(50)], "end": "ITEM 7"}
        await shown(pilot, put(tmp_path / "a.json", json.dumps(document)))
        await pilot.press("slash", *"item 7", "enter")
        await settled(pilot)
        assert app.pane.json.line.path == "rows[7].name"
        await pilot.press("n")
        await settled(pilot)
        assert app.pane.json.line.path == "end"
        await pilot.press("n")
        await settled(pilot)
        assert app.pane.json.line.path == "rows[7].name"
        await pilot.press("slash", *"zz", "enter")
        await settled(pilot)
        assert error(app) == "It is not in this file."


async def test_jsonl_is_a_table_even_under_another_name(tmp_path):
    app = PreviewApp()
    async with app.run_test(size=(100, 30)) as pilot:
        text = '{"a": 1, "b": {"c": "x"}}\nnoise on stderr\n{"a": 2.5, "l": [1]}\n'
        for name in ("a.jsonl", "b.json"):
            await shown(pilot, put(tmp_path / name, text))
            assert title(app) == f"{name} · 2 rows; 1 lines are not JSON; v shows all"
            assert lines(app)[0].split() == ["a", "b.c", "l"]


async def test_markdown_is_rendered_and_v_shows_it_as_text(tmp_path):
    app = PreviewApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(pilot, put(tmp_path / "a.md", "# Title\n\nSome **bold** words.\n"))
        assert "Some bold words." in "\n".join(lines(app))
        await pilot.press("v")
        await settled(pilot)
        assert "3 Some **bold** words." in lines(app)
        await pilot.press("v")
        await settled(pilot)
        assert isinstance(app.pane.content, MarkdownContent)


async def test_text_has_numbers_pages_search_and_a_cut(tmp_path):
    app = PreviewApp()
    async with app.run_test(size=(60, 20)) as pilot:
        text = "".join(f"line {n} \x1b[31m[b]\n" for n in range(5000)) + "x" * 300_000 + "\nlast"
        await shown(pilot, put(tmp_path / "a.log", text))
        assert lines(app)[0] == "   1 line 0 \\x1b[31m[b]"
        await pilot.press("G")
        await settled(pilot)
        assert lines(app)[-1] == "5002 last"
        assert len(lines(app)[-2]) < 60
        await pilot.press("slash", *"LINE 4321", "enter")
        await settled(pilot)
        assert any(line.startswith("4322 line 4321") for line in lines(app))
        await pilot.press("y", "l")
        await settled(pilot)
        assert app.copied == ["line 4321 \\x1b[31m[b]"]
        assert not any("line" in line for line in lines(app))


async def test_what_cannot_be_shown_says_why(tmp_path):
    app = PreviewApp()
    async with app.run_test(size=(80, 20)) as pilot:
        for name, data, said in [
            ("a.bin", b"\x7fELF\x00\x01" + bytes(5000), "5.0 kB: not text"),
            ("empty.csv", b"", "empty"),
            ("bad.parquet", b"PAR1 no", "no readable Parquet"),
            ("lfs.csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
        ]:
            await shown(pilot, put(tmp_path / name, data))
            assert said in "\n".join(str(app.pane._nothing.content).splitlines())
        await shown(pilot, tmp_path / "gone.csv")
        assert "no file any more" in str(app.pane._nothing.content)
        os.mkfifo(tmp_path / "pipe.csv")
        await shown(pilot, tmp_path / "pipe.csv")
        assert "not a regular file" in str(app.pane._nothing.content)
        await pilot.press("slash", "v", "n")


async def test_an_error_under_a_csv_name_is_text(tmp_path):
    app = PreviewApp(ascii_only=True)
    async with app.run_test(size=(80, 20)) as pilot:
        await shown(pilot, put(tmp_path / "a.csv", "Error: CUDA out of memory\n"))
        assert isinstance(app.pane.content, TextContent)
        assert lines(app) == ["1 Error: CUDA out of memory"]


def test_large_files_are_read_in_part(tmp_path):
    rows = "a,b\n" + "1,some text that takes room\n" * 400_000
    content = read_content(put(tmp_path / "big.csv", rows))
    assert isinstance(content, TableContent)
    assert (content.frame.height, content.note) == (10_000, "the first 10,000 rows")
    content = read_content(put(tmp_path / "big.json", "[" + "1," * 5_000_000 + "1]"))
    assert isinstance(content, TextContent)
    assert "as text, page by page" in content.note
    pl.DataFrame({"x": range(20_000)}).write_parquet(tmp_path / "a.parquet")
    content = read_content(tmp_path / "a.parquet")
    assert isinstance(content, TableContent)
    assert content.note == "the first 10,000 of 20,000 rows"


async def test_a_file_of_a_hundred_megabytes_opens_at_once_and_closes_at_once(tmp_path):
    app = PreviewApp()
    path = tmp_path / "big.log"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"0123456789 some log line of fifty characters here\n" * 20_000)
    async with app.run_test(size=(80, 20)) as pilot:
        app.pane.open(path)
        while not any("0123" in line for line in lines(app)):
            await pilot.pause(0.01)
        app.pane.focus_inside()
        await pilot.press("j", "pagedown")
        assert app.pane.text.cursor_row > 1


def test_encodings_and_odd_tables(tmp_path):
    content = read_content(put(tmp_path / "u.csv", "\ufeffa,b\nä,1\n".encode("utf-16")))
    assert isinstance(content, TableContent)
    assert content.frame.rows() == [("ä", 1.0)]
    content = read_content(put(tmp_path / "d.csv", "x,x,x\n1,2,3\n4,5,6\n"))
    assert isinstance(content, TableContent)
    assert len(set(content.frame.columns)) == 3
    content = read_content(put(tmp_path / "n.json", '{"a": NaN, "b": -Infinity}'))
    assert isinstance(content, TreeContent)
    assert "not standard" in content.note
    content = read_content(put(tmp_path / "deep.json", "[" * 100_000))
    assert isinstance(content, TextContent)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(["csv", "json", "jsonl", "md", "txt", "parquet", "bin"]))
def test_any_bytes_are_shown_or_explained(tmp_path_factory, data, ending):
    content = read_content(put(tmp_path_factory.mktemp("any") / f"a.{ending}", data))
    assert isinstance(content, TableContent | TreeContent | MarkdownContent | TextContent | NoContent)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=30), max_size=30))
def test_lines_are_those_of_the_file(texts):
    import io

    data = "\n".join(texts).encode()
    source = TextSource(lambda: io.BytesIO(data))
    source.index(lambda: False, lambda: None)
    expected = data.split(b"\n") if data else []
    if expected and expected[-1] == b"":
        expected.pop()
    assert source.count == len(expected)
    assert len(source.lines(0, 100)) == len(expected)
    for row, line in enumerate(expected):
        if line.strip():
            found = source.find(line.decode(), row - 1, lambda: False)
            assert found is not None
            assert line.lower() in expected[found].lower()
