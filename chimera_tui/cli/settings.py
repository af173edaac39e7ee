"""The settings of a command: its flags over the environment and the files, and what is wrong in them."""

import os
from pathlib import Path
from typing import Any

import click


def settings_options(command: Any) -> Any:
    """The flags that every command with settings takes."""
    for option in (
        click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="Any setting, by dotted name."),
        click.option("--profile", help="The profile whose options replace [options]."),
        click.option("--host", help="The Ollama server."),
        click.option("--model", help="The model that writes."),
        click.option("--config", "config_file", type=click.Path(path_type=Path), help="Instead of your own file."),
    ):
        command = option(command)
    return command


def given(settings: dict[str, Any]) -> dict[str, Any]:
    """The flags of :func:`settings_options` under the names of :func:`load_settings`."""
    return {
        "config_file": settings["config_file"], "assignments": settings["assignments"],
        "profile": settings["profile"], "server__host": settings["host"], "run__model": settings["model"],
    }  # fmt: skip


def layers(root: Path | None, config_file: Path | None, assignments: tuple[str, ...], **flags: str | None) -> Any:
    """All layers of settings, with what is wrong in them."""
    from chimera_tui.core.config.load import load
    from chimera_tui.headless.configuration import user_file

    values = {name.replace("__", "."): value for name, value in flags.items() if value is not None}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes NAME=VALUE, not {assignment!r}.")
        values[name.strip()] = value.strip()
    return load(user_file=config_file or user_file(), repository=root, environment=os.environ, flags=values)


def load_settings(root: Path | None, **flags: Any) -> Any:
    """All layers of settings; what is wrong is said on stderr, and a wrong flag ends the program."""
    loaded, config_file = layers(root, **flags), flags["config_file"]
    if config_file is not None and not config_file.exists():
        click.echo(f"settings: there is no file {config_file}; defaults hold instead.", err=True)
    for problem in loaded.problems:
        if problem.origin.startswith("flag "):
            raise click.UsageError(problem.message)
        click.echo(f"settings: {problem}", err=True)
    return loaded


def open_workspace(root: Path, *, no_cache: bool, **flags: Any) -> Any:
    """The workspace of a repository and the settings in force in it."""
    from chimera_tui.engine.repository.cache import cache_folder
    from chimera_tui.engine.repository.workspace import Workspace

    settings = load_settings(root, **flags).settings
    return Workspace(root, scan=settings.scan, cache_dir=None if no_cache else cache_folder()), settings
