"""Files of our own: written in one step, read back within bounds, whatever somebody made of them since."""

import errno
import os
import tempfile
import tomllib
from pathlib import Path
from typing import Any, TypeVar, overload

import msgspec

Kind = TypeVar("Kind")


class BrokenFileError(ValueError):
    """A file does not hold what it should; the message says why."""


def write_atomically(path: Path, content: bytes, *, backup: bool = False) -> None:
    """Temporary file, fsync, ``os.replace``; with ``backup`` the old file stays as ``NAME~``. Raises OSError.

    A link stays a link: the file that it leads to is replaced. A device or a pipe is written to, not replaced.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    if backup and path.exists():
        _replace(path.with_name(path.name + "~"), path.read_bytes(), mode)
    _replace(path, content, mode)


def read_bounded(path: Path, most: int) -> bytes:
    """The bytes of a file. Raises OSError, also where there are more than ``most`` of them."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"larger than {most:,} bytes", str(path))
    return content


@overload
def decoded_json(content: bytes | str) -> Any: ...  # noqa: ANN401 - whatever JSON can hold
@overload
def decoded_json(content: bytes | str, kind: type[Kind]) -> Kind: ...
def decoded_json(content: bytes | str, kind: Any = Any) -> Any:
    """JSON as a value of ``kind``, numbers in quotes taken for numbers. Raises :class:`BrokenFileError`."""
    try:
        return msgspec.json.decode(content, type=kind, strict=False)
    except RecursionError:
        raise BrokenFileError("its values are nested too deep") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BrokenFileError(str(error)) from error


def decoded_toml(content: bytes) -> dict[str, Any]:
    """The tables of a TOML file. Raises :class:`BrokenFileError`."""
    try:
        return tomllib.loads(content.decode("utf-8"))
    except RecursionError:
        raise BrokenFileError("its values are nested too deep") from None
    except ValueError as error:
        raise BrokenFileError(str(error)) from error


def _replace(path: Path, content: bytes, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
