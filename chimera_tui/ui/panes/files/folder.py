"""The repository as folders: built from the paths of the files frame, counted and judged once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

SEVERITY = {"partial": 1, "failed": 2}


@dataclass(frozen=True)
class FileEntry:
    """A file: its path under the root, and what the scan made of it."""

    path: str
    kind: str = ""
    status: str = ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass
class Folder:
    """A folder with everything below it. ``path`` is empty for the root."""

    path: str
    folders: dict[str, Folder] = field(default_factory=dict)
    files: list[FileEntry] = field(default_factory=list)
    count: int = 0
    status: str = ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class TreeLine:
    """One visible line: an entry and how deep it sits."""

    entry: Folder | FileEntry
    depth: int


def folder_of(files: Iterable[FileEntry]) -> Folder:
    """The root folder over some files, each folder with its count and the worst status inside."""
    root = Folder("")
    for file in files:
        _add(root, file)
        folder = root
        for part in file.path.split("/")[:-1]:
            known = folder.folders.get(part)
            if known is None:
                known = folder.folders[part] = Folder(f"{folder.path}/{part}" if folder.path else part)
            folder = known
            _add(folder, file)
        folder.files.append(file)
    return root


def _add(folder: Folder, file: FileEntry) -> None:
    folder.count += 1
    if SEVERITY.get(file.status, 0) > SEVERITY.get(folder.status, 0):
        folder.status = file.status


def lines_of(folder: Folder, expanded: Collection[str] | None, depth: int = 0) -> Iterator[TreeLine]:
    """The lines to show, folders before files, by name; ``expanded`` None opens every folder."""
    for name in sorted(folder.folders):
        inner = folder.folders[name]
        yield TreeLine(inner, depth)
        if expanded is None or inner.path in expanded:
            yield from lines_of(inner, expanded, depth + 1)
    for file in sorted(folder.files, key=lambda file: file.name):
        yield TreeLine(file, depth)


def is_excluded(path: str, excluded: Collection[str]) -> bool:
    """Whether a file or folder, or a folder above it, is excluded."""
    return bool(excluded) and any(above in excluded for above in (path, *parents(path)))


def parents(path: str) -> list[str]:
    """The folders above a path, nearest first, the root left out."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]


def toggled(path: str, excluded: frozenset[str], root: Folder) -> frozenset[str]:
    """The exclusions after a file or folder is switched. Including part of an excluded folder excludes the rest."""
    if not is_excluded(path, excluded):
        return frozenset({other for other in excluded if not other.startswith(f"{path}/")} | {path})
    chain = [path, *parents(path)]
    top = next(index for index in reversed(range(len(chain))) if chain[index] in excluded)
    result = set(excluded) - set(chain)
    for index in range(top, 0, -1):
        result.update(_children(root, chain[index]) - {chain[index - 1]})
    return frozenset(result)


def _children(root: Folder, path: str) -> set[str]:
    folder = root
    for part in path.split("/"):
        folder = folder.folders[part]
    return {inner.path for inner in folder.folders.values()} | {file.path for file in folder.files}
