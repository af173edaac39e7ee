"""Large JSON and JSON Lines in small memory: one value at a time."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from chimera_tui.core.read.jsontext import decode_line

_SURVEYED_EVENTS = 60_000
_SCALARS = frozenset(("string", "number", "boolean"))
_LONGEST_LINE = 64_000_000


class Survey(NamedTuple):
    """What the beginning of a large JSON document shows: where its records are, and the values around them."""

    prefix: str
    """ijson's prefix of the list of records; empty where none was seen."""
    scalars: list[tuple[str, Any]]
    """Path and value of what stands outside lists, as far as it was read."""


class Lines(NamedTuple):
    """How reading JSON Lines went."""

    values: Iterator[Any]
    other: list[int]
    """One number: how many lines were no JSON (filled while the values are read)."""


def is_json_lines(head: bytes) -> bool:
    """Whether the first line that looks like JSON is a whole value and another follows."""
    lines = [line for line in head.split(b"\n")[:-1] if line.strip()[:1] in (b"{", b"[")]
    return len(lines) >= 2 and all(decode_line(line.decode("utf-8", "replace")) is not None for line in lines[:2])


def json_lines(path: Path) -> Lines:
    """The values of a JSON Lines file, one after the other."""
    other = [0]

    def values() -> Iterator[Any]:
        with path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                bare = line.strip()
                if not bare:
                    continue
                value = decode_line(bare.decode("utf-8", "replace")) if bare[:1] in (b"{", b"[") else None
                if value is None:
                    other[0] += 1
                else:
                    yield value

    return Lines(values(), other)


def survey(path: Path) -> Survey:
    """Where the records of a large JSON document are. Raises ijson's JSONError for what is no JSON."""
    import ijson

    maps: dict[str, int] = {}
    scalars: list[tuple[str, Any]] = []
    try:
        with path.open("rb") as file:
            _skip_mark(file.fileno())
            for prefix, event, value in islice(ijson.parse(file, use_float=True), _SURVEYED_EVENTS):
                if event == "start_map" and (prefix == "item" or prefix.endswith(".item")):
                    maps[prefix] = maps.get(prefix, 0) + 1
                elif event in _SCALARS and ".item" not in prefix and not prefix.startswith("item"):
                    scalars.append((prefix, value))
    except ijson.JSONError:
        if not maps:  # else what stands before the fault is still worth reading
            raise
    outer = {p: n for p, n in maps.items() if ".item" not in p.removesuffix(".item") and not p.startswith("item.")}
    prefix = max(outer, key=lambda p: outer[p]) if outer else ""
    return Survey(prefix, scalars)


def items(path: Path, prefix: str) -> Iterator[Any]:
    """The records of a large JSON document one by one. Raises ijson's JSONError where the document breaks."""
    import ijson

    with path.open("rb") as file:
        _skip_mark(file.fileno())
        yield from ijson.items(file, prefix, use_float=True)


def _skip_mark(fd: int) -> None:
    """Go past a UTF-8 byte order mark."""
    if os.pread(fd, 3, 0) == b"\xef\xbb\xbf":
        os.lseek(fd, 3, os.SEEK_SET)
