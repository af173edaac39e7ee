"""Which paths are left out: .gitignore files, nested ones too, and the include and exclude patterns of the settings.

Only .gitignore files inside the root count, so that an ignored results folder can be opened by itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pathspec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    from chimera_tui.core.config.schema import Scan

IGNORE_FILE = ".gitignore"
LONGEST_FILE = 1_000_000
LONGEST_PATTERN = 1_000
MOST_STARS = 4
"""More stars than this in one name of a pattern may take for ever to match, and nobody writes them."""


class Patterns:
    """Patterns as .gitignore has them. Most paths match none, which one expression made of all of them tells."""

    def __init__(self, patterns: list[GitIgnoreSpecPattern]) -> None:
        self._spec = pathspec.GitIgnoreSpec(patterns)
        expressions = [pattern.regex.pattern for pattern in patterns if pattern.regex]
        self._any = re.compile("|".join(f"(?:{_without_names(expression)})" for expression in expressions)).search

    def says(self, path: str) -> bool | None:
        """True where the last pattern that matches leaves the path out, False where it takes it back, else None."""
        return self._spec.check_file(path).include if self._any(path) else None


class Rules(NamedTuple):
    """The rules that hold in one folder: its own and those of the folders above it."""

    include: Patterns | None
    exclude: Patterns | None
    ignore: tuple[tuple[int, Patterns], ...] = ()
    """Innermost first: how many leading characters of a path its .gitignore does not see, and its patterns."""

    def below(self, folder: Path, prefix: str) -> Rules:
        """The rules inside ``folder``, which holds a .gitignore; ``prefix`` is its path with a trailing slash."""
        try:
            with (folder / IGNORE_FILE).open(encoding="utf-8-sig", errors="surrogateescape") as file:
                found = compiled(file.read(LONGEST_FILE).splitlines())
        except OSError:
            return self
        return self if found is None else self._replace(ignore=((len(prefix), found), *self.ignore))

    def leave_out_folder(self, rel: str) -> bool:
        """Whether a folder is not even entered; ``rel`` without a trailing slash."""
        path = rel + "/"
        return (self.exclude is not None and self.exclude.says(path) is True) or self.ignored(path)

    def leave_out_file(self, rel: str) -> bool:
        """Whether a file does not count."""
        if self.exclude is not None and self.exclude.says(rel):
            return True
        if self.include is not None and not self.include.says(rel):
            return True
        return self.ignored(rel)

    def ignored(self, path: str) -> bool:
        """What the .gitignore files say: the innermost that says anything decides."""
        for hidden, patterns in self.ignore:
            says = patterns.says(path[hidden:])
            if says is not None:
                return says
        return False


def rules_of(scan: Scan) -> Rules:
    """The rules of the settings alone."""
    return Rules(compiled(scan.include), compiled(scan.exclude))


def compiled(lines: Iterable[str]) -> Patterns | None:
    """Patterns of .gitignore, those that cannot be understood left out as git does; None when none is left."""
    patterns: list[GitIgnoreSpecPattern] = []
    for line in lines:
        if not line.strip() or line.startswith("#") or len(line) > LONGEST_PATTERN or _costly(line):
            continue
        try:
            patterns += pathspec.GitIgnoreSpec.from_lines([line]).patterns
        except ValueError:
            continue
    return Patterns(patterns) if patterns else None


def _without_names(expression: str) -> str:
    """An expression with its named groups unnamed: a name may stand once only."""
    return re.sub(r"\(\?P<\w+>", "(?:", expression)


def _costly(line: str) -> bool:
    return any(name.replace("**", "*").count("*") > MOST_STARS for name in line.split("/"))
