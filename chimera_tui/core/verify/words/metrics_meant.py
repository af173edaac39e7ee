"""Which series a number may be of: by the words for a metric in the texts around it, else by its unit alone."""

from __future__ import annotations

import re
from typing import NamedTuple

from chimera_tui.core.measure.naming import enclosed_unit, normalised
from chimera_tui.core.verify.index.cells import Cells, Series
from chimera_tui.core.verify.text.names import EMPTY
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.words.context import Context, in_printed_unit, statistic_in, words_of
from chimera_tui.core.verify.words.mentions import stop_words, vocabulary
from chimera_tui.core.verify.words.metrics_named import GENERAL, Meant, family, in_text
from chimera_tui.core.verify.words.nearness import Nearness

_UNIT_WORDS = {
    "tokens/s": r"throughput|speeds?|tokens per second|tok/s|t/s|tps|rates?|performance|generat\w+|decod\w+|fast\w*",
    "s": r"latency|times?|duration|took|takes?|lasted|runs?|seconds",
    "W": r"power|draw|watts?", "C": r"temperatures?|temp|hot\w*",
    "bytes": r"memory|vram|ram|size|footprint|weights?|disk",
    "requests/s": r"requests?|throughput|rate|qps|request_rate|request_throughput",
    "samples/s": r"samples?|throughput|rate",
}  # fmt: skip
"""Words that name every metric of a unit."""
_PRICE = re.compile(r"cost|price|usd|eur|dollar|[$€£]", re.IGNORECASE)
_NO_METRIC = EMPTY | {"dev", "standard"}
_SIDES = (
    (r"prompt|prefill|pp|pp\d+|input|ingest\w*|prompt_processing", r"(?:^|_)(?:prompt|prefill|pp\d*|input)(?:_|$)"),
    (
        r"gen(?:erat\w+)?|decod\w+|tg|tg\d+|eval|output",
        r"(?:^|_)(?:decode|gen\w*|tg\d*|(?<!prompt_)eval|output)(?:_|$)",
    ),
)
"""The two phases of a run: a text that names one does not mean the other."""


_USAGE = re.compile(r"\b(cpu|gpu|v?ram|memory|disk|swap)\W+(?:usage|utili[sz]ation|load|use)\b", re.IGNORECASE)
_PARTS = {"ram": r"(?:^|_)(?:ram|mem(?:ory)?)", "memory": r"(?:^|_)(?:ram|mem(?:ory)?)"}
"""How fields call a part of a machine of which a text gives the usage."""


class Meaning(NamedTuple):
    """The series that may be meant; ``named`` where words say which metric, in ``text``; ``near`` where close by."""

    series: tuple[int, ...]
    named: bool
    near: bool
    text: str = ""
    exact: bool = False
    """The text has the very name of a field."""
    far: bool = False
    """Only an earlier sentence, a paragraph above or a heading names the metric."""


def meaning_of(at: Context, near: Nearness, cells: Cells) -> Meaning | None:  # noqa: PLR0911 - one way to read it a line
    """The series in the claim's unit that the nearest words for a metric name; without such words all of the unit."""
    fitting = _in_unit(at, cells)
    if not fitting or _foreign(near.tail, at):
        return None
    if at.claim.bound == "spread":
        return Meaning(tuple(sorted(fitting)), named=True, near=False)
    if at.unit == "$":
        ids = tuple(one for one in sorted(fitting) if _PRICE.search(cells.series[one].field))
        return Meaning(ids, named=True, near=True) if ids else None
    if ids := _literal(near, cells, fitting):
        return Meaning(ids, named=True, near=True, exact=True)
    for place, text in enumerate(_texts(at, near)):
        if not text:
            continue
        if ids := _named(at, cells, text, fitting):
            close = place < (2 if at.in_row and not GENERAL.search(at.header) else 4)
            general = len(ids) == len(fitting) and at.canonical_unit[0] == "s"
            far = not at.in_row and place > 4 + len(at.line.parents)
            return Meaning(ids, named=True, near=close and not general, text=text if place < 4 else "", far=far)
        if place == 0 and _something_else(text):
            return None
    if not at.canonical_unit[0] and at.claim.decimals <= 0:
        return None
    return of_the_unit(at, cells)


def of_the_unit(at: Context, cells: Cells) -> Meaning:
    """Every series in the claim's unit; scores are in per cent only where they are named."""
    fitting = _in_unit(at, cells)
    if at.canonical_unit[0] == "%":
        fitting = frozenset(one for one in fitting if not _words_of_series(cells)[one][2])
    return Meaning(tuple(sorted(fitting)), named=False, near=False)


def _literal(near: Nearness, cells: Cells, fitting: frozenset[int]) -> tuple[int, ...]:
    """The series of a field whose name stands as it is before the number."""
    for name in reversed(re.findall(r"[A-Za-z]\w*_\w+", f"{near.before} {near.lead}")):
        if ids := fitting & set(cells.by_field.get(name, ())):
            return tuple(sorted(ids))
    return ()


def _texts(at: Context, near: Nearness) -> list[str]:
    line = at.line
    own = (
        [
            at.before,
            at.header,
            at.cells[0] if at.cells and at.column else "",
            near.words_of_row if GENERAL.search(at.header) else "",
        ]
        if at.in_row
        else [near.lead, near.tail, near.clause, near.before, near.earlier[0] if near.earlier else ""]
    )
    return [*own, *reversed(line.parents), *near.earlier[1:], near.intro, line.heading]


def _in_unit(at: Context, cells: Cells) -> frozenset[int]:
    """The series that can be given in the claim's unit; a number without one may be of any."""
    key = ("in unit", at.canonical_unit[0], bool(at.claim.decimals > 0))
    if key not in cells.memo:
        name = at.canonical_unit[0]
        cells.memo[key] = frozenset(
            series_id for series_id, one in cells.series.items()
            if one.n and (
                in_printed_unit(at, one.unit, one.raw_unit, 1.0, one.factor)
                if not (name and not one.unit and not one.raw_unit) else _bare(cells, one, name)
            )
        )  # fmt: skip
    return cells.memo[key]  # type: ignore[return-value]


_UNITS_BEHIND = re.compile(r"\s?(?:[A-Za-z]+/[a-zA-Z]+|T?FLOPS|[GMT]?FLOP/s|rpm|nodes?|[A-Z]{1,2}Hz|V|A|dB)\b")


def _foreign(tail: str, at: Context) -> bool:
    """Whether a unit that no file has follows the number."""
    return not at.unit and bool(_UNITS_BEHIND.match(tail))


_SCORE = re.compile(r"(?:^|_)(?:acc(?:uracy)?|score|recall|precision|f1)(?:_|$)", re.IGNORECASE)


def _bare(cells: Cells, one: Series, unit: str) -> bool:
    """Whether a field without a unit may be in that of the text: a part of one, a speed, a time."""
    if unit == "%":
        values = cells.whole(one.series_id)["value"]
        most = 100 if _SCORE.search(one.field) else 1
        return bool(values.len()) and values[0] >= 0 and values[-1] <= most
    field = one.field.lower()
    return bool(
        re.search(
            {"tokens/s": r"speed|throughput|tps|rate", "s": r"(?:^|_)t(?:_|$)|time|latency"}.get(unit, "(?!)"), field
        )
    )


def _named(at: Context, cells: Cells, text: str, fitting: frozenset[int]) -> tuple[int, ...]:
    text = re.sub(r"\bE2EL?\b(?: latency)?", "e2e latency", re.sub(r"\b\S+ times\b", " ", text))
    meant = in_text(text, cells, at)
    if meant and re.fullmatch(r"p\d+(?:_\d+)?", meant.words):
        meant = None
    ids = frozenset(family(meant, cells).series) & fitting if meant else frozenset()
    sides = [field for words, field in _SIDES if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE)]
    words = _UNIT_WORDS.get(at.canonical_unit[0], "")
    general = bool(words and re.search(rf"\b(?:{words})\b", text, re.IGNORECASE))
    if at.canonical_unit[0] == "tokens/s" and len(sides) == 1 and (general or not ids):
        ids = frozenset(
            one for one in fitting
            if re.search(sides[0], f"{cells.series[one].field}_{cells.series[one].metric}", re.IGNORECASE)
        )  # fmt: skip
    elif (not ids and general) or _plainly(at, meant, words):
        ids = _of_phase(at, cells, text, fitting) or _of_sort(at, cells, text, fitting)
    elif ids and meant and at.unit:
        last = meant.words.rpartition("_")[2]
        ids |= {one for one in fitting if last in normalised(cells.series[one].field).split("_")}
    said = set(words_of(text)) - {"speed", "throughput", "latency", "size", "time", "rate"}
    if at.canonical_unit[0] == "%" and (used := _usage(cells, text, fitting)):
        ids = used
    if not ids:
        ids = _by_words(cells, text, fitting) or _scored(at, cells, text, fitting)
    if initials := _by_initials(cells, text, fitting):
        ids = initials
    if own := [
        one for one in fitting if cells.series[one].metric in said and cells.series[one].metric not in stop_words()
    ]:
        ids = frozenset(own)
    if not re.search(r"\binter\b|\bitl\b|\btpot\b", text, re.IGNORECASE):
        ids = frozenset(one for one in ids if not cells.series[one].field.startswith("inter_")) or ids
    return tuple(sorted(ids))


def _usage(cells: Cells, text: str, fitting: frozenset[int]) -> frozenset[int]:
    """The shares in use of the part of a machine that a text names last: ``CPU usage`` for ``cpu_percent``."""
    found = _USAGE.findall(text)
    if not found:
        return frozenset()
    part = found[-1].lower()
    field = re.compile(rf"{_PARTS.get(part, rf'(?:^|_){part}')}.*(?:percent|pct|util|usage)|util\w*_{part}")
    return frozenset(one for one in fitting if field.search(normalised(cells.series[one].field.rpartition(".")[2])))


_PHASES = (
    (r"prompt (?:eval\w*|process\w*)|prefill\w*", r"prompt_eval|prefill|prompt_process"),
    (r"(?:re)?load(?:s|ed|ing)?", r"(?:^|_)load"),
    (r"compil\w+", r"compil"),
    (r"generat\w+|decod\w+", r"(?:^|_)(?:eval|decode|gen\w*)"),
)
"""What a run does one after the other, and the fields that say how long it takes."""
_LASTS = r"[^,.;:]{0,40}?\b(?:took|takes?|last(?:s|ed)?|need(?:s|ed)?|requires?|times?)\b"


def _of_phase(at: Context, cells: Cells, text: str, fitting: frozenset[int]) -> frozenset[int]:
    """Of times those of the one phase that a text names: ``prompt evaluation took``, ``and loading B``."""
    said = [
        field for words, field in _PHASES
        if re.search(rf"\b(?:{words})\b{_LASTS}|^\W*(?=\w+ing\b)(?:{words})\b", text, re.IGNORECASE)
    ]  # fmt: skip
    if at.canonical_unit[0] != "s" or len(said) != 1:
        return frozenset()
    names = {one: normalised(cells.series[one].field.replace(".", "_")) for one in fitting}
    return frozenset(one for one, name in names.items() if re.search(said[0], name))


_GAP = re.compile(r"\b(?:differ\w*|gap|costs?|loses?|lost|loss|gains?|gained|drops?|dropped)\b", re.IGNORECASE)
"""Of what follows it is a difference and no score."""


def _scored(at: Context, cells: Cells, text: str, fitting: frozenset[int]) -> frozenset[int]:
    """The scores of the test that a text names: ``MMLU accuracy`` for ``mmlu_acc``."""
    if at.canonical_unit[0] not in ("", "%") or _GAP.search(at.before):
        return frozenset()
    said, its = set(words_of(text)), _words_of_series(cells)
    return frozenset(one for one in fitting if its[one][2] and its[one][2] <= said)


def _by_words(cells: Cells, text: str, fitting: frozenset[int]) -> frozenset[int]:
    """The series whose field or metric has all the words of a short label."""
    for one in reversed(vocabulary(cells).mentions(text)):
        if one.setting or text[: one.start].rstrip().endswith("("):
            text = f"{text[: one.start]} {text[one.end :]}"
    bare, _ = enclosed_unit(text.strip(" :*`"))
    said = [
        word for word in words_of(bare.lower())
        if len(word) > 1 and not (statistic_in(word) or word in _NO_METRIC or word.isdigit() or canonical(word))
    ]  # fmt: skip
    if not 0 < len(said) <= 4:
        return frozenset()
    words, its = set(said), _words_of_series(cells)
    return frozenset(one for one in fitting if words <= its[one][0] | its[one][1])


def _words_of_series(cells: Cells) -> dict[int, tuple[frozenset[str], frozenset[str], frozenset[str]]]:
    """The words of each series' field, of its metric, and of the test of which it is a score."""
    if "words of series" not in cells.memo:
        cells.memo["words of series"] = {
            one: (
                frozenset(normalised(its.field).split("_")), frozenset(normalised(its.metric).split("_")),
                frozenset(normalised(_SCORE.sub("_", its.field)).split("_") if _SCORE.search(its.field) else ()),
            )
            for one, its in cells.series.items()
        }  # fmt: skip
    return cells.memo["words of series"]  # type: ignore[return-value]


_RATES = {"tps", "qps", "rps"}
"""Initials of units."""


def _by_initials(cells: Cells, text: str, fitting: frozenset[int]) -> frozenset[int]:
    """The series with the initials of words in the text: ``word error rate`` for ``wer``."""
    words = [word for word in words_of(text) if word[0].isalpha()]
    runs = {
        "".join(word[0] for word in words[at : at + n]) for n in (3, 4) for at in range(len(words) - n + 1)
    } - _RATES
    its = _words_of_series(cells)
    return frozenset(one for one in fitting if runs & its[one][0])


def _of_sort(at: Context, cells: Cells, text: str, fitting: frozenset[int]) -> frozenset[int]:
    """Of sizes in bytes those of memory or those of files, as the text has it."""
    if at.canonical_unit[0] != "bytes":
        return fitting
    memory = re.search(r"\b(?:memory|v?ram|footprint)\b", text, re.IGNORECASE) is not None
    sort = r"memory|ram|alloc|reserved" if memory else r"size|bytes|disk|weight"
    kept = frozenset(
        one
        for one in fitting
        if re.search(sort, f"{cells.series[one].field} {cells.series[one].metric}", re.IGNORECASE)
    )
    return kept or fitting


def _plainly(at: Context, meant: Meant | None, words: str) -> bool:
    """Whether the metric named is only a word for everything in its unit: ``throughput``, ``latency``."""
    return bool(meant and at.canonical_unit[0].endswith("s") and words and re.fullmatch(words, meant.words))


_QUANTITY = re.compile(
    r"\b([a-z][\w-]*(?: [a-z][\w-]*)? (?:rate|delay|time|usage|score|loss|speed|count|cost|price|draw|ratio|level))\W*"
    r"(?:is|was|of|at|averaged|reached|:)?\W*$",
    re.IGNORECASE,
)


def _something_else(text: str) -> bool:
    """Whether the words right before the number name a quantity, and none that the files have."""
    return bool(_QUANTITY.search(text))
