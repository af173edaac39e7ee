"""The cells of records made by hand: numbers whose meaning is known from where they stand."""

from chimera_tui.core.measure.lexicon import Meaning
from chimera_tui.core.measure.records import Leaf, Record
from chimera_tui.core.read.jsontext import Json
from chimera_tui.core.read.numbers import LARGEST


def is_number(value: Json) -> bool:
    """Whether a value is a number that can be measured."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


NO_VALUE: Leaf = ("error", "null instead of a value", "", None)
"""How a benchmark that failed looks to the tools that write null for it."""
Numbered = tuple[str, Meaning, float, int | None, str | None]


def cell(field: str, what: Meaning, value: Json, n: int | None = None) -> Numbered:
    """A number of the file as a cell."""
    return field, what, what.canonical(float(value)), n, repr(value) if what.converts else None


def scalars(record: Record, node: Json, prefix: str = "") -> None:
    """The plain values of an object and of the objects in it, as leaves."""
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if isinstance(value, dict):
            scalars(record, value, f"{prefix}{key}.")
        elif isinstance(value, str | int | float):
            record.leaves.append((f"{prefix}{key}", value, "", None))
