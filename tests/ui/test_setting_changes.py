"""Settings while they are changed: unsaved, origins, undo, saving, reading again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import UNSET

from chimera_tui.core.config.load import load
from chimera_tui.core.config.schema import Options
from chimera_tui.ui.panes.config.changes import CHANGED_HERE, SettingChanges, clashes, names_in_file
from chimera_tui.ui.panes.config.values import panel_settings, value_of
from tests.ui.settings_app import TEXT, file_of
from tests.unit.saved_values import save_values
from tests.unit.setting_strategies import values_of


@pytest.fixture
def path(home: Path) -> Path:
    return file_of(home)


def test_a_change_is_unsaved_until_it_is_taken_back(path):
    changes = SettingChanges(load(user_file=path))
    changes.change("options.num_ctx", 4096)
    changes.change("run.model", "other")
    assert changes.unsaved == {"options.num_ctx": 4096, "run.model": "other"}
    assert changes.origins["options.num_ctx"] == CHANGED_HERE
    assert changes.origins["options.num_gpu"] == "profile box"
    changes.undo()
    assert changes.undo() == "options.num_ctx is 8192 again."
    assert changes.unsaved == {}
    assert not changes.can_undo


def test_a_profile_switch_replaces_the_options_and_can_be_taken_back(path):
    changes = SettingChanges(load(user_file=path))
    changes.change("options.top_k", 3)
    changes.switch("chimera")
    assert changes.settings.options == Options(num_gpu=80, temperature=1.0, num_ctx="fit")
    assert changes.unsaved == {"profile": "chimera"}
    changes.undo()
    assert changes.settings.options == Options(num_gpu=35, num_ctx=8192, top_k=3)
    assert changes.unsaved == {"options.top_k": 3}
    changes.switch("")
    assert changes.settings.options == Options(num_ctx="fit")


def test_after_saving_the_file_is_the_origin_and_nothing_is_unsaved(path):
    changes = SettingChanges(load(user_file=path))
    changes.change("options.num_ctx", 4096)
    changes.change("run.model", "other")
    values = changes.unsaved
    save_values(path, names_in_file(changes.loaded, changes.settings.profile, values))
    changes.saved(values, path, load(user_file=path))
    assert changes.unsaved == {}
    assert changes.origins["run.model"] == str(path)
    assert changes.origins["options.num_ctx"] == "profile box"
    assert path.read_text() == TEXT.replace("8192", "4096").replace(
        'engine = "offline"  # no server here\n', 'engine = "offline"  # no server here\nmodel = "other"\n'
    )


def test_only_what_was_changed_is_written_and_a_built_in_profile_whole(path):
    changes = SettingChanges(load(user_file=path, flags={"options.seed": "1"}))
    changes.change("options.num_ctx", UNSET)
    assert names_in_file(changes.loaded, "box", changes.unsaved) == {("profiles", "box", "options", "num_ctx"): UNSET}
    changes.switch("chimera")
    changes.change("options.top_k", 3)
    changes.change("run.model", "m")
    assert names_in_file(changes.loaded, "chimera", changes.unsaved) == {
        "profile": "chimera",
        "run.model": "m",
        ("profiles", "chimera", "options", "num_gpu"): 80,
        ("profiles", "chimera", "options", "temperature"): 1.0,
        ("profiles", "chimera", "options", "num_ctx"): "fit",
        ("profiles", "chimera", "options", "top_k"): 3,
    }


def test_what_a_flag_says_does_not_undo_what_was_saved(path):
    changes = SettingChanges(load(user_file=path, flags={"options.num_ctx": "512"}))
    changes.change("options.num_ctx", 4096)
    values = changes.unsaved
    save_values(path, names_in_file(changes.loaded, changes.settings.profile, values))
    changes.saved(values, path, load(user_file=path, flags={"options.num_ctx": "512"}))
    assert changes.settings.options.num_ctx == 4096
    assert changes.unsaved == {}


def test_unsaved_changes_stay_when_the_file_is_read_again(path):
    changes = SettingChanges(load(user_file=path))
    changes.change("options.num_ctx", 4096)
    save_values(path, {"profiles.box.options.num_gpu": 7, "run.model": "theirs"})
    changes.take_over(load(user_file=path))
    assert changes.settings.options == Options(num_gpu=7, num_ctx=4096)
    assert changes.settings.run.model == "theirs"
    assert changes.unsaved == {"options.num_ctx": 4096}


def test_only_what_both_changed_differently_is_a_clash():
    now = TEXT.replace("35", "7").replace("8192", "512")
    mine = {("profiles", "box", "options", "num_gpu"): 35, ("profiles", "box", "options", "num_ctx"): 512}
    assert clashes(TEXT, now, mine) == ["profiles.box.options.num_gpu is 7 there, 35 here"]
    assert clashes(TEXT, TEXT, mine) == []
    assert clashes("", 'run.model = "a"', {"run.model": UNSET}) == ["run.model is a there, unset here"]


STEPS = st.lists(
    st.sampled_from([setting.path for _, setting in panel_settings()]).flatmap(
        lambda path: st.tuples(st.just(path), values_of(path))
    ),
    max_size=8,
)


@hypothesis_settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_every_change_can_be_taken_back(steps):
    changes = SettingChanges(load(flags={"profile": "chimera"}))
    states = [changes.settings]
    for path, value in steps:
        changes.change(path, value)
        assert value_of(changes.settings, path) == value
        states.append(changes.settings)
    for state in reversed(states[:-1]):
        changes.undo()
        assert changes.settings == state
