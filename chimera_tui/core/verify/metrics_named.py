"""Metric words to the series they may mean, and the rows that the text speaks of."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from chimera_tui.core.verify.cells import Cells, Filter
from chimera_tui.core.verify.context import STATISTICS, Context, in_printed_unit, kinds_in, phrases_in, words_of
from chimera_tui.core.verify.inventory import KIND_WORDS
from chimera_tui.core.verify.masks import FILE
from chimera_tui.core.verify.names import ENTITY_COLUMNS, phrases, plain

GENERIC = {
    "ttft": r"ttft\w*", "itl": r"itl\w*", "tpot": r"tpot\w*", "e2e_latency": r"e2e_latency|wall_time|\w*latency\w*",
    "wall_time": r"wall_time|e2e_latency",
    "throughput": r"throughput|output_tps|decode_tps|\w*_tps_system|samples_per_s",
    "output_tps": r"output_tps|decode_tps|throughput", "decode_tps": r"decode_tps|output_tps|throughput",
    "memory": r"\w*memory\w*", "memory_used": r"\w*memory\w*",
}  # fmt: skip
"""Metrics that a plain word may mean: tools name the same thing differently."""
_EMPTY = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "for",
        "is",
        "was",
        "were",
        "are",
        "be",
        "to",
        "in",
        "at",
        "on",
        "and",
        "or",
        "by",
        "with",
        "value",
        "values",
        "result",
        "results",
        "performance",
        "observed",
        "measured",
        "recorded",
        "reported",
        "overall",
        "key",
        "model",
        "models",
        "file",
        "files",
        "data",
        "metric",
        "metrics",
        "per",
        "shows",
        "show",
        "has",
        "have",
        "had",
        "indicates",
        "about",
        "around",
        "approximately",
        "from",
        "as",
        "this",
        "that",
        "it",
        "its",
        "baseline",
        "run",
        "runs",
        "configuration",
        "config",
        "example",
        "e",
        "g",
        "score",
        "rate",
        "time",
        "test",
        "tests",
        "across",
        "all",
        "both",
        "respectively",
        "achieved",
        "achieves",
        "reached",
        "percentile",
        "percentiles",
        "statistics",
        "summary",
        "n",
        "which",
        "percent",
        "between",
        "ranging",
        "ranged",
        "ranges",
    ]
)
_OPTION = re.compile(
    r"\b(num_gpu|num_ctx|temperature|temp|top_p|top_k|batch(?:[_ ]size)?|concurrency|gpu|"
    r"ctx|context)\b\s*(?:[=:]|of|at|is)?\s*(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_OPTION_COLUMNS = {
    "temp": "temperature",
    "batch_size": "batch",
    "batch size": "batch",
    "context": "num_ctx",
    "ctx": "num_ctx",
    "gpu": "num_gpu",
}


class Meant(msgspec.Struct, frozen=True):
    """The series that metric words mean. ``exact`` where the words are a field's own name."""

    words: str
    series: tuple[int, ...]
    metric: str
    exact: bool = False


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    return phrases()


def metric_of(at: Context, cells: Cells) -> Meant | None:
    """The metric that the nearest words name. ``series`` is empty where they name one the facts do not have."""
    if at.in_row:
        return _metric_of_row(at, cells)
    for place, text in enumerate((at.label, at.words_before, at.words_after[:60])):
        if meant := in_text(text, cells, at):
            return meant
        if place == 0 and _says_something_else(text, cells):
            return Meant(text.strip()[:60], (), "")
    for text in (*reversed(at.line.parents), at.line.heading):
        if meant := in_text(text, cells, at):
            return meant
    return None


def _metric_of_row(at: Context, cells: Cells) -> Meant | None:
    """In a table: words in the cell itself, the head of the column, the first cell, then the others."""
    if not at.line.header:
        return None
    own = in_text(at.words_before, cells, at)
    if own or _says_something_else(at.label if at.before.strip(" *`") else "", cells):
        return own or Meant(at.label[:60], (), "")
    if meant := in_text(at.header, cells, at):
        return meant
    general = re.search(
        r"\b(?:value|result|mean|average|median|min|max|p\d\d|baseline|candidate|measured|score)\b|^\W*$",
        at.header,
        re.IGNORECASE,
    )
    for text in (
        at.cells[0] if at.column else "",
        *at.cells[1 : at.column],
        *(at.cells[at.column + 1 :] if general else ()),
    ):
        if meant := in_text(text, cells, at):
            return meant
    if not general and _says_something_else(at.header, cells):
        return Meant(at.header[:60], (), "")
    return None


def in_text(text: str, cells: Cells, at: Context) -> Meant | None:
    """The metric that a text names: of several the one that fits the claim's unit, the longest, the last."""
    bare = FILE.sub(" ", text)
    if not bare.strip():
        return None
    names = [
        name for name in phrases_in(bare, _names(cells))
        if not (name in STATISTICS or name in _EMPTY or name in KIND_WORDS)
    ]  # fmt: skip
    if not names:
        return None
    ordered = sorted(names, key=lambda name: (name.count("_"), names.index(name)), reverse=True)
    meanings = [_meant(words, cells) for words in ordered]
    return next(
        (one for one in meanings if any(fits(at, cells, each) for each in family(one, cells).series)), meanings[0]
    )


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
    words = [word for word in words_of(FILE.sub(" ", label)) if not word.isdigit() and len(word) > 1]
    rest = [
        word for word in words
        if not (word in STATISTICS or word in _EMPTY or word in KIND_WORDS or plain(word) in cells.entities)
        and not re.fullmatch(r"p\d+|\d+th|ms|s|tps", word)
    ]  # fmt: skip
    return bool(rest) and not entities_in(label, cells) and len(words) <= 8


class Rows(msgspec.Struct, frozen=True):
    """Rows that a text may mean: the filters to try, and what it said. ``sure`` where it said so right there."""

    filters: tuple[Filter, ...]
    said: str = ""
    sure: bool = False

    @property
    def stated(self) -> bool:
        """Whether the text restricts the rows at all."""
        return bool(self.said)


NOWHERE = Rows((), "a combination of settings that no row has")


def rows_of(at: Context, cells: Cells) -> Rows:
    """The rows by entity and kind, from the nearest words that name any; wider words only narrow them."""
    own = (at.cells[0], at.header, *at.cells) if at.in_row else (at.words_before, at.words_after, at.sentence)
    above = (*reversed(at.line.parents), *((at.line.intro,) if at.in_row else ()))
    rows = Rows((Filter(),))
    for place, text in enumerate((*own, *above, at.line.heading)):
        if not (found := entities_in(text, cells)):
            continue
        ids, said = found
        if not ids and not rows.stated:
            return NOWHERE
        if not rows.stated:
            sure = place < len(own) + len(at.line.parents) and len(ids) == 1 and not _several(at, cells)
            rows = Rows(
                (Filter(configs=ids[-1]),) if place == 0 else tuple(Filter(configs=one) for one in ids), said, sure
            )
        elif len(ids) == 1 and place >= len(own) and (both := ids[0] & (rows.filters[0].configs or ids[0])):
            rows = Rows((Filter(configs=both),), f"{rows.said}, {said}", rows.sure)
    if rows.stated:
        return rows
    for text in (*own, *above):
        named = sorted(set(kinds_in(text)) & {"csv", "json", "jsonl"})
        if len(named) == 1:
            return Rows((Filter(files=cells.of_kind(named[0])),), f"{named[0]} files", sure=True)
    return rows


def _several(at: Context, cells: Cells) -> bool:
    """Whether the sentence names rows that have nothing in common: then which is meant is a guess."""
    found = None if at.in_row else entities_in(at.sentence, cells)
    return found is not None and len(found[0]) > 1


def entities_in(text: str, cells: Cells) -> tuple[list[frozenset[int]], str] | None:
    """Configurations that names and options in a text select; an empty list where no row is under all of them."""
    bare = FILE.sub(" ", text)
    tokens = re.findall(r"[A-Za-z0-9][\w.:-]*", bare)
    found: list[tuple[str, frozenset[int]]] = []
    for size in (3, 2, 1):
        for place in range(len(tokens) - size + 1):
            name = plain("".join(tokens[place : place + size]))
            ids = _entity(name, cells)
            if ids and not any(name in other for other, _ in found):
                found.append((name, ids))
    options = options_in(bare, cells)
    if not found and not options:
        return None
    both = frozenset.intersection(*[ids for _, ids in (*found, *options)])
    said = ", ".join(name for name, _ in (*found, *options))
    if both:
        return [both], said
    if options or len({len(name) for name, _ in found}) == 0:
        return [], said
    return [ids for _, ids in found], said


def _entity(name: str, cells: Cells) -> frozenset[int] | None:
    if len(name) < 2 or name in _EMPTY or name in STATISTICS:
        return None
    key = ("entity", name)
    if key not in cells.memo:
        cells.memo[key] = _entity_of(name, _entity_names(cells))
    return cells.memo[key]  # type: ignore[return-value]


def _entity_of(name: str, names: dict[str, frozenset[int]]) -> frozenset[int] | None:
    if name in names:
        return names[name]
    if len(name) >= 5 and re.search(r"[a-z]\d|\d[a-z]", name):
        begun = [ids for other, ids in names.items() if other.startswith(name)]
        return frozenset.union(*begun) if begun else None
    return None


def _entity_names(cells: Cells) -> dict[str, frozenset[int]]:
    """Names of models, quantisations, backends; other text factors only where they look like names."""
    if "entity names" not in cells.memo:
        configs = cells.frames.configs
        core = {plain(name) for column in ENTITY_COLUMNS for name in configs[column].drop_nulls().unique().to_list()}
        cells.memo["entity names"] = {
            name: ids for name, ids in cells.entities.items()
            if len(name) > 2 and (name in core or re.search(r"[a-z]\d", name)) and name not in _NO_ENTITIES
        }  # fmt: skip
    return cells.memo["entity names"]  # type: ignore[return-value]


_NO_ENTITIES = frozenset(("cpu", "gpu", "cuda", "base", "none", "default"))


def options_in(text: str, cells: Cells) -> list[tuple[str, frozenset[int]]]:
    """Settings with their values in a text, and the configurations that have them: none where no row does."""
    import polars as pl

    found: list[tuple[str, frozenset[int]]] = []
    for option, number in _OPTION.findall(text):
        column = _OPTION_COLUMNS.get(option.lower(), option.lower())
        configs = cells.frames.configs
        if column in configs.columns:
            ids = configs.filter(pl.col(column) == float(number))["config_id"].to_list()
            found.append((f"{column}={number}", frozenset(ids)))
    return found
