"""The commit a repository is at and whether its files are those of that commit.

Nothing that a repository configures may run: git would execute the filters, hooks and monitors of an untrusted
``.git/config``. The commit is read from files; the status is asked of git with a folder of our own as its
``.git``, which borrows only the index and the objects.
"""

import os
import re
import tempfile
from pathlib import Path

import msgspec

from chimera_tui.core.scan.saved_runs import FOLDER
from chimera_tui.engine.machine.brief_command import output_of

STATUS_PATIENCE_S = 5.0
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Checkout(msgspec.Struct, frozen=True):
    """The full commit id, empty where there is none; ``dirty`` is None where that cannot be told."""

    commit: str = ""
    dirty: bool | None = None

    def words(self) -> str:
        """For the report."""
        if not self.commit:
            return "not a git checkout"
        state = {True: "with changes that are not committed", False: "clean", None: "unknown whether changed"}
        return f"{self.commit} ({state[self.dirty]})"


def checkout(root: Path) -> Checkout:
    """The state of the checkout that ``root`` is in, or is a folder of; takes a bounded time. Never raises."""
    try:
        for folder in (root.resolve(), *root.resolve().parents):
            if (folder / ".git").exists():
                git = _git_folder(folder / ".git")
                commit = _commit(git)
                return Checkout(commit, _dirty(git, folder, root.resolve(), commit) if commit else None)
    except (OSError, ValueError):
        pass
    return Checkout()


def _dirty(git: Path, top: Path, root: Path, commit: str) -> bool | None:
    """Whether tracked files below ``root`` differ from the commit or files are new; our own reports do not count."""
    index, objects = git / "index", _common(git) / "objects"
    if not index.is_file() or not objects.is_dir():
        return None
    with tempfile.TemporaryDirectory(prefix="chimera-git-") as ours:
        made = Path(ours)
        (made / "refs").mkdir()
        (made / "HEAD").write_text(f"{commit}\n")
        sha256 = len(commit) == 64
        (made / "config").write_text(
            f"[core]\nrepositoryformatversion = {int(sha256)}\n"
            + ("[extensions]\nobjectformat = sha256\n" if sha256 else "")
        )
        environment = {
            "PATH": os.environ.get("PATH", os.defpath), "GIT_DIR": ours, "GIT_WORK_TREE": str(top),
            "GIT_INDEX_FILE": str(index), "GIT_OBJECT_DIRECTORY": str(objects), "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C",
        }  # fmt: skip
        words = [
            "git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "status", "--porcelain",
            "--ignore-submodules=all", "--", ".", f":(exclude,glob)**/{FOLDER}/**",
        ]  # fmt: skip
        output = output_of(words, STATUS_PATIENCE_S, environment=environment, folder=root)
    return None if output is None else bool(output.strip())


def _git_folder(path: Path) -> Path:
    """``.git`` itself, or where a worktree's ``.git`` file points."""
    if path.is_file():
        pointed = path.read_text("utf-8", "replace").removeprefix("gitdir:").strip()
        return (path.parent / pointed).resolve()
    return path


def _common(git: Path) -> Path:
    """What all worktrees share."""
    common = git / "commondir"
    return (git / common.read_text("utf-8", "replace").strip()).resolve() if common.is_file() else git


def _commit(git: Path) -> str:
    head = (git / "HEAD").read_text("utf-8", "replace").strip()
    if not head.startswith("ref:"):
        return _checked(head)
    name = head.removeprefix("ref:").strip()
    for folder in dict.fromkeys((git, _common(git))):
        if (folder / name).is_file():
            return _checked((folder / name).read_text("utf-8", "replace").strip())
        packed = folder / "packed-refs"
        if packed.is_file():
            for line in packed.read_text("utf-8", "replace").splitlines():
                if line.endswith(f" {name}"):
                    return _checked(line.partition(" ")[0])
    return ""


def _checked(text: str) -> str:
    return text if _ID.fullmatch(text) else ""
