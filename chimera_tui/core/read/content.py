"""The bytes of a file as text: encodings and the files that are no text at all."""

import os
from dataclasses import dataclass
from pathlib import Path

_FIRST, _PIECE = 1 << 14, 1 << 18
"""Most files are small: a large buffer for each of them costs more than reading it."""
_TO_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_LFS = b"version https://git-lfs.github.com/spec/"
_ENCODED_MARK = b"\xc3\xbf\xc3\xbe"
"""A UTF-16 byte order mark that was itself encoded as UTF-8 (PowerShell's ``>`` on top of a pipe does it)."""
_BINARY_KINDS = (
    (b"PAR1", "parquet"), (b"\x89PNG", "PNG image"), (b"\xff\xd8\xff", "JPEG image"), (b"GIF8", "GIF image"),
    (b"PK\x03\x04", "ZIP archive"), (b"\x1f\x8b", "gzip archive"), (b"\x28\xb5\x2f\xfd", "zstd archive"),
    (b"SQLite format 3", "SQLite database"), (b"GGUF", "GGUF model"), (b"\x7fELF", "ELF program"),
    (b"%PDF", "PDF document"), (b"ARROW1", "Arrow file"), (b"\x93NUMPY", "NumPy array"), (b"\x80\x04", "pickle"),
)  # fmt: skip


@dataclass(slots=True)
class Content:
    """Text and how it was encoded; ``text`` is None where there is none, and ``problem`` says why."""

    text: str | None
    encoding: str = "utf-8"
    problem: str = ""
    raw: bytes = b""
    """The bytes when they are UTF-8, for decoders that want them."""


def read_bytes(path: str | Path, limit: int | None = None) -> bytes:
    """All bytes of a file, or the first ``limit``; OSError passes through. Pipes and devices are not waited for."""
    fd = os.open(path, _TO_READ)
    try:
        first = os.read(fd, _FIRST if limit is None else min(limit, _FIRST))
        if len(first) < _FIRST:
            return first
        pieces, size = [first], len(first)
        while limit is None or size < limit:
            piece = os.read(fd, _PIECE if limit is None else min(limit - size, _PIECE))
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)
    finally:
        os.close(fd)


def decode(data: bytes) -> Content:
    """Text from bytes: byte order marks, UTF-16 without one, UTF-8, and Latin-1 for bytes that are not UTF-8."""
    if not data:
        return Content(None, "empty", "the file is empty")
    if data[:3] == b"\xef\xbb\xbf":
        return _utf8(data[3:], "utf-8-sig")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Content(data.decode("utf-16", "replace"), "utf-16")
    if data.startswith(_LFS):
        return Content(None, "git-lfs pointer", "a git-LFS pointer, not the data: run git lfs pull to fetch it")
    if b"\x00" in data[:4096]:
        return _with_zeros(data.removeprefix(_ENCODED_MARK))
    return _utf8(data, "utf-8")


def _utf8(data: bytes, name: str) -> Content:
    try:
        return Content(data.decode("utf-8"), name, raw=data)
    except UnicodeDecodeError:
        kind = _binary(data)
        if kind:
            return Content(None, "binary", f"not text: {kind}")
        return Content(data.decode("latin-1"), "latin-1")


def _with_zeros(data: bytes) -> Content:
    head = data[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 0.3 * len(head) / 2 and even < odd / 8:
        return Content(data.decode("utf-16-le", "replace"), "utf-16-le")
    if even > 0.3 * len(head) / 2 and odd < even / 8:
        return Content(data.decode("utf-16-be", "replace"), "utf-16-be")
    return Content(None, "binary", f"not text: {_binary(data) or 'binary data'}")


def _binary(data: bytes) -> str:
    for start, kind in _BINARY_KINDS:
        if data.startswith(start):
            return kind
    controls = sum(data.count(bytes((code,)), 0, 4096) for code in (*range(9), *range(14, 27)))
    return "binary data" if controls > len(data[:4096]) * 0.1 else ""
