"""The virtual table: what it shows, how it moves, sorts, filters and copies, and what moving costs."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult

from chimera_tui.ui.tables.arrange import SortKey, arrange
from chimera_tui.ui.tables.column import Column, columns_of
from chimera_tui.ui.tables.copying import CopyRequested
from chimera_tui.ui.tables.frame_table import FrameTable

SIZES = [(80, 24), (120, 40)]
COLUMNS = (
    Column("path", max_width=30, cut="start"), Column("value", unit="ms", kind="number"),
    Column("num_gpu", kind="integer"), Column("size", kind="bytes"), Column("ok", kind="bool"),
    Column("tool"), Column("status", kind="status"),
)  # fmt: skip


def frame(rows: int) -> pl.DataFrame:
    return pl.select(number=pl.int_range(rows)).select(
        path=pl.format("reports/run_{}.json", "number"),
        value=(pl.col("number") * 7919 % 1000) / 8,
        num_gpu=pl.col("number") % 5 * 20,
        size=pl.col("number") * 1000,
        ok=pl.col("number") % 2 == 0,
        tool=pl.when(pl.col("number") % 3 > 0).then(pl.lit("llama-bench")),
        status=pl.when(pl.col("number") % 4 == 3).then(pl.lit("failed")).otherwise(pl.lit("ok")),
    )


class TableApp(App[None]):
    """A table alone; keeps what it was told and what it sent to the terminal."""

    def __init__(self, df: pl.DataFrame, columns: tuple[Column, ...] = COLUMNS, ascii_only: bool = False) -> None:
        super().__init__()
        self.df, self.columns = df, columns
        self.table = FrameTable(ascii=ascii_only)
        self.told: list[object] = []
        self.sent = ""

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.set_frame(self.df, self.columns, key=("path",) if "path" in self.df.columns else (), frozen=1)
        self.table.focus()

    def on_frame_table_row_activated(self, event: FrameTable.RowActivated) -> None:
        self.told.append(event)

    on_copy_requested = on_frame_table_filter_requested = on_frame_table_arrange_failed = on_frame_table_row_activated

    def _display(self, screen, renderable) -> None:
        if isinstance(renderable, CompositorUpdate):
            self.sent += renderable.render_segments(self.console)
        super()._display(screen, renderable)


def text(table: FrameTable) -> list[str]:
    return [table.render_line(y).text for y in range(table.size.height)]


async def settled(pilot) -> None:
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.pause(0.01)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_header_units_numbers_nulls_booleans_and_status(size):
    app = TableApp(frame(50))
    async with app.run_test(size=size) as pilot:
        lines = text(app.table)
        assert "value ms" in lines[0]
        assert "path" in lines[0]
        assert lines[1].startswith("▌[reports/run_0.json]")
        second = lines[2]
        assert "114.88" in second
        assert "1.0 kB" in second
        assert "✗" in second
        assert "llama-bench" in second
        assert " – " in lines[4]
        starts = [line.index("kB") for line in lines[2:5]]
        assert len(set(starts)) == 1
        await pilot.press("end")
        assert any("✗ failed" in line for line in text(app.table))


async def test_ascii_has_nothing_but_ascii():
    app = TableApp(frame(50), ascii_only=True)
    async with app.run_test(size=(70, 20)) as pilot:
        for keys in ("s", "S", "end", "s", "S"):
            await pilot.press(keys)
            assert all(line.isascii() for line in text(app.table))


async def test_hostile_text_stays_text():
    evil = "[bold red]x[/] \x1b[31mred\x1b[0m \u202e gnp.exe\nsecond line"
    app = TableApp(pl.DataFrame({"path": [evil]}), (Column("path", max_width=100),))
    async with app.run_test(size=(110, 10)) as pilot:
        line = text(app.table)[1]
        assert "[bold red]x[/] \\x1b[31mred" in line
        assert "\x1b" not in line
        assert "\u202e" not in line
        assert "\\x0asecond" in line
        await pilot.press("y")
        copied = app.told[-1]
        assert isinstance(copied, CopyRequested)
        assert "\x1b" not in copied.text


async def test_long_and_wide_text_is_cut_and_lines_keep_their_width():
    df = pl.DataFrame({"path": ["漢字" * 60, "a" * 5000, "é" * 70], "n": [1, 2, 3]})
    app = TableApp(df, (Column("path", max_width=20), Column("n", kind="integer")))
    async with app.run_test(size=(40, 10)):
        for y in range(4):
            assert app.table.render_line(y).cell_length == app.table.size.width
        assert "…" in text(app.table)[2]
        assert app.table.row is not None
        assert app.table.cell_value == "漢字" * 60


async def test_keys_move_and_stop_at_the_edges():
    app = TableApp(frame(200))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.table
        await pilot.press("j", "j", "down", "k", "up")
        assert table.cursor_row == 1
        await pilot.press("up", "up", "up", "h", "left")
        assert (table.cursor_row, table.cursor_column) == (0, 0)
        await pilot.press("G")
        assert table.cursor_row == 199
        await pilot.press("j", "pagedown")
        assert table.cursor_row == 199
        await pilot.press("pageup")
        assert table.cursor_row == 199 - table.page
        await pilot.press("g", "pagedown", "end")
        assert (table.cursor_row, table.cursor_column) == (table.page, len(COLUMNS) - 1)
        await pilot.press("home", "l", "right")
        assert table.cursor_column == 2


async def test_the_cursor_is_always_in_sight():
    app = TableApp(frame(500))
    async with app.run_test(size=(40, 12)) as pilot:
        for key in ["j"] * 30 + ["G"] + ["k"] * 30 + ["l"] * 8 + ["pagedown"] * 3 + ["h"] * 8 + ["g"]:
            await pilot.press(key)
            lines = [line for line in text(app.table) if line.startswith("▌")]
            assert len(lines) == 1
            assert "[" in lines[0]
        await pilot.resize_terminal(30, 6)
        await pilot.press("G")
        assert sum(line.startswith("▌") for line in text(app.table)) == 1


async def test_columns_scroll_whole_and_the_first_stays():
    app = TableApp(frame(20))
    async with app.run_test(size=(60, 12)) as pilot:
        assert text(app.table)[0].rstrip().endswith("▸")
        await pilot.press("end")
        header = text(app.table)[0]
        assert header.startswith("◂")
        assert "path" in header
        assert "status" in header
        assert "num_gpu" not in header
        await pilot.press("home")
        assert "num_gpu" in text(app.table)[0]


async def test_s_sorts_up_down_and_off_and_big_s_adds_keys():
    df = frame(100)
    app = TableApp(df)
    async with app.run_test(size=(100, 24)) as pilot:
        table = app.table
        await pilot.press("l", "l", "s")
        assert "num_gpu ▲ " in text(table)[0]
        await pilot.press("h", "S", "S")
        assert "num_gpu ▲1" in text(table)[0]
        assert "value ms ▼2" in text(table)[0]
        expected = df.sort(["num_gpu", "value"], descending=[False, True])
        assert table.view()["path"].to_list() == expected["path"].to_list()
        await pilot.press("S")
        assert table.sort_keys == (SortKey("num_gpu"),)
        await pilot.press("l", "s")
        assert table.sort_keys == (SortKey("num_gpu", descending=True),)
        await pilot.press("s")
        assert table.sort_keys == ()
        assert table.view().equals(df)


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([1.5, -1.0, None]), st.integers(0, 3))),
    st.lists(
        st.tuples(st.sampled_from(["x", "y", "z"]), st.booleans()), min_size=1, max_size=3, unique_by=lambda k: k[0]
    ),
)
def test_several_keys_sort_as_polars_does(rows, keys):
    df = pl.DataFrame(rows, schema={"x": pl.String, "y": pl.Float64, "z": pl.Int64}, orient="row")
    order = arrange(df, [SortKey(name, down) for name, down in keys], None).order
    names, downs = [name for name, _ in keys], [down for _, down in keys]
    assert df[order].equals(df.sort(names, descending=downs, nulls_last=True, maintain_order=True))


async def test_nulls_sort_last_both_ways():
    app = TableApp(frame(9))
    async with app.run_test(size=(100, 24)) as pilot:
        app.table.move_column(5)
        for _ in range(2):
            await pilot.press("s")
            assert app.table.view()["tool"].is_null().to_list() == [False] * 6 + [True] * 3


@pytest.mark.parametrize("rows", [1_000, 60_000])
async def test_filter_narrows_and_another_frame_keeps_sort_and_row(rows):
    app = TableApp(frame(rows))
    async with app.run_test(size=(100, 24)) as pilot:
        table = app.table
        table.set_filter(pl.col("num_gpu") == 40)
        await settled(pilot)
        assert (table.row_count, table.total_rows) == (rows // 5, rows)
        table.sort_by(SortKey("value", descending=True))
        await settled(pilot)
        await pilot.press("j", "j", "j")
        path = table.row["path"]
        more = pl.concat([frame(rows + 50).tail(50), frame(rows)])
        table.set_frame(more, COLUMNS, key=("path",), frozen=1, where=pl.col("num_gpu") == 40)
        await settled(pilot)
        assert table.row["path"] == path
        assert table.row_count == rows // 5 + 10
        assert table.view()["value"].is_sorted(descending=True)


async def test_a_stale_sort_is_dropped():
    app = TableApp(frame(100_000))
    async with app.run_test(size=(100, 24)) as pilot:
        table = app.table
        for keys in ([SortKey("path")], [SortKey("value")], [SortKey("size", descending=True)]):
            table.sort_by(*keys)
        await settled(pilot)
        assert table.sort_keys == (SortKey("size", descending=True),)
        assert table.view()["size"][0] == 99_999_000


async def test_rows_that_a_filter_hides_are_not_called_missing():
    app = TableApp(frame(10))
    async with app.run_test(size=(100, 24)) as pilot:
        table = app.table
        table.empty = "There is nothing."
        table.set_filter(pl.lit(value=False))
        await settled(pilot)
        assert table.render_line(1).text.strip() == "Nothing passes the filter."
        table.set_frame(frame(10).clear(), COLUMNS, key=("path",), frozen=1)
        await settled(pilot)
        assert table.render_line(1).text.strip() == "There is nothing."


async def test_a_filter_that_fails_leaves_the_rows():
    app = TableApp(frame(10))
    async with app.run_test(size=(100, 24)) as pilot:
        app.table.set_filter(pl.col("nope") == 1)
        await pilot.pause()
        assert isinstance(app.told[-1], FrameTable.ArrangeFailed)
        assert "nope" in app.told[-1].reason
        assert app.table.row_count == 10


async def test_enter_slash_and_copy_tell_the_screen():
    app = TableApp(frame(10))
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("j", "l", "enter", "slash", "y", "Y")
        opened, asked, cell, row = app.told
        assert opened.row["path"] == "reports/run_1.json"
        assert opened.column == "value"
        assert isinstance(asked, FrameTable.FilterRequested)
        assert (cell.text, cell.what) == ("114.875", "value ms")
        assert row.text.split("\t")[0] == "reports/run_1.json"
        assert len(row.text.split("\t")) == len(COLUMNS)


async def test_an_empty_frame_says_so():
    app = TableApp(frame(0))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Nothing to show." in text(app.table)[1]
        await pilot.press("j", "G", "enter", "y", "Y", "s", "end")
        assert app.table.row is None


async def test_every_type_of_column_is_shown():
    df = pl.DataFrame({
        "f": [1.5, float("nan"), float("inf"), None, 1e-9, 123456789.0],
        "i": [1, 2, 3, 4, 5, None], "b": [True, None] * 3, "bytes": [b"\xff\x1b"] * 6,
        "list": [[1, 2]] * 6, "null": [None] * 6,
    }).with_columns(at=pl.datetime(2025, 10, 1, 13, 45), day=pl.date(2025, 10, 1))  # fmt: skip
    app = TableApp(df, tuple(columns_of(df)))
    async with app.run_test(size=(120, 12)):
        shown = "\n".join(text(app.table))
        assert "NaN" in shown
        assert "inf" in shown
        assert "1.0000e-09" in shown
        assert "123,456,789" in shown
        assert "2025-10-01 13:45" in shown
        assert "\\xff" in shown
        assert "\x1b" not in shown


@pytest.mark.parametrize("size", SIZES)
async def test_moving_the_cursor_down_costs_little(size, monkeypatch):
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    app = TableApp(frame(200).with_columns(tool=pl.lit("llama-bench"), status=pl.lit("ok")))
    async with app.run_test(size=size) as pilot:
        assert app.console.color_system == "truecolor"
        for _ in range(6):
            await pilot.pause()
            app.sent = ""
            await pilot.press("j")
            await pilot.pause()
            assert app.sent
            assert len(app.sent.encode()) <= 400


async def test_nothing_is_sent_while_nothing_happens():
    app = TableApp(frame(200))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.sent = ""
        await pilot.pause(0.3)
        assert app.sent == ""


async def test_a_million_rows_open_sort_and_filter_quickly():
    df = frame(1_000_000)
    app = TableApp(frame(1))
    async with app.run_test(size=(120, 40)) as pilot:
        table = app.table
        table.set_frame(df, COLUMNS, frozen=1)
        table.sort_by(SortKey("value"))
        await app.workers.wait_for_complete()
        table.set_filter(pl.col("num_gpu") > 40)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert table.row_count == 400_000


@pytest.mark.parametrize("width", [30, 47, 60, 61, 62, 63, 64, 75, 90, 120])
async def test_columns_out_of_sight_are_marked(width):
    app = TableApp(frame(20))
    async with app.run_test(size=(width, 12)) as pilot:
        for key in ("home", *["l"] * len(COLUMNS)):
            await pilot.press(key)
            header = text(app.table)[0]
            shown = [column.title for column in COLUMNS if f" {column.title[:4]}" in header]
            assert (COLUMNS[-1].title in shown) != header.rstrip().endswith("▸")
            assert (COLUMNS[1].title in shown) != header.startswith("◂")
