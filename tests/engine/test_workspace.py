import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from chimera_tui.core import measure
from chimera_tui.core.config.schema import Scan
from chimera_tui.engine.repository import ingest
from chimera_tui.engine.repository.progress import Progress
from chimera_tui.engine.repository.snapshot import Snapshot
from chimera_tui.engine.repository.watch import follow
from chimera_tui.engine.repository.workspace import Workspace, WorkspaceError

DATA = Path(__file__).parents[2].parent / "shared" / "data"
CSV = "model,num_gpu,ttft_s,tokens_s\ngemma3:1b,40,0.123,101.5\ngemma3:1b,80,0.117,103.25\n"


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "a.csv").write_text(CSV)
    (folder / "b.json").write_text(json.dumps({"model": "gemma3:1b", "ttft_s": 0.25, "tokens_s": 99.5}))
    (folder / "README.md").write_text("# Results\n\nSome prose about 42 things.\n")
    return folder


def rows(snapshot: Snapshot) -> dict[str, dict]:
    return {row["path"]: row for row in snapshot.frames.files.to_dicts()}


async def test_a_refresh_reads_every_file(root):
    snapshot = await Workspace(root, scan=Scan()).refresh()
    assert snapshot.complete
    assert {path: row["status"] for path, row in rows(snapshot).items()} == {
        "README.md": "no measurements", "a.csv": "ok", "b.json": "ok",
    }  # fmt: skip
    ttft = snapshot.frames.measurements().filter(pl.col("path") == "a.csv", pl.col("unit") == "s").collect()
    assert ttft.sort("num_gpu").select("num_gpu", "value").rows() == [(40, 0.123), (80, 0.117)]


async def test_the_tree_is_there_before_anything_is_read(root):
    workspace = Workspace(root, scan=Scan())
    seen: list[tuple[Progress, Snapshot]] = []
    await workspace.refresh(lambda progress: seen.append((progress, workspace.snapshot)))
    await asyncio.sleep(0)  # the last report is on its way to the loop
    assert next(snapshot.frames.files.height for progress, snapshot in seen if progress.total) == 3
    assert seen[-1][0] == Progress(3, 3, 3, done=True)


async def test_first_snapshot_holds_all_files_pending(root):
    workspace = Workspace(root, scan=Scan())
    published = []
    swap = workspace._swap

    def noting(*arguments, **options):
        published.append(swap(*arguments, **options))
        return published[-1]

    workspace._swap = noting
    await workspace.refresh()
    assert set(published[0].frames.files["status"]) == {"pending"}
    assert published[0].frames.files.height == 3
    assert not published[0].complete
    assert published[-1].complete


async def test_only_what_changed_is_read_again(root):
    workspace = Workspace(root, scan=Scan())
    before = rows(await workspace.refresh())
    assert (await workspace.refresh()) is workspace.snapshot
    generation = workspace.snapshot.generation
    (root / "a.csv").write_text(CSV + "gemma3:1b,999,0.111,104.5\n")
    (root / "b.json").unlink()
    (root / "c.csv").write_text(CSV.replace("gemma3:1b", "gemma3:4b"))
    after = rows(await workspace.refresh())
    assert workspace.snapshot.generation > generation
    assert set(after) == {"README.md", "a.csv", "c.csv"}
    assert after["README.md"]["file_id"] == before["README.md"]["file_id"]
    ids = {row["file_id"] for row in before.values()}
    assert not {after["a.csv"]["file_id"], after["c.csv"]["file_id"]} & ids
    assert after["a.csv"]["rows"] == 3
    paths = workspace.snapshot.frames.measurements().collect()["path"].unique().to_list()
    assert sorted(paths) == ["a.csv", "c.csv"]


async def test_a_change_of_the_scan_settings_counts_at_the_next_refresh(root):
    workspace = Workspace(root, scan=Scan())
    await workspace.refresh()
    workspace.scan = Scan(exclude=["*.json"])
    assert set(rows(await workspace.refresh())) == {"README.md", "a.csv"}


async def test_a_snapshot_never_changes(root):
    workspace = Workspace(root, scan=Scan())
    first = await workspace.refresh()
    measured = first.frames.measurements().collect()
    (root / "a.csv").unlink()
    await workspace.refresh()
    assert first.frames.measurements().collect().equals(measured)


async def test_names_that_are_not_utf8_are_read_and_found_again(root):
    odd = Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.csv"))
    odd.write_text(CSV)  # noqa: ASYNC240 - nothing else runs
    workspace = Workspace(root, scan=Scan())
    row = rows(await workspace.refresh())["caf\\xe9.csv"]
    assert row["status"] == "ok"
    assert workspace.snapshot.path_of(row["file_id"]) == odd
    assert (await workspace.refresh()).generation == workspace.snapshot.generation
    with pytest.raises(KeyError):
        workspace.snapshot.path_of(10_000)


async def test_older_reports_become_runs_and_no_measurements(root):
    (root / "old.md").write_text(
        "# Chimera Insight\n\n**Date:** 2025-11-15\n**Agent Type:** Chimera Insight\n**Model:** gemma3:latest\n"
        "**Configuration:** num_gpu=80\n\n---\n\n| Metric | Value |\n|---|---|\n| TTFT | 12 ms |\n\n"
        "## Workflow Summary\n- Files analyzed: 2\n\n## Metrics\n- Throughput: 40.60 tok/s\n"
    )
    workspace = Workspace(root, scan=Scan())
    snapshot = await workspace.refresh()
    row = rows(snapshot)["old.md"]
    assert (row["kind"], row["role"], row["n_cells"]) == ("markdown", "report", 0)
    assert snapshot.frames.runs.select("path", "model", "decode_tps").rows() == [("old.md", "gemma3:latest", 40.6)]
    (root / "a.csv").unlink()
    assert (await workspace.refresh()).frames.runs.height == 1
    (root / "old.md").unlink()
    assert (await workspace.refresh()).frames.runs.height == 0


async def test_saved_runs_are_runs_and_not_data(root):
    folder = root / "chimera-reports" / "one"
    folder.mkdir(parents=True)
    (folder / "run.toml").write_text('chimera_tui = "0"\n[engine]\nname = "offline"\n')
    (folder / "metrics.json").write_text('{"totals": {"decode_tps": 12.5}}')
    (folder / "report.md").write_text("# x\n")
    snapshot = await Workspace(root, scan=Scan()).refresh()
    assert {row["role"] for path, row in rows(snapshot).items() if "chimera-reports" in path} == {"run"}
    assert not snapshot.frames.measurements().filter(pl.col("path").str.contains("chimera-reports")).collect().height
    assert snapshot.frames.runs.select("path", "engine", "decode_tps").rows() == [
        ("chimera-reports/one/report.md", "offline", 12.5)
    ]


@pytest.mark.parametrize("kind", ["missing", "file", "unreadable"])
async def test_a_root_that_cannot_be_opened_is_one_clear_sentence(kind):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        if kind == "file":
            root.write_text("x")
        elif kind == "unreadable":
            root.mkdir(mode=0)
        os.chmod(folder, 0o755)  # noqa: PTH101 - Path methods may block
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)  # root may read everything
        try:
            with pytest.raises(WorkspaceError) as raised:
                await Workspace(root, scan=Scan()).refresh()
        finally:
            os.seteuid(user)
    told = {"missing": "does not exist", "file": "is a file", "unreadable": "permission denied"}
    assert told[kind] in raised.value.message
    assert raised.value.advice


async def test_what_cannot_be_read_inside_is_said(root):
    shut, locked = root / "shut", root / "locked.csv"
    shut.mkdir(mode=0)
    locked.write_text(CSV)
    locked.chmod(0)
    temporary = Path(tempfile.gettempdir())
    for folder in (root, *(parent for parent in root.parents if temporary in parent.parents)):
        folder.chmod(0o755)
    user = os.geteuid()
    workspace = Workspace(root, scan=Scan())
    if user == 0:
        os.seteuid(65534)
    try:
        snapshot = await workspace.refresh()
    finally:
        os.seteuid(user)
    found = rows(snapshot)
    assert (found["shut"]["kind"], found["shut"]["status"]) == ("folder", "failed")
    assert found["locked.csv"]["status"] == "failed"
    assert found["locked.csv"]["reason"]
    assert any("shut" in problem for problem in snapshot.problems)
    locked.chmod(0o644)
    assert rows(await workspace.refresh())["locked.csv"]["status"] == "ok"


async def test_a_refresh_can_be_stopped(root):
    for number in range(2000):
        (root / f"{number}.csv").write_text(CSV)
    workspace = Workspace(root, scan=Scan())

    def stop(progress: Progress) -> None:
        if progress.total:
            workspace.cancel()

    snapshot = await workspace.refresh(stop)
    assert not snapshot.complete
    assert "stopped" in snapshot.problems[-1]
    assert set(snapshot.frames.files["status"]) >= {"pending"}
    assert snapshot.frames.files.height == 2003
    finished = await workspace.refresh()
    assert finished.complete
    assert "pending" not in set(finished.frames.files["status"])


async def test_a_fault_of_a_reader_costs_one_file_only(root, monkeypatch):
    measure_file = measure.measure_file

    def faulty(path: Path, rel: str, *how: Any) -> measure.FileResult:
        if rel == "a.csv":
            raise RecursionError("too deep")
        return measure_file(path, rel, *how)

    monkeypatch.setattr(measure, "measure_file", faulty)
    found = rows(await Workspace(root, scan=Scan()).refresh())
    assert (found["a.csv"]["status"], found["b.json"]["status"]) == ("failed", "ok")
    assert "RecursionError: too deep" in found["a.csv"]["reason"]


async def test_beyond_the_cap_of_a_repository_files_are_kept_as_statistics(root, monkeypatch):
    monkeypatch.setattr(ingest, "REPOSITORY_CELLS", 6)
    for name in ("c", "d"):
        lines = [f"gemma3:1b,40,{n / 1000},{100 + n / 100}" for n in range(30)]
        (root / f"{name}.csv").write_text("\n".join([CSV.splitlines()[0], *lines]))
    found = rows(await Workspace(root, scan=Scan()).refresh())
    assert found["a.csv"]["level"] == "full"
    assert found["d.csv"]["level"] == "summary"
    assert "this repository holds more than" in found["d.csv"]["reason"]


@pytest.fixture
def large(root, monkeypatch):
    monkeypatch.setattr(ingest, "LARGE_BYTES", 1000)
    lines = [f"gemma3:1b,{n % 7},{n / 1000},{100 + n / 100}" for n in range(500)]
    (root / "large.csv").write_text("\n".join([CSV.splitlines()[0], *lines]) + "\n")
    return root


async def test_a_large_file_gives_the_same_in_a_child_process(large, monkeypatch):
    child = (await Workspace(large, scan=Scan()).refresh()).frames
    monkeypatch.setattr(ingest, "LARGE_BYTES", 10**9)
    own = (await Workspace(large, scan=Scan()).refresh()).frames
    assert child.files.drop("file_id").equals(own.files.drop("file_id"))
    order = ["path", "record", "field"]
    wide = [frames.measurements().drop("file_id", "config_id").collect().sort(order) for frames in (child, own)]
    assert wide[0].height > 1000
    assert wide[0].equals(wide[1])


async def test_a_child_that_dies_is_a_reason_of_its_file(large, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")
    found = rows(await Workspace(large, scan=Scan()).refresh())
    assert found["large.csv"]["status"] == "failed"
    assert "ended early" in found["large.csv"]["reason"]
    assert found["a.csv"]["status"] == "ok"


async def test_a_repository_cannot_bring_its_own_modules(large, monkeypatch):
    monkeypatch.chdir(large)
    for name in ("msgspec.py", "chimera_tui.py"):
        (large / name).write_text("raise SystemExit('executed')\n")
    assert rows(await Workspace(large, scan=Scan()).refresh())["large.csv"]["status"] == "ok"


async def test_stopping_kills_the_children(root, monkeypatch):
    monkeypatch.setattr(ingest, "LARGE_BYTES", 1000)
    line = b'{"model": "gemma3:1b", "ttft_s": 0.1234, "tokens_s": 99.25}\n'
    with (root / "huge.jsonl").open("wb") as file:
        for _ in range(400):
            file.write(line * 1000)
    workspace = Workspace(root, scan=Scan())
    task = asyncio.create_task(workspace.refresh())
    while not _children():
        await asyncio.sleep(0.01)
        assert not task.done()
    workspace.cancel()
    snapshot = await task
    assert not snapshot.complete
    assert not _children()


def _children() -> list[str]:
    """The running readers that this process started."""
    found = []
    for path in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for child in path.read_text().split():
            command = Path(f"/proc/{child}/cmdline")
            if command.exists() and b"ingest_child" in command.read_bytes():
                found.append(child)
    return found


async def test_watching_follows_changes(root):
    workspace = Workspace(root, scan=Scan())
    await workspace.refresh()
    changes: asyncio.Queue[Snapshot] = asyncio.Queue()
    watcher = asyncio.create_task(follow(workspace, changes.put_nowait))
    try:
        (root / "new").mkdir()
        (root / "new" / "c.csv").write_text(CSV)
        await _until(changes, lambda found: found.get("new/c.csv", {}).get("status") == "ok")
        (root / "a.csv").unlink()
        await _until(changes, lambda found: "a.csv" not in found)
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)


async def test_a_file_that_is_being_written_is_not_called_broken(root):
    workspace = Workspace(root, scan=Scan())
    await workspace.refresh()
    changes: asyncio.Queue[Snapshot] = asyncio.Queue()
    watcher = asyncio.create_task(follow(workspace, changes.put_nowait))
    seen: list[str] = []
    try:
        with (root / "half.json").open("w") as file:
            file.write('"')
            file.flush()
            await _until(changes, lambda found: "half.json" in found, seen)
            file.seek(0)
            file.write(json.dumps({"model": "gemma3:1b", "ttft_s": 0.5}))
        await _until(changes, lambda found: found["half.json"]["status"] == "ok", seen)
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)
    assert "failed" not in seen


async def test_a_file_that_stays_broken_is_called_so_in_the_end(root):
    workspace = Workspace(root, scan=Scan())
    await workspace.refresh()
    changes: asyncio.Queue[Snapshot] = asyncio.Queue()
    watcher = asyncio.create_task(follow(workspace, changes.put_nowait))
    try:
        (root / "broken.json").write_text('"')
        await _until(changes, lambda found: found.get("broken.json", {}).get("status") == "pending")
        await _until(changes, lambda found: found["broken.json"]["status"] != "pending")
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)


async def _until(changes: asyncio.Queue[Snapshot], condition, seen: list[str] | None = None) -> None:
    async with asyncio.timeout(20):
        while True:
            found = rows(await changes.get())
            if seen is not None and "half.json" in found:
                seen.append(found["half.json"]["status"])
            if condition(found):
                return


@pytest.mark.skipif(not (DATA / "benchmark-repo").is_dir(), reason="the shared benchmark repository is not here")
async def test_the_benchmark_repository(monkeypatch):
    snapshot = await Workspace(DATA / "benchmark-repo", scan=Scan()).refresh()
    files = snapshot.frames.files
    assert dict(files.group_by("kind").len().iter_rows()) == {"csv": 28, "json": 44, "markdown": 29}
    assert files.filter(pl.col("status").is_in(["failed", "partial"]) & (pl.col("reason") == "")).height == 0
    facts = json.loads((DATA / "truth.json").read_text())["facts"]
    expected = next(fact["value"]["groups"] for fact in facts if fact["id"] == "H01")
    paths = dict(files.select("file_id", "path").iter_rows())
    groups: dict[int, list[str]] = {}
    for file_id, first in files.select("file_id", "dup_of").iter_rows():
        groups.setdefault(file_id if first is None else first, []).append(paths[file_id])
    assert sorted(group for group in groups.values() if len(group) > 1) == sorted(expected)
    derived = set(files.filter(pl.col("role") == "derived")["path"])
    assert "reports/gemma3/gemma3_param_tuning_summary.csv" in derived
    assert "reports/gemma3/gemma3_param_tuning.csv" not in derived


async def test_damaged_parquet_costs_itself_and_says_nothing_on_the_terminal(root, capfd):
    table = pl.DataFrame({"model": ["gemma3:1b"] * 50, "ttft_s": [n / 100 for n in range(50)]})
    for name in ("a.parquet", "whole.parquet", "z.parquet"):
        table.write_parquet(root / name)
    good = (root / "a.parquet").read_bytes()
    for number in range(4, len(good), 5):
        (root / f"cut_{number:04}.parquet").write_bytes(
            good[:number] + bytes([good[number] ^ 0xFF]) + good[number + 1 :]
        )
    (root / "called.csv").write_bytes(good)
    found = rows(await Workspace(root, scan=Scan()).refresh())
    assert {found[name]["status"] for name in ("a.parquet", "whole.parquet", "z.parquet", "called.csv")} == {"ok"}
    cut = [row for path, row in found.items() if path.startswith("cut_")]
    assert "failed" in {row["status"] for row in cut}
    assert "pending" not in {row["status"] for row in cut}
    assert capfd.readouterr() == ("", "")
