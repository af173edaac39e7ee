"""Runs that this program saved, read back into rows of the ``runs`` frame. Whatever is missing stays unknown."""

from pathlib import Path

import msgspec

from chimera_tui.core.files import BrokenFileError, decoded_json, decoded_toml, read_bounded
from chimera_tui.core.moments import utc
from chimera_tui.core.report.call_rows import calls_of_metrics

SOURCE = "saved run"
REPORT = "report.md"
UNFINISHED, RUNNING = "unfinished", "running"
"""Endings of what has no report: its program ended, or it is still being written."""
LARGEST = 4_000_000
"""Files of a saved run that are larger than this are not ours."""
_TOTALS = ("generated_tokens", "prompt_tokens", "decode_s", "prefill_s", "load_s", "total_s", "decode_tps", "ttft_s")
_CLAIMS = ("claims", "supported", "contradicted", "unverifiable")
_OPTIONS = ("num_gpu", "num_ctx", "temperature", "top_p", "top_k")


def read_saved_run(folder: Path, rel: str) -> dict[str, object]:
    """The row of the run in ``folder``; ``rel`` is that folder's path from the root. Never raises for its content."""
    run = read_record(folder)
    metrics = read_json(folder / "metrics.json")
    finished = (folder / REPORT).is_file()
    sent, requested = _table(run, "options", "sent"), _table(run, "options", "requested")
    effective = dict(_table(run, "options", "in_effect") or sent)
    if isinstance(run.get("num_ctx_effective"), int):
        effective["num_ctx"] = run["num_ctx_effective"]
    row: dict[str, object] = {
        "run_id": folder.name, "path": f"{rel}/{REPORT}" if finished else rel, "source": SOURCE,
        "agent": _text(run.get("agent")), "model": _text(_table(run, "model").get("name") or metrics.get("model")),
        "engine": _text(_table(run, "engine").get("name") or metrics.get("engine")),
        "ending": _text(run.get("ending")) if finished else UNFINISHED, "started": utc(run.get("started")),
        "options_requested": _encoded(requested), "options_effective": _encoded(effective),
        "n_files": _number(metrics.get("n_files", _table(run, "repository").get("files"))),
        **{name: _number(effective.get(name)) for name in _OPTIONS},
        **{name: _number(_table(metrics, "totals").get(name)) for name in _TOTALS},
        **{f"{stage}_s": _number(_table(metrics, "stage_s").get(stage)) for stage in ("ingest", "analysis", "report")},
        "n_calls": len(calls_of_metrics(metrics)), "prefill_tps": _prefill_tps(metrics),
        **_claims(metrics),
    }  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


def _prefill_tps(metrics: dict[str, object]) -> float | None:
    """Over the calls whose prompt was new to the server; a shared prefix makes the rate meaningless."""
    calls = metrics.get("calls")
    fresh = [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    fresh = [call for call in fresh if not call.get("prefix_shared")]
    tokens = sum(_number(call.get("prompt_tokens")) or 0 for call in fresh)
    seconds = sum(_number(call.get("prefill_s")) or 0 for call in fresh)
    return tokens / seconds if tokens and seconds else None


def _claims(metrics: dict[str, object]) -> dict[str, object]:
    """How many numbers of the report were judged, and how."""
    found = _table(metrics, "verification")
    return {name: _number(found.get(name)) for name in _CLAIMS}


def read_record(folder: Path) -> dict[str, object]:
    """The tables of a run's run.toml; nothing where it is missing, broken or too large."""
    try:
        return decoded_toml(read_bounded(folder / "run.toml", LARGEST))
    except (OSError, BrokenFileError):
        return {}


def read_json(path: Path, most: int = LARGEST) -> dict[str, object]:
    """A JSON object of a saved run; empty where it is missing, broken or larger than ``most`` bytes."""
    try:
        found = decoded_json(read_bounded(path, most))
    except (OSError, BrokenFileError):
        return {}
    return found if isinstance(found, dict) else {}


def _table(document: dict[str, object], *names: str) -> dict[str, object]:
    for name in names:
        inner = document.get(name)
        if not isinstance(inner, dict):
            return {}
        document = inner
    return document


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _encoded(options: dict[str, object]) -> str:
    return msgspec.json.encode(options, enc_hook=str, order="sorted").decode()
