"""Units as tools write them, converted to seconds, bytes and tokens/s."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Unit(NamedTuple):
    """What a raw unit converts to: ``value × factor ÷ divisor`` is in ``name``, rounded once."""

    name: str
    factor: float
    divisor: float


@cache
def _table() -> dict[str, Unit]:
    lines = files(__package__).joinpath("units.tsv").read_text("utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines if line)
    return {raw: Unit(name, *_exact(factor)) for raw, name, factor in rows}


def _exact(factor: str) -> tuple[float, float]:
    """Milli, micro and nano as exact divisors: 4369.26 ms is 4.36926 s, which a product with 0.001 misses."""
    base, minus, digits = factor.partition("e-")
    return (float(base), 10.0 ** int(digits)) if minus else (float(factor), 1.0)


def unit_of(raw: str) -> Unit | None:
    """The canonical unit of a raw one; None for one that is not known. Case only counts where it must (mJ, MJ)."""
    table = _table()
    text = raw.strip()
    return table.get(text) or table.get(text.lower())
