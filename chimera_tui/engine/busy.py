"""A benchmark may be running on this machine: what a run would evict or disturb, asked before anything is sent."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from chimera_tui.engine.backends.base import LoadedModel

BusyAnswer = Literal["go", "cpu", "stop"]
"""Go on; go on with num_gpu 0, so that the GPU is left alone; or do not run."""


class BusyBox(msgspec.Struct, frozen=True):
    """Why a question is asked: sentences, and the models that are loaded now."""

    reasons: tuple[str, ...]
    models: tuple[LoadedModel, ...]


Ask = Callable[[BusyBox], Awaitable[BusyAnswer]]


def look(
    loaded: tuple[LoadedModel, ...], model: str, num_ctx: int | None, ours: frozenset[str] = frozenset()
) -> BusyBox | None:
    """What a run of ``model`` would evict or disturb; None when nothing.

    ``ours`` are the models this program loaded itself: reloading one of them disturbs nobody.
    """
    reasons = []
    for other in loaded:
        if same_model(other.name, model):
            reload = num_ctx is not None and other.context_length not in (None, num_ctx)
            if reload and not any(same_model(other.name, name) for name in ours):
                reasons.append(
                    f"{other.name} is loaded with a context of {other.context_length}; this run asks for {num_ctx}, "
                    "so it would be loaded again and whoever uses it would wait."
                )
        else:
            share = other.gpu_share
            where = "" if share is None else f" ({share:.0%} of it on the GPU)"
            reasons.append(
                f"{other.name} is loaded{where}, {other.size / 1e9:.1f} GB: this run would compete with it and the "
                "server may evict it. A benchmark may be using it."
            )
    return BusyBox(tuple(reasons), loaded) if reasons else None


def same_model(one: str, other: str) -> bool:
    """Whether two names mean the same model: a name without a tag is ``latest``."""
    return _tagged(one) == _tagged(other)


def _tagged(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
