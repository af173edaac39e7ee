"""Observations written as cells: what a record's numbers are once the whole of it and what encloses it is known."""

import re
from collections.abc import Mapping
from typing import Any

from chimera_tui.core.measure.factors import Factors
from chimera_tui.core.measure.lexicon import Meaning
from chimera_tui.core.measure.naming import normalised, stat_named
from chimera_tui.core.measure.observe import Cell, Seen
from chimera_tui.core.measure.sink import FAILED, OK, Sink
from chimera_tui.core.measure.spread import means_beside, sample_statistics

_TEST = re.compile(r"(?:pp|tg)\d+")
TESTS_NAMED = frozenset(("llama-bench", "llama-benchy"))
"""Tools whose speeds are of a test (``pp512``, ``tg128``) that only the rest of the row tells."""


def inherited(seen: Seen) -> Factors:
    """All factors that hold for a record, the innermost winning; dict keys yield to what the record itself says."""
    chain_: list[Seen] = []
    node: Seen | None = seen
    while node is not None:
        chain_.append(node)
        node = node.parent
    found: Factors = {}
    for one in chain_:  # the innermost first: those are kept where there are too many
        for factors in (one.factors, one.keys):
            for name, value in factors.items():
                found.setdefault(name, value)
    return found


def emit(seen: Seen, number: int, sink: Sink, *, counted: bool) -> bool:
    """Write a record's cells as observation ``number``; whether there were any.

    One that failed and is ``counted`` among others has a cell even if it recorded no number.
    """
    cells = numbers_of(seen, sink.tool)
    if not cells and not (seen.failed and counted):
        return False
    config = sink.config(inherited(seen))
    at, n = _up(seen, "at"), _up(seen, "n")
    error = sink.error(seen.error) if seen.error else None
    status = FAILED if seen.failed else OK
    of = sink.observe(number, config, phase=seen.phase, status=status, at=at, error=error)
    if not cells:
        sink.fail("error", of)
    lengths = {_named(what, seen, sink.tool): len(values) for _, what, values in seen.arrays}
    for field, what, value, own_n, raw in cells:
        count = own_n or (None if what.stat == "value" else lengths.get(what.name) or _requests(seen, what) or n)
        sink.add_one(sink.series(field, what), of, value, count, raw)
    return True


def _named(what: Meaning, seen: Seen, tool: str) -> str:
    return test_kind(inherited(seen)) if what.name == "@test" and tool in TESTS_NAMED else what.name


def numbers_of(seen: Seen, tool: str) -> list[Cell]:
    """The cells of a record with what only the whole record tells: samples, the kind of test, the aggregate."""
    cells = _with_means(seen.cells)
    if seen.arrays:
        cells = cells + _of_arrays(seen)
    test = seen.factors.get("test")
    if isinstance(test, str) and _TEST.match(test):
        kind = test_kind(inherited(seen))
        cells = [(f, w._replace(name=kind) if w.name == "output_tps" else w, v, n, raw) for f, w, v, n, raw in cells]
    if tool in TESTS_NAMED and cells:
        kind = test_kind(inherited(seen))
        cells = [(f, w._replace(name=kind) if w.name == "@test" else w, v, n, raw) for f, w, v, n, raw in cells]
    if seen.stat:
        relative = seen.factors.get("aggregate_unit") == "percentage" or seen.stat == "cv"
        cells = [_aggregate(cell, seen.stat, relative) if cell[1].unit == "s" else cell for cell in cells]
    return cells


def _with_means(cells: list[Cell]) -> list[Cell]:
    at = means_beside([what for _, what, _, _, _ in cells])
    return (
        [
            (field, what._replace(stat="mean"), value, n, raw) if i in at else (field, what, value, n, raw)
            for i, (field, what, value, n, raw) in enumerate(cells)
        ]
        if at
        else cells
    )


def _aggregate(cell: Cell, stat: str, relative: bool) -> Cell:
    """A value of google-benchmark's aggregates: the coefficient of variation is a ratio, not a time."""
    field, what, value, n, raw = cell
    name = stat_named(normalised(stat)) or normalised(stat)
    if not relative:
        return field, what._replace(stat=name), value, n, raw
    ratio = what._replace(stat=name, unit="ratio", raw_unit="ratio", factor=1.0, divisor=1.0)
    return field, ratio, value * what.divisor / what.factor, n, None


def _of_arrays(seen: Seen) -> list[Cell]:
    """Statistics of recorded samples, but for those that the tool gives itself."""
    given = {(meaning.name, meaning.stat) for _, meaning, _, _, _ in seen.cells}
    found: list[Cell] = []
    for field, what, values in seen.arrays:
        for stat, value in sample_statistics(values):
            if (what.name, stat) not in given and not (stat == "mean" and (what.name, "value") in given):
                given.add((what.name, stat))
                found.append((field, what._replace(stat=stat), value, len(values), None))
    return found


def _requests(seen: Seen, what: Meaning) -> int | None:
    """The requests that a statistic is of; gaps between chunks are many more than that."""
    return None if what.name == "itl_chunk_gap" else seen.requests


def _up(seen: Seen, name: str) -> int | None:
    node: Seen | None = seen
    while node is not None:
        value: int | None = getattr(node, name)
        if value is not None:
            return value
        node = node.parent
    return None


def test_kind(factors: Mapping[str, Any]) -> str:
    """What a llama-bench test measures, by its prompt and generation lengths or the name of the test."""
    test = str(factors.get("test", ""))
    prompt, generated = factors.get("input_tokens") or 0, factors.get("output_tokens") or 0
    if (prompt and not generated) or (test.startswith("pp") and "tg" not in test):
        return "prefill_tps"
    if (generated and not prompt) or test.startswith("tg"):
        return "decode_tps"
    return "mixed_tps"
