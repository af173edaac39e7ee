"""``run.toml``: everything it takes to do a run again, what was asked for and what was in effect."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

import msgspec

from chimera_tui import __version__
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.record.run_files import FORMAT_VERSION, chosen_keys

if TYPE_CHECKING:
    from chimera_tui.engine.draft import Draft


def run_toml(run: RunContext, *, ended: bool) -> bytes:
    """The file's content; without its end while the run goes on."""
    import tomli_w

    draft, settings = run.draft, run.settings
    tables: dict[str, object] = {
        "version": FORMAT_VERSION,
        "chimera_tui": __version__,
        "started": draft.started,
        "ended": run.clock.now() if ended else None,
        "ending": draft.ending.value if ended else None,
        "reason": draft.reason or None,
        "agent": "Chimera Insight",
        "persona": settings.run.persona,
        "engine": {"name": draft.engine, "host": draft.host or None, "version": draft.server_version or None},
        "replay": {"run": run.replay.run.name, "engine": run.replay.run.engine} if run.replay is not None else None,
        "repeats": run.repeats.name if run.repeats is not None else None,
        "model": _model(run),
        "options": {
            "requested": settings.options.requested(), "sent": draft.options_sent, "in_effect": _in_effect(draft),
        },
        "num_ctx_effective": draft.effective_num_ctx,
        "effective": _effective(draft),
        "prompts": draft.prompt_hashes,
        "prompt_files": {
            name: {"hash": hashed, "source": draft.prompts.sources[name]}
            for name, hashed in draft.prompts.hashes().items()
        },
        "findings": chosen_keys(draft),
        "chars_per_token": {"value": draft.rate.chars_per_token, "measured_on_prompts": draft.rate.prompts},
        "repository": {
            "path": str(run.workspace.root.resolve()), "commit": draft.checkout.commit or None,
            "dirty": "unknown" if draft.checkout.commit and draft.checkout.dirty is None else draft.checkout.dirty,
            "files": draft.summary.total if draft.summary else None,
        },
        "host": _host(draft),
        "settings": {"run": msgspec.to_builtins(settings.run), "scan": msgspec.to_builtins(run.workspace.scan)},
    }  # fmt: skip
    return tomli_w.dumps(_without_none(tables)).encode("utf-8", "backslashreplace")


def _model(run: RunContext) -> dict[str, object] | None:
    if run.draft.engine == "offline":
        return None
    known = run.draft.model
    return {
        "name": run.settings.run.model,
        "digest": known.digest if known else None,
        "quantization": known.quantization if known else None,
        "parameter_size": known.parameter_size if known else None,
        "context_length": known.context_length if known else None,
    }


def _in_effect(draft: Draft) -> dict[str, object]:
    """Every option whose value is known: the Modelfile's, what was sent instead, the context that the server made."""
    if not draft.options_sent and draft.effective_num_ctx is None:
        return {}
    found = {**(draft.model.parameters if draft.model is not None else {}), **draft.options_sent}
    return found | ({"num_ctx": draft.effective_num_ctx} if draft.effective_num_ctx is not None else {})


def _effective(draft: Draft) -> dict[str, object] | None:
    """What the server made of it: its own word on the loaded model."""
    loaded = draft.loaded
    if loaded is None:
        return {"context_length": draft.effective_num_ctx} if draft.effective_num_ctx else None
    return {
        "context_length": loaded.context_length, "gpu_share": loaded.gpu_share, "size": loaded.size,
        "size_vram": loaded.size_vram, "load_s": round(draft.load_s, 4) if draft.load_s is not None else None,
    }  # fmt: skip


def _host(draft: Draft) -> dict[str, object]:
    """The machine that this program runs on; ``gpus`` where the server is on it too."""
    cards = [{"name": gpu.name, "driver": gpu.driver, "memory_mib": gpu.memory_mib} for gpu in draft.gpus]
    return {
        "name": platform.node(), "system": platform.platform(), "machine": platform.machine(),
        "python": platform.python_version(), "cpus": os.cpu_count(),
        "gpus": [_without_none(dict(card)) for card in cards] or None,
    }  # fmt: skip


def _without_none(value: dict[str, object]) -> dict[str, object]:
    """TOML has no null: what is not known is absent."""
    return {
        key: _without_none(inner) if isinstance(inner, dict) else inner
        for key, inner in value.items()
        if inner is not None
    }
