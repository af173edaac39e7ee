"""The few symbols of the interface, and when they must be ASCII."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import UNSET, UnsetType


@dataclass(frozen=True)
class Glyphs:
    """One set of symbols, each a single cell wide unless it is a word or several signs."""

    ascii: bool
    set: str
    dot: str
    ellipsis: str
    arrow: str
    times: str
    rule: str
    levels: str
    """Of a sparkline, lowest first."""


UNICODE = Glyphs(ascii=False, set="●", dot=" · ", ellipsis="…", arrow="→", times="×", rule="─", levels="▁▂▃▄▅▆▇█")
ASCII = Glyphs(ascii=True, set="*", dot=" - ", ellipsis="...", arrow="->", times="x", rule="-", levels="_.:-=+*#")


def ascii_wanted(setting: bool | UnsetType, environment: Mapping[str, str]) -> bool:
    """Whether to draw with ASCII: the setting where there is one, else the terminal and the locale decide."""
    if setting is not UNSET:
        return bool(setting)
    return environment.get("TERM", "") in ("linux", "vt100", "vt102", "vt220") or not _utf8(environment)


def _utf8(environment: Mapping[str, str]) -> bool:
    """Whether the locale is UTF-8. Python makes LC_CTYPE of the C locale C.UTF-8 (PEP 538): LANG tells the truth."""
    lang = environment.get("LANG", "")
    ctype = environment.get("LC_CTYPE", "")
    if ctype == "C.UTF-8" and lang in ("", "C", "POSIX"):
        ctype = ""
    locale = environment.get("LC_ALL", "") or ctype or lang
    return "utf8" in locale.lower().replace("-", "")


_SIGNS = str.maketrans({
    "±": "+/-", "×": "x", "÷": "/", "≥": ">=", "≤": "<=", "µ": "u", "−": "-", "–": "-", "…": "...",
    "→": "->", "σ": "s", "Σ": "sum",
})  # fmt: skip


def in_ascii(text: str) -> str:
    """Words of our own with their signs spelled in ASCII; what else is in them stays."""
    return text.translate(_SIGNS)
