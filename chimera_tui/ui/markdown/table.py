"""Tables: drawn whole where they fit, with wrapped cells where they nearly do, else record by record."""

from chimera_tui.ui.markdown.lines import Line, Prefix, Span, cells, spans_cells
from chimera_tui.ui.markdown.options import DrawOptions
from chimera_tui.ui.markdown.wrap import wrapped

_LONGEST_UNBROKEN = 24
"""Words up to this many cells are never broken inside a table cell."""
_MOST_ROWS = 6
"""A cell that would need more rows than this makes the table one of records."""

Cell = list[Span]
_EMPTY = Prefix()


def _natural(cell: Cell) -> int:
    return max(cells(part) for part in "".join(span[0] for span in cell).split("\n"))


def _narrowest(cell: Cell) -> int:
    words = "".join(span[0] for span in cell).split()
    return min(max(map(cells, words), default=1), _LONGEST_UNBROKEN)


class Table:
    """A table; ``extend`` adds rows while it is still open, laying out the old ones again only if a column grows."""

    __slots__ = ("_done", "_least", "_natural", "_plan", "aligns", "head", "prefix", "rows")

    def __init__(self, prefix: Prefix, head: list[Cell], aligns: list[str], rows: list[list[Cell]]) -> None:
        self.prefix, self.head, self.aligns = prefix, head, aligns
        self.rows: list[list[Cell]] = []
        self._natural = [max(_natural(cell), 1) for cell in head]
        self._least = [_narrowest(cell) for cell in head]
        self._done: list[list[Line]] = []
        self._plan: tuple[object, ...] = ()
        self.extend(rows)

    def extend(self, rows: list[list[Cell]]) -> None:
        """Add finished rows."""
        for row in rows:
            for column, cell in enumerate(row):
                self._natural[column] = max(self._natural[column], _natural(cell))
                self._least[column] = max(self._least[column], _narrowest(cell))
        self.rows.extend(rows)

    def layout(self, width: int, options: DrawOptions) -> list[Line]:
        """Rows of the screen."""
        prefix = self.prefix.fitted(width)
        room = width - max(spans_cells(prefix.rest), spans_cells(prefix.first))
        widths = self._widths(room, cells(options.glyphs.column))
        plan = (tuple(widths), width, options)
        if plan != self._plan:
            self._plan, self._done = plan, []
        for row in self.rows[len(self._done) :]:
            self._done.append(self._grid_row(row, widths, options) if widths else self._record(row, width, prefix))
        lines = self._grid(widths, options, prefix) if widths else self._records(options, prefix, room)
        if lines and prefix.first:
            lines[0] = Line((*prefix.first, *lines[0].spans[len(prefix.rest) :]), lines[0].indent)
        return lines

    def _widths(self, room: int, gap: int) -> list[int]:
        """Width of each column; empty where they cannot stand side by side."""
        room -= gap * (len(self.head) - 1)
        if sum(self._natural) <= room:
            return list(self._natural)
        spare = room - sum(self._least)
        if spare < 0:
            return []
        widths = list(self._least)
        columns = sorted(range(len(widths)), key=lambda column: self._natural[column] - widths[column])
        for place, column in enumerate(columns):  # narrow columns first get all they want
            more = min(self._natural[column] - widths[column], spare // (len(columns) - place))
            widths[column] += more
            spare -= more
        tall = any(natural > width * _MOST_ROWS for natural, width in zip(self._natural, widths, strict=True))
        return [] if tall else widths

    def _grid(self, widths: list[int], options: DrawOptions, prefix: Prefix) -> list[Line]:
        glyphs = options.glyphs
        rule = glyphs.crossing.join(glyphs.rule * width for width in widths)
        ruled = prefix.line([(rule, "table rule", -1)], 1)
        apart = any(natural > width for natural, width in zip(self._natural, widths, strict=True))
        head = [[(text, f"{style} table-head".strip(), at) for text, style, at in cell] for cell in self.head]
        lines = [*self._grid_row(head, widths, options), ruled]
        for number, row in enumerate(self._done):
            if number and apart:
                lines.append(ruled)
            lines.extend(row)
        return lines

    def _grid_row(self, row: list[Cell], widths: list[int], options: DrawOptions) -> list[Line]:
        column: Span = (options.glyphs.column, "table rule", -1)
        parts = [wrapped(cell, _EMPTY, width) for cell, width in zip(row, widths, strict=True)]
        lines = []
        prefix = self.prefix
        for number in range(max(map(len, parts))):
            spans: list[Span] = []
            for index, part in enumerate(parts):
                if index:
                    spans.append(column)
                here = part[number].spans if number < len(part) else ()
                spans.extend(self._aligned(here, widths[index], self.aligns[index]))
            lines.append(prefix.line(spans, 1))
        return lines

    @staticmethod
    def _aligned(spans: tuple[Span, ...], width: int, align: str) -> list[Span]:
        spare = width - spans_cells(spans)
        left = spare if align == "right" else spare // 2 if align == "center" else 0
        out = list(spans)
        if left > 0:
            out.insert(0, (" " * left, "", -1))
        if spare - left > 0:
            out.append((" " * (spare - left), "", -1))
        return out

    def _record(self, row: list[Cell], width: int, prefix: Prefix) -> list[Line]:
        lines: list[Line] = []
        first = not self._done  # the header stands in every record; its place in the source is shown by the first
        indent: Span = ("  ", "", -1)
        hanging = Prefix(prefix.rest, (*prefix.rest, indent))
        for name, cell in zip(self.head, row, strict=True):
            label = [(text, f"{style} table-head".strip(), at if first else -1) for text, style, at in name]
            lines.extend(wrapped([*label, (": ", "table-head", -1), *cell], hanging, width))
        return lines

    def _records(self, options: DrawOptions, prefix: Prefix, room: int) -> list[Line]:
        rule = prefix.line([(options.glyphs.rule * min(room, 12), "table rule", -1)], 1)
        if not self._done:
            return self._record([[] for _ in self.head], room, prefix)
        lines: list[Line] = []
        for number, row in enumerate(self._done):
            if number:
                lines.append(rule)
            lines.extend(row)
        return lines
