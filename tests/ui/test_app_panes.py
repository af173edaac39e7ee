"""Panes, drawers, zoom, sizes: everything is reached by keys."""

import pytest
from textual.widgets import ContentSwitcher

from chimera_tui.ui.commands import COMMANDS, Pane
from chimera_tui.ui.workspace.pane_area import PaneArea
from tests.ui.app_steps import opened, said, seen, text_of, until


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 60)])
async def test_each_number_shows_its_pane_and_gives_it_the_keys(make_app, size):
    app = make_app()
    async with opened(app, size) as (pilot, screen):
        for pane in Pane:
            await pilot.press(str(pane.number))
            await until(
                pilot,
                lambda pane=pane: app.focused and screen.panes.contents[pane] in app.focused.ancestors_with_self,
                f"{pane} has the focus",
            )
            await pilot.pause()
            assert screen.panes.current is pane
            assert screen.panes.contents[pane].region.width > 20


async def test_narrow_screens_have_drawers_over_the_centre_and_escape_closes_them(make_app):
    app = make_app()
    async with opened(app, (80, 24)) as (pilot, screen):
        tree = screen.query_one("#tree-pane")
        assert tree.display
        assert tree.region.width < 60
        await pilot.press("2")
        assert not tree.display
        assert screen.query_one("#centre").region.width == 80
        await pilot.press("7")
        config = screen.query_one("#config-pane")
        await pilot.pause()
        assert config.region.right == 80
        assert config.region.width <= 40
        await pilot.press("escape")
        await pilot.pause()
        assert not config.display
        assert screen.panes.current is Pane.INVENTORY


async def test_between_them_the_tree_has_its_place_and_config_is_a_drawer(make_app):
    app = make_app()
    async with opened(app, (100, 30)) as (pilot, screen):
        tree, centre = screen.query_one("#tree-pane").region, screen.query_one("#centre").region
        assert tree.width + centre.width == 100
        assert tree.y == centre.y
        assert not screen.query_one("#config-pane").display
        await pilot.press("7")
        await pilot.pause()
        assert screen.query_one("#config-pane").region.y == tree.y


async def test_wide_screens_show_all_three(make_app):
    app = make_app()
    async with opened(app, (120, 40)) as (_, screen):
        widths = [screen.query_one(f"#{name}").region.width for name in ("tree-pane", "centre", "config-pane")]
        assert sum(widths) == 120
        assert min(widths) >= 28


@pytest.mark.parametrize("key", ["1", "2", "7"])
async def test_zoom_gives_a_pane_the_whole_width_and_takes_it_back(make_app, key):
    app = make_app()
    async with opened(app) as (pilot, screen):
        await pilot.press(key)
        await pilot.pause()
        before = screen.panes.contents[screen.panes.current].region.width
        await pilot.press("z")
        await pilot.pause()
        assert screen.panes.contents[screen.panes.current].region.width >= 118
        await pilot.press("escape")
        await pilot.pause()
        assert screen.panes.contents[screen.panes.current].region.width == before


async def test_growing_and_shrinking_moves_between_the_layouts(make_app):
    app = make_app()
    async with opened(app, (120, 40)) as (pilot, screen):
        await pilot.press("7")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: screen.query_one(PaneArea).has_class("-config-open"), "the drawer is open")
        assert screen.query_one("#config-pane").display
        await pilot.resize_terminal(130, 40)
        await until(pilot, lambda: not screen.query_one(PaneArea).has_class("-config-drawer"), "it has a place again")
        assert screen.query_one("#tree-pane").region.width == 28


async def test_a_tiny_terminal_says_so_and_everything_comes_back(make_app):
    app = make_app()
    async with opened(app, (80, 24)) as (pilot, screen):
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: screen.has_class("-too-small"), "too small")
        await pilot.pause()
        assert "40 columns and 10 lines" in text_of(screen, "#too-small")
        assert "Inventory" not in seen(app)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not screen.has_class("-too-small"), "large enough")
        await pilot.pause()
        assert "Inventory" in seen(app)


async def test_the_key_bar_never_cuts_a_key_in_half(make_app):
    app = make_app()
    async with opened(app, (60, 24)) as (pilot, _):
        for key in "123456":
            await pilot.press(key)
            await pilot.pause()
            bar = seen(app).splitlines()[-1]
            assert len(bar.rstrip()) <= 60
            assert bar.rstrip().endswith("q Quit")
            assert "? Help" in bar


async def test_a_command_that_cannot_be_used_says_why(make_app):
    app = make_app()
    async with opened(app) as (pilot, _):
        await pilot.press("x")
        assert "Nothing is running" in said(app)
        await pilot.press("6", "o")
        await pilot.pause()
        assert "no saved reports" in said(app)


async def test_every_command_has_a_deed_and_a_key_of_its_own(make_app):
    app = make_app()
    async with opened(app) as (_, screen):
        assert set(screen._actions.by_id) == {command.id for command in COMMANDS}


async def test_the_first_page_of_the_centre_is_the_inventory(make_app):
    app = make_app()
    async with opened(app) as (_, screen):
        assert screen.query_one(ContentSwitcher).current == "inventory"
        assert "sweep/gpu.csv" in seen(app)
        assert "3 files" in seen(app)
