"""Settings: layers, origins, problems; saving keeps what a person wrote."""

import re
import tomllib
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chimera_tui.core.config.example import example
from chimera_tui.core.config.load import VARIABLES, Loaded, last_good, load, with_profile
from chimera_tui.core.config.places import line_of
from chimera_tui.core.config.profiles import added, deleted, differences, name_problem, option_values, renamed
from chimera_tui.core.config.save import ChangedMeanwhileError, NotSavedError
from chimera_tui.core.config.schema import BUILTIN_PROFILES, SECTIONS, Options, describe
from chimera_tui.core.config.values import SETTINGS, checked, parse_word
from tests.unit.saved_values import save_values
from tests.unit.setting_strategies import NAMES, OPTIONS, TEXT, some_of

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
        ("[options]\n\ntemperature = -3\n", 3, "a number (0 to 5)"),
        ('[options]\nstop = "x"\n', 2, "it must be strings"),
        ("[options]\nnum_ctx = 0\n", 2, "0 is not automatic"),
        ('[options]\nnum_ctx = "fits"\n', 2, "fits"),
        ('[run]\nkeep_alive = "300"\n', 2, "keep_alive"),
        ("nonsense = 1\n", 1, "unknown key nonsense"),
        ('options = "x"\n', 1, "is not a table: [options]"),
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
    loaded = load(user_file=written(tmp_path, every_line_live()))
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


def set_of(loaded: Loaded) -> dict[str, object]:
    """Every setting of a file by its dotted name."""
    return {
        path: getattr(getattr(loaded.settings, path.partition(".")[0]), path.partition(".")[2]) for path in SETTINGS
    }


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    values=st.fixed_dictionaries({section: some_of(section) for section in SECTIONS}),
    profiles=st.dictionaries(NAMES, OPTIONS, max_size=3),
    keys=st.dictionaries(TEXT, TEXT, max_size=3),
)
def test_what_is_saved_is_what_is_loaded(
    values: dict[str, dict[str, object]],
    profiles: dict[str, Options],
    keys: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("settings") / "config.toml"
    given = {f"{section}.{name}": value for section, table in values.items() for name, value in table.items()}
    for name, options in profiles.items():
        save_values(path, {("profiles", name, "options"): {}, **option_values(name, options)})
    save_values(path, {**given, "keys": keys})
    loaded = load(user_file=path)
    assert [str(problem) for problem in loaded.problems] == []
    expected = set_of(load()) | {name: value for name, value in given.items() if value is not msgspec.UNSET}
    assert {path: repr(value) for path, value in set_of(loaded).items()} == {
        path: repr(checked(path, value) if value is not msgspec.UNSET else value) for path, value in expected.items()
    }
    assert loaded.settings.keys == keys
    assert {name: loaded.profiles[name] for name in profiles} == profiles
    assert loaded.own_profiles == set(profiles)


def every_line_live() -> str:
    """The example with every setting in force and two profiles."""
    lines = [
        line[1:] if line.startswith("#") and " = " in line and not line.startswith("# ") else line
        for line in example().splitlines()
    ]
    text = "\n".join(lines).replace("#[profiles", "[profiles") + "\n[profiles.other.options]\ntop_k = 3\nstop = ['a']\n"
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return text.replace("headers = {}", 'headers = {Authorization = "secret"}')


PIECES = ["=", "[", "]", '"', "'", "\n", "\0", "\x1b[31m", "-", "0", "99999999999999999999", ".", "{", "}", "nan", "#",
          "true", "é", "\u2028", "options", "1979-05-27", "[[options]]\n",
          "num_gpu = 1\n", "\r", ",", "'''", "inf"]  # fmt: skip


def mutated(text: str, random: Random) -> str:
    """One to three pieces of a text left out, doubled, replaced or put elsewhere."""
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(text))
        until = min(len(text), at + random.choice([0, 1, 2, 5, 20, 200]))
        piece = random.choice(["", text[at:until] * 2, random.choice(PIECES), "[" * random.choice([2, 5000])])
        text = text[:at] + piece + text[until:]
    return text


def test_a_thousand_mutated_files_give_usable_messages_and_no_traceback(tmp_path: Path) -> None:
    text, random, wrong = every_line_live(), Random(8), 0
    assert load(user_file=written(tmp_path, text)).problems == ()
    for _ in range(1000):
        path = tmp_path / "config.toml"
        path.write_bytes(mutated(text, random).encode("utf-8", "surrogatepass"))
        loaded = load(user_file=path)
        wrong += bool(loaded.problems)
        assert loaded.readable or len(loaded.problems) == 1
        for problem in loaded.problems:
            words = str(problem)
            assert words.startswith(f"{path}, line {problem.line}: ")
            assert 1 <= (problem.line or 0) <= path.read_bytes().count(b"\n") + 1
            assert problem.key or "not valid TOML" in words
            assert words.isprintable()
            assert "secret" not in words or "unknown key" in words
            assert len(words) < 500
    assert wrong > 600


@hypothesis_settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_bytes_can_be_read_as_settings(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("mutated") / "config.toml"
    path.write_bytes(
        data.draw(st.binary(max_size=40) | st.text(max_size=40).map(lambda t: t.encode("utf-8", "replace")))
    )
    for problem in load(user_file=path).problems:
        assert problem.line
        assert str(problem).isprintable()


@pytest.mark.parametrize(
    ("text", "keys", "line"),
    [
        ("a = 1\n[options]\n# num_gpu = 3\nnum_gpu = 3\n", ("options", "num_gpu"), 4),
        ("options.num_gpu = 3\n", ("options", "num_gpu"), 1),
        ("\noptions = {num_gpu = 3}\n", ("options", "num_gpu"), 2),
        ("[ options ]\r\n'num_gpu' = 3\r\n", ("options", "num_gpu"), 2),
        ('a = """\n[options]\nnum_gpu = 1\n"""\n[options]\nnum_gpu = 3', ("options", "num_gpu"), 6),
        ("[options]\nstop = [\n 'a',\n 'b'\n]\n", ("options", "stop"), 2),
        ("[profiles.'a.b'.options]\nx = 1\n", ("profiles", "a.b", "options", "x"), 2),
        ("[run]\n", ("options",), None),
    ],
)
def test_the_line_of_a_key_is_found_in_every_spelling(text: str, keys: tuple[str, ...], line: int | None) -> None:
    assert line_of(text, keys) == line


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ({"flags": {"options.num_ctx": "abc"}}, 'flag options.num_ctx: options.num_ctx = "abc" is not allowed: '),
        ({"flags": {"options.num_ctx": "abc"}}, "it must be a whole number (1 or more) or fit"),
        ({"flags": {"options.num_cxt": "1"}}, "there is no setting options.num_cxt; did you mean options.num_ctx?"),
        ({"environment": {"CHIMERA_TOP_P": "7"}}, 'options.top_p = "7" is not allowed: it must be a number (0 to 1)'),
        ({"environment": {"CHIMERA_NUM_CXT": "1"}}, "did you mean CHIMERA_NUM_CTX?"),
        ({"environment": {"CHIMERA_PROFILE": "mine"}}, "there is no such profile; there are: baseline, chimera"),
        ({"flags": {"options.num_ctx": "0"}}, "0 is not automatic"),
    ],
)  # fmt: skip
def test_every_layer_says_what_is_wrong_in_the_same_words(layers: dict[str, dict[str, str]], says: str) -> None:
    (problem,) = load(**layers).problems
    assert says in str(problem)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[profiles.mine.options]\nnum_cxt = 1\ntop_k = 5\n", 2, "did you mean num_ctx?"),
        ("[profiles.mine.options]\ntop_p = 7\ntop_k = 5\n", 2, "profiles.mine.options.top_p = 7 is not allowed"),
        ("[profiles.mine]\nnum_gpu = 1\noptions.top_k = 5\n", 2, "belongs into [profiles.mine.options]"),
        ("[profiles.mine]\noption = {}\noptions.top_k = 5\n", 2, "did you mean options?"),
        ("profile = 'their'\n[profiles.mine.options]\ntop_k = 5\n", 1, "there are: baseline, chimera, mine"),
    ],
)
def test_a_mistake_in_a_profile_is_named_and_its_other_options_hold(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    loaded = load(user_file=written(tmp_path, text))
    (problem,) = loaded.problems
    assert (problem.line, says in str(problem)) == (line, True), str(problem)
    assert loaded.profiles["mine"] == Options(top_k=5)


def test_a_file_full_of_mistakes_is_told_short_and_costs_little(tmp_path: Path) -> None:
    text = "[options]\n" + "".join(f"zz{number} = 1\n" for number in range(80_000))
    problems = load(user_file=written(tmp_path, text)).problems
    assert len(problems) == 51
    assert re.fullmatch(r".*: and 79,950 more", str(problems[-1]))


def test_secrets_are_in_no_message(tmp_path: Path) -> None:
    text = '[server]\nheaders = {Authorization = ["Bearer s3cret"]}\nhost = ["http://me:s3cret@box"]\n'
    problems = load(user_file=written(tmp_path, text)).problems
    assert len(problems) == 2
    assert "s3cret" not in "".join(map(str, problems))


def test_a_repository_s_file_that_leads_elsewhere_or_is_huge_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    (root / ".chimera.toml").symlink_to(written(tmp_path, "[run]\nmodel = 'x'\n"))
    (problem,) = load(repository=root).problems
    assert "leads out of the repository" in str(problem)
    (root / ".chimera.toml").unlink()
    written(root, "#" * (2**20 + 1), ".chimera.toml")
    (problem,) = load(repository=root).problems
    assert "larger than 1 MiB" in str(problem)


def test_every_setting_has_an_environment_variable_of_its_own() -> None:
    assert len(VARIABLES) == len(SETTINGS) + 1


def test_another_profile_keeps_what_is_above_it(tmp_path: Path) -> None:
    user = written(tmp_path, "[options]\ntop_k = 5\n[profiles.mine.options]\nnum_gpu = 7\n")
    loaded = load(user_file=user, environment={"CHIMERA_SEED": "3"}, flags={"options.temperature": "0.5"})
    assert with_profile(loaded, "mine").settings.options == Options(num_gpu=7, temperature=0.5, seed=3)
    back = with_profile(with_profile(loaded, "mine"), "")
    assert back.settings == loaded.settings
    assert back.origins == loaded.origins


def test_a_file_that_was_broken_meanwhile_leaves_the_last_good_values(tmp_path: Path) -> None:
    user = written(tmp_path, "[options]\ntop_k = 5\nnum_gpu = 3\n[ui]\ntheme = 'a'\n")
    before = load(user_file=user)
    written(tmp_path, "[options]\ntop_k = 'x'\nnum_gpu = 4\n")
    after = last_good(load(user_file=user), before)
    assert after.settings.options == Options(num_ctx="fit", top_k=5, num_gpu=4)
    assert "line 2: options.top_k" in str(after.problems[0])
    written(tmp_path, "[options\n")
    after = last_good(load(user_file=user), before)
    assert after.settings == before.settings
    assert "line 1" in str(after.problems[0])


# -- saving


def test_a_link_stays_a_link_and_a_backup_is_as_private_as_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "[run]\nmodel = 'a'\n", "real.toml")
    path.chmod(0o600)
    link = tmp_path / "config.toml"
    link.symlink_to(path)
    save_values(link, {"run.model": "b"})
    assert link.is_symlink()
    assert path.read_text() == '[run]\nmodel = "b"\n'
    backup = path.with_name("real.toml~")
    assert (backup.read_text(), backup.stat().st_mode & 0o777) == ("[run]\nmodel = 'a'\n", 0o600)


@pytest.mark.parametrize(
    "text",
    [
        "options.top_k = 1\nrun.model = 'm'\n", "options = {top_k = 1} # why\n", "[options] # one\n\n# two\n",
        "[a.b]\nx = nan\n[options]\r\ntop_k = 1\r\n", "[options]\ntop_k = 1\n[other]\n[options.deeper]\ny = 1\n",
        "[profiles.a.options]\nx = 1\n[run]\n[profiles.b.options]\ny = 2\n[options]\ntop_k = 3",
        "# only a comment", "x = 1 # last line without its end",
    ],
)  # fmt: skip
def test_files_in_every_spelling_are_changed_at_one_place_only(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    before = tomllib.loads(text)
    try:
        save_values(path, {"options.num_ctx": 4096, "profiles.c.options.top_k": 9, "options.top_k": msgspec.UNSET})
    except NotSavedError:
        assert path.read_text() == text
        return
    after = tomllib.loads(path.read_text())
    assert after["options"].pop("num_ctx") == 4096
    assert after["profiles"].pop("c") == {"options": {"top_k": 9}}
    before.get("options", {}).pop("top_k", None)
    before.setdefault("options", {})
    before.setdefault("profiles", {})
    assert repr(sorted(after.items())) == repr(sorted(before.items()))
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        line for line in path.read_text().splitlines() if line.startswith("#")
    ]


# -- profiles

PROFILES = """\
profile = "mine"

# the large box
[profiles.mine.options]  # tuned in May
num_gpu = 99   # all
# not yet: num_ctx = 1

[profiles.other.options]
top_k = 1
"""


def test_a_profile_is_renamed_where_it_stands() -> None:
    expected = PROFILES.replace('"mine"', '"box-2"').replace("profiles.mine", "profiles.box-2")
    assert renamed("mine", "box-2")(PROFILES) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[profiles]\nmine.options.top_k = 1\n", "profiles.mine.options.top_k = 1\n",
        "profiles = {mine = {options = {}}}\n",
        "[profiles.'mine'.options]\ntop_k = 1\n", "[ profiles . mine . options ]\ntop_k = 1\n[profiles.a.options]\n",
        "[profiles.mine]\noptions = {top_k = 1}\n",
    ],
)  # fmt: skip
def test_renaming_works_or_refuses_in_every_spelling(text: str) -> None:
    before = tomllib.loads(text)["profiles"]
    try:
        after = tomllib.loads(renamed("mine", "yours")(text))["profiles"]
    except NotSavedError:
        return
    assert after == {"yours" if name == "mine" else name: table for name, table in before.items()}


def test_a_deleted_profile_is_no_longer_the_active_one() -> None:
    after = deleted("mine")(PROFILES)
    assert "mine" not in after
    assert tomllib.loads(after) == {"profiles": {"other": {"options": {"top_k": 1}}}}
    shadow = 'profile = "chimera"\n[profiles.chimera.options]\ntop_k = 1\n'
    assert tomllib.loads(deleted("chimera")(shadow)).get("profile") == "chimera"


def test_a_new_profile_may_be_empty(tmp_path: Path) -> None:
    loaded = load(user_file=written(tmp_path, added("none", Options())(PROFILES)))
    assert loaded.profiles["none"] == Options()
    assert loaded.own_profiles == {"mine", "other", "none"}
    assert added("x", Options(top_k=2))(PROFILES).startswith(PROFILES)


def test_profiles_are_compared_option_by_option() -> None:
    found = differences(BUILTIN_PROFILES["chimera"], Options(temperature=1.0, stop=["a"]))
    assert [(d.option, d.one, d.other) for d in found] == [
        ("num_gpu", "80", "unset"), ("num_ctx", "fit", "unset"), ("stop", "unset", '["a"]'),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "says"), [("", "A name"), ("a b", "A name"), ("mine", "already"), ("chimera", "built in")]
)
def test_names_that_a_profile_cannot_have(tmp_path: Path, name: str, says: str) -> None:
    loaded = load(user_file=written(tmp_path, PROFILES))
    assert says in name_problem(loaded, name)
    assert not name_problem(loaded, "box-2")
