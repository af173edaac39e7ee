"""Keys: one table, remapped by id, clashes named, none that a terminal swallows."""

import pytest

from chimera_tui.ui.commands import BY_ID, COMMANDS, Pane, State
from chimera_tui.ui.keymap import SWALLOWED, check, shown, spoken
from chimera_tui.ui.screens.help import HelpScreen
from chimera_tui.ui.workspace.metrics_bar import MetricsBar
from chimera_tui.ui.workspace.pane_bindings import of_panes
from tests.ui.app_steps import opened, said, seen, text_of, until


def test_no_command_is_bound_to_a_key_that_never_arrives():
    for command in COMMANDS:
        for key in command.key.split(","):
            assert key not in SWALLOWED
            assert not key.startswith("ctrl+shift")


def test_no_two_commands_of_a_pane_share_a_key():
    assert not check({command.id: command.key for command in COMMANDS}).problems


def test_ids_are_dotted_and_every_command_says_what_it_does():
    for command in COMMANDS:
        assert "." in command.id
        assert command.label
        assert command.help.endswith(".")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"run.start": "q"}, ("run.start", "app.quit", "q")),
        ({"run.strat": "f9"}, ("run.strat", "run.start")),
        ({"run.start": "ctrl+s"}, ("run.start", "flow control")),
        ({"run.start": "ctrl+shift+r"}, ("run.start", "do not send")),
        ({"run.start": ""}, ("run.start", "empty")),
        ({"run.start": "f9", "run.stop": "f9"}, ("run.start", "run.stop", "f9")),
    ],
)
def test_what_cannot_be_used_is_said_and_the_default_stays(keys, says):
    checked = check(keys)
    assert checked.keys == {} or set(checked.keys) < set(keys)
    for word in says:
        assert any(word in problem for problem in checked.problems)


def test_keys_can_be_swapped_and_panes_do_not_disturb_each_other():
    assert not check({"run.start": "x", "run.stop": "r"}).problems
    assert not check({"config.save": "f9", "reports.newest": "f9"}).problems


def test_the_keys_of_every_pane_can_be_changed_and_clash_where_they_meet():
    panes = of_panes()
    ids = {binding.id for binding in panes}
    assert {"table.sort", "tree.exclude", "stream.follow", "config.unset", "measurements.sql"} <= ids
    assert not check({"table.sort": "f9", "stream.follow": "f9"}, panes).problems
    (problem,) = check({"inventory.group": "s"}, panes).problems
    assert "table.sort" in problem
    assert not check({binding.id: binding.key for binding in panes if binding.id}, panes).problems


def test_keys_are_shown_as_people_read_them():
    assert [shown(key) for key in ("ctrl+p", "question_mark", "f5,R", "escape", "R")] == ["^p", "?", "f5", "esc", "R"]


async def test_a_remapped_key_works_and_the_old_one_does_not(make_app):
    app = make_app(keys={"pane.config": "f9", "pane.zoom": "r", "run.start": "z"})
    async with opened(app, (80, 24)) as (pilot, screen):
        await pilot.press("7")
        await pilot.pause()
        assert screen.panes.current is Pane.TREE
        await pilot.press("f9")
        await until(pilot, lambda: screen.panes.current is Pane.CONFIG, "config")
        await pilot.press("r")
        assert screen.panes.zoomed is Pane.CONFIG
        await pilot.pause()
        assert "z Run" in seen(app)


async def test_a_clash_is_said_with_both_names(make_app):
    app = make_app(keys={"run.start": "q"})
    async with opened(app) as (pilot, screen):
        assert "run.start" in said(app)
        assert "app.quit" in said(app)
        await pilot.press("r")
        await until(pilot, lambda: screen.run_control.running or screen.ended, "r still runs")


async def test_help_shows_the_keys_of_the_pane_and_their_names(make_app):
    app = make_app()
    async with opened(app, (120, 60)) as (pilot, _):
        await pilot.press("7", "question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "help")
        await pilot.pause()
        text = seen(app)
        for words in ("Keys in Config", "config.save", "Save the changed settings", "config.unset", "run.start"):
            assert words in text
        assert "Not now" in text
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, HelpScreen), "closed")


async def test_the_palette_finds_and_does(make_app):
    app = make_app()
    async with opened(app) as (pilot, screen):
        await pilot.press("ctrl+p", *"go to config", "enter")
        await until(pilot, lambda: screen.panes.current is Pane.CONFIG, "config")
        await pilot.press("ctrl+p", *"stop", "enter")
        await until(pilot, lambda: "Nothing is running" in said(app), "the reason")


async def test_what_is_said_names_the_keys_as_they_are_now(make_app):
    app = make_app(keys={"run.start": "f9", "copy.save": "f8", "app.help": "f1"})
    async with opened(app, (120, 40)) as (pilot, screen):
        assert "f9 writes a report" in screen.query_one(MetricsBar).hint
        assert "f1 shows the keys" in screen.query_one(MetricsBar).hint
        await pilot.press("x")
        await until(pilot, lambda: "f9 starts a run" in said(app), "the reason")
        await pilot.press("y")
        await until(pilot, lambda: "f8 writes it to a file" in said(app), "the notice")
        await pilot.press("f1")
        await until(pilot, lambda: "Nothing is running; f9 starts a run" in " ".join(seen(app).split()), "the help")
        await pilot.press("escape", str(Pane.STREAM.number))
        await until(pilot, lambda: "f9 starts a run" in text_of(screen, "#stream-title"), "the stream's own words")


def test_only_commands_are_replaced_in_what_is_said():
    assert spoken("{run.start} {no.such} {x} {run.start", {}) == "r {no.such} {x} {run.start"
    assert spoken("{app.palette}", {"app.palette": "ctrl+o"}) == "^o"


def test_every_sentence_of_the_table_names_commands_that_exist():
    states = [State(), State(pane=Pane.CONFIG), State(pane=Pane.REPORTS)]
    for command in COMMANDS:
        for words in (command.help, *(command.enabled(state) for state in states)):
            assert "{" not in spoken(words, {})


@pytest.mark.parametrize("pane", list(Pane))
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
async def test_help_in_every_pane_has_its_own_keys(make_app, pane, size):
    app = make_app()
    async with opened(app, size) as (pilot, screen):
        await pilot.press(str(pane.number))
        await until(pilot, lambda: screen.panes.current is pane and app.focused, "the pane")
        await pilot.press("question_mark")
        await until(pilot, lambda: f"Keys in {pane.label}" in seen(app), "its help")
        assert app.screen._own
        assert "esc closes" in seen(app)


async def test_no_two_keys_of_one_place_are_taken_twice_but_on_purpose(make_app):
    """In each pane, a key of the table of commands that the focused widget takes for itself is in this list."""
    app = make_app()
    taken: set[tuple[str, str]] = set()
    async with opened(app) as (pilot, screen):
        for pane in Pane:
            await pilot.press(str(pane.number))
            await until(pilot, lambda pane=pane: screen.panes.current is pane and app.focused, "the pane")
            mine = {key: b.id for key, b in screen._bindings if b.id in BY_ID and BY_ID[b.id].pane in (None, pane)}
            for key, active in screen.active_bindings.items():
                if key in mine and active.node is not screen and active.enabled:
                    taken.add((active.binding.id or "", mine[key]))
    copies = {"tree.copy_path", "table.copy_cell", "stream.copy"}
    assert taken <= {(identifier, "copy.text") for identifier in copies}, taken
