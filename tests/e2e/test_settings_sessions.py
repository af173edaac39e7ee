"""Settings files in whole sessions: saved and there again, broken, edited by two programs, in $EDITOR."""

import os
import stat
import tomllib
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

SIZES = [(80, 24), (120, 40)]
TEXT = """\
# mine
[run]
engine = "offline"  # no server here

# the window
[options]
num_ctx = 2048  # too small?
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "runs.csv").write_text("model,num_ctx,tokens_s\nm:1b,512,10.5\nm:1b,1024,11.5\n")
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config" / "chimera-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_num_ctx_is_edited_saved_and_there_when_the_program_starts_again(
    repository: Path, file: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    with Terminal([str(repository)], home=tmp_path, size=size) as person:
        person.wait("1 file")
        person.press("7")
        while "Context window" not in person.text:
            person.press("down")
            person.settle(0.3)
        person.press("enter", *["backspace"] * 4, "4096", "enter")
        person.wait("changed here")
        person.press("w")
        person.wait(r"4096 \(config.toml\)")
        person.press("q")
        assert person.exit_status() == 0
    assert file.read_text() == TEXT.replace("2048", "4096")
    with Terminal([str(repository)], home=tmp_path, size=size) as person:
        person.wait("1 file")
        person.press("7", "end")
        while not any("num_ctx" in line and "4096" in line for line in person.text.splitlines()):
            person.press("up")
            person.settle(0.3)


def test_a_broken_file_is_reported_with_its_line_and_can_be_put_right_here(
    repository: Path, file: Path, tmp_path: Path
) -> None:
    file.write_text(TEXT.replace("2048", "= 2048"))
    with Terminal([str(repository)], home=tmp_path, size=(80, 24)) as person:
        person.wait(r"line 7: not valid\s+[▌ ]*TOML")
        person.wait("1 file")
        person.press("7")
        person.wait("Profile|profile")
        person.press("e")
        person.wait("f4 .EDITOR")
        person.wait("line 7: not valid TOML")
        person.press("f8", "end")
        person.press(*["left"] * len(" 2048  # too small?"), "backspace", "backspace")
        person.wait("Nothing is wrong")
        person.press("f2")
        person.wait("Saved to")
        person.press("esc")
        person.wait("7 Config")
        person.press("q")
        assert person.exit_status() == 0
    assert tomllib.loads(file.read_text())["options"] == {"num_ctx": 2048}
    assert "# too small?" in file.read_text()


def test_two_programs_edit_the_same_file_and_both_changes_are_there(
    repository: Path, file: Path, tmp_path: Path
) -> None:
    with Terminal([str(repository)], home=tmp_path) as one, Terminal([str(repository)], home=tmp_path) as other:
        for person in (one, other):
            person.wait("1 file")
            person.press("7", "e")
            person.wait("Nothing is wrong")
        one.press("home", "# one\r", "f2")
        one.wait("Saved to")
        other.press("home", "# other\r", "f2")
        other.wait("Changed on disk")
        assert "# one" in file.read_text()
        other.press("d")
        other.wait(r"-# one")
        other.press("k")
        other.wait("Saved to")
    assert "# other" in file.read_text()
    assert "# one" in file.with_name("config.toml~").read_text()


def test_the_person_s_own_editor_is_one_key_away(repository: Path, file: Path, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/2048/8192/" "$1"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    with Terminal(
        [str(repository)], home=tmp_path, environment={"EDITOR": str(editor), "VISUAL": "", "PATH": path},
        size=(120, 40),
    ) as person:  # fmt: skip
        person.wait("1 file")
        person.press("7", "e")
        person.wait("Nothing is wrong")
        person.press("f4")
        person.wait("num_ctx = 8192")
        person.press("esc")
        person.wait(r"num_ctx\s+8192")
