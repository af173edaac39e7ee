"""Mentions of rows in a text: parts of the names of models, benchmarks and files, and settings with their values."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from chimera_tui.core.measure.lexicon import entries
from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify.text.names import EMPTY, ENTITY_COLUMNS
from chimera_tui.core.verify.text.quantities import MEASURED, NUMBER, WORDS, printed

if TYPE_CHECKING:
    from chimera_tui.core.verify.index.cells import Cells

MOST_GROUPS = 20_000
"""More files with configurations than this are not looked through for what a text mentions."""
SPACES, OF_A_SENTENCE = 4, 3
"""A text with so many spaces is a sentence; so many of its words in a row mean it."""
LATEST = ":latest"
"""The tag of a model that is named without one."""
COMMON = 3
"""A word in the names of so many metrics is no name of rows."""
EXACT = 4
"""A name of so many tokens that a text gives whole is no part of a longer one."""
LONGEST_VALUE, MOST_VALUES = 160, 4_000
_TOKEN = re.compile(
    r"i?q\d+(?:_(?:k|m|s|l|xs|xxs|nl|\d))+(?![a-z0-9])|\d+(?:\.\d+)?[a-z]+\d*|[a-z]+(?:\d+(?:\.\d+)*[a-z]*)?|\d+(?:\.\d+)*",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\d+\.\d+\.\d[\w.]*")
"""A number that is a name as it stands: ``0.8.5``."""
_FIRST = re.compile(rf"\d+(?:\.\d+)?[a-z]+\d*|{_VERSION.pattern}")
_COUNTED = rf"{NUMBER}|zero|no(?:ne)?|one|t(?:wo|hree|en|welve)|four|five|s(?:ix(?:teen)?|even)|eight|nine"
_ALSO = {
    "concurrency": (
        r"concurrency(?: level)?|concurrent (?:requests?|users?|clients?|streams?|sessions?)|clients?|users?|"
        r"(?:parallel|simultaneous) (?:requests?|clients?|streams?|users?)"
    ),
    "num_gpu": r"(?:gpu[_ ])?layers(?: (?:offloaded|on (?:the )?gpu))?|ngl",
    "num_ctx": r"n_ctx|ctx|(?:tokens? of )?context(?: size| length| window)?",
    "batch": r"batch(?:[_ ]size)?",
    "request_rate": r"(?:requests?|reqs?)\s?(?:/|per)\s?(?:s|sec|second)|rps|qps|request rate",
    "context_depth": r"depth",
    "tp": r"tensor[ -]parallel(?:ism)?(?: (?:size|degree))?|tp[_ -]size",
    "temperature": r"temp",
}  # fmt: skip
"""How prose calls the settings that tools record under one name."""
_GENERAL = frozenset(
    """
    result results summary run runs data bench benchmark benchmarks report reports test tests performance profile export
    file files log logs json csv jsonl md output input main src docs doc model models time times instruct chat it metric
    metrics value values stat stats config configs analysis raw old tool tools name type kind unit all one two real no
    yes true false random none default linux x64 and with for the used using system systems full first last seconds
    second minutes requests request tokens token cpu gpu memory size sizes rows row
    """.split()  # noqa: SIM905 - read as a text
)
"""Words of file names that prose uses for anything."""


class Mention(NamedTuple):
    """A place of a text that names rows: which groups (a file with a configuration) they are."""

    start: int
    end: int
    groups: frozenset[int]
    setting: bool = False


class _Value(msgspec.Struct, frozen=True):
    tokens: frozenset[str]
    groups: frozenset[int]
    sentence: bool = False
    """A text such as a prompt: a word of it alone is no name."""
    path: bool = False
    """Part of a path: it names all rows of its files."""


class Vocabulary:
    """What texts may call the rows of a repository; built once."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        pairs = cells.groups()
        self.known = len(pairs) <= MOST_GROUPS
        self.number = {pair: n for n, pair in enumerate(pairs)} if self.known else {}
        self.by_config: dict[int, set[int]] = {}
        self.by_file: dict[int, set[int]] = {}
        for (file_id, config_id), n in self.number.items():
            self.by_config.setdefault(config_id, set()).add(n)
            self.by_file.setdefault(file_id, set()).add(n)

    @cached_property
    def _files(self) -> list[int]:
        return [file_id for file_id, _ in self.number]

    def file_of(self, group: int) -> int:
        """The file of a group."""
        return self._files[group]

    def _of_configs(self, ids: frozenset[int]) -> frozenset[int]:
        return frozenset(n for one in ids for n in self.by_config.get(one, ()))

    @cached_property
    def unnamed(self) -> frozenset[int]:
        """The groups of no model: of which one they are only their file may tell."""
        configs = self.cells.frames.configs
        return self._of_configs(frozenset(configs.filter(configs["model"].is_null())["config_id"].to_list()))

    @cached_property
    def values(self) -> dict[str, list[_Value]]:
        """Names by the tokens in them."""
        named: dict[str, set[int]] = {}
        models = self.cells.frames.configs["model"].drop_nulls()
        tagged = bool(models.str.ends_with(LATEST).any())
        for row in self.cells.frames.configs.iter_rows(named=True):
            extra = msgspec.json.decode(row["extra"]) if row.get("extra") else {}
            texts = [row[column] for column in ENTITY_COLUMNS if row.get(column)]
            texts += [its for its in extra.values() if isinstance(its, str)]
            if tagged and row["model"] and ":" not in row["model"]:
                texts.append(row["model"] + LATEST)
            for text in texts:
                named.setdefault(text, set()).update(self.by_config.get(row["config_id"], ()))
        parts: dict[str, set[int]] = {}
        for file_id, groups in self.by_file.items():
            for part in self.cells.path(file_id).split("/"):
                parts.setdefault(part.rpartition(".")[0] if "." in part else part, set()).update(groups)
        found: dict[str, list[_Value]] = {}
        for place, (text, groups) in enumerate([*named.items(), *parts.items()][:MOST_VALUES]):
            words = frozenset(word for word, _, _ in tokens_of(text)) if len(text) <= LONGEST_VALUE else frozenset()
            one = _Value(words, frozenset(groups), text.count(" ") >= SPACES, place >= len(named))
            for word in words:
                found.setdefault(word, []).append(one)
        return found

    def _in_its_files(self, kept: list[_Value], matched: set[str]) -> frozenset[int]:
        """The groups of names; a file with a word in its path does not mean all its rows where some are called so."""
        exact = frozenset[int]().union(*(one.groups for one in kept if not one.path and one.tokens == matched))
        parts = frozenset[int]().union(*(one.groups for one in kept if one.path))
        if exact and parts:
            files = [its for its in self.by_file.values() if not exact.isdisjoint(its)]
            parts -= frozenset[int]().union(*files)
        return parts.union(*(one.groups for one in kept if not one.path))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of fields and metrics."""
        series = self.cells.series.values()
        return frozenset(word for one in series for word in normalised(f"{one.field}_{one.metric}").split("_"))

    @cached_property
    def settings(self) -> list[tuple[re.Pattern[str], dict[float, frozenset[int]]]]:
        """Patterns of each numeric setting, name first and number first, with the groups of its values."""
        from chimera_tui.core.verify.words.rows import settings_by_name

        found = []
        for name, its in settings_by_name(self.cells).items():
            if name.startswith("bench") or not re.fullmatch(r"[a-z]\w{1,40}", name):
                continue
            words = re.escape(name).replace("_", "[_ -]")
            short = re.sub(r"^(?:n|num|number_of|max)_", "", name)
            if short != name and short not in _GENERAL and len(short) > 2:
                words += f"|{re.escape(short).replace('_', '[_ -]')}"
            words += f"|{_ALSO[name]}" if name in _ALSO else ""
            cards = rf"|(?<![\w.])(?P<cards>{_COUNTED}|single)[ -](?:gpus?|cards?)\b" if name == "tp" else ""
            first = rf"|\bc\s?=\s?(?P<c>{NUMBER})" if name == "concurrency" else ""
            pattern = re.compile(
                rf"\b(?:{words})\b[`*]*\s*(?:=|:|of|at|is|was)?\s*[`*]*(?P<after>{NUMBER})(?![\w%]|{MEASURED})"
                rf"|(?<![\w.])(?P<before>{_COUNTED})[ -]?(?:{words})\b{first}{cards}",
                re.IGNORECASE,
            )
            found.append((pattern, {value: self._of_configs(ids) for value, ids in its.items()}))
        return found

    def mentions(self, text: str) -> list[Mention]:
        """What a text names, in order; a setting with a value that no row has selects none."""
        if not self.known or not text:
            return []
        return self.cells.remembered(("mentions", text), lambda: self._found_in(text))

    def _found_in(self, text: str) -> list[Mention]:
        found = [*self._settings_in(text)]
        return sorted([*found, *(one for one in self._names_in(text) if not any(_overlap(one, its) for its in found))])

    def _settings_in(self, text: str) -> list[Mention]:
        found = []
        for pattern, values in self.settings:
            for one in pattern.finditer(text):
                named = one.groupdict()
                number = named.get("c") or named.get("cards") or one["after"] or one["before"]
                groups = values.get(_counted(number))
                if groups or (groups is None and not one["before"] and not named.get("cards") and len(values) > 1):
                    found.append(Mention(*one.span(), groups or frozenset(), setting=True))
                found += [
                    Mention(*its.span(1), values[printed(its[1])[0]], setting=True)
                    for its in _ALONE.finditer(text, one.end())
                    if printed(its[1])[0] in values
                ]
                for start, end, other in _listed(text, one.start("before")) if one["before"] else ():
                    found += [Mention(start, end, values[other], setting=True)] if other in values else []
        return found

    def _names_in(self, text: str) -> list[Mention]:
        words = tokens_of(text)
        found = []
        at = 0
        while at < len(words):
            end, groups = self._longest(words, at)
            if not groups and _alone(text, *words[at][1:]):
                groups = self._whole(words[at][0])
            if groups:
                found.append(Mention(words[at][1], words[end - 1][2], groups))
            at = max(end, at + 1)
        return found

    def _whole(self, word: str) -> frozenset[int]:
        """What has a word for its whole name: it means that where it stands alone, however general it is."""
        return self._in_its_files([one for one in self.values.get(word, ()) if len(one.tokens) == 1], {word})

    def _longest(self, words: list[tuple[str, int, int]], at: int) -> tuple[int, frozenset[int]]:
        """The longest run of tokens from one on that some names hold: where it ends, and what has those names."""
        first = words[at][0]
        if (not first[0].isalpha() or len(first) < 2) and not _FIRST.fullmatch(first):
            return at + 1, frozenset()
        kept = self.values.get(first, [])
        end, matched = at + 1, {first}
        place = end
        while kept and place < len(words) and words[place][1] - words[place - 1][2] <= 3:
            word = words[place][0]
            fewer = [one for one in kept if word in one.tokens]
            if fewer:
                kept, end = fewer, place + 1
                matched.add(word)
            elif not word[0].isdigit():
                break
            place += 1
        if len(matched) < OF_A_SENTENCE:
            kept = [one for one in kept if not one.sentence]
        called = len(matched) == 1 and any(not one.path and one.tokens == matched for one in kept)
        small = named_words() if called else stop_words()
        if not kept or all(word in small or (len(word) < 3 and not re.search(r"\d", word)) for word in matched):
            return at + 1, frozenset()
        whole = [one for one in kept if len(matched) >= EXACT and len(one.tokens) == len(matched)]
        return end, self._in_its_files(whole or kept, matched)


def _counted(number: str) -> float:
    """The value of a number or of a word for one: ``one client``, ``no concurrency``."""
    word = number.lower()
    return (
        0.0
        if word in ("no", "none")
        else 1.0
        if word == "single"
        else float(WORDS[word])
        if word in WORDS
        else printed(number)[0]
    )


_ALONE = re.compile(
    rf"(?:\b(?:with|at|for|to|from|than|vs\.?|and)|->|→) ({NUMBER})"
    r"(?= (?:it|they|the|is|this|this is)\b| \(|[,.;:)]?\s*$)"
)
"""A number alone that may be another value of a setting named before: ``with 2048 …; with 8192 it drops``."""


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a word is all that a table's cell holds."""
    before, after = text[:start].rstrip(" *`")[-1:], text[end:].lstrip(" *`")[:1]
    return before + after in (";", ";;")


def _listed(text: str, end: int) -> list[tuple[int, int, float]]:
    """The numbers in a row before one: ``1``, ``8`` before ``64 clients`` in ``1, 8 and 64 clients``."""
    found = re.search(rf"(?:(?<![\w.]){NUMBER}(?:,? (?:to|and|or|vs\.?) |, |–| → | -> ))+$", text[:end])
    if not found:
        return []
    return [
        (one.start(), one.end(), printed(one[0])[0]) for one in re.compile(NUMBER).finditer(text, found.start(), end)
    ]


def tokens_of(text: str) -> list[tuple[str, int, int]]:
    """The words and numbers of a name or a text, in lower case, with their places."""
    return [(one[0].lower(), *one.span()) for one in _TOKEN.finditer(text)]


_STOP: set[str] = set()
_NAMED: set[str] = set()


def named_words() -> set[str]:
    """Words that name no rows even where some are called so: of statistics, of nothing in particular, metrics."""
    if not _NAMED:
        from chimera_tui.core.verify.text.names import phrases
        from chimera_tui.core.verify.words.context import STATISTICS

        words = Counter(word for name in phrases() for word in set(name.split("_")))
        _NAMED.update(EMPTY, STATISTICS, _GENERAL, phrases(), (word for word, n in words.items() if n >= COMMON))
    return _NAMED


def stop_words() -> set[str]:
    """Words that name no rows: of metrics, of statistics, of nothing in particular."""
    if not _STOP:
        from chimera_tui.core.verify.words.context import STATISTICS

        _STOP.update(EMPTY, STATISTICS, _GENERAL)
        for table in entries().values():
            for field, entry in table.items():
                if entry.role.startswith("measure"):
                    _STOP.update(normalised(field).split("_"), entry.name.split("_"))
    return _STOP


def vocabulary(cells: Cells) -> Vocabulary:
    """The vocabulary of a repository, built when first asked for."""
    if "vocabulary" not in cells.memo:
        cells.memo["vocabulary"] = Vocabulary(cells)
    return cells.memo["vocabulary"]  # type: ignore[return-value]


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end
