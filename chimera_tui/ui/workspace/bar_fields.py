"""The figures of a bar, each whole or not at all: which of them fit, and which take their short form for it."""

from dataclasses import dataclass, replace

SPARK_CELLS = (8, 32)
"""Fewest and most columns of the sparkline."""


@dataclass(frozen=True)
class Field:
    """One figure of the bar. ``rank`` orders what stays when room is short: 1 stays longest."""

    label: str
    value: str
    rank: int
    muted: bool = False
    spark: bool = False
    """It stands for the sparkline, which takes what room is left."""
    short: tuple[str, str] | None = None
    """Label and value where room is short."""

    @property
    def width(self) -> int:
        """Cells it takes at least."""
        return SPARK_CELLS[0] if self.spark else len(self.label) + bool(self.label) + len(self.value)

    @property
    def shortened(self) -> "Field":
        """Itself in its short form, where it has one."""
        return self if self.short is None else replace(self, label=self.short[0], value=self.short[1])


GAP = 2
"""Blank cells between two figures."""


CORE = 8
"""Ranks that rather take their short form than leave."""


def fitting(fields: list[Field], width: int, gap: int = GAP) -> list[Field]:
    """The fields that fit whole into ``width`` cells, in their order.

    Those that matter come first, in their short forms; what room is left lengthens them, then takes the others.
    """
    order = sorted(range(len(fields)), key=lambda index: fields[index].rank)
    wanted = [(index, fields[index].shortened) for index in order if fields[index].rank <= CORE]
    wanted += [(index, fields[index]) for index in order]
    chosen: dict[int, Field] = {}
    for index, entry in wanted:
        with_it = {**chosen, index: entry}
        if sum(one.width + gap for one in with_it.values()) - gap <= width:
            chosen = with_it
    return [chosen[index] for index in sorted(chosen)]
