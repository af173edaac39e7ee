"""Hypothesis strategies for every setting, made from the schema."""

from typing import Any

from hypothesis import strategies as st
from msgspec import UNSET, inspect

from chimera_tui.core.config.schema import LARGEST, Options
from chimera_tui.core.config.values import SETTINGS

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)


def values_of(path: str) -> st.SearchStrategy[Any]:
    """Every value of a setting, UNSET among them where it can be."""
    return _strategy(inspect.type_info(SETTINGS[path].type))


def _strategy(info: inspect.Type) -> st.SearchStrategy[Any]:
    match info:
        case inspect.Metadata():
            return _strategy(info.type)
        case inspect.UnionType():
            return st.one_of([_strategy(part) for part in info.types])
        case inspect.IntType():
            return st.integers(-LARGEST if info.ge is None else info.ge, LARGEST if info.le is None else info.le)
        case inspect.FloatType():
            low = info.ge if info.ge is not None else info.gt
            return st.floats(low, info.le, exclude_min=info.gt is not None, allow_nan=False, allow_infinity=False)
        case inspect.BoolType():
            return st.booleans()
        case inspect.LiteralType():
            return st.sampled_from(info.values)
        case inspect.ListType():
            return st.lists(TEXT, max_size=4)
        case inspect.DictType():
            return st.dictionaries(TEXT, TEXT, max_size=3)
        case inspect.StrType() if info.pattern:
            return st.from_regex(info.pattern)
        case inspect.StrType():
            return TEXT.filter(lambda text: len(text) >= (info.min_length or 0))
        case _:
            return st.just(UNSET)


def some_of(section: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any of a section's settings, by name."""
    names = [path.partition(".")[2] for path in SETTINGS if path.startswith(section + ".")]
    return st.fixed_dictionaries({}, optional={name: values_of(f"{section}.{name}") for name in names})


OPTIONS = some_of("options").map(lambda given: Options(**given))
