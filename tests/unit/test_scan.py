import os
import tempfile
from pathlib import Path

import pytest

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.scan import kind_of, walk

BENCHMARK = Path(__file__).parents[2].parent / "shared" / "data" / "benchmark-repo"


def write(root: Path, *paths: str, text: str = "x\n") -> None:
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def rels(root: Path, **scan) -> list[str]:
    return [entry.rel for entry in walk(root, Scan(**scan))]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "csv"), ("a.TSV", "csv"), ("a.json", "json"), ("a.jsonl", "jsonl"), ("a.ndjson", "jsonl"),
        ("README.md", "markdown"), ("a.markdown", "markdown"), ("run.log", "text"), ("a.txt", "text"),
        ("a.parquet", "parquet"), ("a.csv.gz", "other"), ("Makefile", "other"), (".json", "other"),
    ],
)  # fmt: skip
def test_kind_is_by_name(name, kind):
    assert kind_of(name) == kind


def test_paths_sort_by_their_bytes(tmp_path):
    write(tmp_path, "b.csv", "a/z.csv", "a.csv", "a-b.csv", "Z.csv", "é.csv", "z.csv")
    assert rels(tmp_path) == ["Z.csv", "a-b.csv", "a.csv", "a/z.csv", "b.csv", "z.csv", "é.csv"]


def test_entries_carry_size_and_time(tmp_path):
    write(tmp_path, "a.csv", text="four")
    os.utime(tmp_path / "a.csv", ns=(5, 1_700_000_000_123_456_789))
    (entry,) = walk(tmp_path, Scan())
    assert (entry.size, entry.mtime_ns, entry.status, entry.kind) == (4, 1_700_000_000_123_456_789, "", "csv")


def test_hidden_files_are_off_unless_asked_and_git_is_never_read(tmp_path):
    write(tmp_path, ".hidden.csv", ".cache/a.csv", ".git/config.json", "sub/.git/x.json", "a.csv")
    assert rels(tmp_path) == ["a.csv"]
    assert rels(tmp_path, hidden=True) == [".cache/a.csv", ".hidden.csv", "a.csv"]


def test_nested_gitignore_files_and_their_exceptions(tmp_path):
    write(tmp_path, "a.log", "keep.log", "build/x.csv", "sub/b.log", "sub/build/y.csv", "sub/tmp.csv", "tmp.csv")
    (tmp_path / ".gitignore").write_text("*.log\n!keep.log\n/build/\n")
    (tmp_path / "sub" / ".gitignore").write_text("!b.log\ntmp.csv\n")
    assert rels(tmp_path) == ["keep.log", "sub/b.log", "sub/build/y.csv", "tmp.csv"]
    assert "a.log" in rels(tmp_path, ignored=True)


def test_a_gitignore_that_makes_no_sense_is_no_error(tmp_path):
    write(tmp_path, "a.csv", "b.csv")
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe[\n!\n***/***/\n" + b"*a" * 40 + b"\nb.csv\n" + b"x" * 5000)
    assert rels(tmp_path) == ["a.csv"]


def test_include_and_exclude_are_gitignore_patterns(tmp_path):
    write(tmp_path, "a.csv", "a.json", "old/b.csv", "new/c.csv", "new/deep/d.csv")
    assert rels(tmp_path, include=["*.csv"]) == ["a.csv", "new/c.csv", "new/deep/d.csv", "old/b.csv"]
    assert rels(tmp_path, include=["new/"]) == ["new/c.csv", "new/deep/d.csv"]
    assert rels(tmp_path, exclude=["old/", "*.json"]) == ["a.csv", "new/c.csv", "new/deep/d.csv"]


def test_a_name_that_is_not_utf8_is_kept_and_shown_escaped(tmp_path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv")).write_text("a\n1\n")
    (entry,) = walk(tmp_path, Scan())
    assert entry.raw == b"caf\xe9.csv"
    assert entry.shown == "caf\\xe9.csv"
    assert (tmp_path / entry.rel).read_text() == "a\n1\n"


def test_links_inside_are_followed_and_links_outside_are_not(tmp_path):
    root = tmp_path / "root"
    write(root, "blobs/one.csv", ".store/two.csv")
    write(tmp_path, "secret.csv", "elsewhere/three.csv")
    (root / "latest.csv").symlink_to("blobs/one.csv")
    (root / "stored").symlink_to(".store")
    (root / "again").symlink_to("blobs")
    (root / "out.csv").symlink_to(tmp_path / "secret.csv")
    (root / "outside").symlink_to(tmp_path / "elsewhere")
    found = {entry.rel: entry for entry in walk(root, Scan())}
    assert [rel for rel, entry in found.items() if not entry.status] == [
        "blobs/one.csv", "latest.csv", "stored/two.csv",
    ]  # fmt: skip
    assert "outside" in found["out.csv"].reason
    assert found["outside"].kind == "folder"
    assert "under its own name" in found["again"].reason


def test_link_loops_end(tmp_path):
    write(tmp_path, "a/b/x.csv", ".h/sub/y.csv")
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "ping").symlink_to("pong")
    (tmp_path / "pong").symlink_to("ping")
    (tmp_path / "h1").symlink_to(".h")
    (tmp_path / "h2").symlink_to(".h/sub")
    (tmp_path / ".h" / "sub" / "back").symlink_to("../../h1")
    found = {entry.rel: entry for entry in walk(tmp_path, Scan())}
    data = [rel for rel, entry in found.items() if not entry.status]
    assert "a/b/x.csv" in data
    assert sum(rel.endswith("y.csv") for rel in data) == 1
    assert found["self"].status == found["ping"].status == "failed"
    assert "leads nowhere" in found["self"].reason


def test_pipes_are_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (entry,) = walk(tmp_path, Scan())
    assert entry.status == "no measurements"
    assert "pipe" in entry.reason


def test_a_folder_that_cannot_be_read_is_an_entry():
    # Not tmp_path, which only its owner may enter.
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        write(root, "a.csv", "shut/b.csv")
        (root / "shut").chmod(0)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)  # root may read everything
        try:
            first, second = walk(root, Scan())
        finally:
            os.seteuid(user)
            (root / "shut").chmod(0o755)
    assert first.rel == "a.csv"
    assert (second.rel, second.kind, second.status) == ("shut", "folder", "failed")
    assert "permission denied" in second.reason


def test_a_walk_can_be_stopped(tmp_path):
    from chimera_tui.core.scan import Walker

    write(tmp_path, *(f"d{i}/a.csv" for i in range(20)))
    seen = []
    assert len(Walker(tmp_path, Scan(), lambda: len(seen) > 5, seen.append).entries()) < 20


def test_saved_runs_are_kept_apart_by_what_is_in_them(tmp_path):
    write(tmp_path, "chimera-reports/one/run.toml", "chimera-reports/one/metrics.json", "chimera-reports/notes.csv")
    write(tmp_path, "elsewhere/two/calls.ndjson", text='{"event":"run_started","at_s":0}\n')
    write(tmp_path, "mine/run.toml", "mine/data.json", text="[experiment]\n")
    roles = {entry.rel: entry.role for entry in walk(tmp_path, Scan())}
    assert roles == {
        "chimera-reports/notes.csv": "", "chimera-reports/one/metrics.json": "run",
        "chimera-reports/one/run.toml": "run", "elsewhere/two/calls.ndjson": "run", "mine/data.json": "",
        "mine/run.toml": "",
    }  # fmt: skip


def test_saved_runs_are_found_where_git_ignores_them(tmp_path):
    write(tmp_path, "chimera-reports/one/run.toml", "chimera-reports/stray.csv", "a.csv")
    (tmp_path / ".gitignore").write_text("chimera-reports/\n")
    assert rels(tmp_path) == ["a.csv", "chimera-reports/one/run.toml"]


@pytest.mark.skipif(not BENCHMARK.is_dir(), reason="the shared benchmark repository is not here")
def test_the_benchmark_repository_has_101_files():
    entries = walk(BENCHMARK, Scan())
    kinds = [entry.kind for entry in entries]
    assert (len(entries), kinds.count("csv"), kinds.count("json"), kinds.count("markdown")) == (101, 28, 44, 29)
    assert [entry.rel for entry in entries if entry.kind == "csv"][:5:4] == [
        "csv_data/baseline_performance_summary.csv",
        "reports/gemma3/gemma3_1b-it-qat_baseline.csv",
    ]
