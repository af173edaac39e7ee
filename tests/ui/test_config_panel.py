"""The config panel: stepping, typing, refusing, unsetting, saving."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, convert
from textual.widgets import Input, Static

from chimera_tui.core.config.schema import Settings
from chimera_tui.core.config.values import allowed, shown
from chimera_tui.engine.backends.base import ModelInfo
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.config.changes import not_kept
from chimera_tui.ui.panes.config.pane import ConfigPanel
from chimera_tui.ui.panes.config.setting_row import SettingRow
from chimera_tui.ui.panes.config.values import (
    choices,
    panel_settings,
    parsed,
    stepped,
    unset_value,
    value_of,
    with_value,
)
from tests.server import OllamaServer, Script
from tests.ui.app_steps import opened, said, seen, until

SETTINGS = {setting.name: setting for _, setting in panel_settings()}
GIVEN_IN_THE_ISSUE = {
    "num_gpu", "main_gpu", "num_thread", "num_batch", "use_mmap", "num_ctx", "num_keep", "num_predict", "temperature",
    "top_k", "top_p", "min_p", "typical_p", "repeat_penalty", "repeat_last_n", "presence_penalty", "frequency_penalty",
    "seed", "stop", "model", "host", "keep_alive", "think", "persona",
}  # fmt: skip


def test_every_option_of_the_program_has_a_row():
    assert set(SETTINGS) >= GIVEN_IN_THE_ISSUE


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("num_ctx", "8192", 8192), ("num_ctx", "fit", "fit"), ("num_ctx", "", UNSET), ("num_ctx", " unset ", UNSET),
        ("temperature", "1", 1.0), ("use_mmap", "true", True), ("stop", '["a,b", "c"]', ["a,b", "c"]),
        ("stop", "a,b", ["a", "b"]), ("keep_alive", "5m", "5m"), ("keep_alive", "-1", -1.0), ("think", "low", "low"),
        ("model", "gemma3:1b", "gemma3:1b"), ("main_gpu", "0", 0),
    ],
)  # fmt: skip
def test_what_is_typed_is_taken(name, typed, value):
    found = parsed(SETTINGS[name], typed)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("num_ctx", "0", "0 is not automatic"), ("num_ctx", "many", "a whole number"), ("top_p", "7", "(0 to 1)"),
        ("temperature", "-3", "(0 to 5)"), ("temperature", "nan", "a number"), ("temperature", "inf", "a number"),
        ("num_gpu", "-2", "(-1 to 9999)"), ("repeat_penalty", "0", "(above 0, up to 10)"),
        ("use_mmap", "maybe", "true or false"), ("think", "a lot", "low"), ("model", "", "a text"),
        ("keep_alive", "soon", "5m"), ("persona", "a b", "letters"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_with_what_is(name, typed, says):
    with pytest.raises(ValueError) as refused:
        parsed(SETTINGS[name], typed)
    assert says in str(refused.value)


@given(name=st.sampled_from(sorted(SETTINGS)), typed=st.text(max_size=12))
def test_whatever_is_typed_is_valid_or_refused(name, typed):
    setting = SETTINGS[name]
    try:
        value = parsed(setting, typed)
    except ValueError:
        return
    assert value is UNSET or convert(value, setting.type) == value
    assert value_of(with_value(Settings(), setting.path, value), setting.path) == value


@given(name=st.sampled_from(sorted(SETTINGS)), steps=st.lists(st.sampled_from([1, -1]), max_size=40))
def test_stepping_never_leaves_what_is_allowed(name, steps):
    setting = SETTINGS[name]
    value = unset_value(setting)
    for direction in steps:
        try:
            value = stepped(setting, value, direction, {})
        except ValueError:
            return
        assert convert(value, setting.type) == value


@pytest.mark.parametrize(
    ("name", "before", "direction", "after"),
    [
        ("num_ctx", 4096, 1, 4608), ("num_ctx", 4000, 1, 4096), ("num_ctx", 512, -1, 1), ("num_ctx", "fit", 1, 4096),
        ("temperature", 0.8, 1, 0.9), ("temperature", 0.1, -1, 0.0), ("num_gpu", UNSET, 1, -1), ("num_gpu", 0, -1, -1),
        ("top_p", 0.98, 1, 1.0), ("use_mmap", UNSET, 1, False), ("use_mmap", False, 1, True),
        ("engine", "auto", 1, "ollama"), ("engine", "auto", -1, "offline"), ("think", "high", 1, False),
    ],
)  # fmt: skip
def test_steps(name, before, direction, after):
    assert stepped(SETTINGS[name], before, direction, {}) == after


def test_an_unset_option_is_stepped_from_what_the_modelfile_says():
    assert stepped(SETTINGS["top_k"], UNSET, 1, {"top_k": 64}) == 64


def test_words_for_every_setting():
    for setting in SETTINGS.values():
        assert allowed(setting.path)
        assert all(convert(value, setting.type) == value for value in choices(setting))
    assert shown(UNSET) == "unset"
    assert shown(0.1 + 0.2) == "0.3"
    assert shown(True) == "true"


async def to_row(pilot, screen, name: str) -> SettingRow:
    """The cursor on a row of the panel."""
    await pilot.press(str(Pane.CONFIG.number))
    await pilot.pause()
    rows = screen.query_one(ConfigPanel).rows
    rows.cursor = [row.setting.name for row in rows.rows].index(name)
    await pilot.pause()
    return rows.row


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_value_is_typed_in_its_place(make_app, size):
    app = make_app()
    async with opened(app, size) as (pilot, screen):
        row = await to_row(pilot, screen, "num_ctx")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.focused, Input), "the input")
        entry = app.focused
        assert entry.cursor_blink is False
        assert entry.region.y == row.region.y
        await pilot.press(*"0", "enter")
        await pilot.pause()
        assert "not '0': it must be a whole number" in row.problem
        assert "it must be a whole number" in seen(app)
        assert screen.settings.options.num_ctx == "fit"
        await pilot.press("backspace", *"8192", "enter")
        await until(pilot, lambda: screen.settings.options.num_ctx == 8192, "the setting")
        assert not row.query(Input)
        assert app.focused is screen.query_one(ConfigPanel).rows
        await pilot.pause()
        assert "8192" in seen(app)


async def test_escape_forgets_what_was_typed_and_stays_in_the_panel(make_app):
    app = make_app()
    async with opened(app, (80, 24)) as (pilot, screen):
        row = await to_row(pilot, screen, "seed")
        await pilot.press("enter", "4", "2", "escape")
        await pilot.pause()
        assert not row.query(Input)
        assert screen.settings.options.seed is UNSET
        assert screen.panes.current is Pane.CONFIG


async def test_keys_step_unset_and_fit(make_app):
    app = make_app()
    async with opened(app) as (pilot, screen):
        await to_row(pilot, screen, "temperature")
        await pilot.press("right", "right", "plus")
        await pilot.pause()
        assert screen.settings.options.temperature == 1.0
        await pilot.press("left")
        await pilot.pause()
        assert screen.settings.options.temperature == 0.9
        await pilot.press("u")
        await pilot.pause()
        assert screen.settings.options.temperature is UNSET
        row = await to_row(pilot, screen, "num_ctx")
        await pilot.press("right")
        await pilot.pause()
        assert screen.settings.options.num_ctx == 4096
        await pilot.press("f")
        await pilot.pause()
        assert screen.settings.options.num_ctx == "fit"
        assert row.is_set


async def test_state_is_told_by_words_and_marks(make_app):
    app = make_app()
    async with opened(app) as (pilot, screen):
        row = await to_row(pilot, screen, "num_gpu")
        panel = screen.query_one(ConfigPanel)
        assert "unset" in row.render().plain
        assert "reloads" in row.render().plain
        panel.show_model(ModelInfo(name="m", parameters={"num_gpu": 33, "top_k": 64}))
        await pilot.pause()
        assert "(33)" in row.render().plain
        assert "unset (64)" in next(r for r in panel.rows.rows if r.setting.name == "top_k").render().plain
        await pilot.press("right")
        await pilot.pause()
        assert row.render().plain.startswith(app.glyphs.set)
        assert "33" in row.render().plain
        words = str(screen.query_one("#config-help", Static).content)
        assert "-1 automatic, 0 CPU only" in words
        assert "(-1 to 9999)" in words
        assert "changed here" in words


async def test_the_row_and_its_help_fit_at_80_by_24(make_app):
    app = make_app()
    async with opened(app, (80, 24)) as (pilot, screen):
        panel = screen.query_one(ConfigPanel)
        await to_row(pilot, screen, "model")
        for setting in SETTINGS.values():
            row = await to_row(pilot, screen, setting.name)
            await pilot.pause()
            assert panel.rows.region.contains_region(row.region), setting.name
            assert setting.name in row.render().plain.splitlines()[0]
            assert len(row.render().plain) <= row.content_size.width


async def test_saving_keeps_the_comments_of_the_persons_file(make_app, home):
    path = home / "config" / "chimera-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('# mine\n[run]\nmodel = "gemma3:1b"  # the small one\n', "utf-8")
    app = make_app()
    async with opened(app) as (pilot, screen):
        await to_row(pilot, screen, "seed")
        await pilot.press("w")
        assert "No setting was changed" in said(app)
        await pilot.press("enter", "4", "2", "enter", "w")
        await until(pilot, lambda: not screen.unsaved, "it is saved")
        text = path.read_text("utf-8")
        assert "# mine" in text
        assert "# the small one" in text
        assert tomllib.loads(text)["options"]["seed"] == 42
        assert str(path) in said(app)


async def test_a_file_that_is_not_toml_is_left_alone(make_app, home):
    path = home / "config" / "chimera-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("[run\n", "utf-8")
    app = make_app()
    async with opened(app) as (pilot, screen):
        await to_row(pilot, screen, "seed")
        await pilot.press("right", "w")
        await until(pilot, lambda: "not saved" in said(app), "the reason")
        assert path.read_text("utf-8") == "[run\n"
        assert screen.unsaved


async def test_values_of_the_modelfile_are_asked_for_and_shown(make_app):
    async with OllamaServer(Script()) as server:
        app = make_app(engine="auto", host=server.url)
        async with opened(app) as (pilot, screen):
            rows = {row.setting.name: row for row in screen.query_one(ConfigPanel).rows.rows}
            await until(pilot, lambda: rows["top_k"].modelfile is not UNSET, "the Modelfile")
            assert "unset (64)" in rows["top_k"].render().plain
            assert all(not request.path.endswith(("chat", "generate")) for request in server.requests)


@pytest.mark.parametrize(
    ("changed", "origins", "says"),
    [
        ({"options.num_ctx": UNSET}, {}, "cannot say unset"),
        ({"run.model": "x"}, {"run.model": "/repo/.chimera.toml"}, "/repo/.chimera.toml"),
        ({"run.model": "x"}, {"run.model": "environment CHIMERA_MODEL"}, "CHIMERA_MODEL"),
        ({"run.model": "x"}, {"run.model": "/home/config.toml"}, ""),
        ({"run.model": "x"}, {}, ""),
    ],
)
def test_what_will_not_be_kept_is_said(changed, origins, says):
    sentence = not_kept(Settings(), changed, origins, Path("/home/config.toml"))
    assert (says in sentence) if says else not sentence
