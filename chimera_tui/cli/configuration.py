"""``config`` and ``doctor``: the settings, and whether everything is here that the program needs."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from chimera_tui.cli.settings import given, layers, load_settings, settings_options


@click.group()
def config() -> None:
    """Where the settings are, what they are, whether they are right."""


@config.command("path")
def config_path() -> None:
    """Print the path of your own settings file."""
    from chimera_tui.headless.configuration import user_file

    click.echo(user_file())


@config.command("show")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="A list of objects: name, value, origin.")
@settings_options
def config_show(path: Path, as_json: bool, **settings: Any) -> None:
    """Print every setting in force in PATH and where its value came from."""
    from chimera_tui.headless.configuration import show

    click.echo(show(load_settings(path, **given(settings)), as_json=as_json))


@config.command("check")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="A list of objects: origin, line, key, message, fatal.")
@settings_options
def config_check(path: Path, as_json: bool, **settings: Any) -> None:
    """Exit with 1 when a settings file, a theme, a variable or a flag holds something wrong in PATH."""
    from chimera_tui.headless.configuration import check, user_file

    flags = given(settings)
    sys.exit(check(layers(path, **flags), flags["config_file"] or user_file(), as_json=as_json))


@config.command("init")
def config_init() -> None:
    """Write a commented settings file where there is none yet."""
    from chimera_tui.headless.configuration import user_file, write_example

    try:
        write_example(user_file())
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(user_file())


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="A list of objects on stdout.")
@settings_options
def doctor(path: Path, as_json: bool, **settings: Any) -> None:
    """Look at terminal, clipboard, settings, server, model, GPU and folders, and say what to do about each.

    Needs neither a terminal nor a server, and never loads a model. Exit status: 0 when nothing must be put right
    (there may be warnings), 1 when something must, 2 usage.

    With --json each check is an object: area, name, found, state (ok, warning, problem), what_to_do.
    """
    from chimera_tui.headless.configuration import user_file
    from chimera_tui.headless.doctor import doctor as run_doctor

    flags = given(settings)
    sys.exit(asyncio.run(run_doctor(path, layers(path, **flags), flags["config_file"] or user_file(), as_json=as_json)))
