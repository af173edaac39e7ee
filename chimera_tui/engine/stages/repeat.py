"""A run done again with the settings of an earlier one: what is not as it was then is said."""

from __future__ import annotations

from chimera_tui import __version__
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.saved.recorded import RecordedRun


def say_differences(run: RunContext, then: RecordedRun) -> None:
    """One notice that names everything recorded that is another now, or says that nothing is."""
    found = [f"{name} {before or 'unknown'} → {now or 'unknown'}" for name, before, now in _changed(run, then)]
    if then.value("repository", "dirty") is True or run.draft.checkout.dirty:
        found.append("the repository had or has changes that are not committed, so that the files may differ")
    random = run.draft.engine != "offline" and "seed" not in then.options_sent
    chance = " No seed was set then, so that the model's words differ by chance." if random else ""
    if found:
        run.notice(f"Repeats {then.name}; different now: {'; '.join(found)}.{chance}", "warning")
    else:
        run.notice(f"Repeats {then.name}: nothing that was recorded is different now.{chance}")


def _changed(run: RunContext, then: RecordedRun) -> list[tuple[str, str, str]]:
    """(what, then, now) of everything that differs."""
    draft = run.draft
    model = draft.model
    pairs = [
        ("chimera-tui", then.text("chimera_tui"), __version__),
        ("repository", then.text("repository", "path"), str(run.workspace.root.resolve())),
        ("commit", then.text("repository", "commit"), draft.checkout.commit),
        ("files", str(then.value("repository", "files") or ""), str(draft.summary.total if draft.summary else "")),
        ("engine", then.engine, draft.engine),
    ]  # fmt: skip
    if draft.engine != "offline":
        pairs += [
            ("server", then.text("engine", "host"), draft.host),
            ("server version", then.text("engine", "version"), draft.server_version),
            ("model", then.model, run.settings.run.model),
            ("model digest", then.text("model", "digest"), model.digest if model else ""),
            ("quantisation", then.text("model", "quantization"), model.quantization if model else ""),
            ("num_ctx in effect", str(then.value("num_ctx_effective") or ""), str(draft.effective_num_ctx or "")),
            *_prompts(run, then),
        ]
    return [(name, before, now) for name, before, now in pairs if before != now]


def _prompts(run: RunContext, then: RecordedRun) -> list[tuple[str, str, str]]:
    """The prompt files by their hashes."""
    return [
        (f"prompt {name}", then.text("prompt_files", name, "hash"), hashed)
        for name, hashed in run.draft.prompts.hashes().items()
    ]
