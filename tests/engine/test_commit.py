"""The commit of a repository and whether it has changed, without running anything that the repository configures."""

import shutil
import subprocess
from pathlib import Path

import pytest

from chimera_tui.engine.machine.commit import Checkout, checkout

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *words: str) -> str:
    names = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / "sub").mkdir(parents=True)
    (folder / "runs.csv").write_text("a\n1\n")
    (folder / "sub" / "more.csv").write_text("a\n2\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


def test_clean_and_dirty(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    assert checkout(repository) == Checkout(commit, dirty=False)
    assert checkout(repository / "sub") == Checkout(commit, dirty=False)
    (repository / "chimera-reports" / "x").mkdir(parents=True)
    (repository / "chimera-reports" / "x" / "report.md").write_text("ours")
    assert checkout(repository).dirty is False, "our own reports are no change"
    (repository / "runs.csv").write_text("a\n3\n")
    assert checkout(repository).dirty is True
    assert checkout(repository / "sub").dirty is False, "the folder that is reported on has not changed"
    git(repository, "checkout", "-q", "runs.csv")
    (repository / "new.csv").write_text("a\n")
    assert checkout(repository).dirty is True
    git(repository, "pack-refs", "--all")
    (repository / "new.csv").unlink()
    assert checkout(repository) == Checkout(commit, dirty=False)
    assert "clean" in checkout(repository).words()


def test_a_worktree_and_a_detached_head(repository: Path, tmp_path: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    git(repository, "worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    assert checkout(tmp_path / "other") == Checkout(commit, dirty=False)


def test_nothing_that_a_repository_configures_runs(repository: Path, tmp_path: Path) -> None:
    trap, sprung = tmp_path / "trap.sh", tmp_path / "sprung"
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >> {sprung}\ncat\n')
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "filter.evil.clean", "filter.evil.process", "filter.evil.smudge", "core.pager",
                "core.sshCommand", "diff.external", "core.editor", "core.alternateRefsCommand"):  # fmt: skip
        git(repository, "config", key, str(trap))
    git(repository, "config", "alias.status", f"!{trap}")
    git(repository, "config", "include.path", str(tmp_path / "more"))
    (repository / ".git" / "info" / "attributes").write_text("* filter=evil\n")
    (repository / ".gitattributes").write_text("* filter=evil\n")
    (repository / ".git" / "hooks" / "post-index-change").write_text(trap.read_text())
    (repository / ".git" / "hooks" / "post-index-change").chmod(0o755)
    (repository / "runs.csv").write_text("a\n9\n")
    subprocess.run(["git", "status", "--porcelain"], cwd=repository, capture_output=True, check=False)
    assert sprung.exists(), "git itself walks into it"
    sprung.unlink()
    index = (repository / ".git" / "index").read_bytes()
    assert checkout(repository).dirty is True
    assert not sprung.exists()
    assert (repository / ".git" / "index").read_bytes() == index, "nothing is written"


@pytest.mark.parametrize("head", ["", "ref: refs/heads/none", "ref: ../../../../etc/hostname", "junk", "\0"])
def test_a_broken_checkout_is_unknown(repository: Path, head: str) -> None:
    (repository / ".git" / "HEAD").write_text(head)
    assert checkout(repository) == Checkout()


def test_what_is_no_checkout(tmp_path: Path) -> None:
    assert checkout(tmp_path).commit == ""
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all\n")
    assert checkout(tmp_path) == Checkout()


def test_a_git_that_hangs_or_is_missing_leaves_the_change_unknown(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    monkeypatch.setattr("chimera_tui.engine.machine.commit.STATUS_PATIENCE_S", 0.2)
    tool = tmp_path / "bin" / "git"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\nexec sleep 600\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    assert checkout(repository) == Checkout(commit, dirty=None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert checkout(repository) == Checkout(commit, dirty=None)
    assert "unknown whether changed" in checkout(repository).words()
