"""``report``: a run without a screen, a saved run again, or its journal played."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from chimera_tui.cli.settings import given, load_settings, open_workspace, settings_options


@click.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--engine", type=click.Choice(["auto", "ollama", "openai", "offline", "replay"]), help="Who writes.")
@click.option(
    "--from",
    "from_run",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="A saved run: its folder, report or journal. Its settings are used again; with --engine replay its answers.",
)
@click.option("--pace", metavar="N|max", help="How many times the recorded speed a replay has (default: 1).")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the run's folder.")
@click.option("--if-busy", type=click.Choice(["go", "cpu", "stop"]), help="The answer when other models are loaded.")
@click.option(
    "--if-too-small",
    type=click.Choice(["fit", "sections", "stop"]),
    help="The answer when num_ctx cannot hold the prompt: the num_ctx that fits, one call a section, or no run.",
)
@click.option(
    "--unfinished",
    type=click.Choice(["continue", "save", "discard"]),
    help="Take up the newest run without a report: go on, save what it holds, or move it to the trash.",
)
@click.option("--json", "as_json", is_flag=True, help="A summary of the run as JSON instead of the path.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@settings_options
def report(path: Path | None, engine: str | None, from_run: Path | None, pace: str | None, **options: Any) -> None:
    """Report on PATH without a screen; prints the path of the saved report. PATH may be left out with --from.

    Exit status: 0 complete, 2 usage, 3 no data, 4 server error, 5 connection lost or ended without done,
    6 refused because the prompt would be truncated, 7 the answer ended by length, 8 cancelled.
    """
    run = {name: options.pop(name) for name in ("out", "if_busy", "if_too_small", "unfinished", "as_json", "no_cache")}
    if (engine == "replay" or pace is not None) and from_run is None:
        raise click.UsageError("A replay needs --from RUN.")
    if engine != "replay" and pace is not None:
        raise click.UsageError("--pace goes with --engine replay.")
    flags = given(options) | ({} if engine == "replay" else {"run__engine": engine})
    if from_run is None:
        if path is None:
            raise click.UsageError("Missing argument: give PATH, or --from RUN.")
        sys.exit(run_report(path, **run, **flags))
    if run.pop("unfinished") is not None:
        raise click.UsageError("--unfinished and --from exclude each other.")
    sys.exit(_report_from(from_run, path, pace, replay=engine == "replay", **run, **flags))


def run_report(
    root: Path, *, out: Path | None, as_json: bool, if_busy: Any, if_too_small: Any, no_cache: bool,
    unfinished: Any = None, **flags: Any,
) -> int:  # fmt: skip
    """A run to its end in the folder ``root``; the exit status."""
    from chimera_tui.headless.report import report as to_the_end

    workspace, settings = open_workspace(root, no_cache=no_cache, **flags)
    return asyncio.run(
        to_the_end(
            workspace, settings, out=out, as_json=as_json, if_busy=if_busy, if_too_small=if_too_small,
            unfinished=unfinished,
        )
    )  # fmt: skip


def _report_from(
    from_run: Path, path: Path | None, pace: str | None, *, replay: bool, no_cache: bool, **options: Any
) -> int:  # fmt: skip
    """A saved run done again, or played from its journal; the exit status."""
    from chimera_tui.engine.repository.cache import cache_folder
    from chimera_tui.engine.repository.workspace import Workspace
    from chimera_tui.engine.saved.recorded import NoRecordingError, read_recorded
    from chimera_tui.headless.again import PaceError, again, replay_of, settings_from

    try:
        recorded = read_recorded(from_run)
        played = replay_of(recorded, pace) if replay else None
    except (NoRecordingError, PaceError) as error:
        raise click.UsageError(str(error)) from None
    root = path or recorded.repository
    run = {name: options.pop(name) for name in ("out", "as_json", "if_busy", "if_too_small")}
    settings = settings_from(recorded, load_settings(root, **options))
    workspace = Workspace(root, scan=settings.scan, cache_dir=None if no_cache else cache_folder())
    return asyncio.run(again(workspace, settings, recorded, replay=played, **run))
