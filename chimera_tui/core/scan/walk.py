"""The walk: every file under a root that counts, in the byte order of its path, and what could not be looked into."""

from __future__ import annotations

import os
import stat
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chimera_tui.core.scan.entry import FOLDER, RUN, Entry, kind_of
from chimera_tui.core.scan.rules import IGNORE_FILE, Rules, rules_of
from chimera_tui.core.scan.saved_runs import FOLDER as RUNS_FOLDER
from chimera_tui.core.scan.saved_runs import MARKS, TRASH, is_saved_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from chimera_tui.core.config.schema import Scan

NEVER_ENTERED = (".git", TRASH)
READ_ELSEWHERE = "a link to a folder that is read under its own name"


class _Folder(NamedTuple):
    rel: str
    """Relative path with a trailing slash; empty for the root."""
    real: str
    """The folder's real path: no folder is entered twice."""
    rules: Rules
    in_run: bool = False
    only_runs: bool = False
    """Left out but for saved runs: they belong to the Reports pane even where git ignores them."""


class Walker:
    """One walk of ``root``. ``stopped`` is asked at each folder, ``on_found`` told the number of files so far."""

    def __init__(
        self, root: Path, scan: Scan, stopped: Callable[[], bool] = lambda: False,
        on_found: Callable[[int], None] = lambda _found: None,
    ) -> None:  # fmt: skip
        self.root = root
        self.scan = scan
        self._stopped = stopped
        self._on_found = on_found
        self._real_root = os.path.realpath(root)
        self._entries: list[Entry] = []
        self._links: list[tuple[str, Rules, bool]] = []
        self._entered: set[str] = set()
        self._todo = [_Folder("", self._real_root, rules_of(scan))]

    def entries(self) -> list[Entry]:
        """Everything found. Nothing on disk raises: what cannot be read is an entry that says why."""
        while (self._todo or self._links) and not self._stopped():
            if not self._todo:
                # Links come after all real folders, so that what a link repeats is read under its own name.
                links, self._links = sorted(self._links, key=lambda link: os.fsencode(link[0])), []
                for rel, rules, in_run in links:
                    self._link(rel, rules, in_run)
                    if self._todo:
                        self._enter(self._todo.pop())
            else:
                self._enter(self._todo.pop())
            self._on_found(len(self._entries))
        # UTF-8 sorts as its characters do; only names that are not UTF-8 need their bytes looked at.
        self._entries.sort(key=attrgetter("rel") if self._all_utf8() else _path_bytes)
        return self._entries

    def _all_utf8(self) -> bool:
        return all(entry.rel.isascii() or entry.raw is None for entry in self._entries)

    def _enter(self, folder: _Folder) -> None:
        if folder.real in self._entered:
            # Two links into one hidden tree can meet.
            self._add(folder.rel.rstrip("/"), FOLDER, "no measurements", READ_ELSEWHERE)
            return
        self._entered.add(folder.real)
        try:
            with os.scandir(self.root / folder.rel) as found:
                children = list(found)
        except OSError as error:
            self._add(folder.rel.rstrip("/"), FOLDER, "failed", f"this folder cannot be read: {_why(error)}")
            return
        names = {child.name for child in children}
        path = self.root / folder.rel
        if not folder.in_run and not names.isdisjoint(MARKS):
            folder = folder._replace(in_run=is_saved_run(path, names, _name(_parent(folder.rel))))
        if IGNORE_FILE in names and not self.scan.ignored:
            folder = folder._replace(rules=folder.rules.below(path, folder.rel))
        self._take(folder, children)

    def _take(self, folder: _Folder, children: list[os.DirEntry[str]]) -> None:
        prefix, rules, role = folder.rel, folder.rules, RUN if folder.in_run else ""
        unseen = folder.only_runs and not folder.in_run
        for child in children:
            name = child.name
            rel = prefix + name
            if name[0] == "." and (not self.scan.hidden or name in NEVER_ENTERED):
                continue
            if child.is_symlink():
                if not unseen and not rules.leave_out_file(rel):
                    self._links.append((rel, rules, folder.in_run))
            elif child.is_dir(follow_symlinks=False):
                self._descend(folder, rel, name)
            elif not unseen and (role or not rules.leave_out_file(rel)):
                try:
                    self._file(rel, name, child.stat(follow_symlinks=False), role)
                except OSError as error:
                    self._add(rel, kind_of(name), "failed", f"this file cannot be looked at: {_why(error)}")

    def _descend(self, folder: _Folder, rel: str, name: str) -> None:
        only_runs = folder.only_runs
        if not folder.in_run and not only_runs and folder.rules.leave_out_folder(rel):
            if name != RUNS_FOLDER or folder.rel:
                return
            only_runs = True
        real = os.path.join(folder.real, name)  # noqa: PTH118 - Path costs ten times as much here
        self._todo.append(folder._replace(rel=rel + "/", real=real, only_runs=only_runs))

    def _file(self, rel: str, name: str, found: os.stat_result, role: str = "") -> None:
        if stat.S_ISREG(found.st_mode):
            self._entries.append(Entry(rel, kind_of(name), found.st_size, found.st_mtime_ns, "", "", role))
        else:
            self._add(rel, "other", "no measurements", "a pipe, socket or device; it is not opened")

    def _link(self, rel: str, rules: Rules, in_run: bool) -> None:
        path = self.root / rel
        try:
            real = os.path.realpath(path, strict=True)
            found = os.stat(real)  # noqa: PTH116
        except OSError as error:
            # A loop of links is an OSError too.
            self._add(rel, kind_of(rel), "failed", f"a link that leads nowhere: {_why(error)}")
            return
        folder = stat.S_ISDIR(found.st_mode)
        if not _inside(real, self._real_root):
            kind = FOLDER if folder else kind_of(rel)
            self._add(rel, kind, "no measurements", "a link to outside this folder; it is not followed")
        elif not folder:
            self._file(rel, rel, found, RUN if in_run else "")
        elif real in self._entered or ".git" in Path(real[len(self._real_root) :]).parts:
            self._add(rel, FOLDER, "no measurements", READ_ELSEWHERE)
        elif not rules.leave_out_folder(rel):
            self._todo.append(_Folder(rel + "/", real, rules, in_run))

    def _add(self, rel: str, kind: str, status: str, reason: str) -> None:
        self._entries.append(Entry(rel, kind, status=status, reason=reason))


def walk(root: Path, scan: Scan) -> list[Entry]:
    """Everything under ``root`` that counts, in the byte order of the POSIX path."""
    return Walker(root, scan).entries()


def _path_bytes(entry: Entry) -> bytes:
    return os.fsencode(entry.rel)


def _parent(rel: str) -> str:
    return rel.rstrip("/").rpartition("/")[0]


def _name(rel: str) -> str:
    return rel.rpartition("/")[2]


def _inside(real: str, root: str) -> bool:
    return real == root or real.startswith(root.rstrip("/") + "/")


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
