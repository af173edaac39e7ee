"""``inventory``, ``query`` and ``findings``: what a repository holds."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from chimera_tui.cli.settings import given, open_workspace, settings_options


def _output_options(command: Any) -> Any:
    """How rows are given."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="A list of objects on stdout."),
        click.option("--csv", "as_csv", is_flag=True, help="CSV on stdout."),
        click.option("--parquet", type=click.Path(path_type=Path), metavar="FILE", help="A Parquet file."),
        click.option("--no-cache", is_flag=True, help="Read every file again."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@_output_options
@settings_options
def inventory(path: Path, as_json: bool, as_csv: bool, parquet: Path | None, no_cache: bool, **settings: Any) -> None:
    """List the files of PATH: kind, size, tool, measurements, status and the reason for it."""
    from chimera_tui.headless import tables

    workspace, _ = open_workspace(path, no_cache=no_cache, **given(settings))
    sys.exit(asyncio.run(tables.inventory(workspace, tables.Output(as_json, as_csv, parquet))))


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("sql")
@_output_options
@settings_options
def query(
    path: Path, sql: str, as_json: bool, as_csv: bool, parquet: Path | None, no_cache: bool, **settings: Any
) -> None:
    """Run one SELECT over the tables files, measurements and runs of PATH."""
    from chimera_tui.headless import tables

    workspace, _ = open_workspace(path, no_cache=no_cache, **given(settings))
    sys.exit(asyncio.run(tables.query(workspace, sql, tables.Output(as_json, as_csv, parquet))))


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="With values, sources and definitions, as JSON.")
@click.option("--pin", multiple=True, metavar="F3|KEY", help="Give this finding to the model first; remembered.")
@click.option("--drop", multiple=True, metavar="F3|KEY", help="Keep this finding from the model; remembered.")
@click.option("--neither", multiple=True, metavar="F3|KEY", help="Take a pin or drop back.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@settings_options
def findings(
    path: Path, as_json: bool, pin: tuple[str, ...], drop: tuple[str, ...], neither: tuple[str, ...], no_cache: bool,
    **settings: Any,
) -> None:  # fmt: skip
    """Say what the measurements of PATH show, with caveats, highest ranked first.

    Pins and drops are those of the Findings pane: `report` and the screen follow them.
    """
    from chimera_tui.headless import findings as run

    workspace, chosen = open_workspace(path, no_cache=no_cache, **given(settings))
    wanted = {"pinned": pin, "dropped": drop, "": neither}
    sys.exit(asyncio.run(run.findings(workspace, chosen, wanted, as_json=as_json)))
