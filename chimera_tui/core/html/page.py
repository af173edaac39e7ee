"""The whole page: text, contents, and the appendix of judged numbers, facts and files that everything links to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.findings.wording import amount
from chimera_tui.core.html.body import Body, Heading, body, text
from chimera_tui.core.html.style import CSS
from chimera_tui.core.verify.results.numbers import JudgedNumber, counts
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Source

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_SIGNS = {SUPPORTED: "✓", CONTRADICTED: "✗"}
CONTENTS_LEVEL = 3
_FACT = re.compile(r"F\d+")


class ReportPage(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into the file. ``files`` are rows of a frozen inventory: path, size, mtime_ns, hash."""

    title: str
    markdown: str
    numbers: tuple[JudgedNumber, ...] | None = None
    """None where nothing was judged, which is not the same as no numbers."""
    facts: tuple[Finding, ...] = ()
    files: tuple[dict[str, Any], ...] = ()
    written_by: str = ""


def render(page: ReportPage) -> str:
    """One HTML file."""
    numbers = page.numbers or ()
    shown = body(page.markdown, numbers)
    files = _Files(page.files)
    appendix = [_numbers(page.numbers, files), _facts(page.facts, files), _notes(shown), files.section()]
    label = {place: one.label for place, one in enumerate(numbers, 1)}
    main = shown.html
    for place, kind in label.items():
        main = main.replace(f'<a class="n" id="at{place}"', f'<a class="{kind}" id="at{place}"', 1)
    return _HTML.format(
        title=text(page.title), policy=_POLICY, css=CSS, contents=_contents(shown.headings), main=main,
        appendix="".join(part for part in appendix if part), by=text(page.written_by),
    )  # fmt: skip


_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<nav>{contents}</nav>
<main>
{main}
</main>
<section class="appendix">
{appendix}
</section>
<footer>{by}</footer>
</body>
</html>
"""


def _contents(headings: Sequence[Heading]) -> str:
    rows = [
        f'<li class="l{one.level}"><a href="#{one.id}">{text(one.words)}</a></li>'
        for one in headings
        if one.level <= CONTENTS_LEVEL and not _FACT.fullmatch(one.words)
    ]
    return f"<details><summary>Contents</summary><ul>{''.join(rows)}</ul></details>" if rows else ""


class _Files:
    """The files that something rests on, numbered as they are first named."""

    def __init__(self, known: Iterable[dict[str, Any]]) -> None:
        self._known = {str(row.get("path")): row for row in known}
        self._named: dict[str, int] = {}

    def link(self, path: str) -> str:
        """A file's name, as a link where the frozen inventory knows it."""
        if path not in self._known:
            return text(path)
        number = self._named.setdefault(path, len(self._named) + 1)
        return f'<a href="#file{number}">{text(path)}</a>'

    def section(self) -> str:
        """What the inventory froze of each named file."""
        rows = [self._row(path, number) for path, number in self._named.items()]
        if not rows:
            return ""
        head = "<tr><th>File</th><th>Size</th><th>Rows</th><th>Content hash</th></tr>"
        return f'<h2 id="files">Sources</h2><table>{head}{"".join(rows)}</table>'

    def _row(self, path: str, number: int) -> str:
        row = self._known[path]
        size = amount(row["size"], "bytes") if isinstance(row.get("size"), int) else "–"
        cells = (text(path), text(size), text("–" if row.get("rows") is None else row["rows"]))
        hashed = text(row.get("hash") or "–", 80)
        return f'<tr id="file{number}">{"".join(f"<td>{c}</td>" for c in cells)}<td><code>{hashed}</code></td></tr>'


def _numbers(numbers: Sequence[JudgedNumber] | None, files: _Files) -> str:
    if numbers is None:
        return '<h2 id="numbers">Judged numbers</h2><p>The numbers of this text were not judged.</p>'
    found = counts(numbers)
    said = (
        f"{found.claims} numbers judged: {found.supported} supported, {found.contradicted} contradicted, "
        f"{found.unverifiable} unverifiable (counted)."
    )
    head = "<tr><th>Number</th><th>Verdict</th><th>Why</th><th>Source</th></tr>"
    rows = "".join(_number(place, one, files) for place, one in enumerate(numbers, 1))
    table = f"<table>{head}{rows}</table>" if rows else ""
    return f'<h2 id="numbers">Judged numbers</h2><p>{said}</p>{table}'


def _number(place: int, one: JudgedNumber, files: _Files) -> str:
    sign = _SIGNS.get(one.label, "?")
    right = f"<br>right: <strong>{text(one.right)}</strong>" if one.right and one.right != one.reason else ""
    sources = "<br>".join(_source(source, files) for source in one.sources[:3]) or "–"
    more = f"<br>and {len(one.sources) - 3} more" if len(one.sources) > 3 else ""
    return (
        f'<tr id="n{place}"><td><a href="#at{place}">{text(one.span, 60)}</a><br><small>line {one.line}</small></td>'
        f'<td class="{one.label}">{sign} {one.label}</td><td>{text(one.reason)}{right}</td>'
        f"<td>{sources}{more}</td></tr>"
    )


def _source(source: Source, files: _Files) -> str:
    parts = [files.link(source.path)]
    if source.record is not None:
        parts.append(text(source.where or f"row {source.record + 1}", 80))
    if source.field:
        parts.append(f"<code>{text(source.field, 80)}</code>")
    if source.value is not None:
        value = f"{source.value:.6g}" if isinstance(source.value, float) else source.value
        parts.append(f"= {text(value, 60)} {text(source.unit or '', 20)}".rstrip())
    return " ".join(parts)


def _facts(facts: Sequence[Finding], files: _Files) -> str:
    if not facts:
        return ""
    rows = "".join(_fact(number, one, files) for number, one in enumerate(facts, 1))
    return f'<h2 id="all-facts">Facts computed by the program</h2><table>{rows}</table>'


def _fact(number: int, one: Finding, files: _Files) -> str:
    caveats = f"<br><small>Caveat: {text('; '.join(one.caveats))}</small>" if one.caveats else ""
    named = dict.fromkeys(source.path for source in one.sources)
    sources = "<br>".join(files.link(path) for path in list(named)[:4]) or "–"
    more = f"<br>and {len(named) - 4} more" if len(named) > 4 else ""
    n = "" if one.n is None else f", n = {one.n}"
    return (
        f'<tr id="fact-f{number}"><th>F{number}</th><td>{text(one.statement, 600)}{caveats}</td>'
        f"<td>{text(one.label)}{n}</td><td>{sources}{more}</td></tr>"
    )


def _notes(shown: Body) -> str:
    if not shown.notes:
        return ""
    rows = "".join(f'<li id="v{number}" value="{number}">{words}</li>' for number, words in sorted(shown.notes.items()))
    return f'<h2 id="notes">Notes</h2><ol>{rows}</ol>'
