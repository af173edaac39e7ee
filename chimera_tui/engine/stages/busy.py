"""A benchmark may be running on this machine: what a run would evict or disturb, asked before anything is sent."""

from collections.abc import Mapping, Sequence

from chimera_tui.core.inert import inert_line
from chimera_tui.engine.backends.base import LoadedModel, ModelInfo, same_model
from chimera_tui.engine.machine.gpus import Gpu
from chimera_tui.engine.questions import BusyBox

BUSY_PCT = 25.0
"""A GPU that is busier than this works for somebody."""
FOREIGN_MIB = 1024.0
"""More GPU memory than this that is not of the server's models belongs to another program."""


def look(
    loaded: tuple[LoadedModel, ...], model: str, options: Mapping[str, object],
    ours: frozenset[str] = frozenset(), gpus: Sequence[Gpu] = (),
) -> BusyBox | None:  # fmt: skip
    """What a run of ``model`` with ``options`` would evict or disturb; None when nothing.

    ``ours`` are the models this program loaded itself: reloading one of them disturbs nobody. ``gpus`` are those of
    the server's machine; a run that stays on the CPU leaves them alone.
    """
    own = any(same_model(model, name) for name in ours)
    reasons = []
    for other in loaded:
        if not same_model(other.name, model):
            reasons.append(_competes(other))
        elif (why := _reloads(other, options)) and not own:
            reasons.append(why)
    if options.get("num_gpu") != 0:
        reasons += _gpu_reasons(gpus, loaded)
    return BusyBox(tuple(reasons), loaded) if reasons else None


def automatic_gpu(options: Mapping[str, object], model: ModelInfo | None) -> bool:
    """Whether the server is to choose the layers on the GPU: neither the request nor the Modelfile does."""
    chosen = options.get("num_gpu", (model.parameters if model is not None else {}).get("num_gpu", -1))
    return isinstance(chosen, int) and chosen < 0


def stuck_on_cpu(loaded: LoadedModel, gpus: Sequence[Gpu]) -> bool:
    """Whether a model sits on the CPU of a machine that has a GPU: somebody loaded it so, and so it would stay."""
    return bool(gpus) and loaded.size > 0 and loaded.size_vram == 0


def _competes(other: LoadedModel) -> str:
    share = other.gpu_share
    where = "" if share is None else f" ({share:.0%} of it on the GPU)"
    return (
        f"{other.name} is loaded{where}, {other.size / 1e9:.1f} GB: this run would compete with it and the "
        "server may evict it. A benchmark may be using it."
    )


def _reloads(other: LoadedModel, options: Mapping[str, object]) -> str:
    """Why this run would load a model again that is loaded now; empty where it would not."""
    num_ctx = options.get("num_ctx")
    if not isinstance(num_ctx, int) or other.context_length in (None, num_ctx):
        return ""
    return (
        f"{other.name} is loaded with a context of {other.context_length}; this run asks for {num_ctx}, "
        "so it would be loaded again and whoever uses it would wait."
    )


def _gpu_reasons(gpus: Sequence[Gpu], loaded: tuple[LoadedModel, ...]) -> list[str]:
    """Work and memory on the GPUs that is not of the server's own models."""
    found = []
    served_mib = sum(model.size_vram for model in loaded) / 2**20
    used_mib = sum(gpu.used_mib or 0.0 for gpu in gpus)
    for number, gpu in enumerate(gpus):
        if gpu.busy_pct is not None and gpu.busy_pct >= BUSY_PCT:
            found.append(
                f"GPU {number} ({inert_line(gpu.name, 60)}) is {gpu.busy_pct:.0f} % busy: a benchmark may be running, "
                "and this run would disturb it."
            )
    if used_mib - served_mib > FOREIGN_MIB:
        total_mib = sum(gpu.memory_mib or 0.0 for gpu in gpus)
        of_all = f" of {total_mib / 1024:.1f}" if total_mib else ""
        found.append(
            f"{(used_mib - served_mib) / 1024:.1f}{of_all} GiB of GPU memory are used by other programs than this "
            "server's models: they may be a benchmark, and the model may not fit beside them."
        )
    return found
