"""The library of a repository: what its snapshot holds, what is newer, what is kept elsewhere."""

import asyncio
from pathlib import Path

import pytest

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.frames import Frames
from chimera_tui.core.report.library import grouped
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.saved.library import library
from chimera_tui.engine.saved.report_search import Hit, search
from chimera_tui.engine.saved.trash import discard

INSIGHT = """# Chimera Insight

**Date:** 2025-11-15
**Agent Type:** Chimera Insight
**Model:** gemma3:latest
**Configuration:** num_ctx=512, temp=1

---
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "r"
    root.mkdir()
    (root / "old.md").write_text(INSIGHT)
    return root


def saved(parent: Path, name: str, ending: str = "complete") -> Path:
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / "calls.ndjson").write_text('{"type":"run_started"}\n')
    (folder / "run.toml").write_text(
        f'chimera_tui = "0.1.0"\nagent = "Chimera Insight"\nending = "{ending}"\nstarted = 2026-01-02T03:04:05Z\n'
        '[model]\nname = "gemma3:latest"\n[options.sent]\nnum_ctx = 4096\n'
    )
    judged = '{"claims": 10, "supported": 9, "contradicted": 1, "unverifiable": 0}'
    (folder / "metrics.json").write_text(f'{{"verification": {judged}}}')
    (folder / "report.md").write_text(INSIGHT)
    return folder


def frames(root: Path) -> Frames:
    return asyncio.run(Workspace(root, scan=Scan()).refresh()).frames


def test_what_is_known_newer_or_elsewhere_is_all_there_once(root: Path, tmp_path: Path) -> None:
    first = saved(root / "chimera-reports", "20260101T000000Z-a")
    known = frames(root)
    newer = saved(root / "chimera-reports", "20260102T000000Z-b")
    elsewhere = saved(tmp_path / "else", "20260103T000000Z-c")
    files = library(root, known, str(tmp_path / "else"))["file"].to_list()
    assert sorted(files) == sorted(str(one) for one in (first / "report.md", elsewhere / "report.md", root / "old.md"))
    files = library(root, known)["file"].to_list()
    assert sorted(files) == sorted(str(one) for one in (first / "report.md", newer / "report.md", root / "old.md"))


def test_a_row_says_day_configuration_and_verified_share(root: Path) -> None:
    saved(root / "chimera-reports", "20260101T000000Z-a")
    new, old = library(root, frames(root)).to_dicts()
    assert (new["date"], new["configuration"], new["verified"]) == ("2026-01-02 03:04", "num_ctx=4096", 90.0)
    assert (old["date"], old["configuration"], old["verified"]) == ("2025-11-15", "num_ctx=512 temp=1", None)
    assert old["ending"] is None


def test_what_was_deleted_is_gone_though_the_snapshot_still_has_it(root: Path) -> None:
    known = frames(root)
    discard(root / "old.md", root)
    assert library(root, known).height == 0


def test_an_unfinished_run_is_its_folder(root: Path) -> None:
    folder = saved(root / "chimera-reports", "20260101T000000Z-a")
    (folder / "report.md").unlink()
    new, _ = library(root, frames(root)).to_dicts()
    assert (new["file"], new["ending"]) == (str(folder), "unfinished")


def test_groups_count_reports_and_leave_out_what_is_unknown(root: Path) -> None:
    saved(root / "chimera-reports", "20260101T000000Z-a")
    (row,) = grouped(library(root, frames(root)), "model").to_dicts()
    assert (row["reports"], row["verified n"], row["verified mean"], row["verified std"]) == (2, 1, 90.0, None)


def test_search_tells_of_every_file_and_stops_when_asked(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text(f"one \x1b[31m NEEDLE of {name} needle" if name != "b" else "nothing")
    found: dict[str, Hit | None] = {}
    files = [str(tmp_path / name) for name in ("a", "absent", "b", "c")]
    search(files, "Needle", lambda: len(found) > 2, found.__setitem__)
    assert list(found) == files[:3]
    assert found[files[0]] == Hit(2, "one \\x1b[31m NEEDLE of a needle")
    assert found[files[1]] is None
    assert found[files[2]] is None


async def test_only_runs_whose_folder_changed_are_read_again(root: Path) -> None:
    folders = [saved(root / "chimera-reports", f"2026010{day}T000000Z-a") for day in (1, 2, 3)]
    workspace = Workspace(root, scan=Scan())
    before = (await workspace.refresh()).frames.runs
    assert before.height == 4
    (folders[0] / "run.toml").write_text('agent = "Another"\nending = "length"\nchimera_tui = "0.1.0"\n')
    (folders[1] / "report.md").unlink()
    for name in ("run.toml", "calls.ndjson", "metrics.json", "report.md"):
        (folders[2] / name).unlink()
    (root / "chimera-reports" / "20260104T000000Z-b").mkdir()
    saved(root / "chimera-reports", "20260105T000000Z-c", "cancelled")
    after = (await workspace.refresh()).frames.runs
    told = {Path(path).parts[1]: ending for path, ending in after.select("path", "ending").rows() if "/" in path}
    assert told == {
        "20260101T000000Z-a": "length", "20260102T000000Z-a": "unfinished", "20260105T000000Z-c": "cancelled",
    }  # fmt: skip
    assert after.filter(path="old.md").height == 1
    assert (await workspace.refresh()).frames.runs.equals(after)
