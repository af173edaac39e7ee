"""k6: the summary of a load test, as ``--summary-export`` and as ``handleSummary`` write it."""

from collections.abc import Iterator
from typing import Any

from chimera_tui.core.measure.lexicon import meaning
from chimera_tui.core.measure.made_cells import Numbered, cell, is_number
from chimera_tui.core.measure.naming import normalised, stat_named
from chimera_tui.core.measure.records import Record


def k6(document: dict[str, Any], path: str, _rel: str) -> Iterator[Record]:
    """Trends of times in ms, counters, rates and gauges; the older form has them without ``values``.

    What a tag singles out (``http_req_duration{...}``) is part of the whole, and an observation of its own.
    """
    root = Record(path, None)
    metrics, state = document.get("metrics"), document.get("state")
    duration = state.get("testRunDurationMs") if isinstance(state, dict) else None
    records = {"": root}
    cells: dict[str, list[Numbered]] = {"": []}
    for name, entry in metrics.items() if isinstance(metrics, dict) else ():
        bare, _, tag = name.rstrip("}").partition("{")
        records.setdefault(tag, Record(f"{path}{{{tag}}}", root, (("tag", tag),)))
        values = entry.get("values", entry) if isinstance(entry, dict) else {}
        if not isinstance(values, dict):
            continue
        what = meaning("k6", bare)
        if what.role != "factor":
            cells.setdefault(tag, []).extend(_metric(bare, values))
        elif is_number(value := values.get("max", values.get("value"))):
            records[tag].leaves.append((bare, value, "", None))
    if is_number(duration):
        cells[""].append(cell("testRunDurationMs", meaning("k6", "test_run_duration_ms"), duration))
    for tag, record in records.items():
        record.cells = tuple(cells.get(tag, ()))
        yield record


def _metric(name: str, values: dict[str, Any]) -> Iterator[Numbered]:
    what = meaning("k6", name)
    if "avg" in values:
        timed = meaning("k6", name, "ms") if what.unit == "s" or not what.known else what
        for key, value in values.items():
            if (stat := stat_named(normalised(key))) and is_number(value):
                yield cell(f"{name}.{key}", timed._replace(stat=stat), value)
    elif "count" in values:
        if is_number(values["count"]):
            yield cell(f"{name}.count", what, values["count"])
        rate = meaning("k6", f"{name}_rate")
        if rate.known and is_number(values.get("rate")):
            yield cell(f"{name}.rate", rate, values["rate"])
    elif is_number(value := values.get("rate", values.get("value"))):
        yield cell(name, what, value)
