"""What a tool's field means: the lexicon is data (``lexicon.tsv``), this looks things up in it."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from chimera_tui.core.measure.naming import enclosed_unit, normalised, stat_named, variants
from chimera_tui.core.measure.units import unit_of

UNKNOWN = "not in the lexicon: kept under its own name"
NO_UNIT = "the unit is not stated"
UNSTATED = "?"
"""In the lexicon: this tool's files never state the unit."""


class Entry(NamedTuple):
    """One row of the lexicon."""

    tool: str
    field: str
    role: str
    name: str
    stat: str
    unit: str
    better: str
    definition: str


class Meaning(NamedTuple):
    """What a field is. ``role`` is ``measure``, ``factor``, ``at``, ``n``, ``error``, ``id`` and so on."""

    role: str
    name: str
    stat: str = "value"
    unit: str = ""
    raw_unit: str = ""
    factor: float = 1.0
    divisor: float = 1.0
    better: str = "neutral"
    definition: str = ""
    known: bool = True
    counts: bool = False
    """It says how many requests the other statistics of its observation are of."""

    def canonical(self, value: float) -> float:
        """A value of the file in the canonical unit."""
        return value * self.factor / self.divisor

    @property
    def converts(self) -> bool:
        """Whether canonical values differ from those in the file."""
        return self.factor != 1.0 or self.divisor != 1.0

    def in_unit(self, raw: str) -> "Meaning":
        """The same, with its values in another raw unit."""
        unit = unit_of(raw)
        if unit is None:
            return self
        return self._replace(unit=unit.name, raw_unit=raw, factor=unit.factor, divisor=unit.divisor)


SETTINGS = frozenset((
    "config", "configuration", "settings", "setting", "options", "params", "parameters", "environment", "env",
    "args", "hparams", "hyperparameters", "model", "system_info", "machine_info", "machine", "commit_info",
    "input_config", "server_info", "metadata", "requirements", "context", "info", "model_args",
    "generation_config", "spec", "host", "platform", "hardware", "software", "versions", "model_info", "gpu_info",
))  # fmt: skip
"""Names of objects that hold configuration: a number in one is a factor unless the lexicon knows it as a metric."""

STRICT_SETTINGS = frozenset((
    "config", "configuration", "settings", "setting", "options", "params", "parameters", "environment", "env",
    "args", "hparams", "hyperparameters", "input_config", "requirements", "generation_config", "spec", "versions",
))  # fmt: skip
"""Of these, the objects in which not even the name of a metric is a measurement (``settings.min_duration_ms``)."""

_IDENTIFIER = re.compile(
    r"(?:^|_)(?:id|ids|idx|index|uuid|guid|hash|sha|sha1|digest|seed|rng_seed|port|pid|tid|version|timestamp|datetime"
    r"|timestamps|start_ns|end_ns|url|row|line)$"
)
_MAGNITUDES = {"b": 1e9, "m": 1e6, "k": 1e3}
"""Of parameters: ``#Params (B)`` are billions, not bytes."""
_INDEX = re.compile(r"\[\d*\]")
_PERCENT_POINT = re.compile(r"(?<![a-zA-Z])([pP]\d{1,2})\.(\d+)(?![a-zA-Z0-9])")
_SENTENCE_POINT = re.compile(r"\.\s+")
"""Of an abbreviation (``Avg. GPU Power``), not between the parts of a path."""
_HEADS = ("percentiles", "quantiles", "percentile", "quantile", "statistics", "stats", "value", "values")


@cache
def entries() -> dict[str, dict[str, Entry]]:
    """The lexicon by tool and normalised field; tool ``*`` holds the synonyms that any tool may use."""
    lines = files(__package__).joinpath("lexicon.tsv").read_text("utf-8").splitlines()[1:]
    table: dict[str, dict[str, Entry]] = {"*": {}}
    for line in lines:
        entry = Entry(*line.split("\t"))
        table.setdefault(entry.tool, {})[entry.field] = entry
    return table


@cache
def metrics() -> dict[str, Entry]:
    """The first generic entry of each canonical metric: its direction and what it means when no tool says more."""
    found: dict[str, Entry] = {}
    for entry in entries()["*"].values():
        if entry.role.startswith("measure") and (entry.better or entry.name not in found):
            found.setdefault(entry.name, entry)
    return found


@lru_cache(maxsize=65536)
def meaning(tool: str, field: str, unit: str = "") -> Meaning:
    """What ``field`` (a column, or a path with dots below its record) of a tool's file means.

    ``unit`` is what the file says beside the field; it wins over the lexicon's.
    """
    bare, enclosed = enclosed_unit(field)
    if "/" in enclosed and field[-1] not in ")]" and _search(tool, _parts_of(field)):
        bare, enclosed = field, ""  # some tools' columns are known with their unit
    parts = _parts_of(bare)
    found = _search(tool, parts)
    if enclosed.lower() in _MAGNITUDES and "param" in parts[-1]:
        what = _unknown(["model_params"], "parameters")
        return what._replace(factor=_MAGNITUDES[enclosed.lower()], definition="number of parameters", known=True)
    if found is None:
        return _unknown(parts, unit or enclosed)
    entry, stat, suffix_unit = found
    if entry.role == "factor" and stat and not any(map(is_settings, parts[:-1])):
        entry = metrics().get(entry.name, entry)  # ``prompt_len.mean`` was measured, ``prompt_len`` was asked for
    if not entry.role.startswith("measure"):
        return Meaning(entry.role, entry.name or parts[-1])
    if any(map(is_settings, parts[:-1])) and "." not in entry.field:
        return Meaning("factor", parts[-1], known=False)
    return _measure(entry, stat, unit or enclosed or suffix_unit)


def _parts_of(name: str) -> list[str]:
    plain = _SENTENCE_POINT.sub(" ", _PERCENT_POINT.sub(r"\1_\2", _INDEX.sub("", name)))
    return [part for part in map(normalised, plain.split(".")) if part] or [normalised(name)]


@cache
def _parts(tool: str) -> frozenset[str]:
    return frozenset(field.partition(".")[0] for field in entries().get(tool, ()) if "." in field)


def is_settings(name: str) -> bool:
    """Whether an object of this (normalised) name holds configuration and nothing else."""
    return name in STRICT_SETTINGS or name.endswith(("_config", "_settings"))


@lru_cache(maxsize=16384)
def container(tool: str, key: str) -> str:
    """The role of an object's key: ``text`` (skip it), ``strict`` or ``settings`` (configuration), ``part`` or nothing.

    A ``part`` is the beginning of fields that the lexicon knows for this tool (``prefill.latency``).
    """
    name = normalised(key)
    for table in (entries().get(tool, {}), entries()["*"]):
        entry = table.get(name)
        if entry and entry.role in ("text", "settings"):
            return entry.role
    if name in _parts(tool):
        return "part"
    return "strict" if is_settings(name) else "settings" if describes(name) else ""


def describes(name: str) -> bool:
    """Whether an object of this (normalised) name describes what was measured on, so that its numbers are factors."""
    return name in SETTINGS or name.endswith("_info")


def _search(tool: str, parts: list[str]) -> tuple[Entry, str, str] | None:
    for table in (entries().get(tool, {}), entries()["*"]):
        for start in range(len(parts)):
            if found := _match(table, ".".join(parts[start:])):
                return found
    stat, parts, unit = _statistic_of_parent(parts)
    if not stat:
        return None
    for table in (entries().get(tool, {}), entries()["*"]):
        for start in range(len(parts)):
            if found := _match(table, ".".join(parts[start:])):
                return found[0], found[1] or stat, unit or found[2]
    return None


def _match(table: dict[str, Entry], name: str) -> tuple[Entry, str, str] | None:
    for base, stat, unit in variants(name):
        entry = table.get(base)
        if entry is not None and (_fits(entry, unit) if entry.role.startswith("measure") else not (stat or unit)):
            return entry, stat, unit
    return None


_TIMES = re.compile(r"ttf|ttst|tpot|itl|(?:^|_)(?:latency|time|duration)$")
_DIMENSIONS = ((re.compile(r"tps"), "tokens/s"), (_TIMES, "s"), (re.compile(r"memory|bytes"), "bytes"))


def _fits(entry: Entry, unit: str) -> bool:
    """Whether a unit in a name can be that of a metric: ``memory_percent`` is not the metric ``memory``."""
    found = unit_of(unit) if unit else None
    if found is None:
        return True
    return all(found.name == name for pattern, name in _DIMENSIONS if pattern.search(entry.name))


def _statistic_of_parent(parts: list[str]) -> tuple[str, list[str], str]:
    """``request_latency.successful.percentiles.p50`` is the p50 of ``request_latency``; also ``timing.mean_ms``."""
    last, unit = parts[-1], ""
    stat = stat_named(last)
    if not stat:
        for base, inner, suffix in variants(last):
            if suffix and not inner and (stat := stat_named(base)):
                unit = suffix
                break
    if not stat and last in ("value", "values", "samples", "data"):
        stat = "value"
    if not stat:
        return "", parts, ""
    rest = [part for part in parts[:-1] if part not in _HEADS and part != "successful"]
    if rest:
        base, unit = _without_head(rest[-1], unit)
        rest[-1] = base
    elif unit and (unit_of(unit) or ("",))[0] == "s":
        rest = ["wall_time"]
    return stat, rest, unit


def _without_head(name: str, unit: str) -> tuple[str, str]:
    """``ttft_percentiles`` is about ``ttft``, and ``ttft_percentiles_ms`` about it in ms."""
    for head in ("_percentiles", "_quantiles", "_stats"):
        base, found, suffix = name.partition(head)
        if found and base and (not suffix or unit_of(suffix.removeprefix("_"))):
            return base, unit or suffix.removeprefix("_")
    return name, unit


def _measure(entry: Entry, stat: str, stated: str) -> Meaning:
    general = metrics().get(entry.name)
    raw = stated or entry.unit or (general.unit if general else "")
    raw = "" if raw == UNSTATED else raw
    if entry.unit.endswith("/s") and (plain := unit_of(raw)) and plain == ("1/s", 1.0, 1.0):
        raw = entry.unit  # "per sec": the lexicon knows of what
    unit = unit_of(raw) if raw else None
    better = entry.better or (general.better if general else "") or "neutral"
    definition = entry.definition or (general.definition if general else "")
    if not raw and NO_UNIT not in definition and "unit" not in definition and entry.name not in _UNITLESS:
        definition = f"{definition}; {NO_UNIT}" if definition else NO_UNIT
    named = unit.name if unit else raw
    name = _throughput(entry.name, named, entry.field)
    factor, divisor = (unit.factor, unit.divisor) if unit else (1.0, 1.0)
    over_runs = entry.stat == "value" and stat not in ("", "mean")  # of several runs: their spread is no value
    kept = stat if over_runs else entry.stat or stat or "value"
    return Meaning(
        "measure", name, kept, named, raw, factor, divisor, better, definition,
        counts=entry.role.endswith("+n") and not over_runs,
    )  # fmt: skip


_UNITLESS = frozenset(
    ("speedup", "loss", "perplexity", "score", "success_rate", "error_rate", "coefficient_of_variation")
)


def _throughput(name: str, unit: str, of: str) -> str:
    """``throughput`` says what of once its unit is known; that of prefill is of samples or of tokens."""
    if name == "output_tps" and unit == "samples/s":
        return "samples_per_s"
    if name == "samples_per_s" and unit == "tokens/s":
        return "prefill_tps" if of.startswith(("prefill", "forward")) else "output_tps"
    if name != "throughput":
        return name
    return {"tokens/s": "output_tps", "requests/s": "request_rate", "samples/s": "samples_per_s"}.get(unit, name)


def _unknown(parts: list[str], stated: str) -> Meaning:
    last = parts[-1]
    if _IDENTIFIER.search(last):
        return Meaning("id", last)
    if any(describes(part) or is_settings(part) for part in parts[:-1]):
        return Meaning("factor", last, known=False)
    stat, rest, unit = _statistic_of_parent(parts)
    name = ".".join(rest) if stat and rest else ".".join(parts)
    if not stat:
        name, stat, unit = _own_name(name)
    raw = stated or unit
    definition = UNKNOWN if raw else f"{UNKNOWN}; {NO_UNIT}"
    return Meaning("measure", name, stat or "value", raw, raw, definition=definition, known=False).in_unit(raw)


def _own_name(name: str) -> tuple[str, str, str]:
    """The longest reading: with a unit taken off, else with a statistic taken off, else as it is."""
    readings = list(variants(name))
    return max(readings, key=lambda reading: (bool(reading[2]), bool(reading[1])))
