"""Files from the workspace: previews, the editor, copies, exports, what is left out of a run."""

import base64
import csv
import json
import stat
from pathlib import Path

import pytest

from chimera_tui.ui.clipboard import LIMIT_BYTES, osc52, size_in_words
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.measurements.pane import Measurements
from chimera_tui.ui.screens.editor import editor_command
from chimera_tui.ui.screens.export import ExportDialog
from tests.ui.app_steps import opened, run_over, said, seen, until


async def test_enter_on_a_number_opens_its_file_there_and_escape_comes_back(make_app):
    app = make_app()
    async with opened(app) as (pilot, screen):
        await pilot.press("3")
        table = screen.query_one(Measurements).table
        await until(pilot, lambda: table.row_count, "the measurements")
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: screen.panes.previewing and "tokens_per_second" in seen(app), "the file")
        await until(pilot, lambda: app.focused and screen.panes.preview in app.focused.ancestors, "it has the keys")
        await pilot.pause()
        assert "esc Back" in seen(app)
        await pilot.press("escape")
        await until(pilot, lambda: not screen.panes.previewing, "back")
        assert screen.panes.current is Pane.MEASUREMENTS


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_file_of_the_tree_is_shown_and_escape_comes_back_to_the_tree(make_app, size):
    app = make_app()
    async with opened(app, size) as (pilot, screen):
        await pilot.press("1", "G", "enter")
        await until(
            pilot, lambda: screen.panes.previewing and ("Of one machine" in seen(app) or "who" in seen(app)), "it"
        )
        await pilot.press("escape")
        await until(pilot, lambda: screen.panes.current is Pane.TREE, "the tree")


async def test_what_is_left_out_of_the_analysis_is_not_in_the_report(make_app, repository):
    app = make_app()
    async with opened(app) as (pilot, screen):
        await pilot.press("1", "G", "space")
        await until(pilot, lambda: screen.reader.excluded, "something is left out")
        (left_out,) = screen.reader.excluded
        await pilot.press("r")
        await run_over(pilot, screen)
        facts = json.loads(next((repository / "chimera-reports").glob("*/facts.json")).read_text("utf-8"))
        assert left_out not in json.dumps(facts["inventory"])
        assert "gpu.csv" in json.dumps(facts["inventory"])


async def test_rows_are_exported_and_an_existing_file_is_asked_about(make_app, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = make_app()
    async with opened(app) as (pilot, _):
        await pilot.press("2", "E")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog), "the question")
        await pilot.press("enter")
        await until(pilot, lambda: "3 rows written" in said(app), "it is written")
        target = tmp_path / "results-inventory.csv"
        with target.open(encoding="utf-8") as file:
            assert len(list(csv.DictReader(file))) == 3
        target.write_text("mine", "utf-8")
        await pilot.press("E", "enter")
        await until(pilot, lambda: "exists" in seen(app), "it asks")
        assert target.read_text("utf-8") == "mine"
        await pilot.press("enter")
        await until(pilot, lambda: target.read_text("utf-8") != "mine", "it is replaced")


async def test_an_export_to_nowhere_says_what_is_wrong(make_app):
    app = make_app()
    async with opened(app) as (pilot, _):
        await pilot.press("2", "E")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog), "the question")
        await pilot.press("x", "enter")
        await until(pilot, lambda: "must end in" in seen(app), "the ending")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ExportDialog), "closed")


async def test_copying_says_how_to_get_the_text_into_a_file(make_app, home):
    app = make_app()
    async with opened(app) as (pilot, _):
        await pilot.press("W")
        assert "Nothing was copied yet" in said(app)
        await pilot.press("7", "y")
        await pilot.pause()
        assert app.clipboard == "model = gemma3:latest"
        assert "W writes it to a file" in said(app)
        await pilot.press("W")
        await until(pilot, lambda: "Written to" in said(app), "the file")
        (path,) = (home / "data").rglob("*.txt")
        assert path.read_text("utf-8") == "model = gemma3:latest"


def test_osc_52_is_wrapped_for_tmux_and_cut_for_screen_and_capped():
    text = "tok/s ✓"
    bare = osc52(text, {"TERM": "xterm"})
    assert base64.b64decode(bare.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode() == text
    in_tmux = osc52(text, {"TERM": "tmux-256color", "TMUX": "/tmp/x"})
    assert in_tmux.startswith(bare)
    assert in_tmux.removeprefix(bare) == "\x1bPtmux;" + bare.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    in_screen = osc52("x" * 5000, {"TERM": "screen"})
    pieces = [piece.removeprefix("\x1bP") for piece in in_screen.split("\x1b\\") if piece]
    assert max(map(len, pieces)) < 768
    assert "".join(pieces) == osc52("x" * 5000, {"TERM": "xterm"})
    assert osc52("x" * LIMIT_BYTES, {}) is not None
    assert osc52("ü" * LIMIT_BYTES, {}) is None
    assert [size_in_words(words) for words in ("x", "xy", "x\ny")] == ["1 character", "2 characters", "2 lines"]


async def test_the_editor_gets_the_file_under_the_cursor(make_app, tmp_path, monkeypatch, repository):
    seen_by_editor = tmp_path / "seen"
    editor = tmp_path / "my editor"
    editor.write_text(f'#!/bin/sh\necho "$2" > {seen_by_editor}\n', "utf-8")
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("EDITOR", f"'{editor}' --wait")
    assert editor_command() == [str(editor), "--wait"]
    app = make_app()
    async with opened(app) as (pilot, _):
        monkeypatch.setattr(type(app._driver), "can_suspend", True)
        await pilot.press("2", "e")
        await until(pilot, seen_by_editor.exists, "the editor ran")
        await until(pilot, lambda: seen_by_editor.read_text().strip(), "it was given a file")
        assert Path(seen_by_editor.read_text().strip()).is_relative_to(repository)


async def test_a_missing_editor_is_said(make_app, monkeypatch):
    monkeypatch.setenv("EDITOR", "no-such-editor")
    app = make_app()
    async with opened(app) as (pilot, _):
        monkeypatch.setattr(type(app._driver), "can_suspend", True)
        await pilot.press("2", "e")
        await until(pilot, lambda: "no-such-editor could not be started" in said(app), "the reason")


async def test_a_report_is_searched_as_one_types(make_app):
    app = make_app()
    async with opened(app) as (pilot, screen):
        await pilot.press("r")
        await run_over(pilot, screen)
        await pilot.press("6")
        await until(pilot, lambda: "Chimera" in seen(app), "the report")
        await pilot.press("slash", *"no such words")
        await until(pilot, lambda: "not in this text" in seen(app), "it says so")
        await pilot.press("escape")
        await pilot.press("slash", *"Provenance", "enter")
        await until(pilot, lambda: "Provenance" in seen(app), "it is in view")
        await pilot.press("escape")
        await pilot.pause()
        assert screen.query_one("ReportsPane").reading
        await pilot.press("escape")
        await until(pilot, lambda: not screen.query_one("ReportsPane").reading, "back at the list")


async def test_what_changes_on_disk_appears_by_itself(make_app):
    app = make_app()
    async with opened(app) as (pilot, _screen):
        await pilot.press("2")
        (app.root / "later.csv").write_text("model,tokens_s\na,10.5\n")
        await until(pilot, lambda: "later.csv" in seen(app), "the new file", 800)
        (app.root / "later.csv").unlink()
        await until(pilot, lambda: "later.csv" not in seen(app), "it is gone", 800)
