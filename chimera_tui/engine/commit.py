"""The commit a repository is at, read from its files: git itself could run what a repository configures."""

import re
from pathlib import Path


def head_commit(root: Path) -> str:
    """The full commit id, or nothing where the folder is no git checkout or cannot be read."""
    try:
        for folder in (root.resolve(), *root.resolve().parents):
            if (folder / ".git").exists():
                return _commit(_git_folder(folder / ".git"))
    except OSError:
        pass
    return ""


def _git_folder(path: Path) -> Path:
    """``.git`` itself, or where a worktree's ``.git`` file points."""
    if path.is_file():
        pointed = path.read_text("utf-8", "replace").removeprefix("gitdir:").strip()
        return (path.parent / pointed).resolve()
    return path


def _commit(git: Path) -> str:
    head = (git / "HEAD").read_text("utf-8", "replace").strip()
    if not head.startswith("ref:"):
        return head if re.fullmatch(r"[0-9a-f]{40,64}", head) else ""
    name = head.removeprefix("ref:").strip()
    common = git / "commondir"
    folders = [git, (git / common.read_text().strip()).resolve()] if common.is_file() else [git]
    for folder in folders:
        if (folder / name).is_file():
            return (folder / name).read_text("utf-8", "replace").strip()
        packed = folder / "packed-refs"
        if packed.is_file():
            for line in packed.read_text("utf-8", "replace").splitlines():
                if line.endswith(f" {name}"):
                    return line.partition(" ")[0]
    return ""
