"""One observation of a JSON document: its leaves sorted into numbers, factors, status and time."""

from itertools import chain
from typing import Any

from chimera_tui.core.measure.entities import entity_column
from chimera_tui.core.measure.factors import Factors, put
from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.paths import name_column
from chimera_tui.core.measure.records import Leaf, Record
from chimera_tui.core.measure.when import moment_ns
from chimera_tui.core.read.jsontext import Json
from chimera_tui.core.read.numbers import LARGEST, number_in

FAILED_STATES = frozenset(
    [
        "failed",
        "failure",
        "fail",
        "error",
        "errored",
        "timeout",
        "timedout",
        "timed_out",
        "crashed",
        "aborted",
        "cancelled",
        "canceled",
        "invalid",
        "oom",
    ]
)
_PHASES = {"warmup": 1, "warm-up": 1, "warm_up": 1, "profiling": 2, "measured": 2, "measurement": 2, "benchmark": 2}
MOST = 2**32
"""No sample is larger (``n`` is an unsigned 32-bit column)."""
HOTTEST_SAMPLING = 5
"""A temperature above this is one of a chip, not of sampling."""
_LONGEST_LIST = 8
Cell = tuple[str, Meaning, float, int | None, str | None]
"""Field, meaning, value in canonical units, n, raw text."""


class Seen:
    """What a record says, kept until those inside it are done: they inherit its factors, time and n."""

    __slots__ = (
        "arrays", "at", "cells", "error", "factors", "failed", "idle", "keys", "n", "parent", "phase",
        "requests", "sources", "stat", "times", "unit",
    )  # fmt: skip

    def __init__(self, parent: "Seen | None") -> None:
        self.parent = parent
        self.factors: Factors = {}
        self.keys: Factors = {}
        self.cells: list[Cell] = []
        self.sources: dict[int, float] = {}
        """Of cells by their place: the value of the file that is nothing but this cell."""
        self.times: list[Json] = []
        """The values of the file that are a time."""
        self.idle: list[Json] = []
        """The values of the file that nothing follows from: identifiers and texts."""
        self.arrays: list[tuple[str, Meaning, list[float]]] = []
        self.at: int | None = None
        self.n: int | None = None
        self.requests: int | None = None
        self.phase = 0
        self.failed = False
        self.error = ""
        self.stat = ""
        self.unit = ""


def see(record: Record, parent: Seen | None, tool: str) -> Seen:
    """Sort a record's leaves."""
    seen = Seen(parent)
    for name, key in record.factors:
        put(seen.keys, name, key)
        if (column := entity_column(key)) and column != name:
            put(seen.keys, column, key)
    seen.cells.extend(record.cells)
    leaves = [(leaf, meaning(tool, leaf[0], leaf[2])) for leaf in record.leaves]
    seen.unit = next((leaf[1] for leaf, what in leaves if what.role == "unit" and isinstance(leaf[1], str)), "")
    for leaf, what in leaves:
        _leaf(seen, leaf, what, tool)
    return seen


def _leaf(seen: Seen, leaf: Leaf, what: Meaning, tool: str) -> None:
    field, value, _, n = leaf
    if what.role == "measure":
        if isinstance(value, bool):
            put(seen.factors, what.name, value)
        elif isinstance(value, int | float):
            before = len(seen.cells)
            _number(seen, field, what, value, n)
            if len(seen.cells) > before and not (what.counts or what.stat == "variance"):
                seen.sources[before] = value
        elif isinstance(value, list):
            _array(seen, field, what, value)
        else:
            _text(seen, field, what, value)
    elif what.role == "factor":
        _factor(seen, field, what, value, tool)
    else:
        _special(seen, field, what, value)


def _number(seen: Seen, field: str, what: Meaning, value: float, n: int | None) -> None:
    if seen.unit and what.unit == "s":
        what = what.in_unit(seen.unit)
    try:
        scaled = what.canonical(float(value))
        if what.stat == "variance" and what.unit:
            scaled, what = what.canonical(scaled), what._replace(unit=what.unit + "²", raw_unit=what.raw_unit + "²")
    except OverflowError:
        return
    if what.counts and 1 <= value < MOST:
        seen.requests = int(value)
    elif what.counts and value == 0:  # such a run writes 0.0 for every latency
        seen.failed, seen.error = True, seen.error or "no request completed"
    if abs(scaled) < LARGEST:  # not NaN either
        plain = not what.converts and abs(scaled) < 1e15
        seen.cells.append((field, what, scaled, n, None if plain else repr(value)))


def _text(seen: Seen, field: str, what: Meaning, value: str) -> None:
    if what.known:
        found = number_in(value)
        if found is not None and not found.unit:
            seen.cells.append((field, what, what.canonical(found.value), None, value.strip()))
            return
    put(seen.factors, _factor_name(seen.factors, field, what), value)


def _array(seen: Seen, field: str, what: Meaning, value: list[Any]) -> None:
    flat = list(chain.from_iterable(v if isinstance(v, list) else (v,) for v in value))
    numbers = [float(v) for v in flat if isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < LARGEST]
    numbers = [what.canonical(v) for v in numbers if v == v]  # noqa: PLR0124  NaN differs from itself
    if len(numbers) == 2 and ("confidence_interval" in field or "ci95" in field):
        for stat, number in zip(("ci_low", "ci_high"), numbers, strict=True):
            seen.cells.append((field, what._replace(stat=stat), number, None, None))
    elif numbers:
        seen.arrays.append((field, what, numbers))
    else:
        _list_factor(seen, field, what, value)


def _list_factor(seen: Seen, field: str, what: Meaning, value: list[Any]) -> None:
    texts = [str(v) for v in value if isinstance(v, str | int | float)]
    if texts and len(texts) <= _LONGEST_LIST and len(texts) == len(value):
        text = texts[0] if len(texts) == 1 else ", ".join(texts)
        named = what.role == "factor" and what.known
        put(seen.factors, what.name if named else _factor_name(seen.factors, field, what), text)


def _factor(seen: Seen, field: str, what: Meaning, value: Json, tool: str) -> None:
    if isinstance(value, list):
        _list_factor(seen, field, what, value)
    else:
        name = what.name if what.known else _factor_name(seen.factors, field, what)
        if name == "temperature" and isinstance(value, int | float) and value > HOTTEST_SAMPLING:
            _number(seen, field, meaning(tool, "gpu_temperature"), value, None)
        elif name not in seen.factors and seen.factors.get(field.rpartition(".")[2]) != value:
            put(seen.factors, name, value)


_VAGUE = frozenset(
    [
        "name",
        "type",
        "type_",
        "value",
        "kind",
        "id",
        "version",
        "mode",
        "path",
        "url",
        "class",
        "str",
        "module",
        "start",
        "end",
    ]
)


def _factor_name(factors: Factors, field: str, what: Meaning) -> str:
    """The last part of the field where that says enough and is free, else the whole of it."""
    last = field.rpartition(".")[2]
    return field if last in factors or last in _VAGUE else last or what.name


def _special(seen: Seen, field: str, what: Meaning, value: Json) -> None:
    role = what.role
    if role == "at":
        seen.times.append(value)
        seen.at = moment_ns(value) if seen.at is None else seen.at
    elif role == "n":
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < MOST:
            seen.n = value
            put(seen.factors, what.name, value)
    elif role == "error":
        _error(seen, value)
    elif role in ("ok", "state", "cancelled", "exit_codes"):
        _status(seen, role, field, value)
    elif role == "phase":
        _phase(seen, what.name, value)
    elif role == "config":
        _config(seen, field, what, value)
    elif role == "stat" and isinstance(value, str):
        seen.stat = value
    elif role in ("id", "text"):
        seen.idle.append(value)


def _error(seen: Seen, value: Json) -> None:
    if isinstance(value, str) and value.strip().lower() not in ("", "none", "null", "no", "false", "0", "nan"):
        seen.failed, seen.error = True, value.strip()
    elif isinstance(value, int | float) and value and not isinstance(value, bool) and value == value:  # noqa: PLR0124
        code = value if isinstance(value, int) else f"{value:g}"  # an integer may be beyond all floats
        seen.failed, seen.error = True, seen.error or f"error code {code}"


def _status(seen: Seen, role: str, field: str, value: Json) -> None:
    if role == "ok":
        bad = value is False or (isinstance(value, str) and value.strip().lower() in ("false", "no", "0", "failed"))
    elif role == "state":
        bad = isinstance(value, str) and value.strip().lower() in FAILED_STATES
    elif role == "exit_codes":
        bad = isinstance(value, list) and any(code != 0 for code in value)
    else:
        bad = value is True
    if bad:
        seen.failed = True
        seen.error = seen.error or f"{field.rpartition('.')[2]}: {value}"[:200]


def _phase(seen: Seen, name: str, value: Json) -> None:
    if name == "is_warmup":
        seen.phase = 1 if value is True else 2 if value is False else 0
    elif isinstance(value, str):
        seen.phase = _PHASES.get(value.strip().lower(), 0)
        if not seen.phase:
            put(seen.factors, name, value)


def _config(seen: Seen, field: str, what: Meaning, value: Json) -> None:
    if isinstance(value, str):
        for name, hinted in name_column(value).items():
            seen.factors.setdefault(name, hinted)
    if not isinstance(value, list):
        put(seen.factors, what.name, value)
    else:
        _list_factor(seen, field, what, value)
