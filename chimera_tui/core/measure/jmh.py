"""JMH: scores of Java benchmarks, each in its own unit, in JSON and in CSV."""

from collections.abc import Iterator
from statistics import stdev
from typing import Any

from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.made_cells import cell, is_number, scalars
from chimera_tui.core.measure.records import Record


def operation(unit: str) -> Meaning:
    """What a score of JMH means, by its unit: ``us/op`` is a time, ``ops/ms`` a throughput."""
    return meaning("jmh", "throughput" if unit.startswith("ops/") else "time", unit)


_RUN_SETTINGS = ("benchmark", "mode", "threads", "forks", "jdkVersion", "vmName", "params")


def jmh(document: dict[str, Any], path: str, _rel: str) -> Iterator[Record]:
    """JMH: ``primaryMetric`` in its own unit, with its percentiles; all iterations of all forks in ``rawData``."""
    record = Record(path, None)
    scalars(record, {key: document[key] for key in _RUN_SETTINGS if key in document})
    metric = document.get("primaryMetric")
    if isinstance(metric, dict):
        what = operation(str(metric.get("scoreUnit", "")))
        raw = [v for fork in metric.get("rawData") or () if isinstance(fork, list) for v in fork if is_number(v)]
        n = len(raw) or None
        given = {"mean": metric.get("score"), "error99.9": metric.get("scoreError"), **_jmh_percentiles(metric)}
        if len(raw) > 1:
            given["std"] = stdev(raw)
        fields = {"mean": "score", "error99.9": "scoreError", "std": "rawData"}
        record.cells = tuple(
            cell(f"primaryMetric.{fields.get(stat, 'scorePercentiles')}", what._replace(stat=stat), value, n)
            for stat, value in given.items()
            if is_number(value)
        )
    yield record


def _jmh_percentiles(metric: dict[str, Any]) -> dict[str, Any]:
    found = metric.get("scorePercentiles")
    names = {"0": "min", "100": "max"}
    each = ((f"{float(key):g}", value) for key, value in found.items()) if isinstance(found, dict) else ()
    return {names.get(key, f"p{key}"): value for key, value in each}
