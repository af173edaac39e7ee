"""The screen comes back as it was left, per repository; a file that is broken or strange is no file."""

import json
import shutil

import pytest

from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.files.pane import RepoTree
from chimera_tui.ui.panes.inventory.pane import Inventory
from chimera_tui.ui.panes.measurements.pane import Measurements
from chimera_tui.ui.remembered import Layout, folder, name_of, read_layout, write_layout
from chimera_tui.ui.tables.arrange import SortKey
from chimera_tui.ui.workspace.metrics_bar import MetricsBar
from tests.ui.app_steps import opened, until


async def leave(pilot, app):
    """Press q and wait for the end, as a person would."""
    await pilot.press("q")
    await until(pilot, lambda: not app.is_running or app._exit, "the program ends")


async def test_pane_zoom_filters_sort_columns_and_folders_come_back(make_app, repository):
    app = make_app()
    async with opened(app) as (pilot, screen):
        screen.query_one(RepoTree).folders.set_expanded(frozenset({"sweep"}))
        inventory, measurements = screen.query_one(Inventory), screen.query_one(Measurements)
        await until(pilot, lambda: inventory.table.row_count and measurements.table.row_count, "both tables")
        inventory.filter_line.open("kind = csv")
        await pilot.press("enter")
        measurements.set_columns(["value", "metric"])
        measurements.table.sort_by(SortKey("value", descending=True))
        await pilot.press(str(Pane.MEASUREMENTS.number), "z")
        await until(pilot, lambda: screen.panes.zoomed is Pane.MEASUREMENTS, "the zoom")
        await until(pilot, lambda: len(measurements.table.columns) == 2, "the chosen columns")
        measurements.table.sort_by(SortKey("value", descending=True))
        await leave(pilot, app)
    again = make_app()
    async with opened(again) as (pilot, screen):
        assert screen.panes.current is Pane.MEASUREMENTS
        assert screen.panes.zoomed is Pane.MEASUREMENTS
        assert screen.query_one(RepoTree).folders.expanded == {"sweep"}
        inventory, measurements = screen.query_one(Inventory), screen.query_one(Measurements)
        await until(pilot, lambda: inventory.table.row_count == 1, "the filter")
        await until(pilot, lambda: [c.name for c in measurements.table.columns] == ["value", "metric"], "the columns")
        assert measurements.table.sort_keys == (SortKey("value", descending=True),)
        values = measurements.table.view()["value"].to_list()
        assert values == sorted(values, reverse=True)
        assert again.focused is measurements.table


async def test_what_is_remembered_belongs_to_its_repository_wherever_it_is_opened_from(make_app, repository, tmp_path):
    write_layout(repository, Layout(root=name_of(repository), pane=Pane.CONFIG))
    link = tmp_path / "link"
    link.symlink_to(repository)
    assert read_layout(link).pane is Pane.CONFIG
    shutil.copytree(repository, tmp_path / "copy")
    assert read_layout(tmp_path / "copy") is None
    async with opened(make_app(root=link)) as (_, screen):
        assert screen.panes.current is Pane.CONFIG


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"\xff\xfe", b"[]", b'{"version": 2, "root": "ROOT"}', b'{"root": "/elsewhere", "pane": "config"}',
        b'{"root": "ROOT", "pane": "nosuch"}', b'{"root": "ROOT", "panes": {"inventory": 7}}', b"[" * 5_000,
    ],
)  # fmt: skip
async def test_a_broken_file_is_no_file(make_app, repository, content):
    write_layout(repository, Layout(root=name_of(repository)))
    (path,) = folder().iterdir()
    path.write_bytes(content.replace(b"ROOT", str(repository).encode()))
    assert read_layout(repository) is None
    async with opened(make_app()) as (_, screen):
        assert screen.panes.current is Pane.TREE


async def test_a_pane_leaves_out_what_it_cannot_use(make_app, repository):
    kept = {
        Pane.INVENTORY: {"filter": "kind = = =", "sort": [["no such column", True]], "group": "no such group"},
        Pane.MEASUREMENTS: {"columns": ["no such column"], "sort": "all"},
        Pane.TREE: {"open": [1, 2]},
    }
    write_layout(repository, Layout(root=name_of(repository), pane=Pane.INVENTORY, panes=kept))
    async with opened(make_app()) as (pilot, screen):
        inventory, measurements = screen.query_one(Inventory), screen.query_one(Measurements)
        await until(pilot, lambda: inventory.table.row_count == 3, "every file, as nothing can be filtered")
        await until(pilot, lambda: measurements.table.row_count, "the measurements")
        assert inventory.filter_line.refused
        assert inventory.group is None


async def test_a_layout_that_cannot_be_kept_keeps_nobody_here(make_app, repository, home):
    (home / "state").mkdir(parents=True)
    (home / "state" / "chimera-tui").write_text("in the way")
    app = make_app()
    async with opened(app) as (pilot, _):
        await leave(pilot, app)
    assert app.return_code == 0


async def test_an_empty_stream_is_no_place_to_begin(make_app, repository):
    app = make_app()
    async with opened(app) as (pilot, _):
        await pilot.press(str(Pane.STREAM.number))
        await leave(pilot, app)
    assert read_layout(repository).pane is Pane.INVENTORY


async def test_who_is_here_for_the_first_time_is_told_where_to_begin(make_app, repository):
    app = make_app()
    async with opened(app, (80, 24)) as (pilot, screen):
        assert screen.query_one(MetricsBar).render().plain == (
            "New here? 1 to 7 are the panes · r writes a report · ? shows the keys"
        )
        await leave(pilot, app)
    async with opened(make_app()) as (_, screen):
        assert "New here" not in screen.query_one(MetricsBar).render().plain


async def test_left_over_a_hang_up_it_is_kept_too(make_app, repository):
    app = make_app()
    async with opened(app) as (pilot, _):
        await pilot.press(str(Pane.REPORTS.number))
        await pilot.pause()
        app.leave_in_order(129)
        await until(pilot, lambda: app._exit, "the program ends")
    assert app.return_code == 129
    assert json.loads(next(folder().iterdir()).read_bytes())["pane"] == "reports"
