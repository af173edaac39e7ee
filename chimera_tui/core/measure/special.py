"""Documents whose shape says what their names do not: each function gives the records of one tool's file."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise, product
from typing import Any

from chimera_tui.core.measure.jmh import jmh
from chimera_tui.core.measure.k6 import k6
from chimera_tui.core.measure.lexicon import Meaning, meaning
from chimera_tui.core.measure.made_cells import NO_VALUE, Numbered, cell, is_number, scalars
from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.measure.records import Record
from chimera_tui.core.read.jsontext import Json


def asv(document: dict[str, Any], path: str, _rel: str) -> Iterator[Record]:
    """Airspeed velocity: ``results`` maps a benchmark to a number, to result and parameters, or to columns of them."""
    root = Record(path, None)
    scalars(root, {k: v for k, v in document.items() if k in ("commit_hash", "date", "env_name", "python", "params")})
    yield root
    columns = document.get("result_columns")
    results = document.get("results")
    for name, entry in results.items() if isinstance(results, dict) else ():
        where = f"{path}.results.{name}" if path else f"results.{name}"
        kind = re.match(r"(?:time|timeraw|mem|peakmem|track)(?=_)", name.rpartition(".")[2])
        what = meaning("asv", "time" if kind and kind[0] == "timeraw" else kind[0] if kind else "track")
        values, params, stats = _asv_columns(entry, columns)
        combos = list(product(*params)) if params else []
        for i, value in enumerate(values):
            factors = [("benchmark", str(name))]
            if i < len(combos):
                factors += [(f"param{k + 1}", str(part)) for k, part in enumerate(combos[i])]
            record = Record(where if len(values) == 1 else f"{where}.result[{i}]", root, tuple(factors))
            if is_number(value):
                record.cells = (cell("result", what, value), *_asv_stats(stats[i] if i < len(stats) else None, what))
            elif value is None:
                record.leaves.append(NO_VALUE)
            yield record


def _asv_columns(entry: Json, columns: Json) -> tuple[list[Any], list[list[Any]], list[Any]]:
    if isinstance(entry, list) and isinstance(columns, list):
        entry = dict(zip(columns, entry, strict=False))
    if not isinstance(entry, dict):
        return [entry], [], []
    values, params, stats = entry.get("result"), entry.get("params"), entry.get("stats")
    good = isinstance(params, list) and all(isinstance(p, list) for p in params)
    size = 1
    for part in params if good and isinstance(params, list) else ():
        size *= max(1, len(part))
    return (
        values if isinstance(values, list) else [values],
        params if good and isinstance(params, list) and size <= 100_000 else [],
        stats if isinstance(stats, list) else [],
    )


_ASV_STATS = {"mean": "mean", "std": "std", "min": "min", "max": "max", "q_25": "p25", "q_75": "p75"}


def _asv_stats(stats: Json, what: Meaning) -> Iterator[Numbered]:
    if not isinstance(stats, dict):
        return
    repeat = stats.get("repeat")
    n = repeat if isinstance(repeat, int) else None
    for key, stat in _ASV_STATS.items():
        if is_number(stats.get(key)):
            yield cell(f"stats.{key}", what._replace(stat=stat), stats[key], n)


def clickbench(document: dict[str, Any], path: str, _rel: str) -> Iterator[Record]:
    """ClickBench: ``result[query][run]`` in seconds; the first run is cold, null is a failure."""
    root = Record(path, None)
    scalars(root, {k: v for k, v in document.items() if k != "result"})
    tags = document.get("tags")
    if isinstance(tags, list):
        root.leaves.append(("tags", ", ".join(map(str, tags)), "", None))
    yield root
    what = meaning("clickbench", "result")
    result = document.get("result")
    for q, runs in enumerate(result if isinstance(result, list) else ()):
        for r, value in enumerate(runs if isinstance(runs, list) else ()):
            where = f"{path}.result[{q}][{r}]" if path else f"result[{q}][{r}]"
            factors = (("query", f"Q{q}"), ("run", str(r + 1)), ("cache", "cold" if r == 0 else "hot"))
            record = Record(where, root, factors)
            if is_number(value):
                record.cells = (cell("", what, value),)
            elif value is None:
                record.leaves.append(NO_VALUE)
            yield record


_CRITERION = {"mean": "mean", "median": "p50", "slope": "slope", "std_dev": "std", "median_abs_dev": "mad"}


def _cargo_criterion(document: dict[str, Any], path: str) -> Record:
    """A line that cargo-criterion prints: each statistic an object with its estimate, bounds and unit."""
    record = Record(path, None, (("benchmark", str(document.get("id", ""))),))
    cells: list[Numbered] = []
    parts = ((document, "wall_time", ""), (document.get("change"), "change", "change."))
    for holder, name, prefix in parts:
        for key, estimate in holder.items() if isinstance(holder, dict) else ():
            stat = _CRITERION.get(normalised(key))
            if stat is None or not isinstance(estimate, dict):
                continue
            what = meaning("criterion", name).in_unit(str(estimate.get("unit") or "")) if name == "wall_time" else None
            labels = (("estimate", stat), ("lower_bound", f"ci_low of {stat}"), ("upper_bound", f"ci_high of {stat}"))
            for field, label in labels:
                if is_number(value := estimate.get(field)):
                    series = (what or meaning("criterion", name))._replace(stat=label)
                    cells.append(cell(f"{prefix}{key}.{field}", series, value))
    record.cells = tuple(cells)
    return record


def criterion(document: dict[str, Any], path: str, rel: str) -> Iterator[Record]:
    """Criterion's estimates: nanoseconds in ``new`` and ``base``, a relative change in ``change``."""
    if "reason" in document:
        yield _cargo_criterion(document, path)
        return
    root = Record(path, None)
    change = re.search(r"(?:^|/|__)change(?:/|__)", rel) is not None
    found = re.search(r"([^/~]+?)(?:/|__)(?:new|base|change)(?:/|__)[^/]*$", rel)
    if found:
        root.factors = (("benchmark", found[1].replace("__", "/")),)
    what = meaning("criterion", "change" if change else "wall_time")
    cells = []
    for key, estimate in document.items():
        stat = _CRITERION.get(normalised(key))
        if stat and isinstance(estimate, dict):
            interval = estimate.get("confidence_interval")
            inner = interval if isinstance(interval, dict) else {}
            for name, label, value in (
                ("point_estimate", stat, estimate.get("point_estimate")),
                ("standard_error", f"stderr of {stat}", estimate.get("standard_error")),
                ("confidence_interval.lower_bound", f"ci_low of {stat}", inner.get("lower_bound")),
                ("confidence_interval.upper_bound", f"ci_high of {stat}", inner.get("upper_bound")),
            ):
                if is_number(value):
                    cells.append(cell(f"{key}.{name}", what._replace(stat=label), value))
    root.cells = tuple(cells)
    yield root


def perf_analyzer(document: dict[str, Any], path: str, _rel: str) -> Iterator[Record]:
    """perf_analyzer: raw timestamps of each request, from which its latencies follow."""
    base = f"{path}." if path else ""
    for e, experiment in enumerate(document.get("experiments") or ()):
        if not isinstance(experiment, dict):
            continue
        parent = Record(f"{base}experiments[{e}]", None)
        mode = experiment.get("experiment")
        if isinstance(mode, dict) and isinstance(mode.get("mode"), str):
            parent.factors = ((str(mode["mode"]), str(mode.get("value", ""))),)
        yield parent
        for r, request in enumerate(experiment.get("requests") or ()):
            if isinstance(request, dict):
                record = Record(f"{base}experiments[{e}].requests[{r}]", parent)
                _timestamps(record, request)
                yield record


def _timestamps(record: Record, request: dict[str, Any]) -> None:
    sent = request.get("timestamp")
    responses = [t for t in request.get("response_timestamps") or () if is_number(t)]
    if not is_number(sent) or not responses:
        return
    record.cells = (
        cell("response_timestamps[0] - timestamp", meaning("perf_analyzer", "ttft"), responses[0] - sent),
        cell("response_timestamps[-1] - timestamp", meaning("perf_analyzer", "request_latency"), responses[-1] - sent),
    )
    gaps = [b - a for a, b in pairwise(responses)]
    if gaps:
        record.leaves.append(("inter_response", gaps, "", None))


def lm_eval(document: dict[str, Any], path: str, _rel: str) -> Iterator[Record]:
    """lm-evaluation-harness: ``results.<task>.<metric>`` or ``<metric>,<filter>``, each with its standard error."""
    root = Record(path, None)
    config = document.get("config")
    scalars(root, {k: v for k, v in document.items() if k in ("date", "model_name", "git_hash")})
    scalars(
        root, {"config": {k: v for k, v in config.items() if k != "model_args"}} if isinstance(config, dict) else {}
    )
    arguments = config.get("model_args") if isinstance(config, dict) else None
    name = re.search(r"(?:pretrained|model|engine)=([^,]+)", arguments) if isinstance(arguments, str) else None
    root.leaves = [leaf for leaf in root.leaves if not (name and leaf[0] == "config.model")]
    if name:
        root.leaves.append(("model", name[1], "", None))
    if isinstance(arguments, str):
        root.leaves.append(("model_args", arguments, "", None))
    yield root
    results, counts = document.get("results"), document.get("n-samples")
    for task, scores in results.items() if isinstance(results, dict) else ():
        if isinstance(scores, dict):
            record = Record(f"{path}.results.{task}" if path else f"results.{task}", root, (("task", str(task)),))
            count = counts.get(task) if isinstance(counts, dict) else None
            n = count.get("effective") if isinstance(count, dict) else None
            record.cells = tuple(_scores(scores, n if isinstance(n, int) else None))
            yield record


def _scores(scores: dict[str, Any], n: int | None) -> Iterator[Numbered]:
    for key, value in scores.items():
        if is_number(value) and meaning("lm-eval", key).role != "n":
            yield cell(key, score(key), value, n)


def score(key: str) -> Meaning:
    """What a metric of lm-evaluation-harness means: ``acc``, ``acc_stderr``, ``acc,none``."""
    name = normalised(key.partition(",")[0])
    bare = name.removesuffix("_stderr")
    what = meaning("lm-eval", "acc" if bare.endswith("_acc") else bare)
    if what.role != "measure" or what.name != "score":
        what = Meaning("measure", "score", definition=f"{bare} of the task; the unit is not stated")
    return what._replace(stat="stderr" if name.endswith("_stderr") else "value")


def asv_definitions(document: Json) -> bool:
    """Whether this is asv's list of benchmarks: code and limits, no results."""
    if not isinstance(document, dict) or len(document) < 2:
        return False
    return any(isinstance(v, dict) and "code" in v and "timeout" in v for v in list(document.values())[:4])


_BUILDERS: dict[str, Callable[[dict[str, Any], str, str], Iterator[Record]]] = {
    "asv": asv, "clickbench": clickbench, "criterion": criterion, "perf_analyzer": perf_analyzer, "lm-eval": lm_eval,
    "jmh": jmh, "k6": k6,
}  # fmt: skip


TREATED_ALONE = frozenset(("llama-bench", "llama-benchy", *_BUILDERS))
"""Tools of which the documents need more than the meaning of their fields."""


def special_records(document: Json, tool: str, path: str, rel: str) -> list[Record] | None:
    """The records of a document of a tool that is treated by itself; None for all others."""
    builder = _BUILDERS.get(tool)
    if builder is None:
        return None
    if isinstance(document, list) and any(isinstance(one, dict) for one in document):
        each = ((f"{path}[{i}]", one) for i, one in enumerate(document) if isinstance(one, dict))
        return [record for where, one in each for record in special_records(one, tool, where, rel) or ()]
    if not isinstance(document, dict) or (tool == "k6" and "metrics" not in document):  # printed, not written
        return None
    return list(builder(document, path, rel))
