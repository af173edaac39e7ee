"""Documents that are alike: of one shape, with the same texts and settings. Only what they measured differs.

A document is taken apart into its shape (its keys, and the type of each value), the numbers that become one cell each,
the time, identifiers and texts, which nothing follows from, and the rest, which decides everything else. Where shape
and rest have been seen before, the numbers and the time are put into what was found then. What is learned comes from
documents measured in the usual way, and whatever does not fit is measured in the usual way too.
"""

from collections.abc import Callable
from math import hypot
from operator import itemgetter
from typing import Any, NamedTuple

from chimera_tui.core.measure.documents import seen_in
from chimera_tui.core.measure.emission import numbers_of
from chimera_tui.core.measure.records import COUNTS, Walk
from chimera_tui.core.measure.result import FileResult
from chimera_tui.core.measure.sink import Sink, Tables
from chimera_tui.core.measure.special import TREATED_ALONE
from chimera_tui.core.measure.when import moment_ns
from chimera_tui.core.read.jsontext import Json

_MOST_VALUES = 400
"""Documents of more values seldom repeat, and the usual way is then not the dearer one."""
_DEEPEST = 20
_MOST_SHAPES = 1000
_MOST_TEMPLATES = 4096
_CREDIT = 500
"""How many documents of a shape are learned before one must have been like another."""
_LARGEST = 1e15
"""The text of a larger number is kept."""


class _Number(NamedTuple):
    """A number of the document: which of its cells it is, which of its values, and how that is converted."""

    cell: int
    place: int
    factor: float
    divisor: float


class _Learned(NamedTuple):
    """Which values of a document are nothing but a cell, which is the time, and which nothing follows from."""

    numbers: list[_Number]
    time: int | None
    idle: frozenset[int]


class _Template(NamedTuple):
    """What a document gave, and which numbers to put into it."""

    result: FileResult
    tables: Tables
    numbers: list[_Number]
    n_observations: int


class _Shape:
    """Documents with the same keys and types of values."""

    def __init__(self) -> None:
        self.free: frozenset[int] = frozenset()
        """The places of the numbers that are cells."""
        self.time: int | None = None
        self.idle: frozenset[int] = frozenset()
        self.rest: Callable[[list[Json]], Any] | None = None
        """Picks all other values; None until a document was learned."""
        self.templates: dict[Any, _Template | None] = {}
        self.credit = _CREDIT

    def fits(self, learned: _Learned, size: int) -> bool:
        """Whether what was learned from another document divides its values as before; more of them begin anew."""
        free = frozenset(number.place for number in learned.numbers)
        more = free >= self.free and learned.idle >= self.idle and (free, learned.idle) != (self.free, self.idle)
        if self.rest is None or more:
            self.free, self.time, self.idle = free, learned.time, learned.idle
            known = free | learned.idle | {learned.time}
            rest = [place for place in range(size) if place not in known]
            self.rest = itemgetter(*rest) if rest else lambda _: ()
            self.templates.clear()
        return (free, learned.time, learned.idle) == (self.free, self.time, self.idle)


_shapes: dict[tuple[Any, ...], _Shape] = {}


def forget() -> None:
    """Start anew, as if no document had been seen."""
    _shapes.clear()


class Likeness:
    """A document taken apart, and the sink that its cells go to."""

    def __init__(self, document: dict[str, Any], values: list[Json], shape: _Shape, sink: Sink) -> None:
        self._document, self._values, self._shape, self._sink = document, values, shape, sink

    def _key(self) -> tuple[Any, ...] | None:
        return (self._shape.rest(self._values), *self._sink.hints.items()) if self._shape.rest else None

    def fill(self) -> int | None:
        """Fill the sink from a document that was alike; how many observations, or None where there was none."""
        found = self._shape.templates.get(self._key())
        if found is None or len(found.result.value) > self._sink.limits.cells_per_file:
            return None
        values, time = self._values, self._shape.time
        at = None if time is None else moment_ns(values[time])
        if time is not None and at is None:
            return None
        cells, raw = [*found.result.value], [*found.result.raw]
        try:
            for cell, place, factor, divisor in found.numbers:
                value = values[place]
                cells[cell] = value * factor / divisor
                raw[cell] = None if factor == divisor == 1.0 else repr(value)
        except OverflowError:
            return None
        if not hypot(*cells) < _LARGEST:  # NaN compares false
            return None
        self._shape.credit += 1
        _put(found, cells, raw, at, self._sink)
        return found.n_observations

    def learn(self, n_observations: int) -> None:
        """Take what the sink got from the document as what those alike will give."""
        shape, sink = self._shape, self._sink
        if sink.spreads is not None or (shape.rest and self._key() in shape.templates):
            return
        shape.credit -= 1
        learned = _learned(self._document, sink)
        if learned and shape.fits(learned, len(self._values)):
            if len(shape.templates) >= _MOST_TEMPLATES:
                shape.templates.clear()
            shape.templates[self._key()] = _Template(sink.result, sink.tables, learned.numbers, n_observations)


def _put(found: _Template, cells: list[float], raw: list[str | None], at: int | None, sink: Sink) -> None:
    like, out = found.result, sink.result
    out.record, out.config, out.phase, out.status_code = like.record, like.config, like.phase, like.status_code
    out.error, out.of, out.series, out.n, out.records = like.error, like.of, like.series, like.n, like.records
    out.at = like.at if at is None else [at if known is not None else None for known in like.at]
    out.value, out.raw = cells, raw
    sink.tables = found.tables


def likeness_of(document: Json, sink: Sink) -> Likeness | None:
    """A document taken apart; None for one that is large, the first of its shape, or of a tool treated alone."""
    if not isinstance(document, dict) or sink.tool in TREATED_ALONE:
        return None
    keys: list[Any] = [sink.tool]
    values: list[Json] = []
    if not _take_apart(document, keys, values, _DEEPEST):
        return None
    shape = _shapes.get(known := tuple(keys))
    if shape is None:
        if len(_shapes) >= _MOST_SHAPES:
            _shapes.clear()
        _shapes[known] = _Shape()
        return None
    return Likeness(document, values, shape, sink) if shape.credit > 0 else None


def _take_apart(node: dict[str, Any], keys: list[Any], values: list[Json], depth: int) -> bool:
    """Append the keys and types of an object, and its values; False where they are too many or too deep."""
    if len(values) + len(node) > _MOST_VALUES or not depth:
        return False
    for key, value in node.items():
        kind = type(value)
        keys.append(key)
        keys.append(kind)
        if kind is dict:
            if not _take_apart(value, keys, values, depth - 1):
                return False
            keys.append(None)
        elif kind is list:
            if not _take_list_apart(value, keys, values, depth - 1):
                return False
            keys.append(None)
        else:
            values.append(value)
    return True


def _take_list_apart(node: list[Any], keys: list[Any], values: list[Json], depth: int) -> bool:
    if len(values) + len(node) > _MOST_VALUES:
        return False
    for value in node:
        keys.append(type(value))
        if isinstance(value, dict):
            if not _take_apart(value, keys, values, depth):
                return False
            keys.append(None)
        elif isinstance(value, list):
            return False
        else:
            values.append(value)
    return True


class _Own(int):
    """An integer that is no other's object."""


def _with_own_integers(node: Json) -> Json:
    if type(node) is dict:
        return {key: _with_own_integers(value) for key, value in node.items()}
    if type(node) is list:
        return [_with_own_integers(value) for value in node]
    return _Own(node) if type(node) is int else node


def _learned(document: dict[str, Any], sink: Sink) -> _Learned | None:
    """What became of the values of a document; None where that cannot be told."""
    document = _with_own_integers(document)
    values: list[Json] = []
    _take_apart(document, [], values, _DEEPEST)
    places = _places(values)
    seen = [one for _, one in seen_in(document, Walk(sink.tool, sink.limits.depth), sink.tool)]
    numbers: list[_Number] = []
    n_cells = 0
    for one in seen:
        for cell, source in one.sources.items():
            field, what, *_ = one.cells[cell]
            place = places.get(id(source))
            if place is not None and field.rpartition(".")[2] not in COUNTS:
                numbers.append(_Number(n_cells + cell, place, what.factor, what.divisor))
        n_cells += len(numbers_of(one, sink.tool))
    if n_cells != len(sink.result.value) or any(one.stat for one in seen):
        return None
    times = [time for one in seen for time in one.times]
    time = places.get(id(times[0])) if len(times) == 1 and moment_ns(times[0]) is not None else None
    idle = {places[id(value)] for one in seen for value in one.idle if id(value) in places}
    return _Learned(numbers, time, frozenset(idle))


def _places(values: list[Json]) -> dict[int, int]:
    """Where each object stands, but for those that stand in more places than one."""
    places: dict[int, int] = {}
    several = set()
    for place, value in enumerate(values):
        if id(value) in places:
            several.add(id(value))
        places[id(value)] = place
    return {name: place for name, place in places.items() if name not in several}
