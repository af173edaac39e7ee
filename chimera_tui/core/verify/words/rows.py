"""Which rows a text speaks of: by the models, settings and kinds of file that it names."""

from __future__ import annotations

import re

import msgspec

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.verify.index.cells import Cells
from chimera_tui.core.verify.index.filters import Filter
from chimera_tui.core.verify.text.masks import FILE
from chimera_tui.core.verify.text.names import EMPTY, ENTITY_COLUMNS, plain
from chimera_tui.core.verify.text.quantities import MEASURED
from chimera_tui.core.verify.words.context import STATISTICS, Context, kinds_in
from chimera_tui.core.verify.words.states import asked_state

OPTION = re.compile(
    r"\b(num_gpu|num_ctx|temperature|temp|top_p|top_k|batch(?:[_ ]size)?|concurrency|gpu|"
    rf"ctx|context)\b\s*(?:[=:]|of|at|is)?\s*(\d+(?:\.\d+)?)(?![\d.]*{MEASURED})",
    re.IGNORECASE,
)
SETTINGS = (
    "num_gpu", "num_ctx", "temperature", "top_p", "top_k", "batch", "concurrency", "input_tokens", "output_tokens",
)  # fmt: skip
_OPTION_COLUMNS = {
    "temp": "temperature",
    "batch_size": "batch",
    "batch size": "batch",
    "context": "num_ctx",
    "ctx": "num_ctx",
    "gpu": "num_gpu",
}


class Rows(msgspec.Struct, frozen=True):
    """Rows that a text may mean: the filters to try, and what it said. ``sure`` where it said so right there."""

    filters: tuple[Filter, ...]
    said: str = ""
    sure: bool = False
    beside: bool = False
    """Nothing is said, and the text stands beside files: of those it speaks."""

    @property
    def stated(self) -> bool:
        """Whether the text restricts the rows at all."""
        return bool(self.said)


LONG_NAME = 5
"""Letters of a name from which on it tells a file."""
NEAR = 600
"""Characters before and behind a number in which names are its own."""
NOWHERE = Rows((), "a combination of settings that no row has")


def rows_of(at: Context, cells: Cells) -> Rows:
    """The rows that a claim is about: those that are named, of a text in the repository the files beside it."""
    rows = _with_settings(at, cells, _named(at, cells))
    if cells.beside is not None:
        rows = _at_home(cells, cells.beside, rows)
    if (warm := asked_state(at)) is not None:
        rows = msgspec.structs.replace(
            rows, filters=tuple(msgspec.structs.replace(one, warm=warm) for one in rows.filters)
        )
    return rows


def _at_home(cells: Cells, beside: Filter, rows: Rows) -> Rows:
    """Rows among the files beside the text where any is there."""
    if not rows.stated:
        return Rows((beside,), f"the files in {cells.home}", sure=True, beside=True)
    kept = [one for one in rows.filters if one.files is None and one.configs is not None and _any(cells, beside, one)]
    if not kept:
        return rows
    filters = tuple(msgspec.structs.replace(one, files=beside.files) for one in kept)
    return Rows(filters, f"{rows.said} in {cells.home}", rows.sure, beside=True)


def _any(cells: Cells, beside: Filter, rows: Filter) -> bool:
    key = ("beside", cells.home)
    if key not in cells.memo:
        cells.memo[key] = cells.configs_of(beside)
    return bool((rows.configs or frozenset()) & cells.memo[key])  # type: ignore[operator]


def _with_settings(at: Context, cells: Cells, rows: Rows) -> Rows:
    """Rows narrowed by the settings that the other cells of a table's row, or a block above the line, give."""
    found = _of_row(at, cells)
    if not found and not rows.stated:
        found = options_in(at.line.settings, cells)
    if not found:
        return rows
    both = frozenset.intersection(*[ids for _, ids in found])
    said = ", ".join(text for text, _ in found)
    if not rows.stated:
        return Rows((Filter(configs=both),), said, sure=_of_one_model(cells, both)) if both else NOWHERE
    narrowed = [
        msgspec.structs.replace(one, configs=one.configs & both if one.configs else both) for one in rows.filters
    ]
    narrowed = [one for one in narrowed if one.configs]
    return Rows(tuple(narrowed), f"{rows.said}, {said}", rows.sure) if narrowed else rows


def settings_of(at: Context, cells: Cells) -> list[tuple[str, frozenset[int]]]:
    """Settings that the row, the block above or the sentence gives, each with the configurations that have it."""
    return _of_row(at, cells) or options_in(at.line.settings, cells) or options_in(at.sentence, cells)


def _of_row(at: Context, cells: Cells) -> list[tuple[str, frozenset[int]]]:
    """The settings in a table's row: cells under heads that name one."""
    found: list[tuple[str, frozenset[int]]] = []
    if not at.in_row:
        return found
    for place, head in enumerate(at.line.header[: len(at.cells)]):
        number = _NUMBER.fullmatch(at.cells[place])
        if place != at.column and number and (name := normalised(re.sub(r"[`*]", "", head))):
            column = _OPTION_COLUMNS.get(name.replace("_", " "), _OPTION_COLUMNS.get(name, name))
            if values := settings_by_name(cells).get(column):
                found.append((f"{column}={number[1]}", values.get(float(number[1]), frozenset())))
    return found


_NUMBER = re.compile(r"[\s*`]*(\d+(?:\.\d+)?)[\s*`]*")


def settings_by_name(cells: Cells) -> dict[str, dict[float, frozenset[int]]]:
    """The configurations by every numeric setting and its values."""
    if "settings" not in cells.memo:
        configs = cells.frames.configs
        found: dict[str, dict[float, set[int]]] = {}
        columns = [name for name in SETTINGS if name in configs.columns]
        for row in configs.select("config_id", "extra", *columns).iter_rows(named=True):
            more = msgspec.json.decode(row["extra"]) if row["extra"] else {}
            for name, value in ({normalised(key): its for key, its in more.items()} | row).items():
                if isinstance(value, (int, float)) and name != "config_id":
                    found.setdefault(name, {}).setdefault(float(value), set()).add(row["config_id"])
        cells.memo["settings"] = {
            name: {value: frozenset(ids) for value, ids in its.items()} for name, its in found.items()
        }
    return cells.memo["settings"]  # type: ignore[return-value]


def _named(at: Context, cells: Cells) -> Rows:
    """The rows by entity and kind, from the nearest words that name any; wider words only narrow them."""
    if behind := _behind(at, cells):
        return behind
    own = (
        (at.cells[0], at.header, *(() if _A_NAME.search(at.header) else at.cells))
        if at.in_row
        else (_own_settings(at)[-NEAR:], _words_behind(at), at.sentence)
    )
    above = (*reversed(at.line.parents), *((at.line.intro,) if at.in_row else ()))
    rows = Rows((Filter(),))
    for place, text in enumerate((*own, *above, at.line.heading, at.line.section if at.in_row else "")):
        if not (found := entities_in(text, cells)):
            continue
        ids, said = found
        if not ids and not rows.stated:
            return _in_files_called(text, said, cells) or NOWHERE
        if not rows.stated:
            sure = place < len(own) + len(at.line.parents) and len(ids) == 1 and not _several(at, cells)
            sure = sure and (place != 2 or at.in_row or not _goes_on(at))
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


_A_NAME = re.compile(r"[A-Za-z]{3,}[\d.]*[:-][\w.-]*\d")
"""A head like the name of a model: where no row has it, the other cells do not say whose number it is."""


def _goes_on(at: Context) -> bool:
    """Whether the sentence has more values behind this one: the names there may be theirs."""
    return any(at.claim.start < one.start < at.reach[1] and one.unit for one in at.claims)


def _words_behind(at: Context) -> str:
    """The words behind a claim; of those before another claim only the ones up to a comma."""
    words = at.words_after[:NEAR]
    return re.split(r"[,;] ", words)[0] if at.claim.end + len(at.words_after) < at.reach[1] else words


def _in_files_called(text: str, said: str, cells: Cells) -> Rows | None:
    """The rows with the settings that a text gives, in the files that are called as the model it names."""
    names = [name for name in said.split(", ") if "=" not in name]
    settings = [ids for _, ids in options_in(FILE.sub(" ", text), cells)]
    if not settings or not names or any(len(name) < LONG_NAME for name in names):
        return None
    files = frozenset(one for one, path in cells.called(names[0]).items() if all(name in path for name in names))
    configs = frozenset.intersection(*settings)
    return Rows((Filter(files=files, configs=configs),), said, sure=True) if files and configs else None


def _own_settings(at: Context) -> str:
    """The sentence up to the claim; a setting given again behind another value is that value's no more."""
    text, start = at.before, at.claim.start - len(at.before)
    values = [one.start - start for one in at.claims if start <= one.start < at.claim.start and one.unit]
    given = list(OPTION.finditer(text))
    for place, one in enumerate(given):
        again = [its for its in given[place + 1 :] if its[1].lower() == one[1].lower()]
        if again and any(one.end() <= value < again[-1].start() for value in values):
            text = text[: one.start()] + " " * len(one[0]) + text[one.end() :]
    return text


_AT = re.compile(r"[\s,(`*]*(?:(?:at|with|for|using|under|when|in|@)\s+)?(?:an?\s+|the\s+)?[`*]*", re.IGNORECASE)


def _behind(at: Context, cells: Cells) -> Rows | None:
    """A setting right behind a number is that number's, whatever the sentence says of others."""
    if at.in_row:
        return None
    rest = at.text[at.claim.end : at.reach[1]]
    rest = rest[_AT.match(rest).end() :]  # type: ignore[union-attr]
    one = next((found for pattern in (OPTION, factor_pattern(cells)) if (found := pattern.match(rest))), None)
    apart = "," in at.text[at.claim.end : at.reach[1] - len(rest)] and OPTION.search(_own_settings(at))
    settings = options_in(one[0], cells) if one and not apart else []
    if not settings:
        return _name_behind(at, cells)
    ids, said = frozenset.intersection(*[its for _, its in settings]), ", ".join(text for text, _ in settings)
    named = entities_in(factor_pattern(cells).sub(" ", OPTION.sub(" ", at.before)), cells)
    if named and len(named[0]) == 1 and (both := ids & named[0][0]):
        return Rows((Filter(configs=both),), f"{named[1]}, {said}", sure=True)
    return Rows((Filter(configs=ids),), said, sure=_of_one_model(cells, ids)) if ids else NOWHERE


def _of_one_model(cells: Cells, ids: frozenset[int]) -> bool:
    """Whether settings alone leave the rows of one model: of several, another report may have other rows."""
    if "models" not in cells.memo:
        cells.memo["models"] = dict(cells.frames.configs.select("config_id", "model").iter_rows())
    models: dict[int, str | None] = cells.memo["models"]  # type: ignore[assignment]
    return len({models.get(one) for one in ids}) == 1


_WITH = re.compile(r"\s*(?:with|for|using|under) (?:the )?[`*]*([A-Za-z0-9][\w.:-]*\w)")


def _name_behind(at: Context, cells: Cells) -> Rows | None:
    """A name right behind a number, narrowed by what the sentence names before its first number: ``5 ms with q4_0``."""
    found = _WITH.match(at.after)
    if not found or not (ids := _entity(plain(found[1]), cells)):
        return None
    first = min((one.start for one in at.claims if one.start >= at.reach[0] and one.unit), default=at.claim.start)
    named = entities_in(at.text[at.reach[0] : first], cells)
    if not named:
        return Rows((Filter(configs=ids),), plain(found[1]), sure=True)
    both = ids & named[0][0] if len(named[0]) == 1 else frozenset()
    return Rows((Filter(configs=both),), f"{named[1]}, {plain(found[1])}", sure=True) if both else None


def _several(at: Context, cells: Cells) -> bool:
    """Whether the sentence names rows that have nothing in common: then which is meant is a guess."""
    found = None if at.in_row else entities_in(at.sentence, cells)
    return found is not None and len(found[0]) > 1


def entities_in(text: str, cells: Cells) -> tuple[list[frozenset[int]], str] | None:
    """Configurations that names and options in a text select; an empty list where no row is under all of them."""
    return cells.remembered(("entities in", text), lambda: _entities_in(text, cells))


def _entities_in(text: str, cells: Cells) -> tuple[list[frozenset[int]], str] | None:
    bare = FILE.sub(" ", text)
    tokens = [plain(one) for one in re.findall(r"[A-Za-z0-9][\w.:-]*", bare)]
    found: list[tuple[str, frozenset[int]]] = []
    for size in (3, 2, 1):
        for place in range(len(tokens) - size + 1):
            name = "".join(tokens[place : place + size])
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
    if len(name) < 2 or name in EMPTY or name in STATISTICS:
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
        named = [name for column in ENTITY_COLUMNS for name in configs[column].drop_nulls().unique().to_list()]
        core = {plain(name) for whole in named for name in (whole, whole.rpartition("/")[2])}
        cells.memo["entity names"] = {
            name: ids for name, ids in cells.entities.items()
            if len(name) > 2 and (name in core or re.search(r"[a-z]\d", name)) and name not in _NO_ENTITIES
        }  # fmt: skip
    return cells.memo["entity names"]  # type: ignore[return-value]


_NO_ENTITIES = frozenset(("cpu", "gpu", "cuda", "base", "none", "default"))


def options_in(text: str, cells: Cells) -> list[tuple[str, frozenset[int]]]:
    """Settings with their values in a text, and the configurations that have them: none where no row does."""
    found: list[tuple[str, frozenset[int]]] = []
    for option, number in OPTION.findall(text):
        column = _OPTION_COLUMNS.get(option.lower(), option.lower())
        if column in SETTINGS:
            values = settings_by_name(cells).get(column, {})
            found.append((f"{column}={number}", values.get(float(number), frozenset())))
    for one in factor_pattern(cells).finditer(text):
        name = normalised(one[1])
        if ids := settings_by_name(cells)[name].get(float(one[2])):
            found.append((f"{name}={one[2]}", ids))
    return found


def factor_pattern(cells: Cells) -> re.Pattern[str]:
    """Any other numeric factor of the files with a value behind it: ``request_rate=4``, "a request rate of 4"."""
    if "factor pattern" not in cells.memo:
        names = [
            name for name in settings_by_name(cells) if name not in SETTINGS and re.fullmatch(r"[a-z]\w{2,40}", name)
        ]
        words = "|".join(re.escape(name).replace("_", "[_ -]") for name in sorted(names, key=len, reverse=True)[:200])
        cells.memo["factor pattern"] = re.compile(
            rf"\b({words or '(?!)'})\b[`*]*\s*(?:=|:|of|at|is)?\s*[`*]*(\d+(?:\.\d+)?)", re.IGNORECASE
        )
    return cells.memo["factor pattern"]  # type: ignore[return-value]


def factor_values(at: Context, cells: Cells) -> tuple[str, list[float]] | None:
    """The numeric factor that a claim is directly said to be the value of, and its values in the rows named."""
    name = normalised(re.sub(r"[`*]", "", at.header)) if at.in_row else ""
    if name not in settings_by_name(cells):
        found = [one for one in factor_pattern(cells).finditer(at.text, at.reach[0]) if one.start(2) == at.claim.start]
        name = normalised(found[0][1]) if found else ""
    if not name:
        return None
    named = entities_in(factor_pattern(cells).sub(" ", OPTION.sub(" ", at.sentence)), cells)
    of = named[0][0] if named and len(named[0]) == 1 else None
    return name, sorted(value for value, ids in settings_by_name(cells)[name].items() if of is None or ids & of)
