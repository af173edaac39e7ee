"""What a reader points at in a text, in words: a judged number, a link, a block."""

from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from chimera_tui.core.inert import inert_line
from chimera_tui.core.verify.verdict import CONTRADICTED, SUPPORTED, Source
from chimera_tui.ui.markdown.lines import Link
from chimera_tui.ui.markdown.marks import Mark, sign_of
from chimera_tui.ui.markdown.options import Glyphs

_REASON_CELLS = 240
_TARGET_CELLS = 300
_SHORT = 24
"""A right value up to this long is said by itself, though the reason has it too."""
_VERDICTS = {SUPPORTED: "supported", CONTRADICTED: "contradicted"}
_KINDS = {
    "item": "list item", "fence": "code", "code_block": "code", "blockquote": "quote", "html_block": "HTML",
    "raw": "text", "definition": "link definition",
}  # fmt: skip


class Passage(NamedTuple):
    """A block of the text, named by where it begins in the source."""

    start: int
    end: int
    kind: str

    @property
    def name(self) -> str:
        """What people call it."""
        return _KINDS.get(self.kind, self.kind)


Thing = Mark | Link | Passage
"""What can be pointed at."""


def told(thing: Thing, text: str, place: str, look: Style, glyphs: Glyphs) -> Text:
    """One or two lines about it, the most important first, and what the keys do with it.

    ``text`` is its own, ``place`` counts it (“2 of 5”), ``look`` is how a number with this verdict is drawn.
    """
    apart = glyphs.apart
    match thing:
        case Mark():
            said = Text.assemble((f"{sign_of(thing.label, glyphs)} {inert_line(text, 40)}", look))
            said.append(_verdict(thing, apart)).append(f"{apart}{place}")
            if thing.sources:
                said.append(f"{apart}enter: {where(thing.sources[0])}")
            return said
        case Link():
            said = Text("link to ").append(inert_line(thing.target, _TARGET_CELLS), "underline")
            return said.append(f"{apart}{place}{apart}y copies it; it is never opened")
        case Passage():
            lines = text.count("\n") + 1
            size = f"{lines:,} line{'' if lines == 1 else 's'}"
            return Text(f"{thing.name}, {size}{apart}{place}{apart}y copies it")


def copied(thing: Thing, text: str) -> tuple[str, str]:
    """What the clipboard gets of it, and its name."""
    match thing:
        case Mark():
            return f"{text}: {_verdict(thing, '; ').strip()}", "verdict"
        case Link():
            return thing.target, "link"
        case Passage():
            return text, thing.name


def where(source: Source) -> str:
    """A source in short: its file's own name, row or path in the file, field."""
    name = source.path.rpartition("/")[2]
    if source.record is None:
        return inert_line(name, 60)
    table = name.lower().endswith((".csv", ".tsv"))
    place = f"row {source.record + 1}" if table else source.where
    return " ".join(inert_line(part, 60) for part in (name, place, source.field) if part)


def _verdict(mark: Mark, apart: str) -> str:
    said = " " + _VERDICTS.get(mark.label, "cannot be verified")
    if mark.unscoped:
        said += ", scope not stated"
    if mark.right and not (len(mark.right) > _SHORT and mark.right in mark.note):
        said += f"{apart}right: {inert_line(mark.right, 80)}"
    if mark.note and mark.note != mark.right:
        said += apart + inert_line(mark.note, _REASON_CELLS)
    return said
