"""Headless commands say at a terminal how far the reading is; into a pipe they say nothing of it."""

import asyncio
import re
from pathlib import Path

import pytest

from chimera_tui.core.config.schema import Scan
from chimera_tui.engine.repository.workspace import Workspace, WorkspaceError
from chimera_tui.headless.reading import snapshot_of, told


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number in range(200):
        (tmp_path / f"{number}.json").write_text(f'{{"model": "m", "tokens_per_second": {number}.5}}')
    return tmp_path


def test_how_many_files_are_read_of_how_many(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot = asyncio.run(told(Workspace(root, scan=Scan()), 0.0))
    assert snapshot.complete
    out, err = capsys.readouterr()
    assert out == ""
    assert re.search(r"^looking for files", err, re.MULTILINE)
    counts = [int(read) for read in re.findall(r"^reading: (\d+) of 200 files$", err, re.MULTILINE)]
    assert counts
    assert counts == sorted(counts)


def test_into_a_pipe_nothing_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(snapshot_of(Workspace(root, scan=Scan()))).complete
    assert capsys.readouterr() == ("", "")


def test_what_is_wrong_with_the_folder_comes_through(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        asyncio.run(told(Workspace(tmp_path / "nowhere", scan=Scan()), 0.0))
