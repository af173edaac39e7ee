"""Files past the cap: their numbers go into statistics of each column, observation by observation."""

from typing import Any, NamedTuple

from chimera_tui.core.measure.emission import numbers_of
from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.observe import see
from chimera_tui.core.measure.records import Walk
from chimera_tui.core.measure.sink import FAILED, OK, Sink
from chimera_tui.core.measure.special import special_records
from chimera_tui.core.read.jsontext import Json
from chimera_tui.core.read.numbers import LARGEST

_BATCH = 4096
_QUIET = frozenset((None, "", "ok", "success", "None", "none"))


class _Plan(NamedTuple):
    """How to take flat objects with certain keys: no need to look at each of their fields again."""

    numbers: tuple[tuple[str, int, Meaning], ...]
    outcomes: tuple[str, ...]
    factors: tuple[tuple[str, str], ...]


class Summary:
    """Takes the values of a file one by one into the statistics of its sink."""

    def __init__(self, walk: Walk, sink: Sink, rel: str) -> None:
        self._walk = walk
        self._sink = sink
        self._rel = rel
        self._plans: dict[tuple[str, ...], _Plan | None] = {}
        self._waiting: dict[int, list[float]] = {}

    def take(self, document: Json) -> None:
        """Take one JSON value in."""
        if not (isinstance(document, dict) and self._take_flat(document)):
            self._take_any(document)

    def close(self) -> None:
        """Hand over what still waits."""
        for series, values in self._waiting.items():
            self._sink.summarise(series, values, (OK,))
        self._waiting.clear()

    def _take_any(self, document: Json) -> None:
        sink = self._sink
        records = special_records(document, sink.tool, "", self._rel)
        for record in self._walk.records(document) if records is None else records:
            seen = see(record, None, sink.tool)
            sink.narrow({**seen.keys, **seen.factors}, partly=True)
            for field, what, value, _, _ in numbers_of(seen, sink.tool):
                sink.summarise(sink.series(field, what), (value,), (FAILED if seen.failed else OK,))

    def _take_flat(self, document: dict[str, Any]) -> bool:
        """Whether an object was simple enough: flat, not failed, its factors like those of all before it."""
        keys = tuple(document)
        if keys not in self._plans:
            self._plans[keys] = self._plan(document) if len(self._plans) < 1000 else None
        plan = self._plans[keys]
        if plan is None:
            return False
        shared = self._sink.shared()
        for name, key in plan.factors:
            if name in shared and shared[name] != document[key]:
                return False
        values = [document[key] for key, _, _ in plan.numbers]
        if any(document[key] not in _QUIET for key in plan.outcomes) or not all(map(_is_plain, values)):
            return False
        for value, (_, series, what) in zip(values, plan.numbers, strict=True):
            self._wait(series, what.canonical(value))
        return True

    def _wait(self, series: int, value: float) -> None:
        waiting = self._waiting.setdefault(series, [])
        waiting.append(value)
        if len(waiting) >= _BATCH:
            self._sink.summarise(series, waiting, (OK,))
            self._waiting[series] = []

    def _plan(self, document: dict[str, Any]) -> _Plan | None:
        if any(isinstance(value, dict | list) for value in document.values()):
            return None
        numbers, outcomes, factors = [], [], []
        for key, value in document.items():
            what = meaning(self._sink.tool, key)
            if what.role == "measure" and what.name != "@test" and not isinstance(value, str | bool):
                numbers.append((key, self._sink.series(key, what), what))
            elif what.role == "error":
                outcomes.append(key)
            elif what.role in ("factor", "measure", "n"):
                factors.append((what.name if what.known else key, key))
            elif what.role not in ("id", "at", "text"):
                return None
        return _Plan(tuple(numbers), tuple(outcomes), tuple(factors))


def _is_plain(value: Json) -> bool:
    return (type(value) is float or type(value) is int) and -LARGEST < value < LARGEST
