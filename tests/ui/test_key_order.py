"""Keys that arrive in one packet do what they would have done one by one."""

import pytest
from textual.events import Key, Paste

from chimera_tui.ui.commands import Pane
from chimera_tui.ui.screens.picker import Picker
from tests.ui.app_steps import opened, until


def type_at_once(app, keys: str) -> None:
    """Every key is there before the first one is handled."""
    names = {"/": "slash", ":": "colon", "\r": "enter"}
    for key in keys:
        app.post_message(Key(names.get(key, key), key if key.isprintable() else None))


@pytest.mark.parametrize("pane", [Pane.INVENTORY, Pane.MEASUREMENTS, Pane.FINDINGS])
async def test_what_is_typed_behind_a_slash_is_the_filter(make_app, pane):
    app = make_app()
    async with opened(app, (80, 24)) as (pilot, screen):
        await pilot.press(str(pane.number))
        type_at_once(app, "/xqmdu")
        content = screen.panes.contents[pane]
        await until(pilot, lambda: content.filter_line.text == "xqmdu", f"it stands in the line of {pane}")
        assert app.screen is screen


async def test_the_number_of_a_pane_and_its_filter_in_one_go(make_app):
    app = make_app()
    async with opened(app, (80, 24)) as (pilot, screen):
        type_at_once(app, "3/num_gpu>60\r")
        content = screen.panes.contents[Pane.MEASUREMENTS]
        await until(pilot, lambda: content.filter_line.text == "num_gpu>60" and content.table.has_focus, "filtered")


async def test_what_is_pasted_behind_a_slash_is_the_filter(make_app):
    app = make_app()
    async with opened(app, (80, 24)) as (pilot, screen):
        await pilot.press("2")
        type_at_once(app, "/")
        app.post_message(Paste("gpu"))
        content = screen.panes.contents[Pane.INVENTORY]
        await until(pilot, lambda: content.filter_line.text == "gpu", "it stands in the line")


async def test_keys_for_a_dialog_reach_the_dialog(make_app):
    app = make_app()
    async with opened(app, (120, 40)) as (pilot, _):
        app.post_message(Key("ctrl+p", None))
        type_at_once(app, "dqu")
        await until(pilot, lambda: isinstance(app.screen, Picker), "the palette is open")
        await until(pilot, lambda: app.screen.query_one("Input").value == "dqu", "it stands in the palette")
