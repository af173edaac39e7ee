"""Values of settings in words: what is shown, what is allowed, what the next step is."""

import math
from collections.abc import Mapping
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, UnsetType, inspect

from chimera_tui.core.config.schema import Setting, Settings, describe
from chimera_tui.core.config.values import (
    ADDRESSES,
    UNSET_WORD,
    NotAllowedError,
    allowed,
    parse_word,
    shown,
    without_password,
)

if TYPE_CHECKING:
    from chimera_tui.engine.backends.base import ModelInfo

GROUPS = ("Run", "GPU", "Context", "Sampling")
_RUN = ("model", "engine", "think", "keep_alive", "persona")

SERVER_DEFAULTS: dict[str, object] = {
    "num_gpu": -1, "main_gpu": 0, "num_thread": 0, "num_batch": 512, "use_mmap": True, "num_ctx": 4096, "num_keep": 4,
    "num_predict": -1, "temperature": 0.8, "top_k": 40, "top_p": 0.9, "min_p": 0.0, "typical_p": 1.0,
    "repeat_penalty": 1.0, "repeat_last_n": 64, "presence_penalty": 0.0, "frequency_penalty": 0.0, "seed": 0,
}  # fmt: skip
"""Where stepping an unset option starts, unless the Modelfile says otherwise."""


def panel_settings() -> list[tuple[str, Setting]]:
    """The settings of the panel with their groups, in order."""
    run = {setting.name: setting for setting in describe("run")}
    servers = [setting for setting in describe("server") if setting.path in ADDRESSES]
    rows = [("Run", run[name]) for name in _RUN]
    rows[2:2] = [("Run", setting) for setting in servers]
    options = sorted(describe("options"), key=lambda setting: GROUPS.index(setting.group))
    return rows + [(setting.group, setting) for setting in options]


def displayed(setting: Setting, value: object) -> str:
    """A value as the screen may show it: an address without its password."""
    return without_password(str(value)) if setting.path in ADDRESSES else shown(value)


def value_of(settings: Settings, path: str) -> Any:  # noqa: ANN401 - a value of any setting's type
    """The value of a dotted name."""
    section, _, name = path.rpartition(".")
    return getattr(getattr(settings, section) if section else settings, name)


def with_value(settings: Settings, path: str, value: object) -> Settings:
    """The settings with one value changed; the value is validated already."""
    section, _, name = path.rpartition(".")
    if not section:
        return msgspec.structs.replace(settings, **{name: value})
    changed = msgspec.structs.replace(getattr(settings, section), **{name: value})
    return msgspec.structs.replace(settings, **{section: changed})


def parsed(setting: Setting, text: str) -> Any:  # noqa: ANN401 - a value of any setting's type
    """A typed value. Raises ValueError with a sentence that says what is allowed."""
    word = text.strip()
    if word.lower() in ("", UNSET_WORD) and _can_be_unset(setting):
        return UNSET
    try:
        return parse_word(setting.path, word)
    except NotAllowedError as error:
        raise ValueError(f"not {_quoted(word)}: {error}") from None


def _quoted(word: str) -> str:
    return f"'{word}'" if word else "nothing"


def _can_be_unset(setting: Setting) -> bool:
    return setting.default is UNSET or setting.section == "options"


def unset_value(setting: Setting) -> object:
    """What a setting goes back to: UNSET, or its default where it must have a value."""
    return UNSET if _can_be_unset(setting) else setting.default


def choices(setting: Setting) -> list[object]:
    """The values of a setting that has only a few, in the order of the schema: stepping goes round them."""
    found: list[object] = []
    for part in _parts(setting.type):
        if part is bool:
            found += [False, True]
        elif get_origin(part) is Literal:
            found += get_args(part)
        elif part is not UnsetType:
            return []
    return found


def _parts(kind: Any) -> list[Any]:  # noqa: ANN401 - a type expression
    """The members of a union, annotations taken off."""
    if get_origin(kind) is Annotated:
        return _parts(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [part for member in get_args(kind) for part in _parts(member)]
    return [kind]


def stepped(setting: Setting, value: object, direction: int, modelfile: Mapping[str, object]) -> Any:  # noqa: ANN401
    """The next value up or down; an unset option starts at what is in force without it.

    Raises ValueError where there is no next one, with what is allowed.
    """
    few = choices(setting)
    if few:
        here = few.index(value) if value in few else (-1 if direction > 0 else len(few))
        return few[(here + direction) % len(few)]
    if setting.step is None:
        raise ValueError("press enter to type a value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        start = modelfile.get(setting.name, SERVER_DEFAULTS.get(setting.name, 0))
        return msgspec.convert(start, setting.type)
    step = setting.step
    position = value / step
    moved = math.floor(position + 1e-9) + 1 if direction > 0 else math.ceil(position - 1e-9) - 1
    result = round(moved * step, 10)
    try:
        return msgspec.convert(int(result) if isinstance(value, int) else result, setting.type)
    except msgspec.ValidationError:
        return _edge(setting, value, direction)


def _edge(setting: Setting, value: float, direction: int) -> object:
    """The end of the range when a whole step would leave it."""
    info = inspect.type_info(setting.type)
    parts = [info]
    while parts:
        part = parts.pop()
        if isinstance(part, inspect.Metadata):
            parts.append(part.type)
        elif isinstance(part, inspect.UnionType):
            parts.extend(part.types)
        elif isinstance(part, inspect.IntType | inspect.FloatType):
            edge = part.le if direction > 0 else part.ge
            if edge is not None and edge != value:
                return int(edge) if isinstance(part, inspect.IntType) else float(edge)
    raise ValueError(f"it must be {allowed(setting.path)}")


def zero_note(setting: Setting, value: object) -> str:
    """What 0 means where people expect something else."""
    return f"{setting.zero}." if setting.zero and value == 0 and not isinstance(value, bool) else ""


def model_note(setting: Setting, value: object, model: "ModelInfo | None") -> str:
    """What a setting means for the chosen model: its layers, the context it was trained with."""
    if model is None:
        return ""
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    if setting.path == "options.num_gpu" and model.layers:
        more = ": all of them" if number is not None and number >= model.layers else ""
        return f"This model has {model.layers} layers{more}."
    if setting.path == "options.num_ctx" and model.context_length:
        more = "; the server cuts this down to it" if number is not None and number > model.context_length else ""
        return f"This model's limit is {model.context_length:,}{more}."
    if setting.path == "run.think" and value not in (UNSET, False) and "thinking" not in model.capabilities:
        return "This model cannot think: the server refuses it."
    return ""
