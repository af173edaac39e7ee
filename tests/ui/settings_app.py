"""An application over a settings file that it reads again, as the command line makes one."""

from pathlib import Path

from chimera_tui.core.config.load import load
from chimera_tui.ui.app import ChimeraApp

TEXT = """\
# my settings
profile = "box"   # the large one

[run]
engine = "offline"  # no server here

# tuned on the box in May
[profiles.box.options]
num_gpu = 35     # all layers
num_ctx = 8192
"""


def file_of(home: Path, text: str = TEXT) -> Path:
    """The person's settings file, written."""
    path = home / "config" / "chimera-tui" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def app_over(path: Path, root: Path, **flags: str) -> ChimeraApp:
    """The application with all layers, as it starts."""

    def read():
        return load(user_file=path, repository=root, flags={"server.host": "http://127.0.0.1:9"} | flags)

    loaded = read()
    return ChimeraApp(
        root, loaded.settings, loaded=loaded, reload=read, saves_to=path,
        problems=tuple(map(str, loaded.problems)),
    )  # fmt: skip
