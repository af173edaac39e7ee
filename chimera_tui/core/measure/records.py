"""The observations in a JSON document: the smallest objects that hold numbers and whose siblings look the same."""

from functools import lru_cache
from typing import Any, NamedTuple

from chimera_tui.core.measure.entities import entity_column
from chimera_tui.core.measure.lexicon import Meaning, container
from chimera_tui.core.measure.naming import normalised, stat_named
from chimera_tui.core.read.jsontext import Json

Leaf = tuple[str, Any, str, int | None]
"""A field below its record, its value, the unit beside it and the n beside it."""

_AUXILIARY = frozenset(
    [
        "unit",
        "units",
        "count",
        "n",
        "value",
        "values",
        "total",
        "pdf",
        "cdf",
        "percentiles",
        "quantiles",
        "samples",
        "confidence_interval",
        "name",
        "stdev_",
        "data",
        "histogram",
        "cv",
        "se",
        "t_critical",
        "ci_low",
        "ci_high",
    ]
)


COUNTS = ("count", "n", "samples")
"""Of a distribution: how many values it is of."""
_NO_STATISTIC = frozenset(("unit", "units", "count", "n", "name", "total", "stdev_", "cv", "se", "t_critical"))
"""Of a distribution: what is beside its statistics, or follows from them (``stdev_`` is std ÷ mean in percent)."""


class Record:
    """One observation: its leaves, and the observation that encloses it."""

    __slots__ = ("cells", "factors", "leaves", "parent", "path")

    def __init__(self, path: str, parent: "Record | None", factors: tuple[tuple[str, str], ...] = ()) -> None:
        self.path = path
        self.parent = parent
        self.factors = factors
        """Name and value of the dict keys on the way here."""
        self.leaves: list[Leaf] = []
        self.cells: tuple[tuple[str, Meaning, float, int | None, str | None], ...] = ()
        """Numbers whose meaning is known from where they stand: field, meaning, canonical value, n, raw text."""


class Place(NamedTuple):
    """Where in a document a node is: in which record, and by which field below it, path from the root and key."""

    record: Record
    field: str
    path: str
    key: str
    level: int

    def below(self, key: str) -> "Place":
        """The place of a member of the same record."""
        field = f"{self.field}.{key}" if self.field else key
        path = f"{self.path}.{key}" if self.path else key
        return Place(self.record, field, path, key, self.level + 1)


class Walk:
    """Finds the records of a document in document order; never deeper than ``depth`` levels."""

    def __init__(self, tool: str, depth: int = 64) -> None:
        self.tool = tool
        self.depth = depth
        self.too_deep = False
        self._found: list[Record] = []

    def records(self, document: Json, path: str = "") -> list[Record]:
        """All records of a document, an enclosing one before those inside it."""
        root = Record(path, None)
        self._found = [root]
        place = Place(root, "", path, "", 0)
        if isinstance(document, dict):
            self._object(document, place)
        elif isinstance(document, list):
            self._list(document, place)
        return self._found

    def _object(self, node: dict[str, Any], place: Place) -> None:
        if self._beyond(place):
            return
        if (rows := rows_of_columns(node)) is not None:
            self._list(rows, place)
            return
        leaves = place.record.leaves
        nested = [(k, v) for k, v in node.items() if isinstance(v, dict)]
        grouped = self._grouped(nested, place.key) if nested else 0
        keys: tuple[str, ...] = ()
        if grouped:
            own = any(value == place.key for _, value in place.record.factors)  # of one of several alike objects
            keys = _said_by_keys("key" if own else place.key, nested)
        alike = grouped > 1 and _of_same_keys(nested)
        named = self._alike_lists(node)
        stated = node.get("unit")
        unit = stated if isinstance(stated, str) else ""
        prefix = place.field + "." if place.field else ""
        for k, v in node.items():
            if isinstance(v, dict):
                self._nested(v, place.below(k), grouped, keys, alike=alike)
            elif isinstance(v, list):
                if v and container(self.tool, k) != "text":
                    self._list(v, place.below(k), unit, ((_singular(place.key or "group"), k),) if k in named else ())
            elif v is not None:
                leaves.append((prefix + k, v, unit, None))

    def _nested(self, node: dict[str, Any], place: Place, grouped: int, keys: tuple[str, ...], *, alike: bool) -> None:
        role = container(self.tool, place.key)
        if not node or role == "text":
            return
        if role == "strict":
            self._settings(node, place)
        elif grouped:
            self._member(node, place, tuple((name, place.key) for name in keys), grouped, alike=alike)
        elif is_distribution(tuple(node)):
            self._distribution(node, place.record, place.field, "", None)
        else:
            self._object(node, place)

    def _settings(self, node: dict[str, Any], place: Place) -> None:
        """Configuration: plain values and short lists; of what is nested in lists, only what stands there alone."""
        if self._beyond(place):
            return
        for k, value in node.items():
            v = value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) else value
            if isinstance(v, dict):
                if container(self.tool, k) != "text":
                    self._settings(v, place.below(k))
            elif v is not None and not (isinstance(v, list) and any(isinstance(item, dict | list) for item in v)):
                place.record.leaves.append((f"{place.field}.{k}", v, "", None))

    def _member(
        self, node: dict[str, Any], place: Place, factors: tuple[tuple[str, str], ...], grouped: int, *, alike: bool
    ) -> None:
        """A value of a dict whose values all look the same; ``grouped`` counts the levels of such dicts.

        Its own groups are one factor with those of the others where they are called the same (``alike``).
        """
        if grouped > 1:
            keys = _said_by_keys("key" if alike else place.key, list(node.items()))
            members = [(k, v) for k, v in node.items() if isinstance(v, dict)]
            same = _of_same_keys(members)
            for k, v in members:
                more = tuple((name, k) for name in keys)
                self._member(v, place.below(k), (*factors, *more), grouped - 1, alike=same)
            return
        self._object(node, self._record(Record(place.path, place.record, factors), place))

    def _alike_lists(self, node: dict[str, Any]) -> frozenset[str]:
        """The keys of lists whose records all look the same, so that only the key tells them apart."""
        lists = {k: v for k, v in node.items() if isinstance(v, list) and v and container(self.tool, k) != "text"}
        if len(lists) < 2:
            return frozenset()
        shapes = {k: frozenset(v[0]) for k, v in lists.items() if isinstance(v[0], dict) and holds_numbers(v[0])}
        return frozenset(shapes) if len(shapes) > 1 and len(set(shapes.values())) == 1 else frozenset()

    def _list(self, node: list[Any], place: Place, unit: str = "", factors: tuple[tuple[str, str], ...] = ()) -> None:
        if self._beyond(place):
            return
        plain = False
        for i, item in enumerate(node):
            if isinstance(item, dict):
                self._object(item, self._record(Record(f"{place.path}[{i}]", place.record, factors), place))
            else:
                plain = True
        if plain and place.field:  # numbers without any name are of nothing
            place.record.leaves.append((place.field, node, unit, None))

    def _record(self, record: Record, place: Place) -> Place:
        self._found.append(record)
        return Place(record, "", record.path, place.key, place.level + 1)

    def _beyond(self, place: Place) -> bool:
        self.too_deep = self.too_deep or place.level > self.depth
        return place.level > self.depth

    def _distribution(self, node: dict[str, Any], record: Record, field: str, unit: str, n: int | None) -> None:
        stated = node.get("unit") or node.get("units") or unit
        unit = stated if isinstance(stated, str) else unit
        for name in COUNTS:
            count = node.get(name)
            if isinstance(count, int) and not isinstance(count, bool) and 0 < count < 2**32:
                n = count
                break
        for k, v in node.items():
            if isinstance(v, dict):
                if normalised(k) in ("percentiles", "quantiles"):
                    self._distribution(v, record, f"{field}.{k}", unit, n)
            elif k not in _NO_STATISTIC and v is not None and not (k == "avg" and v == node.get("mean")):
                record.leaves.append((f"{field}.{k}", v, unit, n))

    def _grouped(self, nested: list[tuple[str, dict[str, Any]]], key: str) -> int:
        """How many levels of dict below hold records as their values: 0, 1 or (a dict of dicts of them) 2."""
        if container(self.tool, key):
            return 0
        values = [v for k, v in nested if not container(self.tool, k) and holds_numbers(v)]
        if len(values) < 2 or all(stat_named(normalised(k)) for k, _ in nested):
            return 0
        if same_shape([frozenset(v) for v in values]):
            return 1
        inner = [w for v in values for w in v.values()]
        if all(isinstance(w, dict) and holds_numbers(w) for w in inner) and same_shape([frozenset(w) for w in inner]):
            return 2
        return 0


def holds_numbers(node: Json, level: int = 0) -> bool:
    """Whether an object holds a number that is not part of a distribution."""
    if level > 8 or not isinstance(node, dict) or is_distribution(tuple(node)):
        return False
    for value in node.values():
        if isinstance(value, int | float) and not isinstance(value, bool):
            return True
        if isinstance(value, dict) and holds_numbers(value, level + 1):
            return True
        if isinstance(value, list) and value and isinstance(value[0], dict) and holds_numbers(value[0], level + 1):
            return True
    return False


def rows_of_columns(node: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of a data frame written column by column (``{"name": {"0": …, "1": …}, …}``); None for all else."""
    if len(node) < 2:
        return None
    first = next(iter(node.values()))
    if not isinstance(first, dict) or not first or not all(key.isascii() and key.isdigit() for key in first):
        return None
    if not all(isinstance(column, dict) and column.keys() == first.keys() for column in node.values()):
        return None
    if any(isinstance(value, dict | list) for column in node.values() for value in column.values()):
        return None
    return [{name: column[key] for name, column in node.items()} for key in first]


def same_shape(keys: list[frozenset[str]]) -> bool:
    """Whether objects have the same shape: each shares half of its keys with what more than half of them have."""
    if not keys:
        return False
    counts: dict[str, int] = {}
    for names in keys:
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    core = {name for name, count in counts.items() if 2 * count > len(keys)}
    return bool(core) and all(2 * len(names & core) >= max(len(names), len(core)) for names in keys)


@lru_cache(maxsize=16384)
def is_distribution(keys: tuple[str, ...]) -> bool:
    """Whether an object only holds the statistics of one quantity, by its keys."""
    names = [normalised(key) for key in keys]
    stats = [name for name in names if stat_named(name)]
    if not stats and not ("unit" in names and "value" in names):
        return False
    return all(name in _AUXILIARY or stat_named(name) for name in names)


def _said_by_keys(key: str, members: list[tuple[str, Any]]) -> tuple[str, ...]:
    """Which factors the keys of alike objects are: where most of them name a model, all do."""
    models = sum(entity_column(name) == "model" for name, _ in members)
    return (_singular(key), "model") if models and 2 * models >= len(members) else (_singular(key),)


def _of_same_keys(members: list[tuple[str, Any]]) -> bool:
    """Whether some key is in each of the members."""
    return bool(members) and bool(frozenset.intersection(*[frozenset(node) for _, node in members]))


@lru_cache(maxsize=4096)
def _singular(key: str) -> str:
    name = normalised(key) or "name"
    return name[:-1] if name.endswith("s") and len(name) > 3 and not name.endswith("ss") else name
