import json
import os
import time
from pathlib import Path

import polars as pl
import pytest

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.measure.result import FileResult
from chimera_tui.engine.repository import cache, ingest, stored_table
from chimera_tui.engine.repository.snapshot import Snapshot
from chimera_tui.engine.repository.workspace import Workspace

CSV = "model,num_gpu,ttft_s,tokens_s\ngemma3:1b,40,0.123,101.5\ngemma3:1b,80,0.117,103.25\n"
LONG_AGO = 1_600_000_000_500_000_000


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    for name in ("a.csv", "b.csv", "copy.csv"):
        write(folder / name, CSV.replace("gemma3:1b", f"gemma3:{name[0]}" if name != "copy.csv" else "gemma3:a"))
    write(folder / "notes.md", "# Notes\n")
    return folder


def write(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, ns=(LONG_AGO, LONG_AGO))


@pytest.fixture
def reads(monkeypatch):
    """The paths that are measured from here on."""
    found: list[str] = []
    take = ingest.Pass.take

    def noting(self, task: ingest.Task, result: FileResult, cells=None) -> None:
        found.append(task.entry.rel)
        take(self, task, result, cells)

    monkeypatch.setattr(ingest.Pass, "take", noting)
    return found


async def start(root: Path, cache_dir: Path) -> Snapshot:
    return await Workspace(root, scan=Scan(), cache_dir=cache_dir).refresh()


async def test_a_second_start_reads_nothing_and_finds_the_same(root, tmp_path, reads):
    first = await start(root, tmp_path / "cache")
    assert len(reads) == 4
    reads.clear()
    second = await start(root, tmp_path / "cache")
    assert reads == []
    assert second.complete
    for name in cache.TABLES:
        assert getattr(first.frames, name).equals(getattr(second.frames, name)), name
    assert second.frames.files["dup_of"].to_list() == [None, None, 0, None]


async def test_without_a_folder_nothing_is_kept(root, tmp_path, reads):
    await Workspace(root, scan=Scan()).refresh()
    await Workspace(root, scan=Scan()).refresh()
    assert len(reads) == 8
    assert [path.name for path in tmp_path.iterdir()] == ["repository"]


async def test_only_changed_files_are_read_at_the_next_start(root, tmp_path, reads):
    first = await start(root, tmp_path / "cache")
    reads.clear()
    (root / "b.csv").unlink()
    write(root / "c.csv", CSV)
    write(root / "a.csv", CSV + "gemma3:1b,99,0.1,100.25\n")
    second = await start(root, tmp_path / "cache")
    assert reads == ["a.csv", "c.csv"]
    assert second.frames.files["path"].to_list() == ["a.csv", "c.csv", "copy.csv", "notes.md"]
    fresh = second.frames.files.filter(second.frames.files["path"].is_in(["a.csv", "c.csv"]))["file_id"]
    assert min(fresh) > max(first.frames.files["file_id"])
    assert second.frames.measurements().collect()["path"].unique().sort().to_list() == ["a.csv", "c.csv", "copy.csv"]


async def test_other_readers_mean_another_cache(root, tmp_path, reads, monkeypatch):
    await start(root, tmp_path / "cache")
    reads.clear()
    monkeypatch.setattr(cache, "readers_hash", lambda: "other")
    await start(root, tmp_path / "cache")
    assert len(reads) == 4


def test_the_hash_of_the_readers_covers_code_and_data(tmp_path, monkeypatch):
    for name in ("read/a.py", "measure/words.tsv", "frames.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("one")
    monkeypatch.setattr(cache.schema, "__file__", str(tmp_path / "frames.py"))
    seen = {cache.readers_hash()}
    for name in ("read/a.py", "measure/words.tsv", "frames.py"):
        (tmp_path / name).write_text("two")
        seen.add(cache.readers_hash())
    assert len(seen) == 4


@pytest.mark.parametrize("damage", ["truncate", "scribble", "remove", "index", "empty index"])
async def test_a_damaged_cache_is_rebuilt_silently(root, tmp_path, reads, damage):
    await start(root, tmp_path / "cache")
    (index,) = tmp_path.glob("cache/**/index.json")
    (cells,) = tmp_path.glob("cache/**/cells.arrow")
    if damage == "truncate":
        cells.write_bytes(cells.read_bytes()[:-20])
    elif damage == "scribble":
        content = bytearray(cells.read_bytes())
        content[len(content) // 2] ^= 0xFF
        cells.write_bytes(content)
    elif damage == "remove":
        cells.unlink()
    else:
        index.write_text(json.dumps({"readers": 1}) if damage == "index" else "")
    reads.clear()
    snapshot = await start(root, tmp_path / "cache")
    assert len(reads) == 4
    assert snapshot.problems == ()
    reads.clear()
    await start(root, tmp_path / "cache")
    assert reads == []


async def test_a_cache_that_cannot_be_written_is_not_missed(root, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert (await start(root, tmp_path / "cache")).complete


async def test_a_file_changed_in_the_moment_of_reading_is_read_again(root, tmp_path, reads):
    now = time.time_ns()
    os.utime(root / "a.csv", ns=(now, now))
    whole = (now // 1_000_000_000) * 1_000_000_000
    os.utime(root / "b.csv", ns=(whole, whole))
    await start(root, tmp_path / "cache")
    reads.clear()
    await start(root, tmp_path / "cache")
    assert reads == ["a.csv", "b.csv"]


async def test_older_sets_of_tables_are_removed(root, tmp_path):
    for number in range(3):
        write(root / f"{number}.csv", CSV)
        await start(root, tmp_path / "cache")
    assert len(list(tmp_path.glob("cache/frames/*/*/cells.arrow"))) == 1


def test_constant_and_mostly_empty_columns_come_back_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr(stored_table, "FEWEST_ROWS", 20)
    rows = range(100)
    frame = pl.DataFrame({
        "id": pl.Series(rows, dtype=pl.UInt32), "kind": ["csv"] * 100, "none": pl.Series([None] * 100, dtype=pl.UInt32),
        "raw": ["é" if n == 7 else None for n in rows], "at": [n if n > 95 else None for n in rows],
        "full": [n / 7 for n in rows], "half": [None if n % 2 else n for n in rows], "zero": [0.0] * 100,
        "bytes": [b"\xff" if n == 3 else None for n in rows], "one": pl.Series([1] * 100, dtype=pl.UInt8),
    })  # fmt: skip
    for height in (100, 19, 0):
        part = frame.head(height)
        stored = stored_table.write(part, tmp_path, f"table{height}")
        again = stored_table.read(tmp_path, f"table{height}", stored, dict(frame.schema))
        assert again.equals(part)
        assert again.schema == part.schema
        assert bool(stored.constants and stored.sparse) == (height == 100)
    stored = stored_table.write(frame, tmp_path, "other")
    (tmp_path / "other.raw.arrow").write_bytes(b"damaged")
    with pytest.raises(ValueError):
        stored_table.read(tmp_path, "other", stored, dict(frame.schema))
