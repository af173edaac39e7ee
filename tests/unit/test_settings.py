"""Settings: layers, origins, problems; saving keeps what a person wrote."""

import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chimera_tui.core.config.example import example
from chimera_tui.core.config.load import load, parse_word
from chimera_tui.core.config.save import ChangedMeanwhileError, save_values
from chimera_tui.core.config.schema import BUILTIN_PROFILES, SECTIONS, Options, describe

ROOT = Path(__file__).parents[2]


def written(folder: Path, text: str, name: str = "config.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_defaults_fit_the_context_and_send_nothing_else() -> None:
    loaded = load()
    assert loaded.settings.options.num_ctx == "fit"
    assert loaded.settings.options.to_send() == {}
    assert loaded.origins == {}
    assert loaded.problems == ()


def test_each_layer_overrides_the_one_before_and_says_where_a_value_came_from(tmp_path: Path) -> None:
    user = written(tmp_path, '[options]\nnum_gpu = 1\nnum_ctx = 100\ntop_k = 5\n[run]\nmodel = "a"\n')
    written(tmp_path, "[options]\nnum_gpu = 2\nnum_ctx = 200\n", ".chimera.toml")
    loaded = load(
        user_file=user, repository=tmp_path, environment={"CHIMERA_NUM_CTX": "300", "OLLAMA_HOST": "box:1"},
        flags={"run.model": "b"},
    )  # fmt: skip
    assert loaded.settings.options == Options(num_gpu=2, num_ctx=300, top_k=5)
    assert loaded.settings.run.model == "b"
    assert loaded.settings.server.host == "box:1"
    assert loaded.origins["options.top_k"] == str(user)
    assert loaded.origins["options.num_gpu"].endswith(".chimera.toml")
    assert loaded.origins["options.num_ctx"] == "environment CHIMERA_NUM_CTX"
    assert loaded.origins["run.model"] == "flag run.model"
    assert loaded.problems == ()


def test_a_profile_replaces_the_options_whole_and_flags_still_win(tmp_path: Path) -> None:
    user = written(tmp_path, "[options]\ntop_k = 5\n[profiles.mine.options]\nnum_gpu = 7\n")
    loaded = load(user_file=user, flags={"profile": "mine", "options.temperature": "0.5"})
    assert loaded.settings.options == Options(num_gpu=7, temperature=0.5)
    assert loaded.settings.profile == "mine"


def test_builtin_profiles_and_unset() -> None:
    assert BUILTIN_PROFILES["baseline"].to_send() == {}
    assert BUILTIN_PROFILES["chimera"] == Options(num_gpu=80, temperature=1.0, num_ctx="fit")
    loaded = load(flags={"profile": "chimera", "options.num_gpu": "unset"})
    assert loaded.settings.options.to_send() == {"temperature": 1.0}


def test_a_repository_may_not_set_the_server_or_write_outside(tmp_path: Path) -> None:
    written(
        tmp_path, '[server]\nhost = "http://evil"\nheaders = {A = "b"}\n[run]\nreport_dir = "/"\nmodel = "m"\n'
        '[keys]\n"run.start" = "x"\n[profiles.p.options]\nnum_gpu = 1\n', ".chimera.toml",
    )  # fmt: skip
    loaded = load(repository=tmp_path)
    assert loaded.settings.server.host == "http://127.0.0.1:11434"
    assert loaded.settings.run.report_dir == ""
    assert loaded.settings.keys == {}
    assert loaded.settings.run.model == "m"
    assert {problem.key for problem in loaded.problems} >= {"server.host", "server.headers", "run.report_dir"}
    assert "p" not in loaded.profiles


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[options]\nnum_cxt = 1\n", 2, "did you mean options.num_ctx"),
        ("[options]\n\ntemperature = -3\n", 3, ">= 0"),
        ('[options]\nstop = "x"\n', 2, "Expected array"),
        ("[options]\nnum_ctx = 0\n", 2, ">= 1"),
        ('[options]\nnum_ctx = "fits"\n', 2, "fits"),
        ('[run]\nkeep_alive = "300"\n', 2, "keep_alive"),
        ("nonsense = 1\n", 1, "unknown key nonsense"),
        ('options = "x"\n', 1, "unknown key options"),
    ],
)
def test_a_wrong_value_is_named_with_file_and_line_and_the_rest_stays(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    user = written(tmp_path, text + '\n[ui]\ntheme = "chimera-light"\n')
    loaded = load(user_file=user)
    (problem,) = loaded.problems
    assert problem.line == line
    assert words in str(problem)
    assert str(user) in str(problem)
    assert loaded.settings.ui.theme == "chimera-light"


def test_broken_toml_is_one_problem_with_its_line(tmp_path: Path) -> None:
    (problem,) = load(user_file=written(tmp_path, "[options]\nnum_gpu = = 3\n")).problems
    assert problem.line == 2
    assert "not valid TOML" in problem.message


@pytest.mark.parametrize(
    ("path", "word", "value"),
    [
        ("options.num_ctx", "4096", 4096), ("options.num_ctx", "fit", "fit"), ("options.seed", "unset", msgspec.UNSET),
        ("options.temperature", "0.7", 0.7), ("options.use_mmap", "False", False), ("options.stop", "a,b", ["a", "b"]),
        ("run.think", "high", "high"), ("run.think", "true", True), ("run.keep_alive", "5m", "5m"),
        ("run.keep_alive", "-1", -1), ("run.model", "gemma3:1b", "gemma3:1b"),
    ],
)  # fmt: skip
def test_words_are_read_by_the_setting_s_type(path: str, word: str, value: object) -> None:
    assert parse_word(path, word) == value


def test_the_example_is_generated_and_every_line_of_it_is_right(tmp_path: Path) -> None:
    assert (ROOT / "config.example.toml").read_text() == example()
    live = "\n".join(line[1:] if line.startswith("#") and "=" in line and " = " in line else line
                     for line in example().splitlines() if not line.startswith("# "))  # fmt: skip
    loaded = load(user_file=written(tmp_path, live.replace("#[profiles", "[profiles")))
    assert [str(problem) for problem in loaded.problems] == []
    names = {setting.path for section in SECTIONS for setting in describe(section)}
    assert {name for name in names if name.rpartition(".")[2] + " = " not in example()} == set()


def test_every_setting_has_a_meaning() -> None:
    assert [s.path for section in SECTIONS for s in describe(section) if not s.description] == []


def test_saving_keeps_comments_and_order_and_leaves_a_backup(tmp_path: Path) -> None:
    before = '# mine\n[run]\nmodel = "a" # why\n\n[options]\n# hot\ntemperature = 1.5\nnum_gpu = 3\n'
    path = written(tmp_path, before)
    save_values(path, {"options.temperature": 0.2, "options.num_gpu": msgspec.UNSET, "options.num_ctx": 4096})
    after = path.read_text()
    assert after == '# mine\n[run]\nmodel = "a" # why\n\n[options]\n# hot\ntemperature = 0.2\nnum_ctx = 4096\n'
    assert path.with_name("config.toml~").read_text() == before


def test_a_change_by_another_program_is_not_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path, "[run]\n")
    with pytest.raises(ChangedMeanwhileError):
        save_values(path, {"options.num_gpu": 1}, expected="[run]\nmodel = 'x'\n")
    assert path.read_text() == "[run]\n"


options_strategy = st.fixed_dictionaries(
    {},
    optional={
        "num_gpu": st.integers(-1, 9999), "num_ctx": st.one_of(st.just("fit"), st.integers(1, 10**9)),
        "temperature": st.floats(0, 5), "top_p": st.floats(0, 1), "use_mmap": st.booleans(),
        "stop": st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=9)),
        "seed": st.integers(-1, 2**53), "repeat_penalty": st.floats(0, 10, exclude_min=True),
    },
)  # fmt: skip


@hypothesis_settings(max_examples=60, deadline=None)
@given(values=options_strategy)
def test_what_is_saved_is_what_is_loaded(values: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("settings") / "config.toml"
    save_values(path, {f"options.{name}": value for name, value in values.items()})
    loaded = load(user_file=path)
    assert loaded.problems == ()
    assert loaded.settings.options == msgspec.convert({"num_ctx": "fit"} | values, Options)


@hypothesis_settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_mutated_files_give_usable_messages_and_no_traceback(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = "profile = 'p'\n[options]\nnum_ctx = 4096\nstop = ['a']\n[profiles.p.options]\ntop_k = 1\n"
    at = data.draw(st.integers(0, len(text) - 1))
    until = data.draw(st.integers(at, min(len(text), at + 6)))
    text = text[:at] + data.draw(st.text(max_size=5)) + text[until:]
    path = tmp_path_factory.mktemp("mutated") / "config.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for problem in load(user_file=path).problems:
        assert problem.message
    try:
        tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        assert load(user_file=path).problems
