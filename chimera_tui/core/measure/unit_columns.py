"""Columns that say the unit of the columns beside them: ``prefill.latency.unit`` of ``prefill.latency.mean``."""

from collections.abc import Sequence

from chimera_tui.core.measure.units import unit_of

_END = ".unit"


def states_units(names: Sequence[str]) -> bool:
    """Whether a header has a column of units."""
    return any(name.strip().lower().endswith(_END) for name in names)


def units_beside(
    names: Sequence[str], columns: Sequence[Sequence[str]], units: Sequence[str] | None
) -> tuple[list[int], list[str]]:
    """Which columns are not such a unit, and the unit of each: one that all rows of its column of units agree on."""
    kept, stated = list(range(len(names))), list(units or [""] * len(names))
    for at in (i for i, name in enumerate(names) if states_units([name])):
        said = {cell.strip() for cell in columns[at]} - {""}
        group = names[at].strip()[: 1 - len(_END)]
        of = [i for i, other in enumerate(names) if i != at and other.strip().startswith(group)]
        if not of or len(said) > 1 or not all(map(unit_of, said)):
            continue
        kept.remove(at)
        for i in of if said else ():
            stated[i] = stated[i] or min(said)
    return kept, stated
