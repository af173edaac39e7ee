"""Characters per token of each model, measured from the prompts that servers counted, kept in the cache folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from chimera_tui.core.files import BrokenFileError, decoded_json, read_bounded, write_atomically

CHARS_PER_TOKEN = 2.5
"""Characters per token before a model was measured: low, because a tokenizer spends a token on every digit."""
FORMAT_VERSION = 1
NAME = "chars-per-token.json"
MEMORY_TOKENS = 50_000
"""Beyond this many counted tokens older prompts weigh half."""
MOST_MODELS = 200
LARGEST = 1_000_000
"""Bytes of the file; so many models take a tenth of it."""


class Rate(msgspec.Struct, frozen=True):
    """Characters and tokens of the counted prompts of one model, and how many prompts these were."""

    chars: float = 0.0
    tokens: float = 0.0
    prompts: int = 0

    @property
    def measured(self) -> bool:
        """Whether any prompt was counted."""
        return self.tokens > 0

    @property
    def chars_per_token(self) -> float:
        """What estimates divide by: measured, or the default."""
        return self.chars / self.tokens if self.measured else CHARS_PER_TOKEN

    @property
    def words(self) -> str:
        """How prompts were estimated."""
        said = f"estimated with {self.chars_per_token:.2f} characters per token"
        if not self.measured:
            return f"{said}, the default: no prompt of this model was counted yet"
        return f"{said}, measured on {self.prompts} earlier prompt{'' if self.prompts == 1 else 's'} of this model"

    def with_prompt(self, chars: int, tokens: int) -> Rate:
        """The rate after one more counted prompt."""
        keep = 0.5 if self.tokens > MEMORY_TOKENS else 1.0
        return Rate(self.chars * keep + chars, self.tokens * keep + tokens, self.prompts + 1)


class _Saved(msgspec.Struct, frozen=True):
    version: int
    models: dict[str, Rate] = {}


def estimate_tokens(text: str, chars_per_token: float = CHARS_PER_TOKEN) -> int:
    """About how many tokens a text is."""
    return int(len(text) / chars_per_token) + 1


def rate_of(model: str, folder: Path | None = None) -> Rate:
    """What was measured of a model, by its digest (or by its name where the server tells no digest)."""
    return _read(folder).get(model, Rate())


def remember(model: str, counted: Iterable[tuple[int, int]], folder: Path | None = None) -> None:
    """Add counted prompts, as (characters, tokens); where the file cannot be written nothing is remembered."""
    models = _read(folder)
    rate = models.pop(model, Rate())
    before = rate
    for chars, tokens in counted:
        rate = rate.with_prompt(chars, tokens)
    if rate == before:
        return
    models[model] = rate
    kept = dict(list(models.items())[-MOST_MODELS:])
    try:
        write_atomically(_path(folder), msgspec.json.encode(_Saved(FORMAT_VERSION, kept)))
    except OSError:
        return


def _path(folder: Path | None) -> Path:
    if folder is None:
        from platformdirs import user_cache_path

        folder = user_cache_path("chimera-tui")
    return folder / NAME


def _read(folder: Path | None) -> dict[str, Rate]:
    try:
        saved = decoded_json(read_bounded(_path(folder), LARGEST), _Saved)
    except (OSError, BrokenFileError):
        return {}
    return dict(saved.models) if saved.version == FORMAT_VERSION else {}
