"""The editor of settings files, saving from the panel beside another program, and the profiles."""

import tomllib

import pytest
from textual.widgets import Input, OptionList, TextArea

from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.config.pane import ConfigPanel
from chimera_tui.ui.screens.models import ModelPicker
from chimera_tui.ui.screens.picker import Picker
from chimera_tui.ui.screens.profiles import DifferencesScreen, ProfilesScreen
from chimera_tui.ui.screens.questions import NameDialog, Question
from chimera_tui.ui.screens.toml_editor import TomlEditor
from chimera_tui.ui.settings_files import editable_files
from chimera_tui.ui.themes import builtin_folder
from tests.server import OllamaServer, OpenAiScript, Script
from tests.ui.app_steps import opened, said, seen, until
from tests.ui.settings_app import TEXT, app_over, file_of
from tests.ui.test_config_panel import to_row

SIZES = [(80, 24), (120, 40)]


async def in_editor(pilot, app) -> TextArea:
    """The editor of the person's own file."""
    await pilot.press(str(Pane.CONFIG.number), "e")
    await until(pilot, lambda: isinstance(app.screen, TomlEditor) and app.screen.query_one(TextArea).text, "the editor")
    return app.screen.query_one(TextArea)


@pytest.mark.parametrize("size", SIZES)
async def test_a_text_is_checked_while_it_is_typed_and_saved_as_typed(home, repository, size):
    path = file_of(home)
    app = app_over(path, repository)
    async with opened(app, size) as (pilot, screen):
        await to_row(pilot, screen, "engine")
        area = await in_editor(pilot, app)
        assert area.text == TEXT
        await until(pilot, lambda: area.cursor_location[0] == 4, "the line of the setting under the cursor")
        area.move_cursor((9, 9))
        await pilot.press("x")
        await until(pilot, lambda: "line 10" in seen(app), "the message")
        assert "not valid TOML" in seen(app)
        await pilot.press("backspace")
        await until(pilot, lambda: "Nothing is wrong" in seen(app), "all is right again")
        area.replace("512", (9, 10), (9, 14))
        await pilot.press("f2")
        await until(pilot, lambda: path.read_text() == TEXT.replace("8192", "512"), "it is saved")
        assert path.with_name("config.toml~").read_text() == TEXT
        await until(pilot, lambda: screen.settings.options.num_ctx == 512, "it holds at once")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen, "back")


async def test_a_wrong_value_is_named_and_the_last_good_one_stays_in_force(home, repository):
    path = file_of(home)
    app = app_over(path, repository)
    async with opened(app) as (pilot, screen):
        area = await in_editor(pilot, app)
        area.replace("0", (9, 10), (9, 14))
        await until(
            pilot, lambda: "line 10: profiles.box.options.num_ctx = 0 is not allowed" in seen(app), "the message"
        )
        await pilot.press("f8")
        assert area.cursor_location[0] == 9
        await pilot.press("f2")
        await until(pilot, lambda: "The last good value holds" in said(app), "it is said")
        assert screen.settings.options.num_ctx == 8192
        area.replace("]]", (9, 0), (9, 0))
        await pilot.press("f2")
        await until(pilot, lambda: said(app).count("not valid TOML") == 1, "it is said")
        assert screen.settings.options.num_gpu == 35


@pytest.mark.parametrize(("answer", "text", "backup"), [("k", "mine", "theirs"), ("r", "theirs", None)])
async def test_a_change_from_outside_is_seen_before_saving_and_neither_text_is_lost(
    home, repository, answer, text, backup
):
    path = file_of(home)
    app = app_over(path, repository)
    async with opened(app, (80, 24)) as (pilot, _):
        area = await in_editor(pilot, app)
        area.insert("# mine\n", (0, 0))
        mine, theirs = "# mine\n" + TEXT, TEXT + "# theirs\n"
        path.write_text(theirs)
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, Question), "the question")
        assert path.read_text() == theirs
        await pilot.press("d")
        await until(pilot, lambda: "+# mine" in seen(app) and "-# theirs" in seen(app), "the difference")
        await pilot.press(answer)
        await until(pilot, lambda: isinstance(app.screen, TomlEditor), "the answer")
        await until(pilot, lambda: area.text == {"mine": mine, "theirs": theirs}[text], "the text")
        if backup:
            await until(pilot, lambda: path.read_text() == mine, "it is saved")
            assert path.with_name("config.toml~").read_text() == theirs
        else:
            assert path.read_text() == theirs
            await pilot.press("ctrl+z")
            assert area.text == mine


async def test_closing_asks_where_something_is_not_saved(home, repository):
    path = file_of(home)
    app = app_over(path, repository)
    async with opened(app, (80, 24)) as (pilot, screen):
        area = await in_editor(pilot, app)
        area.insert("# more\n", (0, 0))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Question), "the question")
        await pilot.press("s")
        await until(pilot, lambda: app.screen is screen, "it is closed")
        assert path.read_text() == "# more\n" + TEXT


async def test_line_ends_are_kept_and_what_cannot_be_kept_is_not_edited(home, repository):
    path = file_of(home)
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    app = app_over(path, repository)
    async with opened(app, (80, 24)) as (pilot, _):
        area = await in_editor(pilot, app)
        area.insert("# more\n", (0, 0))
        await pilot.press("f2")
        await until(pilot, lambda: path.read_bytes().startswith(b"# more"), "it is saved")
        assert path.read_bytes() == b"# more\r\n" + TEXT.replace("\n", "\r\n").encode()
    path.write_bytes(TEXT.replace("box", "b\u2028x").encode())
    app = app_over(path, repository)
    async with opened(app, (80, 24)) as (pilot, _):
        area = await in_editor(pilot, app)
        await until(pilot, lambda: area.read_only, "it is read only")
        app.clear_notifications()  # what is said about the file covers the line for a while
        await until(pilot, lambda: "F4 opens it in $EDITOR" in " ".join(seen(app).split()), "what to do instead")


async def test_the_repository_s_file_is_made_and_checked_by_its_own_rules(home, repository):
    app = app_over(file_of(home), repository)
    async with opened(app, (80, 24)) as (pilot, screen):
        await pilot.press(str(Pane.CONFIG.number), "E")
        await until(pilot, lambda: isinstance(app.screen, Picker), "the files")
        await until(pilot, lambda: "/.chimera.toml" in seen(app) and "/config.toml" in seen(app), "paths by their ends")
        assert any(len(line.strip()) > 60 and "…" in line for line in seen(app).splitlines()), (
            "one is cut, at its start"
        )
        await pilot.press(*"chimera.toml", "enter")
        await until(pilot, lambda: isinstance(app.screen, TomlEditor), "the editor")
        area = app.screen.query_one(TextArea)
        await until(pilot, lambda: area.text.startswith("# Settings of this repository"), "its start")
        area.insert('server.host = "http://there"\nui.theme = "chimera-light"\n', (1, 0))
        await until(pilot, lambda: "line 2: server.host cannot be set by a repository" in seen(app), "the message")
        await pilot.press("f2")
        await until(pilot, lambda: app.theme == "chimera-light", "it holds at once")
        assert screen.settings.server.host == "http://127.0.0.1:9"


async def test_keys_themes_and_the_files_that_count_hold_at_once(home, repository):
    theme = home / "config" / "chimera-tui" / "themes" / "mine.toml"
    theme.parent.mkdir(parents=True)
    dark = (builtin_folder() / "chimera-dark.toml").read_text().replace('"chimera-dark"', '"mine"')
    theme.write_text(dark)
    app = app_over(file_of(home, TEXT + '[ui]\ntheme = "mine"\n'), repository)
    async with opened(app) as (pilot, _):
        area = await in_editor(pilot, app)
        area.insert('[keys]\n"run.start" = "f9"\n[scan]\nexclude = ["*.md"]\n', area.document.end)
        await pilot.press("f2", "escape")
        await until(pilot, lambda: "f9 Run" in seen(app), "the key")
        await until(pilot, lambda: "2 files" in seen(app), "what counts")
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, Picker), "the files")
        await pilot.press(*"mine.toml", "enter")
        await until(pilot, lambda: isinstance(app.screen, TomlEditor), "the editor")
        area = app.screen.query_one(TextArea)
        await until(pilot, lambda: area.text == dark, "the theme")
        area.load_text(dark.replace("#14171c", "#102030"))
        await pilot.press("f2")
        await until(pilot, lambda: app.screen.styles.background.hex == "#102030", "the colour")


def test_every_file_is_checked_by_its_own_rules(home, repository, tmp_path):
    (tmp_path / "mine.toml").write_text("")
    own, theirs, theme = editable_files(tmp_path / "c.toml", repository, tmp_path, ["dark", "light"])
    text = 'profile = "x"\n[ui]\ntheme = "lihgt"\n[keys]\n"run.strat" = "r"\n'
    assert [(problem.line, problem.message) for problem in own.check(text)] == [
        (1, "there is no profile x; there are: baseline, chimera"),
        (3, "there is no theme lihgt; there are: dark, light"),
        (5, "there is no command 'run.strat'; did you mean 'run.start'?"),
    ]
    assert own.check(own.start) == theirs.check(theirs.start) == []
    (problem,) = theme.check('name = "a"\n\n[colors]\nprimary = "red"\n')
    assert (problem.line, "a colour is #rrggbb" in problem.message) == (4, True)


# -- saving from the panel


async def test_the_panel_says_the_file_after_saving_and_undo_takes_back(home, repository):
    path = file_of(home)
    app = app_over(path, repository)
    async with opened(app) as (pilot, screen):
        await to_row(pilot, screen, "num_ctx")
        await pilot.press("right", "right")
        await pilot.pause()
        assert "changed here" in seen(app)
        assert "1 not saved" in seen(app)
        await pilot.press("w")
        await until(pilot, lambda: not screen.unsaved, "it is saved")
        await until(pilot, lambda: "num_ctx  9216 (profile box)" in seen(app), "the origin")
        assert path.read_text() == TEXT.replace("8192", "9216")
        await pilot.press("U")
        await pilot.pause()
        assert screen.settings.options.num_ctx == 8704
        assert "options.num_ctx is 8704 again" in said(app)


@pytest.mark.parametrize(("answer", "value"), [("m", 9216), ("t", 512)])
async def test_two_programs_that_changed_the_same_setting_are_asked_about(home, repository, answer, value):
    path = file_of(home)
    app = app_over(path, repository)
    async with opened(app, (80, 24)) as (pilot, screen):
        await to_row(pilot, screen, "num_ctx")
        await pilot.press("right", "right")
        path.write_text(TEXT.replace("8192", "512").replace("35", "7"))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, Question), "the question")
        assert "num_ctx is 512 there, 9216 here" in " ".join(seen(app).split())
        assert "num_ctx = 512" in path.read_text()
        await pilot.press(answer)
        await until(pilot, lambda: app.screen is screen and not screen.unsaved, "the answer")
        await until(pilot, lambda: screen.settings.options.num_ctx == value, "whose value holds")
        assert tomllib.loads(path.read_text())["profiles"]["box"]["options"]["num_ctx"] == value


async def test_what_another_program_added_is_kept_and_taken_over(home, repository):
    path = file_of(home)
    app = app_over(path, repository)
    async with opened(app) as (pilot, screen):
        await to_row(pilot, screen, "temperature")
        await pilot.press("right")
        path.write_text(TEXT.replace("[run]", '[run]\nmodel = "theirs"  # new'))
        await pilot.press("w")
        await until(pilot, lambda: "kept and holds here too" in said(app), "it is said")
        assert screen.settings.run.model == "theirs"
        assert 'model = "theirs"  # new' in path.read_text()
        assert "temperature = 0.8" in path.read_text()


# -- profiles


async def profiles(pilot, app) -> OptionList:
    await pilot.press(str(Pane.CONFIG.number), "p")
    await until(pilot, lambda: isinstance(app.screen, ProfilesScreen), "the profiles")
    return app.screen.query_one(OptionList)


async def named(pilot, app, name: str) -> None:
    await until(pilot, lambda: isinstance(app.screen, NameDialog), "the question for a name")
    app.screen.query_one(Input).value = name
    await pilot.press("enter")


@pytest.mark.parametrize("size", SIZES)
async def test_profiles_are_made_copied_renamed_deleted_and_used(home, repository, size):
    path = file_of(home)
    app = app_over(path, repository)
    async with opened(app, size) as (pilot, screen):
        listed = await profiles(pilot, app)
        assert "yours" in seen(app)
        assert "num_gpu 35" in seen(app)
        await pilot.press("c")
        await named(pilot, app, "box")
        await until(pilot, lambda: "There is a profile box already" in seen(app), "the reason")
        await named(pilot, app, "box-2")
        await until(pilot, lambda: "[profiles.box-2.options]" in path.read_text(), "the copy")
        await until(pilot, lambda: listed.highlighted == 4, "the copy under the cursor")
        await pilot.press("r")
        await named(pilot, app, "small")
        await until(pilot, lambda: "[profiles.small.options]" in path.read_text(), "the new name")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Question), "the question")
        await pilot.press("y")
        await until(pilot, lambda: path.read_text().rstrip() == TEXT.rstrip(), "it is gone, the rest is as it was")
        await until(pilot, lambda: listed.option_count == 4, "the list without it")
        await pilot.press("home", "down", "down", "enter")
        await until(pilot, lambda: screen.settings.profile == "chimera", "another profile")
        assert screen.settings.options.num_gpu == 80
        await pilot.press("w")
        await until(pilot, lambda: 'profile = "chimera"   # the large one' in path.read_text(), "it is saved")


async def test_the_active_profile_can_be_renamed_and_a_built_in_one_cannot(home, repository):
    path = file_of(home)
    app = app_over(path, repository)
    async with opened(app) as (pilot, screen):
        await profiles(pilot, app)
        await pilot.press("r")
        await named(pilot, app, "big")
        await until(pilot, lambda: path.read_text() == TEXT.replace('"box"', '"big"').replace("s.box.", "s.big."), "it")
        await until(pilot, lambda: screen.settings.profile == "big", "it is still the active one")
        assert screen.unsaved == {}
        await pilot.press("home", "down", "d")
        assert "baseline is built in and cannot be deleted" in said(app)


@pytest.mark.parametrize("size", SIZES)
async def test_two_profiles_are_compared_side_by_side(home, repository, size):
    app = app_over(file_of(home), repository)
    async with opened(app, size) as (pilot, _):
        await profiles(pilot, app)
        await pilot.press("home", "down", "down", "v")
        await until(pilot, lambda: isinstance(app.screen, Picker), "with which")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DifferencesScreen), "the differences")
        await until(pilot, lambda: "chimera and box: 3 options differ" in seen(app), "how many")
        lines = [line.replace("▌", " ").split() for line in seen(app).splitlines()]
        assert any(line[-3:] == ["num_gpu", "80", "35"] for line in lines)


# -- models


@pytest.mark.parametrize("size", SIZES)
async def test_models_are_chosen_from_what_the_server_has(home, repository, size):
    async with OllamaServer(Script(loaded=["llama3.1:8b"], gpu_share=0.4)) as server:
        app = app_over(file_of(home), repository, **{"server.host": server.url})
        async with opened(app, size) as (pilot, screen):
            await to_row(pilot, screen, "model")
            await pilot.press("enter")
            await until(pilot, lambda: "llama3.1:8b" in seen(app), "the models")
            line = next(line for line in seen(app).splitlines() if "llama3.1:8b" in line)
            for word in ("4.9 GB", "8.0B", "Q4_K_M", "131,072", "40% GPU"):
                assert word in line
            more = "It has 35 layers and a context of 131,072"
            await until(pilot, lambda: more in " ".join(seen(app).replace("▌", " ").split()), "more of one model")
            await pilot.press(*"1b", "enter")
            await until(pilot, lambda: screen.settings.run.model == "gemma3:1b", "the model")
            assert not any(request.path.endswith(("chat", "generate")) for request in server.requests)


async def test_an_openai_compatible_server_s_models_are_listed_too(home, repository):
    async with OllamaServer(OpenAiScript(model="org/served")) as server:
        flags = {"run.engine": "openai", "server.openai_url": f"{server.url}/v1"}
        app = app_over(file_of(home), repository, **flags)
        async with opened(app, (80, 24)) as (pilot, screen):
            await pilot.press("m")
            await until(pilot, lambda: "org/served" in seen(app), "the model")
            assert "16,384" in next(line for line in seen(app).splitlines() if "org/served" in line)
            await pilot.press("enter")
            await until(pilot, lambda: screen.settings.run.model == "org/served", "it is chosen")


async def test_without_a_server_a_model_is_typed(home, repository):
    app = app_over(file_of(home), repository)
    async with opened(app, (80, 24)) as (pilot, screen):
        await pilot.press(str(Pane.CONFIG.number), "m")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker), "the picker")
        await until(pilot, lambda: "A name can be typed all the same" in " ".join(seen(app).split()), "what is wrong")
        await pilot.press(*"my/own:7b", "enter")
        await until(pilot, lambda: screen.settings.run.model == "my/own:7b", "the model")


async def test_the_models_layers_and_context_are_said(home, repository):
    async with OllamaServer(Script()) as server:
        app = app_over(file_of(home), repository, **{"server.host": server.url, "run.engine": "ollama"})
        async with opened(app) as (pilot, screen):
            await to_row(pilot, screen, "num_gpu")
            await until(
                pilot, lambda: "This model has 35 layers: all of them." in " ".join(_help(screen)), "the layers"
            )
            await to_row(pilot, screen, "num_ctx")
            assert "This model's limit is 131,072." in " ".join(_help(screen))
            await to_row(pilot, screen, "main_gpu")
            await pilot.press("enter", "0", "enter")
            await until(pilot, lambda: "0 is a choice, not automatic" in " ".join(_help(screen)), "what 0 means")


def _help(screen) -> list[str]:
    return str(screen.query_one(ConfigPanel).query_one("#config-help").content).split()
