"""The Inventory pane: its summary, filter line, groups, and what survives another snapshot."""

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from chimera_tui.ui.panes.inventory.frame import files_frame, grouped, summary
from chimera_tui.ui.panes.inventory.pane import Inventory
from chimera_tui.ui.tables.summary_line import SummaryLine
from tests.ui.sample_frames import files, sample_files, sample_frames, snapshot


class InventoryApp(App[None]):
    """An inventory alone; keeps which files were opened."""

    def __init__(self, ascii_only: bool = False) -> None:
        super().__init__()
        self.pane = Inventory(ascii=ascii_only)
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_inventory_file_opened(self, event: Inventory.FileOpened) -> None:
        self.opened.append(event.path)


def said(app: InventoryApp) -> str:
    return app.pane.query_one(SummaryLine).text


def paths(app: InventoryApp) -> list[str]:
    return app.pane.table.view()["path"].to_list()


async def shown(pilot, snap=None) -> None:
    pilot.app.pane.show(snap or snapshot())
    await settled(pilot)
    pilot.app.pane.focus_inside()
    await pilot.pause()


async def settled(pilot) -> None:
    await pilot.pause()
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.pause(0.01)
    await pilot.pause()


def test_models_come_from_the_cells_and_duplicates_name_their_original():
    frame = files_frame(sample_frames())
    by_path = {row["path"]: row for row in frame.to_dicts()}
    assert by_path["reports/gemma3/run.json"]["model"] == "gemma3:latest, llama3.1"
    assert by_path["csv_data/a.csv"]["model"] is None
    assert by_path["csv_data/baselines/two.json"]["duplicate_of"] == "csv_data/baselines/one.json"
    assert by_path["README.md"]["folder"] == "."
    assert frame["path"].to_list() == sorted(frame["path"].to_list())


def test_saved_runs_and_folders_are_not_files_of_the_inventory():
    with_run = files(*sample_files().to_dicts(), {"path": "chimera-reports/x/report.md", "role": "run"},
                     {"path": "closed", "kind": "folder"})  # fmt: skip
    assert files_frame(replace(sample_frames(), files=with_run)).height == sample_files().height


def test_summary_counts_kinds_measurements_and_what_is_wrong():
    assert summary(files_frame(sample_frames()), 5742) == [
        "9 files", "CSV 3", "JSON 4", "MARKDOWN 2", "5,742 measurements", "1 partial", "1 failed", "1 duplicate",
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["kind", "folder", "tool", "status"])
def test_groups_add_up(by):
    frame = files_frame(sample_frames())
    groups, columns = grouped(frame, by)
    assert groups["files"].sum() == frame.height
    assert groups["size"].sum() == frame["size"].sum()
    assert [column.name for column in columns] == groups.columns


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_pane_sums_up_lists_and_opens(size):
    app = InventoryApp()
    async with app.run_test(size=size) as pilot:
        await shown(pilot)
        assert said(app).startswith("9 files · CSV 3 · JSON 4 · MARKDOWN 2 · 216 measurements")
        await pilot.press("j", "enter")
        assert app.opened == ["csv_data/a.csv"]
        assert app.pane.current_path == "csv_data/a.csv"


async def test_an_unfinished_snapshot_and_problems_are_said():
    app = InventoryApp(ascii_only=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot, snapshot(complete=False, problems=("x: denied",)))
        assert said(app).startswith("reading - 9 files")
        assert said(app).endswith("1 problem")
        assert said(app).isascii()


async def test_filter_by_expression_with_errors_and_esc():
    app = InventoryApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await pilot.press("slash", *"kind = json and size > 100k")
        assert paths(app) == ["csv_data/baselines/one.json", "reports/gemma3/run.json"]
        await pilot.press("enter")
        assert app.focused is app.pane.table
        assert said(app).startswith("2 shown · 9 files")
        await pilot.press("slash", "home", *"x")
        error = str(app.pane.query_one(".filter-line--error", Static).content)
        assert "no column “xkind”; did you mean kind?" in error
        assert len(paths(app)) == 9
        await pilot.press("escape")
        assert len(paths(app)) == 9
        assert app.focused is app.pane.table
        assert not app.pane.filter_line.is_open


async def test_column_names_are_completed():
    app = InventoryApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await pilot.press("slash", *"size > 1 and mod")
        await pilot.pause()
        await pilot.press("right")
        assert app.pane.query_one(Input).value == "size > 1 and model"


async def test_b_groups_and_enter_goes_into_a_group():
    app = InventoryApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await pilot.press("b")
        assert said(app).startswith("3 groups by kind · 9 files")
        assert app.pane.table.view()["kind"].to_list() == ["json", "csv", "markdown"]
        await pilot.press("j", "enter")
        assert app.pane.filter_line.text == 'kind = "csv"'
        assert len(paths(app)) == 3
        assert app.pane.group is None
        await pilot.press("escape", *"bbb")
        assert app.pane.group == "tool"
        await pilot.press("enter")
        await pilot.pause()
        assert app.pane.filter_line.text == "tool = null"
        assert len(paths(app)) == 4
        await pilot.press("escape", *"bbbbb")
        assert app.pane.group is None


async def test_another_snapshot_keeps_cursor_sort_and_filter():
    app = InventoryApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await pilot.press("slash", *"kind = json", "enter", "l", "l", "s", "s", "j", "j")
        assert paths(app)[0] == "reports/gemma3/run.json"
        before = app.pane.current_path
        more = files(*sample_files().to_dicts(), {"path": "a.json", "size": 10**9}, {"path": "b.csv"})
        app.pane.show(snapshot(replace(sample_frames(), files=more)))
        await settled(pilot)
        assert paths(app)[:2] == ["a.json", "reports/gemma3/run.json"]
        assert len(paths(app)) == 5
        assert app.pane.current_path == before


async def test_a_filter_that_is_wrong_keeps_the_keys_until_it_is_right():
    app = InventoryApp()
    async with app.run_test(size=(120, 30)) as pilot:
        await shown(pilot)
        await pilot.press("slash", *"sizee > 4", "enter")
        await settled(pilot)
        line = app.query_one(Inventory).filter_line
        assert line.refused
        assert line in app.focused.ancestors_with_self
