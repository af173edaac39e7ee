"""The observations in a JSON document: the smallest objects that hold numbers and whose siblings look the same."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from chimera_tui.core.measure.lexicon import Meaning, container
from chimera_tui.core.measure.naming import normalised, stat_named

Leaf = tuple[str, Any, str, int | None]
"""A field below its record, its value, the unit beside it and the n beside it."""

_AUXILIARY = frozenset(
    "unit units count n value values total pdf cdf percentiles quantiles samples confidence_interval name stdev_ data"
    " histogram".split()
)


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


class Walk:
    """Finds the records of a document in document order; never deeper than ``depth`` levels."""

    def __init__(self, tool: str, depth: int = 64) -> None:
        self.tool = tool
        self.depth = depth
        self.too_deep = False

    def records(self, document: Any, path: str = "") -> Iterator[Record]:
        """All records of a document, an enclosing one before those inside it."""
        root = Record(path, None)
        if isinstance(document, dict):
            yield root
            yield from self._object(document, root, "", path, "", 0)
        elif isinstance(document, list):
            yield root
            yield from self._list(document, root, "", path, "", 0)

    def _object(
        self, node: dict[str, Any], record: Record, field: str, path: str, key: str, level: int
    ) -> Iterator[Record]:
        if level > self.depth:
            self.too_deep = True
            return
        nested = [(k, v) for k, v in node.items() if isinstance(v, dict)]
        grouped = self._grouped(nested, key) if nested else 0
        unit = node.get("unit") if isinstance(node.get("unit"), str) else ""
        prefix = field + "." if field else ""
        dot = path + "." if path else ""
        for k, v in node.items():
            if isinstance(v, dict):
                if v and container(self.tool, k) != "text":
                    if grouped:
                        yield from self._member(v, record, ((_singular(key), k),), dot + k, k, level + 1, grouped)
                    else:
                        yield from self._plain_object(v, record, prefix + k, dot + k, k, level)
            elif isinstance(v, list):
                if v and container(self.tool, k) != "text":
                    yield from self._list(v, record, prefix + k, dot + k, k, level + 1, str(unit or ""))
            elif v is not None:
                record.leaves.append((prefix + k, v, str(unit or ""), None))

    def _plain_object(
        self, node: dict[str, Any], record: Record, field: str, path: str, key: str, level: int
    ) -> Iterator[Record]:
        if is_distribution(tuple(node)):
            self._distribution(node, record, field, "", None)
            return
        yield from self._object(node, record, field, path, key, level + 1)

    def _member(
        self, node: dict[str, Any], parent: Record, factors: tuple[tuple[str, str], ...], path: str, key: str,
        level: int, grouped: int,
    ) -> Iterator[Record]:  # fmt: skip
        """A value of a dict whose values all look the same; ``grouped`` counts the levels of such dicts."""
        if grouped > 1:
            for k, v in node.items():
                if isinstance(v, dict):
                    inner = (*factors, (_singular(key), k))
                    yield from self._member(v, parent, inner, f"{path}.{k}", k, level + 1, grouped - 1)
            return
        record = Record(path, parent, factors)
        yield record
        yield from self._object(node, record, "", path, key, level + 1)

    def _list(
        self, node: list[Any], record: Record, field: str, path: str, key: str, level: int, unit: str = ""
    ) -> Iterator[Record]:
        if level > self.depth:
            self.too_deep = True
            return
        plain = False
        for i, item in enumerate(node):
            if isinstance(item, dict):
                member = Record(f"{path}[{i}]", record)
                yield member
                yield from self._object(item, member, "", f"{path}[{i}]", key, level + 1)
            else:
                plain = True
        if plain:
            record.leaves.append((field, node, unit, None))

    def _distribution(self, node: dict[str, Any], record: Record, field: str, unit: str, n: int | None) -> None:
        stated = node.get("unit") or node.get("units") or unit
        unit = stated if isinstance(stated, str) else unit
        for name in ("count", "n", "samples"):
            count = node.get(name)
            if isinstance(count, int) and not isinstance(count, bool):
                n = count
                break
        for k, v in node.items():
            if isinstance(v, dict):
                if normalised(k) in ("percentiles", "quantiles"):
                    self._distribution(v, record, f"{field}.{k}", unit, n)
            elif k not in ("unit", "units", "count", "n", "name") and v is not None:
                record.leaves.append((f"{field}.{k}", v, unit, n))

    def _grouped(self, nested: list[tuple[str, dict[str, Any]]], key: str) -> int:
        """How many levels of dict below hold records as their values: 0, 1 or (a dict of dicts of them) 2."""
        if container(self.tool, key) == "settings":
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


def holds_numbers(node: Any, level: int = 0) -> bool:
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


@lru_cache(maxsize=4096)
def _singular(key: str) -> str:
    name = normalised(key) or "name"
    return name[:-1] if name.endswith("s") and len(name) > 3 and not name.endswith("ss") else name
