"""A model's citations of facts (``[F12]``) as links to the Facts section; an id that no fact has is said to be none."""

from __future__ import annotations

import re
from collections.abc import Iterable

_GROUP = re.compile(r"\[(F\d{1,6}(?:\s*[,;]\s*F\d{1,6})*)\](?![(\[:])")
_LABEL = re.compile(r"F(\d{1,6})")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")


def linked(text: str, n_facts: int) -> str:
    """Markdown with its citations linked; code is left as it is."""
    lines, fence = [], ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark[1]
            lines.append(line)
        else:
            lines.append(line if fence else _line(line, n_facts))
    return "\n".join(lines)


def cited(text: str, n_facts: int) -> set[int]:
    """The facts that a text cites, by their numbers."""
    labels = {int(number) for group in _GROUP.findall(text) for number in _LABEL.findall(group)}
    return {number for number in labels if 1 <= number <= n_facts}


def with_labels(text: str, labels: Iterable[str]) -> str:
    """A sentence and the labels of the facts it rests on, those that it does not name itself."""
    named = dict.fromkeys(f"F{int(found[1])}" for label in labels if (found := _LABEL.fullmatch(label.strip("[] "))))
    missing = [label for label in named if not re.search(rf"\b{label}\b", text)]
    return f"{text.rstrip()} [{', '.join(missing)}]" if missing else text


def _line(line: str, n_facts: int) -> str:
    code = [found.span() for found in _CODE.finditer(line)]

    def link(found: re.Match[str]) -> str:
        if any(start <= found.start() < end for start, end in code):
            return found[0]
        return ", ".join(_link(int(number), n_facts) for number in _LABEL.findall(found[1]))

    return _GROUP.sub(link, line)


def _link(number: int, n_facts: int) -> str:
    return f"[F{number}](#f{number})" if 1 <= number <= n_facts else f"[F{number}: no such fact]"
