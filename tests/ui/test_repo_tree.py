"""The file tree: folders, counts, filter, exclusions, and that it survives snapshots and 12,000 files."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from chimera_tui.ui.panes.files.folder import FileEntry, folder_of, is_excluded, lines_of, toggled
from chimera_tui.ui.panes.files.pane import RepoTree
from chimera_tui.ui.tables.copying import CopyRequested
from tests.ui.sample_frames import files, sample_files, sample_frames, snapshot


class TreeApp(App[None]):
    """A tree alone; keeps what it was told."""

    def __init__(self, ascii_only: bool = False) -> None:
        super().__init__()
        self.pane = RepoTree(ascii=ascii_only)
        self.told: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.show(snapshot())
        self.pane.focus_inside()

    def on_repo_tree_file_opened(self, event: RepoTree.FileOpened) -> None:
        self.told.append(event.path)

    def on_repo_tree_selection_changed(self, event: RepoTree.SelectionChanged) -> None:
        self.told.append(event.excluded)

    def on_copy_requested(self, event: CopyRequested) -> None:
        self.told.append((event.text, event.what))


def text(app: TreeApp) -> list[str]:
    folders = app.pane.folders
    return [line for y in range(folders.size.height) if (line := folders.render_line(y).text.rstrip())]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_folders_come_first_with_counts_and_the_worst_status_inside(size):
    app = TreeApp()
    async with app.run_test(size=size):
        assert text(app) == [" ▸ csv_data (4) ◐", " ▸ reports (4) ✗", " ¶ README.md"]


async def test_ascii_has_nothing_but_ascii():
    app = TreeApp(ascii_only=True)
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.press("enter", "space", "j", "enter", "G", "enter")
        assert all(line.isascii() for line in text(app))
        assert text(app)[0] == " - x csv_data (4) %"


async def test_open_close_and_walk():
    app = TreeApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.press("enter", "j", "l", "l")
        assert app.pane.current_path == "csv_data/baselines/one.json"
        assert "     ◇ one.json" in text(app)
        await pilot.press("enter")
        assert app.told == ["csv_data/baselines/one.json"]
        await pilot.press("h")
        assert (app.pane.folders.cursor_path, app.pane.current_path) == ("csv_data/baselines", None)
        await pilot.press("h", "h", "h")
        assert app.pane.folders.cursor_path == "csv_data"
        assert app.pane.folders.expanded == frozenset()


async def test_hostile_names_stay_text():
    app = TreeApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.press("j", "enter")
        assert " ▤ [red]evil\\x1b[31m.csv" in "\n".join(text(app))
        await pilot.press("j", "j", "y")
        assert app.told == [("reports/[red]evil\\x1b[31m.csv", "path")]


async def test_filter_narrows_as_you_type_and_esc_shows_all_again():
    app = TreeApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.press("j", "slash", *"JSON base")
        assert text(app) == [
            " ▾ csv_data (2)", "   ▾ baselines (2)", "     ◇ one.json", "     ◇ two.json",
        ]  # fmt: skip
        await pilot.press("enter", "j", "j")
        assert app.pane.current_path == "csv_data/baselines/one.json"
        await pilot.press("escape")
        assert text(app) == [" ▸ csv_data (4) ◐", " ▸ reports (4) ✗", " ¶ README.md"]
        assert app.pane.folders.cursor_path == "csv_data"
        await pilot.press("slash", *"zzz")
        assert text(app) == [" No path holds that."]


async def test_another_snapshot_keeps_open_folders_cursor_filter_and_exclusions():
    app = TreeApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.press("j", "enter", "j", "enter", "j", "j", "space")
        assert app.pane.current_path == "reports/gemma3/notes.md"
        more = files(*sample_files().to_dicts(), {"path": "aaa/first.csv"}, {"path": "reports/gemma3/a.csv"})
        app.pane.show(snapshot(replace(sample_frames(), files=more)))
        await pilot.pause()
        assert app.pane.current_path == "reports/gemma3/notes.md"
        assert "   ▾ gemma3 (4) ✗" in text(app)
        assert app.pane.excluded == {"reports/gemma3/notes.md"}
        fewer = files({"path": "reports/gemma3/run.json"}, {"path": "x.md"})
        app.pane.show(snapshot(replace(sample_frames(), files=fewer)))
        await pilot.pause()
        assert app.pane.folders.cursor_path == "reports/gemma3"


async def test_space_excludes_and_includes_again():
    app = TreeApp()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.press("space", "enter")
        assert app.told == [frozenset({"csv_data"})]
        assert text(app)[0] == " ▾ ⊘ csv_data (4) ◐"
        assert text(app)[2] == "   ⊘ a.csv"
        await pilot.press("j", "j", "space")
        assert app.told[-1] == {"csv_data/baselines", "csv_data/b.csv"}
        await pilot.press("k", "k", "space", "space")
        assert app.told[-2:] == [frozenset({"csv_data"}), frozenset()]


async def test_twelve_thousand_files_in_a_folder_open_at_once():
    app = TreeApp()
    async with app.run_test(size=(60, 24)) as pilot:
        many = files(*({"path": f"big/file_{n:05}.json", "status": "ok"} for n in range(12_000)), {"path": "x.md"})
        app.pane.show(snapshot(replace(sample_frames(), files=many)))
        while app.pane.folders.count != 12_001:
            await pilot.pause(0.01)
        await pilot.press("g")
        await pilot.press("enter", "G", "k")
        assert app.pane.current_path == "big/file_11999.json"
        await pilot.press("slash", *"077")
        assert text(app)[1] == "   ◇ file_00077.json"


_PATHS = st.lists(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map("/".join), min_size=1, max_size=25, unique=True
)


@given(_PATHS, st.lists(st.integers(0, 60), max_size=12))
def test_toggling_changes_exactly_what_was_toggled(paths, picks):
    named = [f"{path}.f" for path in paths]
    root = folder_of(FileEntry(path) for path in named)
    lines = [line.entry.path for line in lines_of(root, None)]
    excluded: frozenset[str] = frozenset()
    for pick in picks:
        path = lines[pick % len(lines)]
        before = {name: is_excluded(name, excluded) for name in named}
        was = is_excluded(path, excluded)
        excluded = toggled(path, excluded, root)
        for name in named:
            inside = name == path or name.startswith(f"{path}/")
            assert is_excluded(name, excluded) == (not was if inside else before[name])


@given(_PATHS)
def test_every_file_is_one_line_and_counts_add_up(paths):
    named = [f"{path}.f" for path in paths]
    root = folder_of(FileEntry(path) for path in named)
    lines = list(lines_of(root, None))
    assert sorted(line.entry.path for line in lines if isinstance(line.entry, FileEntry)) == sorted(named)
    assert root.count == len(named)
