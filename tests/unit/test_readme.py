"""README.md says what is true: its commands, its keys, its exit codes, its settings."""

import re
from pathlib import Path

from chimera_tui.cli import main
from chimera_tui.core.endings import Ending
from chimera_tui.headless.exit_codes import EXIT_CODES
from chimera_tui.ui import keymap
from chimera_tui.ui.commands import COMMANDS
from chimera_tui.ui.workspace.pane_bindings import of_panes

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
NAMES = {"escape": "Esc", "question_mark": "?", "f5": "F5", "ctrl+p": "Ctrl+p", "ctrl+z": "Ctrl+z"}


def test_set_up_is_one_block_of_two_lines() -> None:
    (block,) = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    first, second = block.splitlines()
    assert first.endswith("demo")
    assert "pytest" in second


def test_every_command_is_named_and_every_named_one_exists() -> None:
    named = set(re.findall(r"^chimera-tui ([a-z]+)", README, re.MULTILINE))
    assert named == {name for name, command in main.commands.items() if not command.hidden}  # type: ignore[attr-defined]


def test_every_key_of_the_command_table_is_in_the_table_of_keys() -> None:
    keys = README.partition("## Keys")[2].partition("##")[0]
    for command in COMMANDS:
        for key in command.key.split(","):
            if not command.id.startswith("pane.") or command.id == "pane.zoom":
                assert f"`{NAMES.get(key, key)}`" in keys, command.id
                assert command.id in keys, command.id


def test_the_key_that_the_readme_changes_can_be_changed_so() -> None:
    (example,) = re.findall(r'`"([a-z.]+)" = "([^"]+)"` under `\[keys\]`', README)
    assert keymap.check(dict([example]), of_panes()).problems == ()


def test_every_ending_and_exit_status_is_documented() -> None:
    for ending in Ending:
        assert ending.value in re.sub(r"\s+", " ", README)
    for status in set(EXIT_CODES.values()):
        assert re.search(rf"\b{status} [a-z]", README)


def test_the_pictures_are_there() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        text = (ROOT / path).read_text()
        assert text.lstrip().startswith("<svg")
        assert "http" not in text.replace("http://www.w3.org", "")
