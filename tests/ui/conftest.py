"""A small repository of our own, a home of our own, and an application over both."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from chimera_tui.core.config.schema import Options, Run, Server, Settings, Ui
from chimera_tui.ui.app import ChimeraApp

CSV = "model,num_gpu,num_ctx,tokens_per_second,ttft_ms\n" + "".join(
    f"gemma3:latest,{gpu},2048,{100 + gpu / 10 + run / 7:.2f},{180 + run}\n" for gpu in (60, 80) for run in range(4)
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, data and cache go nowhere but here; the terminal is a plain UTF-8 one."""
    place = tmp_path / "home"
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(place / name.lower()))
    for name in [name for name in os.environ if name.startswith(("CHIMERA_", "OLLAMA_", "LC_"))]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "TMUX", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    return place


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three files: a sweep, a summary in prose, something that is no measurement."""
    root = tmp_path / "results"
    (root / "sweep").mkdir(parents=True)
    (root / "sweep" / "gpu.csv").write_text(CSV, "utf-8")
    (root / "README.md").write_text("# Results\n\nOf one machine.\n", "utf-8")
    (root / "notes.json").write_text('{"who": "me"}\n', "utf-8")
    return root


@pytest.fixture
def make_app(repository: Path, home: Path) -> Callable[..., ChimeraApp]:
    """``make_app(engine="offline", host=…, root=…, ui={…}, keys={…})``."""

    def make(
        *, engine: str = "offline", host: str = "http://127.0.0.1:9", root: Path | None = None, persona: str = "none",
        ui: dict[str, object] | None = None, keys: dict[str, str] | None = None,
        options: Options | None = None, **given: object,
    ) -> ChimeraApp:  # fmt: skip
        settings = Settings(
            run=Run(engine=engine, persona=persona), server=Server(host=host),
            ui=msgspec.convert(ui or {}, Ui), keys=keys or {}, options=options or Settings().options,
        )  # fmt: skip
        given.setdefault("saves_to", home / "config" / "chimera-tui" / "config.toml")
        return ChimeraApp(root or repository, settings, **given)

    return make
