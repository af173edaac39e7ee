"""Style names of spans to Rich styles, through the component classes of the widget that shows them."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from chimera_tui.ui.markdown.lines import Line, Overlay, Span, overlaid, spans_cells

NAMES = (
    "heading", "heading-1", "heading-2", "strong", "em", "strike", "link", "url", "code", "html", "quote", "bar",
    "bullet", "rule", "table", "table-head", "fence", "label", "code-comment", "code-keyword", "code-string",
    "code-number", "code-name", "margin", "thinking", "match", "match-current",
    "supported", "contradicted", "unverifiable", "current", "pointer",
)  # fmt: skip

COMPONENT_CLASSES = frozenset(f"stream-view--{name}" for name in NAMES)

CSS = """
StreamView {
    & > .stream-view--heading { color: $primary; text-style: bold; }
    & > .stream-view--strong { text-style: bold; }
    & > .stream-view--em { text-style: italic; }
    & > .stream-view--strike { text-style: strike; }
    & > .stream-view--link { color: $secondary; text-style: italic underline; }
    & > .stream-view--url { color: $text-muted; }
    & > .stream-view--code { color: $accent; }
    & > .stream-view--html { color: $text-muted; }
    & > .stream-view--quote { color: $text-muted; text-style: italic; }
    & > .stream-view--bar { color: $text-muted; text-style: not italic; }
    & > .stream-view--bullet { color: $primary; }
    & > .stream-view--rule { color: $text-muted; text-style: not bold; }
    & > .stream-view--table-head { text-style: bold; }
    & > .stream-view--fence { background: $panel; }
    & > .stream-view--label { color: $text-muted; text-style: italic; }
    & > .stream-view--code-comment { color: $text-muted; text-style: italic; }
    & > .stream-view--code-keyword { color: $secondary; }
    & > .stream-view--code-string { color: $success; }
    & > .stream-view--code-number { color: $accent; }
    & > .stream-view--code-name { color: $primary; }
    & > .stream-view--margin { color: $text-muted; }
    & > .stream-view--thinking { color: $text-muted; text-style: italic; }
    & > .stream-view--match { background: $warning 40%; text-style: underline; }
    & > .stream-view--match-current { background: $warning; color: $background; text-style: bold; }
    & > .stream-view--supported { color: $success; text-style: underline; }
    & > .stream-view--contradicted { color: $error; text-style: bold reverse; }
    & > .stream-view--unverifiable { color: $warning; text-style: bold; }
    & > .stream-view--current {
        background: $block-cursor-background; color: $block-cursor-foreground; text-style: $block-cursor-text-style;
    }
    & > .stream-view--pointer { color: $accent; text-style: bold; }
}
"""


class Palette:
    """Rich styles of one widget under its current theme; thrown away when that changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self.base = widget.rich_style
        self._styles: dict[str, Style] = {"": self.base}

    def style(self, names: str) -> Style:
        """The style of several names laid over each other."""
        style = self._styles.get(names)
        if style is None:
            style = self.base
            for name in names.split():
                style += self._layer(name)
            self._styles[names] = style
        return style

    def _layer(self, name: str) -> Style:
        component = f"stream-view--{name}"
        if component not in COMPONENT_CLASSES:
            return Style.null()
        whole = self._widget.get_component_rich_style(component)
        part = self._widget.get_component_rich_style(component, partial=True)
        color = whole.color if whole.color != self.base.color else None
        bgcolor = whole.bgcolor if whole.bgcolor != self.base.bgcolor else None
        return part.without_color + Style.from_color(color, bgcolor)

    def strip(self, line: Line | None, width: int, overlays: Sequence[Overlay] = ()) -> Strip:
        """The row as segments, filled up to the width."""
        if line is None:
            return Strip.blank(width, self.base)
        if overlays:
            return self._drawn(overlaid(line.spans, overlays), width)
        if line.strip is None or line.strip.cell_length != width:
            line.strip = self._drawn(line.spans, width)
        return line.strip  # type: ignore[no-any-return]

    def _drawn(self, spans: Sequence[Span], width: int) -> Strip:
        """Few segments: each costs some forty bytes on the line, so spaces take the style of what stands before."""
        fill = self.style("fence") if spans and "fence" in spans[-1][1] else self.base
        runs: list[tuple[str, Style]] = []
        filled = [(text, self.style(names)) for text, names, _ in spans]
        filled.append((" " * max(width - spans_cells(spans), 0), fill))
        for text, style in filled:
            if runs and (style == runs[-1][1] or (text.isspace() and _same_ground(style, runs[-1][1]))):
                runs[-1] = (runs[-1][0] + text, runs[-1][1])
            elif text:
                runs.append((text, style))
        return Strip([Segment(*run) for run in runs]).crop(0, width)


def _same_ground(one: Style, other: Style) -> bool:
    lines = (one.underline, one.strike, one.reverse, other.underline, other.strike, other.reverse)
    return one.bgcolor == other.bgcolor and not any(lines)
