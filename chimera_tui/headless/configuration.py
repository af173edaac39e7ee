"""``chimera-tui config``: where settings are, what they are, whether they are right."""

import json
from pathlib import Path

import click
import msgspec

from chimera_tui.core.config.example import example
from chimera_tui.core.config.files import Problem
from chimera_tui.core.config.load import Loaded
from chimera_tui.core.config.schema import SECTIONS, describe
from chimera_tui.core.config.values import ADDRESSES, without_password
from chimera_tui.core.files import write_atomically


def user_file() -> Path:
    """The person's own configuration file, whether it exists or not."""
    from platformdirs import user_config_path

    return user_config_path("chimera-tui") / "config.toml"


def show(loaded: Loaded, *, as_json: bool) -> str:
    """Every setting with its value and its origin: lines that are TOML, or JSON."""
    rows = values(loaded)
    if as_json:
        return json.dumps([dict(zip(("name", "value", "origin"), row, strict=True)) for row in rows], indent=1)
    return "\n".join(f"{name} = {value}  # {origin}" for name, value, origin in rows)


def check(loaded: Loaded, own: Path, *, as_json: bool) -> int:
    """Say what is wrong, names of themes and commands among it; the exit status."""
    from chimera_tui.ui.settings_files import own_problems
    from chimera_tui.ui.themes import builtin_folder, load_themes, user_folder

    themes, wrong = load_themes((builtin_folder(), user_folder()))
    problems = [problem for problem in loaded.problems if problem.origin != str(own) or not loaded.readable]
    problems += own_problems(loaded.text, str(own), sorted(themes)) if loaded.readable else []
    problems += [Problem(origin="themes", message=sentence) for sentence in wrong]
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(problems), indent=1))
    elif not problems:
        click.echo("All settings are right.")
    for problem in [] if as_json else problems:
        click.echo(f"settings: {problem}", err=True)
    return 1 if problems else 0


def values(loaded: Loaded) -> list[tuple[str, str, str]]:
    """(name, value, origin) of every setting; headers are shown by name only."""
    rows = [("profile", loaded.settings.profile or "none", loaded.origins.get("profile", "default"))]
    for section in SECTIONS:
        for setting in describe(section):
            value = getattr(getattr(loaded.settings, section), setting.name)
            if setting.path == "server.headers":
                value = dict.fromkeys(value, "…")
            elif setting.path in ADDRESSES:
                value = without_password(value)
            shown = "unset" if value is msgspec.UNSET else json.dumps(value, ensure_ascii=False)
            rows.append((setting.path, shown, loaded.origins.get(setting.path, "default")))
    return rows


def write_example(path: Path) -> None:
    """Write the commented example where no file is yet. Raises FileExistsError and OSError."""
    if path.exists():
        raise FileExistsError(f"{path} exists already; nothing was written. `chimera-tui config show` shows it.")
    write_atomically(path, example().encode())
