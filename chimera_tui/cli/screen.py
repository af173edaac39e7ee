"""The commands that open the screen: PATH itself, and the demo."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from chimera_tui.cli.report import run_report
from chimera_tui.cli.settings import given, layers, load_settings, settings_options

TEXTUAL_ENVIRONMENT = {
    "TEXTUAL_FPS": "20",  # a key is painted within 50 ms more; streaming text has a pace of its own
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_DISABLE_KITTY_KEY": "1",  # Textual #6612: some keys are lost on terminals with the Kitty protocol
}
"""Set before textual is imported; what a person set stays."""
SLOW_ENVIRONMENT = TEXTUAL_ENVIRONMENT | {"TEXTUAL_FPS": "8"}
"""The same with ``--slow``."""


@click.command("open", hidden=True)
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--theme", help="A theme by name.")
@click.option("--mouse", is_flag=True, help="Listen to the mouse.")
@click.option("--slow", is_flag=True, help="For a slow line: fewer repaints, no sparkline, no coloured code.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@settings_options
def open_(path: Path, theme: str | None, mouse: bool, slow: bool, no_cache: bool, **settings: Any) -> None:
    """Open PATH in the terminal (this is what `chimera-tui PATH` does)."""
    flags: dict[str, Any] = {
        "ui__theme": theme, "ui__mouse": "true" if mouse else None, "ui__slow": "true" if slow else None,
    }  # fmt: skip
    _open_screen(path, no_cache=no_cache, **flags, **given(settings))


@click.command()
@click.option("--headless", is_flag=True, help="Run to the end without a screen and print the report's path.")
@click.option("--slow", is_flag=True, help="For a slow line: fewer repaints, no sparkline, no coloured code.")
@settings_options
def demo(headless: bool, slow: bool, **settings: Any) -> None:
    """Open a bundled sample repository and report on it; needs no server and no model."""
    from chimera_tui.headless.demo import sample_repository

    root = sample_repository()
    flags = given(settings) | {"run__engine": "offline", "ui__slow": "true" if slow else None}
    if headless or not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.exit(run_report(root, out=None, as_json=False, if_busy=None, if_too_small=None, no_cache=True, **flags))
    _open_screen(root, no_cache=True, autorun=True, **flags)


def _open_screen(root: Path, *, no_cache: bool = False, autorun: bool = False, **flags: Any) -> None:
    loaded = load_settings(root, **flags)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.ClickException(
            "This needs a terminal. Without one, `chimera-tui report PATH` writes the report and "
            "`chimera-tui inventory PATH` lists the files."
        )
    if not sys.stderr.isatty():  # textual draws on it
        raise click.ClickException("The screen is drawn on stderr, which is not the terminal here; leave out 2>.")
    from chimera_tui.ui.terminal import DUMB

    if os.environ.get("TERM", "") in DUMB:
        raise click.ClickException("TERM=dumb cannot show this. Set TERM to what your terminal is, such as xterm.")
    for name, value in (SLOW_ENVIRONMENT if loaded.settings.ui.slow else TEXTUAL_ENVIRONMENT).items():
        os.environ.setdefault(name, value)
    from chimera_tui.headless.configuration import user_file
    from chimera_tui.ui.app import run_app

    saves_to = flags["config_file"] or user_file()
    reload = partial(layers, root, **flags)
    sys.exit(run_app(root, loaded, saves_to=saves_to, autorun=autorun, no_cache=no_cache, reload=reload))
