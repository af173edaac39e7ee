from pathlib import Path

import pytest

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.scan import walk
from chimera_tui.engine.saved.trash import discard, find_discarded, restore, run_folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "chimera-reports" / "20260101T000000Z-chimera-insight-gemma3-latest"
    folder.mkdir(parents=True)
    (folder / "run.toml").write_text('chimera_tui = "0.1.0"\n')
    (folder / "report.md").write_text("# Chimera Insight\n")
    return folder


@pytest.mark.parametrize("named", ["report.md", "."])
def test_a_saved_run_goes_whole_and_comes_back(tmp_path: Path, run: Path, named: str) -> None:
    gone = discard(run / named, tmp_path)
    assert gone == (run, run.parent / ".trash" / run.name)
    assert not run.exists()
    assert (gone.kept / "run.toml").is_file()
    assert restore(gone) == run
    assert (run / "report.md").read_text() == "# Chimera Insight\n"
    assert not (run.parent / ".trash").exists()


def test_another_report_keeps_its_path_below_the_trash(tmp_path: Path) -> None:
    report = tmp_path / "results" / "old.md"
    report.parent.mkdir()
    report.write_text("# Old\n")
    gone = discard(report, tmp_path)
    assert gone.kept == tmp_path / "chimera-reports" / ".trash" / "results" / "old.md"
    assert not report.exists()
    assert restore(gone) == report
    assert report.read_text() == "# Old\n"


def test_nothing_is_ever_written_over(tmp_path: Path, run: Path) -> None:
    first = discard(run, tmp_path)
    run.mkdir()
    (run / "run.toml").write_text('chimera_tui = "0.1.0"\n# the second\n')
    second = discard(run, tmp_path)
    assert second.kept.name == f"{run.name}-2"
    assert restore(first) == run
    assert restore(second) == run.with_name(f"{run.name}-2")
    assert "second" in (run.with_name(f"{run.name}-2") / "run.toml").read_text()


def test_what_waits_is_found_again_by_another_session(tmp_path: Path, run: Path) -> None:
    unfinished = run.with_name("20260102T000000Z-chimera-insight-gemma3-latest")
    unfinished.mkdir()
    (unfinished / "calls.ndjson").write_text('{"event":"run_started"}\n')
    report = tmp_path / "results" / "old.md"
    report.parent.mkdir()
    report.write_text("# Old\n")
    gone = [discard(run, tmp_path), discard(report, tmp_path)]
    discard(unfinished, tmp_path)
    assert sorted(find_discarded(tmp_path)) == sorted(gone)
    for one in find_discarded(tmp_path):
        restore(one)
    assert report.is_file()
    assert run.is_dir()
    assert find_discarded(tmp_path) == []


def test_the_one_that_was_deleted_last_is_the_last(tmp_path: Path) -> None:
    names = ["b.md", "a.md", "c.md"]
    for name in names:
        (tmp_path / name).write_text(f"# {name}\n")
        before = discard(tmp_path / name, tmp_path).kept.lstat().st_ctime_ns
        wait_for_another_tick(before, tmp_path / "tick")
    assert [one.original.name for one in find_discarded(tmp_path)] == names


def wait_for_another_tick(before_ns: int, file: Path) -> None:
    """Until the file system gives another time than before."""
    while True:
        file.write_text("")
        if file.stat().st_ctime_ns > before_ns:
            return
        file.unlink()


def test_a_trash_that_leads_elsewhere_is_left_alone(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir()
    (private / "diary.md").write_text("# Mine\n")
    (tmp_path / "r" / "chimera-reports").mkdir(parents=True)
    (tmp_path / "r" / "chimera-reports" / ".trash").symlink_to(private)
    assert find_discarded(tmp_path / "r") == []


def test_the_trash_is_never_scanned(tmp_path: Path, run: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    discard(run, tmp_path)
    assert [entry.rel for entry in walk(tmp_path, Scan(hidden=True))] == ["a.csv"]


def test_a_file_that_is_no_saved_run_is_none(tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("# Mine\n")
    assert run_folder(tmp_path / "report.md") is None
    assert run_folder(tmp_path / "absent.md") is None
    with pytest.raises(OSError):
        discard(tmp_path / "absent.md", tmp_path)
