"""Units as tools write them, converted to seconds, bytes and tokens/s."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Unit(NamedTuple):
    """What a raw unit converts to: ``value × factor`` is in ``name``."""

    name: str
    factor: float


@cache
def _table() -> dict[str, Unit]:
    lines = files(__package__).joinpath("units.tsv").read_text("utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines if line)
    return {raw: Unit(name, float(factor)) for raw, name, factor in rows}


def unit_of(raw: str) -> Unit | None:
    """The canonical unit of a raw one; None for one that is not known. Case only counts where it must (mJ, MJ)."""
    table = _table()
    text = raw.strip()
    return table.get(text) or table.get(text.lower())
