"""Metric words to the series they may mean, and the rows that the text speaks of."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from chimera_tui.core.measure.naming import enclosed_unit
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.index.inventory import KIND_WORDS
from chimera_tui.core.verify.text.masks import FILE
from chimera_tui.core.verify.text.names import EMPTY, phrases, plain
from chimera_tui.core.verify.text.quantities import canonical
from chimera_tui.core.verify.words.context import STATISTICS, Context, in_printed_unit, phrases_in, words_of
from chimera_tui.core.verify.words.mentions import vocabulary
from chimera_tui.core.verify.words.rows import OPTION, SETTINGS, entities_in

GENERIC = {
    "ttft": r"ttft\w*", "itl": r"itl\w*", "tpot": r"tpot\w*", "e2e_latency": r"e2e_latency|wall_time|\w*latency\w*",
    "wall_time": r"wall_time|e2e_latency",
    "throughput": r"throughput|output_tps|decode_tps|\w*_tps_system|samples_per_s",
    "output_tps": r"output_tps|decode_tps|throughput", "decode_tps": r"decode_tps|output_tps|throughput",
    "input_tokens": r"input_tokens(?:_total)?", "output_tokens": r"output_tokens(?:_total)?",
    "memory": r"\w*memory\w*", "memory_used": r"\w*memory\w*",
    "power": r"(?:gpu_)?power", "temperature": r"(?:gpu_)?temperature",
}  # fmt: skip
"""Metrics that a plain word may mean: tools name the same thing differently."""


GENERAL = re.compile(
    r"\b(?:value|result|mean|average|median|min|max|p\d\d|baseline|candidate|measured|score)\b|^\W*$", re.IGNORECASE
)
"""Heads of columns that name no metric of their own."""


_PERCENTILE = re.compile(r"p\d{1,2}(?:_\d+)?")


class Meant(msgspec.Struct, frozen=True):
    """The series that metric words mean. ``exact`` where the words are a field's own name."""

    words: str
    series: tuple[int, ...]
    metric: str
    exact: bool = False


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    return phrases()


def metric_of(at: Context, cells: Cells) -> Meant | None:  # noqa: PLR0911 - one way to read it a line
    """The metric that the nearest words name. ``series`` is empty where they name one the facts do not have."""
    if at.in_row:
        return _metric_of_row(at, cells)
    if behind := _counted(at, cells):
        return behind
    for place, text in enumerate((at.label, at.words_before, at.words_after[:60])):
        own = in_text(at.own_words, cells, at) if place == 1 else None
        if own and any(fits(at, cells, one) for one in own.series):
            return own
        if meant := in_text(text, cells, at):
            return meant
        if place == 0 and "/" in text and canonical(text):
            continue
        if place == 0 and not at.canonical_unit[0].endswith("/s") and _says_something_else(text, cells):
            return Meant(text.strip()[:60], (), "")
    for text in (*reversed(at.line.parents), at.line.heading):
        meant = in_text(text, cells, at)
        if meant and (not at.unit or any(fits(at, cells, one) for one in family(meant, cells).series)):
            return meant
    return None


def _counted(at: Context, cells: Cells) -> Meant | None:
    """What a number without a unit is directly said to count: ``98,765 output tokens``."""
    words = [] if at.claim.unit else words_of(at.words_after[:60])[:3]
    phrase = next((one for n in (3, 2) if (one := "_".join(words[:n])) in _names(cells) and "_" in one), "")
    return in_text(phrase.replace("_", " "), cells, at) if phrase else None


def _metric_of_row(at: Context, cells: Cells) -> Meant | None:  # noqa: PLR0911 - one way to read it a line
    """In a table: words in the cell itself, the head of the column, the first cell, then the others."""
    if not at.line.header:
        return None
    own = in_text(at.words_before, cells, at)
    if own or _says_something_else(at.label if at.before.strip(" *`") else "", cells):
        return own or Meant(at.label[:60], (), "")
    headed = in_text(at.header, cells, at)
    if headed and any(fits(at, cells, one) for one in family(headed, cells).series):
        return headed
    general = GENERAL.search(at.header)
    for text in (
        at.cells[0] if at.column else "",
        *at.cells[1 : at.column],
        *(at.cells[at.column + 1 :] if general else ()),
    ):
        if meant := in_text(text, cells, at):
            return meant
    if headed:
        return headed
    if not general and _says_something_else(at.header, cells):
        return Meant(at.header[:60], (), "")
    return None


def in_text(text: str, cells: Cells, at: Context) -> Meant | None:
    """The metric that a text names: of several the one that fits the claim's unit, the longest, the last."""
    names = cells.remembered(("metrics in", text), lambda: _names_in(text, cells))
    if at.canonical_unit[0] not in ("", "C"):
        names = [name for name in names if name not in SETTINGS]
    if not names:
        return None
    ordered = sorted(names, key=lambda name: (name.count("_"), names.index(name)), reverse=True)
    meanings = [_meant(words, cells) for words in ordered]
    return next(
        (one for one in meanings if any(fits(at, cells, each) for each in family(one, cells).series)), meanings[0]
    )


_REASON = re.compile(r"\b(?:since|because|although|though|due to|owing to)\b[^:;.]*", re.IGNORECASE)


def _names_in(text: str, cells: Cells) -> list[str]:
    """The names of metrics in a text, those in a reason only where there are no others."""
    said = _REASON.sub(" ", text)
    return _named_in(said, cells) or (_named_in(text, cells) if said != text else [])


def _named_in(text: str, cells: Cells) -> list[str]:
    """The names of metrics in a text; of settings with a value none."""
    bare, _ = enclosed_unit(OPTION.sub(" ", FILE.sub(" ", text)).strip())
    names = [
        name for name in phrases_in(bare, _names(cells))
        if not (name in STATISTICS or name in EMPTY or name in KIND_WORDS)
    ]  # fmt: skip
    # ``p99`` is a field of some tools, but beside a metric it is the metric's statistic.
    return [name for name in names if not _PERCENTILE.fullmatch(name)] or names


def fits(at: Context, cells: Cells, series_id: int) -> bool:
    """Whether a series can be given in the claim's unit."""
    one = cells.series[series_id]
    return bool(in_printed_unit(at, one.unit, one.raw_unit, 1.0, one.factor))


def _names(cells: Cells) -> dict[str, str]:
    if not cells.names:
        cells.names.update({name: "" for name in cells.by_words if len(name) > 2})
        cells.names.update(_known())
    return cells.names


def _meant(words: str, cells: Cells) -> Meant:
    key = ("meant", words)
    if key not in cells.memo:
        cells.memo[key] = _looked_up(words, cells)
    return cells.memo[key]  # type: ignore[return-value]


def _looked_up(words: str, cells: Cells) -> Meant:
    metric = _known().get(words, "")
    fields = tuple(cells.by_words.get(words, ()))
    if fields and ("_" in words or not metric):
        return Meant(words, fields, metric or cells.series[fields[0]].metric, exact=True)
    return family(Meant(words, fields, metric), cells)


def family(meant: Meant, cells: Cells) -> Meant:
    """The wider meaning of words that are also a field's own name."""
    key = ("family", meant.words, meant.metric, meant.series)
    if key not in cells.memo:
        pattern = re.compile(GENERIC.get(meant.metric, re.escape(meant.metric)))
        ids = [one for name, those in cells.by_metric.items() if pattern.fullmatch(name) for one in those]
        cells.memo[key] = Meant(meant.words, tuple(sorted({*ids, *meant.series})), meant.metric)
    return cells.memo[key]  # type: ignore[return-value]


def _says_something_else(label: str, cells: Cells) -> bool:
    """Whether a label names a quantity that is neither a known metric nor an entity."""
    known = vocabulary(cells)
    for one in reversed([one for one in known.mentions(label) if one.setting]):
        label = f"{label[: one.start]} {label[one.end :]}"
    words = [word for word in words_of(FILE.sub(" ", label)) if not word.isdigit() and len(word) > 1]
    rest = [
        word for word in words
        if not (word in STATISTICS or word in EMPTY or word in KIND_WORDS or plain(word) in cells.entities)
        and not re.fullmatch(r"p\d+|\d+th|ms|s|tps", word)
    ]  # fmt: skip
    return bool(rest) and not entities_in(label, cells) and len(words) <= 8
