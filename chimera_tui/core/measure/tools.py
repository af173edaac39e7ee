"""Which tool wrote a file: signatures are data (``tools.tsv``), each a set of fields that occur together."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from chimera_tui.core.measure.naming import normalised
from chimera_tui.core.read.jsontext import Json


class Signature(NamedTuple):
    """A tool, what its file's name must hold (if anything), and the fields that give it away."""

    tool: str
    name: re.Pattern[str] | None
    keys: tuple[str, ...]


@cache
def signatures() -> tuple[Signature, ...]:
    """All signatures in the order in which they are tried."""
    lines = files(__package__).joinpath("tools.tsv").read_text("utf-8").splitlines()[1:]
    found = []
    for line in lines:
        tool, name, keys = line.split("\t")
        pattern = re.compile(name, re.IGNORECASE) if name else None
        found.append(Signature(tool, pattern, tuple(keys.split())))
    return tuple(found)


@cache
def _by_top() -> tuple[tuple[Signature, frozenset[str]], ...]:
    """Each signature with the top-level fields it needs."""
    return tuple((s, frozenset(key.partition(".")[0] for key in s.keys)) for s in signatures())


def tool_of_document(document: Json, file_name: str) -> str:
    """The tool that wrote a JSON document (for JSON Lines or a list: one of its objects)."""
    if not isinstance(document, dict):
        return ""
    for signature in _possible(tuple(document)):
        if signature.name and not signature.name.search(file_name):
            continue
        if all(_holds(document, key.split(".")) for key in signature.keys):
            return signature.tool
    return ""


def tool_of_header(header: tuple[str, ...], file_name: str) -> str:
    """The tool that wrote a table, by its header."""
    for signature in _tables(header):
        if signature.name is None or signature.name.search(file_name):
            return signature.tool
    return ""


@lru_cache(maxsize=4096)
def _possible(keys: tuple[str, ...]) -> tuple[Signature, ...]:
    present = frozenset(keys)
    return tuple(signature for signature, top in _by_top() if top <= present)


@lru_cache(maxsize=4096)
def _tables(header: tuple[str, ...]) -> tuple[Signature, ...]:
    present = {name.strip() for name in header} | {normalised(name) for name in header}
    present |= {name.strip().lower() for name in header}
    return tuple(signature for signature in signatures() if all(key in present for key in signature.keys))


def _holds(node: Json, path: list[str]) -> bool:
    for i, key in enumerate(path):
        if isinstance(node, list):
            return any(_holds(item, path[i:]) for item in node[:3])
        if not isinstance(node, dict) or key not in node:
            return False
        node = node[key]
    return True
